"""Fine-tuning from the command line, in real processes, with a model of a few thousand numbers."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop_llm.training.run_folder import RunFolder
from tests.e2e.command_line import QUICK, Ended, a_run, command, running
from tests.unit.engine.tiny_models import save_model
from tests.unit.training.trainer.tiny_runs import rows_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

ENDLESS = (*QUICK, "--epochs", "1000", "--early-stopping", "0", "--eval-every", "5")
CONTRACT = {"path", "format", "rows", "kept", "rejected", "mapping", "task", "tokens"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model, and data for two tasks."""
    folder: Path = tmp_path_factory.mktemp("command-line")
    save_model(folder / "model")
    for task in ("sft", "classify"):
        lines = [json.dumps(row) + "\n" for row in rows_of(task, 24)]
        (folder / f"{task}.jsonl").write_text("".join(lines))
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunFolder]:
    """A run that is not there yet."""
    with a_run(tmp_path / "run") as made:
        yield made


def trained(place: Path, task: str, *options: str) -> Ended:
    return command(
        "train", "--data", place / f"{task}.jsonl", "--model", place / "model",
        "--out", place / f"{task}-run", *QUICK, "--epochs", "8", "--eval-every", "12", *options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def taught(place: Path) -> RunFolder:
    """A finished run of questions and answers, that told its events."""
    ended = trained(place, "sft", "--json")
    assert ended.code == 0, ended.err
    kinds = [event["kind"] for event in ended.events()]
    assert {"state", "progress", "loss", "eval", "sample", "checkpoint", "done"} <= set(kinds)
    assert ended.events()[-1]["state"] == "finished"
    return RunFolder(place / "sft-run")


@pytest.fixture(scope="module")
def sorted_out(place: Path) -> RunFolder:
    """A finished classifier, that told a person."""
    ended = trained(place, "classify")
    assert ended.code == 0, ended.err
    assert "held-out loss" in ended.err
    assert "macro F1" in ended.out
    assert "desktop-llm predict" in ended.out
    return RunFolder(place / "classify-run")


def test_data_is_checked_with_the_tokens_of_the_model(place: Path) -> None:
    found = command("data", "check", place / "sft.jsonl", "-m", place / "model", "--json").answer()
    (file,) = found["files"]
    assert file.keys() >= CONTRACT
    assert (file["format"], file["rows"], file["task"]) == ("prompt_completion", 24, "sft")
    assert 0 < file["tokens"]["p50"] <= file["tokens"]["p95"] <= file["tokens"]["max"]
    assert found["train_rows"] + found["eval_rows"] == 24


def test_a_run_is_listed_shown_and_compared(taught: RunFolder, sorted_out: RunFolder) -> None:
    facts = command("runs", "show", taught.path, "--json").answer()
    assert (facts["state"], facts["card"]["success"]) == ("finished", True)
    assert facts["card"]["tuned"]["loss"] < facts["card"]["base"]["loss"]
    compared = command("runs", "compare", taught.path, sorted_out.path, "--json").answer()
    assert "task" in [each["name"] for each in compared["differences"]]
    assert command("runs", "list", "--json").answer() == {"runs": []}  # neither is the app's own


def test_the_result_answers_in_a_chat_and_so_does_its_export(
    taught: RunFolder, place: Path, tmp_path: Path
) -> None:
    made = command("runs", "export", taught.path, tmp_path / "plain", "--json").answer()
    assert (Path(made["path"]) / "adapter_model.safetensors").is_file()
    assert (Path(made["path"]) / "README.md").is_file()
    options = ("--temperature", "0", "--max-tokens", "12", "--json", "what is 3?")
    own = command("chat", "--adapter", taught.path, *options).answer()
    on_base = ("--model", place / "model", "--adapter", made["path"])
    plain = command("chat", *on_base, *options).answer()
    assert own["text"] == plain["text"] != ""


def test_the_result_is_scored_on_other_data(taught: RunFolder, place: Path) -> None:
    data = ("--data", place / "sft.jsonl", "--json")
    scores = command("eval", "--adapter", taught.path, *data).answer()
    card = taught.card()
    assert card is not None
    assert scores["loss"] < card.base.loss
    assert scores["task"] == "sft"


def test_a_classifier_says_what_a_text_is(sorted_out: RunFolder, place: Path) -> None:
    texts = ("a good fox 2", "a bad fox 3")
    found = command("predict", "--model", sorted_out.path, "--json", *texts).answer()["predictions"]
    assert [each["label"] for each in found] == ["good", "bad"]
    assert sum(found[0]["probabilities"].values()) == pytest.approx(1.0)
    scores = command(
        "eval", "--adapter", sorted_out.path, "--data", place / "classify.jsonl", "--json"
    ).answer()  # fmt: skip
    assert scores["accuracy"] > 0.9


def test_a_classifier_does_not_chat(sorted_out: RunFolder) -> None:
    command("chat", "--adapter", sorted_out.path, "Hi").assert_told("desktop-llm predict")


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal can be sent there")
def test_ctrl_c_keeps_what_was_learned(place: Path, run: RunFolder) -> None:
    data = ("--data", place / "sft.jsonl", "-m", place / "model")
    with running("train", *data, "--out", run.path, *ENDLESS, "--json") as train:
        train.wait_for(lambda event: event["kind"] == "loss")
        train.process.send_signal(signal.SIGINT)
        ended = train.end()
    assert ended.code == 0, ended.err
    assert "keeping what was learned" in ended.err
    assert ended.events()[-1]["state"] == "stopped"
    assert not run.is_alive()
    assert command("runs", "show", run.path, "--json").answer()["card"] is not None


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal can be sent there")
def test_a_run_outlives_its_command_and_its_own_process(place: Path, run: RunFolder) -> None:
    data = ("--data", place / "sft.jsonl", "-m", place / "model")

    def saved(event: dict[str, Any]) -> bool:
        return bool(event["kind"] == "checkpoint")

    with running("train", *data, "--out", run.path, *ENDLESS, "--json") as train:
        train.wait_for(saved)  # the command is killed here; its trainer goes on
    pid = run.process_id()
    assert pid is not None
    trainer = psutil.Process(pid)
    with running("train", run.path, "--json") as followed:
        kept = followed.wait_for(saved)["step"]
        trainer.kill()
        ended = followed.end()
    assert ended.code == 1
    assert "Traceback" not in ended.err
    shown = command("runs", "show", run.path)
    assert "interrupted" in shown.out
    assert f"desktop-llm train {run.path}" in shown.out
    with running("train", run.path, "--json") as resumed:
        first = resumed.wait_for(lambda event: event["kind"] == "loss")["step"]
        resumed.process.send_signal(signal.SIGTERM)
        ended = resumed.end()
    assert ended.code == 0, ended.err
    assert first >= kept
    assert run.state() == "stopped"


@pytest.mark.parametrize(
    "words",
    ["train", "train --epochs 0", "data check", "runs export one", "eval", "predict", "train a b"],
)
def test_wrong_usage_ends_with_two(words: str) -> None:
    ended = command(*words.split())
    assert ended.code == 2
    assert ended.out == ""
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "words",
    [
        "train nowhere",
        "train --data /nowhere.jsonl",
        "runs show nowhere",
        "runs export nowhere out",
        "eval --data /nowhere.jsonl --model nowhere",
        "predict --model nowhere Hi",
        "chat --adapter /nowhere Hi",
    ],
)
def test_what_is_not_there_is_told_in_one_line(words: str) -> None:
    ended = command(*words.split())
    ended.assert_told()
    assert ended.err.count("\n") == 1
