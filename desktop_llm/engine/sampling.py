"""Choosing the next token from the model's scores, with transformers' own processors.

The order is that of `generate`: repetition penalty, temperature, top-k, top-p, min-p. Top-k comes
first among the filters and leaves a short list, so that the rest sorts 50 scores, not 150,000. The
penalty is for what the reply has said: the words of the question are needed for the answer.
"""

from __future__ import annotations

import secrets

import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)

from desktop_llm.core.generation import Sampling

SEED_LIMIT = 2**31
"""Drawn seeds stay below this, so that a spin box can show them."""


def draw_seed() -> int:
    """A seed for a request that has none; it is kept in the record."""
    return secrets.randbelow(SEED_LIMIT)


class Sampler:
    """Chooses one token after another; the same seed and scores choose the same tokens.

    The random numbers and the draw are the processor's on every device.
    """

    def __init__(self, sampling: Sampling, seed: int) -> None:
        self._greedy = sampling.temperature <= 0
        self._top_k = sampling.top_k
        self._penalty = (
            RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty)
            if sampling.repetition_penalty != 1.0
            else None
        )
        self._filters = _filters(sampling)
        self._generator = torch.Generator().manual_seed(seed)

    def choose(self, scores: torch.Tensor, written: list[int]) -> int:
        """The next token after `written`, the reply so far; `scores`: float32, (1, vocabulary)."""
        if self._penalty is not None and written:
            scores = self._penalty(torch.tensor([written], device=scores.device), scores)
        if self._greedy:
            return int(scores.argmax())
        count = scores.shape[-1]
        if 0 < self._top_k < count:
            scores, tokens = scores.topk(self._top_k)
        else:
            tokens = torch.arange(count)[None]
        kept = self._filters(None, scores.cpu())
        drawn = torch.multinomial(kept.softmax(-1), 1, generator=self._generator)
        return int(tokens[0, int(drawn)])


def _filters(sampling: Sampling) -> LogitsProcessorList:
    filters = LogitsProcessorList()
    if sampling.temperature > 0 and sampling.temperature != 1.0:
        filters.append(TemperatureLogitsWarper(float(sampling.temperature)))
    if 0 < sampling.top_p < 1:
        filters.append(TopPLogitsWarper(sampling.top_p))
    if sampling.min_p > 0:
        filters.append(MinPLogitsWarper(sampling.min_p))
    return filters
