"""A classifier in memory: texts in, labels with their probabilities out."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeGuard

import torch

from desktop_llm.core.generation import DeviceChoice, LoadOptions, LoadProgress, ModelSource
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder
from desktop_llm.core.safetensors_header import read_header
from desktop_llm.engine.adapter import attach, check_adapter
from desktop_llm.engine.adapter_folder import find_adapter, read_adapter
from desktop_llm.engine.devices import choose_device
from desktop_llm.engine.errors import AdapterDamaged, EmptyPrompt, ModelDamaged
from desktop_llm.engine.loading import as_out_of_memory
from desktop_llm.training.data.types import Example
from desktop_llm.training.errors import NotAClassifier
from desktop_llm.training.tasks.classify import ClassifyTask
from desktop_llm.training.tasks.loading import load_classifier
from desktop_llm.training.tasks.task import Tokenised
from desktop_llm.training.trainer.packing import length_groups

MAX_LENGTH = 512
"""Tokens of a text that are read."""
MAX_CHARACTERS = 100 * MAX_LENGTH
"""Of a text; what is behind could not be read anyway, and need not be made tokens of."""
BATCH_TOKENS = 4096
MAX_CARD_BYTES = 10_000_000

OnProgress = Callable[[LoadProgress], None]


@dataclass(frozen=True)
class Prediction:
    """The likeliest label of a text; `probabilities` of all labels, which sum to 1."""

    label: str
    probability: float
    probabilities: dict[str, float]


class Predictor:
    """Says which of its labels a text has."""

    def __init__(self, model: Any, tokenizer: Any, labels: tuple[str, ...]) -> None:
        self.model = model.eval()
        self.tokenizer = tokenizer
        self.labels = labels
        self._task = ClassifyTask(labels)

    @classmethod
    def load(
        cls,
        source: ModelSource,
        options: LoadOptions | None = None,
        on_progress: OnProgress = lambda progress: None,
    ) -> Predictor:
        """A classifier of its own, or an adapter (a PEFT or run folder) on `source.path`.

        Raises `ExpectedError`: no classifier, damaged, an adapter of another base.
        """
        device = choose_device(replace(options or LoadOptions(), dtype="float32"))
        if source.adapter is not None:
            return cls._with_adapter(source, source.adapter, device, on_progress)
        folder = inspect_model_folder(source.path)
        labels = _labels_of_config(folder, source.name)
        model, tokenizer = load_classifier(source, labels, device, on_progress)
        _check_head(model, folder)
        return cls(model, tokenizer, labels)

    @classmethod
    def _with_adapter(
        cls, source: ModelSource, path: Path, device: DeviceChoice, on_progress: OnProgress
    ) -> Predictor:
        adapter = read_adapter(path, "SEQ_CLS")
        labels = _labels_of_card(find_adapter(path))
        base = replace(source, adapter=None)
        model, tokenizer = load_classifier(base, labels, device, on_progress)
        with torch.device("meta"):
            skeleton = type(model)(model.config)
        check_adapter(adapter, skeleton, source.name)
        return cls(attach(model, adapter), tokenizer, labels)

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in their order. Raises EmptyPrompt, OutOfMemory."""
        rows = [row for number, text in enumerate(texts) for row in self._row(number, text)]
        found: dict[int, Prediction] = {}
        try:
            for group in length_groups(rows, BATCH_TOKENS):
                for row, values in zip(group, self._probabilities(group), strict=True):
                    found[row.row.line] = self._prediction(values)
        except (RuntimeError, MemoryError) as error:
            raise as_out_of_memory(error) or error from error
        return [found[number] for number in range(len(texts))]

    def _row(self, number: int, text: str) -> list[Tokenised]:
        example = Example(text=text[:MAX_CHARACTERS], label=self.labels[0], line=number)
        rows = self._task.tokenise(self.tokenizer, example, MAX_LENGTH)
        if not rows:
            raise EmptyPrompt
        return rows

    @torch.inference_mode()
    def _probabilities(self, rows: Sequence[Tokenised]) -> list[list[float]]:
        batch = self._task.collate(rows, self.tokenizer)
        device = next(self.model.parameters()).device
        output = self.model(
            input_ids=batch["input_ids"].to(device),
            attention_mask=batch["attention_mask"].to(device),
        )
        values: list[list[float]] = output.logits.float().softmax(-1).tolist()
        return values

    def _prediction(self, values: list[float]) -> Prediction:
        best = max(range(len(values)), key=values.__getitem__)
        named = dict(zip(self.labels, values, strict=True))
        return Prediction(self.labels[best], values[best], named)


def _labels_of_config(folder: ModelFolder, name: str) -> tuple[str, ...]:
    """The labels of a whole model, in the order of their numbers."""
    names = folder.config.get("id2label")
    if "ForSequenceClassification" not in folder.architecture or not isinstance(names, dict):
        raise NotAClassifier(name)
    labels = [names.get(str(number)) for number in range(len(names))]
    if not _are_labels(labels):
        raise ModelDamaged(folder.path, "its labels are unreadable")
    return tuple(labels)


def _labels_of_card(folder: Path) -> tuple[str, ...]:
    """The labels that a run noted in the card beside its adapter; peft keeps none."""
    file = folder / "card.json"
    if not file.is_file() or file.stat().st_size > MAX_CARD_BYTES:
        raise AdapterDamaged(folder, "card.json, which has the labels, is missing")
    try:
        labels = json.loads(file.read_bytes())["labels"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise AdapterDamaged(folder, "card.json is unreadable") from error
    if not _are_labels(labels):
        raise AdapterDamaged(folder, "card.json names no labels")
    return tuple(labels)


def _are_labels(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and bool(value) and all(isinstance(x, str) for x in value)


def _check_head(model: Any, folder: ModelFolder) -> None:
    """Refuse a head that would be random numbers: not in the files, or of another size there."""
    entries = [entry for file in folder.weight_files for entry in read_header(file)]
    stored = {entry.name: entry.elements for entry in entries}
    for name, weight in model.named_parameters():
        head = not name.startswith(model.base_model_prefix + ".") or ".pooler." in name
        if head and stored.get(name) != weight.numel():
            raise ModelDamaged(folder.path, "the weights of its head are missing")
