"""Text classification: an encoder, or a decoder, with a head that says one of the labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from desktop_llm.core.generation import DeviceChoice, LoadProgress
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.task_facts import TASKS
from desktop_llm.training.tasks.loading import ignore_progress, load_classifier
from desktop_llm.training.tasks.padded import padded_inputs
from desktop_llm.training.tasks.preview import preview_tokens, row_limit
from desktop_llm.training.tasks.task import IGNORED, Batch, Judged, Measured, Tokenised
from desktop_llm.training.tokens import RowTokens


class ClassifyTask:
    """One loss a row. `labels` are the classes, sorted; their places are their numbers."""

    facts = TASKS["classify"]
    packs = False

    def __init__(self, labels: tuple[str, ...] = ()) -> None:
        self.labels = labels

    def load_base(
        self,
        job: TrainingJob,
        device: DeviceChoice,
        labels: tuple[str, ...] = (),
        on_progress: Callable[[LoadProgress], None] = ignore_progress,
    ) -> tuple[Any, Any]:
        """The head begins with random numbers that the job's seed decides."""
        self.labels = labels or self.labels
        with torch.random.fork_rng():
            torch.manual_seed(job.settings.seed)
            return load_classifier(job.model, self.labels, device, on_progress)

    def tokenise(self, tokenizer: Any, example: Example, max_length: int) -> list[Tokenised]:
        """One row; none if its label is not among `labels`."""
        if example.label not in self.labels:
            return []
        whole, kept = _ids(tokenizer, example.text, row_limit(tokenizer, max_length))
        number = self.labels.index(example.label)
        return [Tokenised(tuple(kept), (number,), len(whole), example)] if kept else []

    def tokenise_all(
        self, tokenizer: Any, examples: Iterable[Example], max_length: int
    ) -> Iterator[Tokenised]:
        for example in examples:
            yield from self.tokenise(tokenizer, example, max_length)

    def measure(self, tokenizer: Any, example: Example, max_length: int) -> list[Measured]:
        """`trained` is 1: the label."""
        whole, kept = _ids(tokenizer, example.text, row_limit(tokenizer, max_length))
        return [Measured(len(whole), int(bool(kept)))]

    def preview(self, tokenizer: Any, example: Example, max_length: int) -> RowTokens:
        """No token is "trained": all are read, and only the label is learned."""
        whole, kept = _ids(tokenizer, example.text, row_limit(tokenizer, max_length))
        alike = next(
            (at for at, (a, b) in enumerate(zip(whole, kept, strict=False)) if a != b), len(kept)
        )
        # What is cut off goes out before the token that ends a text, not after it.
        after = len(whole) - (len(kept) - alike)
        tokens = preview_tokens(tokenizer, whole[:after], [IGNORED] * after, alike)
        tokens += preview_tokens(tokenizer, whole[after:], [IGNORED] * len(whole), len(whole))
        return RowTokens(example.file, example.line, tuple(tokens), label=example.label or "")

    def collate(self, rows: Sequence[Tokenised], tokenizer: Any) -> Batch:
        """`labels` [rows] beside the padded ids."""
        labels = torch.tensor([row.labels[0] for row in rows])
        return {**padded_inputs(rows, tokenizer.pad_token_id), "labels": labels}

    def loss(self, model: Any, batch: Batch) -> tuple[torch.Tensor, int]:
        logits = _logits(model, batch)
        return cross_entropy(logits, batch["labels"], reduction="sum"), len(logits)

    @torch.inference_mode()
    def judge(self, model: Any, batch: Batch) -> Judged:
        logits, labels = _logits(model, batch), batch["labels"]
        total = float(cross_entropy(logits, labels, reduction="sum"))
        predicted = tuple(logits.argmax(-1).tolist())
        return Judged(total, len(logits), predicted, tuple(labels.tolist()))

    def metrics(self, judged: Sequence[Judged]) -> dict[str, float]:
        """Accuracy, and the F1 of the classes that occur, each counting the same."""
        from sklearn.metrics import accuracy_score, f1_score  # takes a second to import

        predicted = [number for part in judged for number in part.predicted]
        expected = [number for part in judged for number in part.expected]
        if not expected:
            return {}
        return {
            "accuracy": float(accuracy_score(expected, predicted)),
            "macro_f1": float(f1_score(expected, predicted, average="macro", zero_division=0.0)),
        }


def _logits(model: Any, batch: Batch) -> torch.Tensor:
    """What the head says, float32 [rows, classes]."""
    output = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
    logits: torch.Tensor = output.logits
    return logits.float()


def _ids(tokenizer: Any, text: str, limit: int) -> tuple[list[int], list[int]]:
    """The ids of a text with the marks of its begin and end, whole and at most `limit` long.

    Control tokens that are written in the text are text.
    """
    whole = list(tokenizer(text, split_special_tokens=True, verbose=False)["input_ids"])
    if len(whole) <= limit:
        return whole, whole
    cut = tokenizer(text, split_special_tokens=True, truncation=True, max_length=limit)
    return whole, list(cut["input_ids"])
