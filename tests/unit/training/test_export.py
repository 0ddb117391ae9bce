from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import DeviceChoice, ModelSource
from desktop_llm.core.paths import resource
from desktop_llm.core.text import Text
from desktop_llm.core.wire import to_plain
from desktop_llm.engine.errors import AdapterDamaged
from desktop_llm.training import export
from desktop_llm.training.errors import ExportFailed, ExportTargetInUse, NoResult
from desktop_llm.training.export import base_name, export_adapter
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob, TrainingSettings
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.tasks.adapter import add_adapter
from desktop_llm.training.tasks.task import get_task
from tests.unit.engine.tiny_models import save_model
from tests.unit.training.tasks.tiny_encoder import save_encoder

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))
CARD = ResultCard("sft", Scores(2.5, 12.18), Scores(1.25, 3.49), 7, True, 1.5, 20, 30, 99.6, "abc")
LOGITS = """
import json, sys
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base, out = sys.argv[1:]
options = {"local_files_only": True, "trust_remote_code": False}
model = AutoModelForCausalLM.from_pretrained(base, **options)
model = PeftModel.from_pretrained(model, out, **options).eval()
ids = AutoTokenizer.from_pretrained(out, **options)("hello world", return_tensors="pt")
print(json.dumps(model(**ids).logits[0].tolist()))
"""


def a_run(folder: Path, method: Any = "lora", task: Any = "sft") -> tuple[RunFolder, Any, Any]:
    """A run with a result as the trainer leaves it, the model and the tokenizer."""
    torch.set_num_threads(1)
    base = folder / "base"
    source = save_model(base) if task == "sft" else save_encoder(base, "bert")
    data = DataSpec((DataFile(Path("/home/someone/talks.jsonl")),))
    job = TrainingJob(task, source, data, TrainingSettings(method=method), name="My | first `run`")
    run = RunFolder.create(folder / "runs", job)
    model, tokenizer = get_task(task, ("bad", "good")).load_base(job, CPU, ("bad", "good"))
    if method == "lora":
        model = add_adapter(model, job.settings, task)
        for weight in (w for w in model.parameters() if w.requires_grad):
            torch.nn.init.normal_(weight.data, std=0.3)
    model.save_pretrained(run.result)
    tokenizer.save_pretrained(run.result)
    write_atomically(run.result / "card.json", json.dumps(to_plain(replace(CARD, task=task))))
    write_atomically(run.path / "data" / "train.jsonl", "{}\n" * 63)
    return run, model.eval(), tokenizer


def test_peft_loads_an_exported_adapter_in_another_process(tmp_path: Path) -> None:
    run, model, tokenizer = a_run(tmp_path)
    out = export_adapter(run, tmp_path / "elsewhere" / "mine")
    shutil.rmtree(run.path)
    done = subprocess.run(
        [sys.executable, "-c", LOGITS, str(tmp_path / "base"), str(out)],
        capture_output=True,
        check=True,
    )
    with torch.inference_mode():
        wanted = model(**tokenizer("hello world", return_tensors="pt")).logits[0]
    assert torch.allclose(torch.tensor(json.loads(done.stdout)), wanted, atol=1e-5)


def test_the_folder_holds_what_others_need_and_nothing_private(tmp_path: Path) -> None:
    out = export_adapter(a_run(tmp_path)[0], tmp_path / "out")
    names = {file.name for file in out.iterdir()}
    assert {
        "adapter_config.json",
        "adapter_model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "chat_template.jinja",
        "README.md",
    } <= names
    config = json.loads((out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "base"
    for file in out.glob("*.*"):
        assert str(tmp_path).encode() not in file.read_bytes()
        assert b"/home/someone" not in file.read_bytes()


def test_the_card_says_what_it_is_and_how_good(tmp_path: Path) -> None:
    out = export_adapter(a_run(tmp_path)[0], tmp_path / "out")
    card = (out / "README.md").read_text()
    for words in (
        'library_name: "peft"',
        "# My \\| first 'run'",
        "supervised fine-tuning",
        "`base`",
        "PeftModel.from_pretrained",
        "| loss | 2.5000 | 1.2500 |",
        "| perplexity | 12.1800 | 3.4900 |",
        "| files | talks.jsonl |",
        "| rows trained on | 63 |",
        "| rows held out | 7 |",
        "| sha256 of all rows | abc |",
        "| learning_rate | 0.0002 |",
    ):
        assert words in card
    assert "base_model:" not in card  # a folder's name is nothing that others could download
    assert "Not a success" not in card


def test_the_card_of_a_failure_says_so(tmp_path: Path) -> None:
    run, _, _ = a_run(tmp_path)
    card = replace(CARD, problems=(Text("It is no better."),))
    write_atomically(run.result / "card.json", json.dumps(to_plain(card)))
    out = export_adapter(run, tmp_path / "out")
    assert "**Not a success:** It is no better." in (out / "README.md").read_text()


@pytest.mark.parametrize("task", ["sft", "classify"])
def test_a_whole_model_is_exported_whole(tmp_path: Path, task: str) -> None:
    run, _, _ = a_run(tmp_path, "full", task)
    out = export_adapter(run, tmp_path / "out")
    assert (out / "model.safetensors").read_bytes() == (
        run.result / "model.safetensors"
    ).read_bytes()
    auto = {"sft": "AutoModelForCausalLM", "classify": "AutoModelForSequenceClassification"}[task]
    assert f"{auto}.from_pretrained" in (out / "README.md").read_text()


def test_a_base_is_called_as_the_hub_calls_it() -> None:
    snapshot = Path("/cache/models--someone--model/snapshots/0123")
    job = TrainingJob("sft", ModelSource("x", snapshot), DataSpec(()))
    assert base_name(job) == "someone/model"
    manifest = json.loads(resource("starter.json").read_bytes())
    starter = ModelSource("starter", Path("/data/starter"), sha256=manifest["sha256"])
    assert base_name(replace(job, model=starter)) == manifest["sources"]["hub"]["original"]


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    assert (export_adapter(a_run(tmp_path)[0], tmp_path / "out") / "README.md").is_file()


def test_what_is_there_already_is_not_touched(tmp_path: Path) -> None:
    run, _, _ = a_run(tmp_path)
    write_atomically(tmp_path / "out" / "mine.txt", "precious")
    write_atomically(tmp_path / "file", "precious")
    for out in (tmp_path / "out", tmp_path / "file"):
        with pytest.raises(ExportTargetInUse):
            export_adapter(run, out)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_run_without_a_result_is_told(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, TrainingJob("sft", ModelSource("x", tmp_path), DataSpec(())))
    with pytest.raises(NoResult):
        export_adapter(run, tmp_path / "out")


def test_a_damaged_result_is_not_passed_on(tmp_path: Path) -> None:
    run, _, _ = a_run(tmp_path)
    weights = run.result / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4])
    with pytest.raises(AdapterDamaged):
        export_adapter(run, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, _, _ = a_run(tmp_path)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "model_card", full)
    before = set(tmp_path.iterdir())
    with pytest.raises(ExportFailed):
        export_adapter(run, tmp_path / "out")
    assert set(tmp_path.iterdir()) == before
