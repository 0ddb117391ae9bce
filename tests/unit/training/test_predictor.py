from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop_llm.core.generation import DeviceChoice, LoadOptions
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import EmptyPrompt, ModelDamaged, ModelMissing
from desktop_llm.training.errors import NotAClassifier
from desktop_llm.training.job import DataSpec, TrainingJob
from desktop_llm.training.predictor import MAX_CHARACTERS, Predictor
from desktop_llm.training.tasks.task import get_task
from tests.unit.engine.tiny_models import save_model
from tests.unit.training.tasks.tiny_encoder import save_encoder

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))
OPTIONS = LoadOptions(device="cpu", threads=1)
LABELS = ("bad", "good", "so so")


def save_classifier(folder: Path, kind: str = "bert") -> Any:
    """A classifier that was not trained, in `folder`."""
    base = folder.with_name("base")
    source = save_model(base) if kind == "llama" else save_encoder(base, kind)
    job = TrainingJob("classify", source, DataSpec(()))
    model, tokenizer = get_task("classify", LABELS).load_base(job, CPU, LABELS)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return model.eval(), tokenizer


@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta", "llama"])
def test_a_text_gets_the_models_own_probabilities(tmp_path: Path, kind: str) -> None:
    torch.set_num_threads(1)
    model, tokenizer = save_classifier(tmp_path / "result", kind)
    texts = ["good film", "a very very bad film and more", "good", "good film"]
    found = Predictor.load(tmp_path / "result", OPTIONS).predict(texts)
    for text, prediction in zip(texts, found, strict=True):
        with torch.inference_mode():
            wanted = model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1).tolist()
        assert list(prediction.probabilities) == list(LABELS)
        assert list(prediction.probabilities.values()) == pytest.approx(wanted, abs=1e-5)
        assert prediction.label == LABELS[wanted.index(max(wanted))]
        assert sum(prediction.probabilities.values()) == pytest.approx(1)


def test_many_texts_keep_their_order(tmp_path: Path) -> None:
    save_classifier(tmp_path / "result")
    predictor = Predictor.load(tmp_path / "result", OPTIONS)
    texts = ["good bad " * (1 + n * 7 % 40) for n in range(60)]
    for text, prediction in zip(texts[::9], predictor.predict(texts)[::9], strict=True):
        alone = predictor.predict([text])[0]
        assert prediction.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_an_endless_text_is_read_at_its_beginning(tmp_path: Path) -> None:
    save_classifier(tmp_path / "result")
    predictor = Predictor.load(tmp_path / "result", OPTIONS)
    long = "hello " * MAX_CHARACTERS
    assert predictor.predict([long]) == predictor.predict([long + "fox"])


def test_no_text_gives_no_prediction(tmp_path: Path) -> None:
    save_classifier(tmp_path / "result")
    assert Predictor.load(tmp_path / "result", OPTIONS).predict([]) == []


def test_nothing_to_read_is_told(tmp_path: Path) -> None:
    save_classifier(tmp_path / "result", "llama")
    with pytest.raises(EmptyPrompt):
        Predictor.load(tmp_path / "result", OPTIONS).predict(["hello", ""])


def test_a_model_without_labels_is_refused(tmp_path: Path) -> None:
    for source in (save_model(tmp_path / "llama"), save_encoder(tmp_path / "bert", "bert")):
        with pytest.raises(NotAClassifier):
            Predictor.load(source.path, OPTIONS)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        Predictor.load(tmp_path / "nothing", OPTIONS)


@pytest.mark.parametrize("part", ["classifier", "pooler"])
def test_a_head_that_would_be_random_is_refused(tmp_path: Path, part: str) -> None:
    save_classifier(tmp_path / "result")
    file = tmp_path / "result" / "model.safetensors"
    save_file({k: v for k, v in load_file(file).items() if part not in k}, file)
    with pytest.raises(ModelDamaged):
        Predictor.load(tmp_path / "result", OPTIONS)


def test_a_head_of_another_size_is_refused(tmp_path: Path) -> None:
    save_classifier(tmp_path / "result")
    file = tmp_path / "result" / "model.safetensors"
    tensors = load_file(file)
    tensors["classifier.weight"] = tensors["classifier.weight"][:2].clone()
    save_file(tensors, file)
    with pytest.raises(ModelDamaged):
        Predictor.load(tmp_path / "result", OPTIONS)
