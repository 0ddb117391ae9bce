"""The arithmetic of writing: reading a prompt in chunks, then one token after another.

An own loop over the model's `forward`, because `generate` cannot be stopped inside a long prompt,
cannot share a prompt among samples and does not say what the model thought of its tokens.
"""

from __future__ import annotations

import copy
import inspect
import threading
from collections.abc import Callable
from typing import Any

import torch
from transformers import DynamicCache

from desktop_llm.core.memory_fit import PREFILL_TOKENS


class Decoder:
    """A model with the cache of what it has read; `scores` are float32, shape (1, vocabulary)."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._cache = DynamicCache(config=model.config)
        self._last_only: dict[str, int] = {}
        if "logits_to_keep" in inspect.signature(model.forward).parameters:
            self._last_only = {"logits_to_keep": 1}

    def read(
        self,
        ids: list[int],
        stop: threading.Event,
        on_progress: Callable[[int], None],
        chunk: int = PREFILL_TOKENS,
    ) -> torch.Tensor | None:
        """Read `ids`, `chunk` at a time, and return the scores of what follows.

        `on_progress` gets the number of tokens read. None if `stop` was set in between.
        """
        scores = None
        for start in range(0, len(ids), chunk):
            if stop.is_set():
                return None
            scores = self._forward(ids[start : start + chunk])
            on_progress(min(start + chunk, len(ids)))
        return scores

    def step(self, token: int) -> torch.Tensor:
        """The scores of what follows after `token`."""
        return self._forward([token])

    def fork(self) -> Decoder:
        """A second decoder that has read the same and goes its own way."""
        twin = copy.copy(self)
        twin._cache = copy.deepcopy(self._cache)
        return twin

    def _forward(self, ids: list[int]) -> torch.Tensor:
        outputs = self._model(
            input_ids=torch.tensor([ids], device=self._model.device),
            past_key_values=self._cache,
            use_cache=True,
            **self._last_only,
        )
        scores: torch.Tensor = outputs.logits[:, -1].float()
        return scores
