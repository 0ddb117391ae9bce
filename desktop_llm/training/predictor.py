"""A classifier in memory: texts in, labels with their probabilities out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from desktop_llm.core.generation import LoadOptions, LoadProgress, ModelSource
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder, model_name
from desktop_llm.core.safetensors_header import read_header
from desktop_llm.engine.devices import choose_device
from desktop_llm.engine.errors import EmptyPrompt, ModelDamaged
from desktop_llm.engine.loading import as_out_of_memory
from desktop_llm.training.data.types import Example
from desktop_llm.training.errors import NotAClassifier
from desktop_llm.training.result import Prediction
from desktop_llm.training.tasks.classify import ClassifyTask
from desktop_llm.training.tasks.loading import load_classifier
from desktop_llm.training.tasks.task import Tokenised
from desktop_llm.training.trainer.packing import length_groups

MAX_LENGTH = 512
"""Tokens of a text that are read."""
MAX_CHARACTERS = 100 * MAX_LENGTH
"""Of a text; what is behind could not be read anyway, and need not be made tokens of."""
BATCH_TOKENS = 4096


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
        path: Path,
        options: LoadOptions | None = None,
        on_progress: Callable[[LoadProgress], None] = lambda progress: None,
    ) -> Predictor:
        """The classifier in the folder `path`.

        Raises `ExpectedError`: not a classifier, damaged, out of memory.
        """
        folder, name = inspect_model_folder(path), model_name(path)
        labels = _labels(folder, name)
        device = choose_device(replace(options or LoadOptions(), dtype="float32"))
        model, tokenizer = load_classifier(ModelSource(name, path), labels, device, on_progress)
        _check_head(model, folder)
        return cls(model, tokenizer, labels)

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
        return Prediction(self.labels[best], named)


def _labels(folder: ModelFolder, name: str) -> tuple[str, ...]:
    """The labels that the configuration names, in the order of their numbers."""
    names = folder.config.get("id2label")
    if "ForSequenceClassification" not in folder.architecture or not isinstance(names, dict):
        raise NotAClassifier(name)
    labels = [names.get(str(number)) for number in range(len(names))]
    known = tuple(label for label in labels if isinstance(label, str))
    if not known or len(known) < len(labels):
        raise ModelDamaged(folder.path, "its labels are unreadable")
    return known


def _check_head(model: Any, folder: ModelFolder) -> None:
    """Refuse a head that would be random numbers: not in the files, or of another size there."""
    entries = [entry for file in folder.weight_files for entry in read_header(file)]
    stored = {entry.name: entry.elements for entry in entries}
    for name, weight in model.named_parameters():
        head = not name.startswith(model.base_model_prefix + ".") or ".pooler." in name
        if head and stored.get(name) != weight.numel():
            raise ModelDamaged(folder.path, "the weights of its head are missing")
