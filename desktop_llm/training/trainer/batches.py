"""The rows of a step as batches that fit into memory: packed where the model can, else padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from desktop_llm.training.tasks.task import Batch, Judged, Task, Tokenised
from desktop_llm.training.trainer.loss import fits
from desktop_llm.training.trainer.packing import MAX_TOKENS, length_groups, pack

SMALLEST = 32
"""Tokens: a batch is not made smaller than this when memory runs out."""

PADDED_TOKENS = 2048
"""Of a padded batch, padding included, at most."""


@dataclass
class Batches:
    """Cuts rows into batches of at most `limit` tokens; a longer row is a batch of its own."""

    task: Task
    tokenizer: Any
    device: str
    packed: bool
    limit: int

    @classmethod
    def of(cls, task: Task, model: Any, tokenizer: Any, device: str) -> Batches:
        """As large as it pays. To be called while all weights are float32."""
        packed = task.packs and fits(model)
        return cls(task, tokenizer, device, packed, MAX_TOKENS if packed else PADDED_TOKENS)

    def loss(self, model: Any, rows: Sequence[Tokenised]) -> Iterator[tuple[torch.Tensor, int]]:
        """For each batch the sum of its losses, to go backward from, and over how many."""
        for batch in self._cut(rows):
            yield self.task.loss(model, batch)

    def judge(self, model: Any, rows: Sequence[Tokenised]) -> Iterator[Judged]:
        """For each batch what the model makes of it, without gradients."""
        for batch in self._cut(rows):
            yield self.task.judge(model, batch)

    def halve(self, rows: Sequence[Tokenised]) -> bool:
        """Make smaller batches from now on. False: the largest of `rows` is one already."""
        longest = max((len(row.ids) for row in rows), default=0)
        if self.limit <= max(longest, SMALLEST):
            return False
        self.limit //= 2
        return True

    def _cut(self, rows: Sequence[Tokenised]) -> Iterator[Batch]:
        if self.packed:
            batches: Iterator[Batch] = iter(pack(rows, self.limit))
        else:
            groups = length_groups(rows, self.limit)
            batches = (self.task.collate(group, self.tokenizer) for group in groups)
        for batch in batches:
            yield {
                name: value.to(self.device) if isinstance(value, torch.Tensor) else value
                for name, value in batch.items()
            }


def wanted_tokens(task: Task) -> int:
    """Tokens at once, beyond which nothing gets quicker."""
    return MAX_TOKENS if task.packs else PADDED_TOKENS
