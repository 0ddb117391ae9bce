from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop_llm.core.errors import ExpectedError, from_wire, to_wire
from desktop_llm.core.generation import DeviceChoice, LoadProgress, ModelSource
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import ModelDamaged, ModelMissing, PickleOnly, UnknownArchitecture
from desktop_llm.training.data.types import Example
from desktop_llm.training.errors import ModelCannotWrite, ModelCompressed, ModelHasAdapter
from desktop_llm.training.job import DataSpec, TaskName, TrainingJob, TrainingSettings
from desktop_llm.training.tasks.loading import check_base, load_tokenizer
from desktop_llm.training.tasks.task import get_task
from tests.unit.engine.tiny_models import CONTEXT, byte_tokenizer, save_gguf, save_model, tiny_model
from tests.unit.training.tasks.tiny_encoder import save_encoder

CPU = DeviceChoice("cpu", "Fake", "bfloat16", Text("Because."))
LABELS = ("bad", "good", "so-so")


def load(task: TaskName, source: ModelSource, seed: int = 42, labels: Any = LABELS) -> Any:
    job = TrainingJob(task, source, DataSpec(()), TrainingSettings(seed=seed))
    return get_task(task).load_base(job, CPU, labels)


def change_config(source: ModelSource, **changes: Any) -> ModelSource:
    file = source.path / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return source


@pytest.fixture
def decoder(tmp_path: Path) -> ModelSource:
    return save_model(tmp_path / "decoder")


@pytest.fixture
def encoder(tmp_path: Path) -> ModelSource:
    return save_encoder(tmp_path / "encoder")


@pytest.mark.parametrize("task", ["sft", "pretrain"])
def test_a_model_that_writes_is_loaded_in_float32(task: TaskName, decoder: ModelSource) -> None:
    tiny_model().bfloat16().save_pretrained(decoder.path)
    model, tokenizer = load(task, decoder)
    assert model.dtype == torch.float32
    assert tokenizer.model_max_length == CONTEXT
    assert tokenizer.answer_ends == {2}


def test_the_tokenizer_alone_knows_the_same(decoder: ModelSource) -> None:
    tokenizer = load_tokenizer(decoder)
    assert (tokenizer.model_max_length, tokenizer.answer_ends) == (CONTEXT, {2})


def test_ends_are_those_of_model_settings_and_tokenizer(decoder: ModelSource) -> None:
    (decoder.path / "generation_config.json").write_text(json.dumps({"eos_token_id": [1, 5]}))
    assert load_tokenizer(decoder).answer_ends == {1, 2, 5}


def test_loading_tells_how_far_it_is(decoder: ModelSource) -> None:
    stages: list[LoadProgress] = []
    job = TrainingJob("sft", decoder, DataSpec(()))
    get_task("sft").load_base(job, CPU, (), stages.append)
    assert [step.stage for step in stages][:2] == ["checking", "reading"]


def test_a_model_is_converted_first(tmp_path: Path) -> None:
    gguf = save_gguf(tmp_path / "tiny.gguf")
    source = ModelSource("tiny", tmp_path / "converted", convert_from=gguf)
    model, _ = load("sft", source)
    assert model.dtype == torch.float32


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_an_encoder_gets_a_head_with_the_labels(kind: str, tmp_path: Path) -> None:
    model, _ = load("classify", save_encoder(tmp_path / kind, kind))
    assert model.config.id2label == dict(enumerate(LABELS))
    assert model.config.label2id == {name: number for number, name in enumerate(LABELS)}
    assert model.config.num_labels == 3


def test_a_decoder_with_a_head_judges_the_last_token_of_each_row(decoder: ModelSource) -> None:
    model, tokenizer = load("classify", decoder)
    task = get_task("classify", LABELS)
    rows = [
        row
        for text in ("hello", "the quick brown fox", "hello world, how are you?")
        for row in task.tokenise(tokenizer, Example(text=text, label="good"), 64)
    ]
    alone = [task.judge(model, task.collate([row], tokenizer)).total for row in rows]
    together = task.judge(model, task.collate(rows, tokenizer)).total
    assert together == pytest.approx(sum(alone), rel=1e-4)


def test_the_head_depends_on_the_seed_alone(encoder: ModelSource) -> None:
    first, same, other = (load("classify", encoder, seed)[0] for seed in (1, 1, 2))
    assert torch.equal(first.classifier.weight, same.classifier.weight)
    assert not torch.equal(first.classifier.weight, other.classifier.weight)


def test_loading_does_not_disturb_the_random_numbers_of_others(encoder: ModelSource) -> None:
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    load("classify", encoder)
    assert torch.equal(torch.rand(1), expected)


def test_a_classifier_can_be_trained_further_on_other_labels(tmp_path: Path) -> None:
    model, tokenizer = load("classify", save_encoder(tmp_path / "a"), labels=("x", "y"))
    model.save_pretrained(tmp_path / "b")
    tokenizer.save_pretrained(tmp_path / "b")
    source = ModelSource("b", tmp_path / "b")
    again, _ = load("classify", source, labels=("x", "y"))
    assert torch.equal(again.classifier.weight, model.classifier.weight)
    assert load("classify", source)[0].classifier.weight.shape[0] == 3


def test_an_encoder_cannot_be_taught_to_write(encoder: ModelSource) -> None:
    with pytest.raises(ModelCannotWrite) as told:
        load("sft", encoder)
    assert "BertModel" in str(told.value)
    assert str(from_wire(to_wire(told.value))) == str(told.value)


def test_what_a_model_is_good_for_is_known_without_its_weights(
    encoder: ModelSource, decoder: ModelSource
) -> None:
    assert check_base(encoder, "classify").model_type == "bert"
    assert check_base(decoder, "classify") == check_base(decoder, "sft")
    with pytest.raises(ModelCannotWrite):
        check_base(encoder, "pretrain")


def test_a_classifier_cannot_be_taught_to_write(decoder: ModelSource) -> None:
    change_config(decoder, architectures=["LlamaForSequenceClassification"])
    with pytest.raises(ModelCannotWrite):
        load("pretrain", decoder)


def test_an_adapter_is_no_base(decoder: ModelSource, tmp_path: Path) -> None:
    with pytest.raises(ModelHasAdapter):
        load("sft", replace(decoder, adapter=tmp_path))


@pytest.mark.parametrize("task", ["sft", "classify"])
def test_a_compressed_model_is_refused(task: TaskName, decoder: ModelSource) -> None:
    change_config(decoder, quantization_config={"quant_method": "awq"})
    with pytest.raises(ModelCompressed) as told:
        load(task, decoder)
    assert "awq" in str(told.value)


@pytest.mark.parametrize("task", ["sft", "classify"])
def test_a_missing_model_is_told(task: TaskName, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        load(task, ModelSource("gone", tmp_path / "gone"))


@pytest.mark.parametrize("task", ["sft", "classify"])
def test_an_unknown_architecture_is_told(task: TaskName, decoder: ModelSource) -> None:
    change_config(decoder, model_type="perpetuum_mobile")
    with pytest.raises(UnknownArchitecture):
        load(task, decoder)


def test_weights_in_a_format_that_runs_programs_are_refused(encoder: ModelSource) -> None:
    (encoder.path / "model.safetensors").rename(encoder.path / "pytorch_model.bin")
    with pytest.raises(PickleOnly):
        load("classify", encoder)


@pytest.mark.parametrize("task", ["sft", "classify"])
def test_a_weight_that_is_missing_is_told(task: TaskName, decoder: ModelSource) -> None:
    file = decoder.path / "model.safetensors"
    weights = load_file(file)
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(ModelDamaged):
        load(task, decoder)


@pytest.mark.parametrize("name", ["tokenizer.json", "generation_config.json"])
def test_damaged_files_beside_the_weights_are_told(name: str, decoder: ModelSource) -> None:
    (decoder.path / name).write_bytes(b"[1")
    with pytest.raises(ExpectedError):
        load("sft", decoder)


def test_a_tokenizer_without_padding_gets_some_for_a_classifier(tmp_path: Path) -> None:
    tokenizer = byte_tokenizer()
    assert tokenizer.pad_token is None
    model, tokenizer = load("classify", save_model(tmp_path / "gpt2", tiny_model("gpt2")))
    assert model.config.pad_token_id == tokenizer.pad_token_id == tokenizer.eos_token_id
