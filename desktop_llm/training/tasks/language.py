"""What the tasks that teach a model to write have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch

from desktop_llm.core.generation import DeviceChoice, LoadProgress
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.tasks.loading import ignore_progress, load_language_model
from desktop_llm.training.tasks.padded import padded_loss, padded_tokens
from desktop_llm.training.tasks.task import IGNORED, Batch, Judged, Tokenised
from desktop_llm.training.trainer.loss import packed_loss


class LanguageTask(ABC):
    """Predicts the next token; the loss goes over the tokens that have a label."""

    packs = True

    def load_base(
        self,
        job: TrainingJob,
        device: DeviceChoice,
        labels: tuple[str, ...] = (),
        on_progress: Callable[[LoadProgress], None] = ignore_progress,
    ) -> tuple[Any, Any]:
        return load_language_model(job.model, device, on_progress)

    @abstractmethod
    def tokenise(self, tokenizer: Any, example: Example, max_length: int) -> list[Tokenised]:
        """See `Task.tokenise`."""

    def tokenise_all(
        self, tokenizer: Any, examples: Iterable[Example], max_length: int
    ) -> Iterator[Tokenised]:
        for example in examples:
            yield from self.tokenise(tokenizer, example, max_length)

    def collate(self, rows: Sequence[Tokenised], tokenizer: Any) -> Batch:
        return padded_tokens(rows, tokenizer.pad_token_id)

    def loss(self, model: Any, batch: Batch) -> tuple[torch.Tensor, int]:
        """Of a padded batch, or of a pack (`trainer.packing`)."""
        return packed_loss(model, batch) if "keep" in batch else padded_loss(model, batch)

    @torch.inference_mode()
    def judge(self, model: Any, batch: Batch) -> Judged:
        total, count = self.loss(model, batch)
        return Judged(float(total), count)

    def metrics(self, judged: Sequence[Judged]) -> dict[str, float]:
        return {}


def has_loss(labels: Sequence[int]) -> bool:
    """Whether anything is learned; the first token of a row is predicted by nothing."""
    return any(label != IGNORED for label in labels[1:])
