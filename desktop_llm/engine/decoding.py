"""The arithmetic of writing: reading a prompt in chunks, then one token after another.

An own loop over the model's `forward`, because `generate` cannot be stopped inside a long prompt,
cannot share a prompt among samples and does not say what the model thought of its tokens.
"""

from __future__ import annotations

import copy
import inspect
import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch

from desktop_llm.core.memory_fit import PREFILL_TOKENS
from desktop_llm.engine.errors import BrokenNumbers
from desktop_llm.engine.fast.compact import MOST_TOKENS, CompactStep
from desktop_llm.engine.fast.kv_cache import GrowingCache, new_cache


class Decoder:
    """A model with the cache of what it has read; scores are float32, (tokens, vocabulary).

    `ids` are the tokens whose state the cache holds. All that compute raise BrokenNumbers.
    """

    def __init__(
        self, model: Any, cache: GrowingCache | None = None, ids: Sequence[int] = ()
    ) -> None:
        """Go on after `ids`, which `cache` holds; without them begin anew."""
        self._model = model
        self.ids = list(ids)
        self._can_keep = "logits_to_keep" in inspect.signature(model.forward).parameters
        self._compact: CompactStep | None = getattr(model, "compact_step", None)
        halves = self._compact is not None and self._compact.halves
        self.cache = new_cache(model.config, halves) if cache is None else cache

    def read(
        self,
        ids: Sequence[int],
        stop: threading.Event,
        on_progress: Callable[[int], None],
        chunk: int = PREFILL_TOKENS,
    ) -> torch.Tensor | None:
        """Read `ids`, `chunk` at a time, and return the scores (1, vocabulary) of what follows.

        `on_progress` gets the number of tokens read. None if `stop` was set in between.
        """
        scores, start, total = None, 0, len(self.ids) + len(ids)
        self.cache.expect(total)
        while start < len(ids):
            if stop.is_set():
                return None
            end = start + chunk
            if len(self.ids) <= self.cache.turn < total:  # the angles of the end from the start
                end = max(end, start + self.cache.turn + 1 - len(self.ids))
            scores = self._forward(ids[start:end], 1)
            start = min(end, len(ids))
            on_progress(start)
        return scores

    def step(self, token: int) -> torch.Tensor:
        """The scores (1, vocabulary) of what follows after `token`."""
        return self._forward([token], 1)

    def verify(self, tokens: Sequence[int]) -> torch.Tensor:
        """The scores of what follows after each of `tokens`, in one go: (tokens, vocabulary)."""
        return self._forward(tokens, len(tokens))

    def crop(self, length: int) -> None:
        """Forget all but the first `length` tokens; only where `cache.can_crop`."""
        self.cache.crop(length)
        del self.ids[length:]

    def fork(self) -> Decoder:
        """A second decoder that has read the same and goes its own way."""
        twin = copy.copy(self)
        twin.cache, twin.ids = self.cache.fork(), list(self.ids)
        return twin

    def _forward(self, ids: Sequence[int], keep: int) -> torch.Tensor:
        """Read `ids` and return the scores after the last `keep` of them."""
        if len(self.ids) <= self.cache.turn < len(self.ids) + len(ids):
            self.cache.reset()
            ids, self.ids = [*self.ids, *ids], []
        if self._compact and self.ids and len(ids) <= MOST_TOKENS:
            scores = self._compact(ids, self.cache, keep).float()
        else:
            outputs = self._model(
                input_ids=torch.tensor([ids], device=self._model.device),
                past_key_values=self.cache,
                use_cache=True,
                **({"logits_to_keep": keep} if self._can_keep else {}),
            )
            scores = outputs.logits[0, -keep:].float()
        self.ids += ids
        # The maximum is not finite where a score is NaN or +inf, or all are -inf.
        if not bool(scores.amax(-1).isfinite().all()):
            raise BrokenNumbers(str(self._model.dtype).removeprefix("torch."))
        return scores
