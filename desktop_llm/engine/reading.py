"""What a model makes of a text it did not write: log-probabilities and a vector."""

from __future__ import annotations

from typing import Any

import torch

from desktop_llm.core.generation import TokenLogprob
from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.generation_loop import token_logprob

CHUNK = 128
"""Tokens that are scored at once: large vocabularies give 150,000 float32 scores for each."""


@torch.inference_mode()
def token_logprobs(model: Any, tokenizer: Any, ids: list[int]) -> list[TokenLogprob]:
    """The log-probability of every token of `ids` but the first, given those before it.

    Raises BrokenNumbers.
    """
    decoder = Decoder(model)
    found: list[TokenLogprob] = []
    for start in range(0, len(ids) - 1, CHUNK):
        targets = ids[start + 1 : start + 1 + CHUNK]
        scores = decoder.verify(ids[start : start + len(targets)])
        found += [
            token_logprob(tokenizer, scores[None, row], token, 0)
            for row, token in enumerate(targets)
        ]
    return found


@torch.inference_mode()
def mean_vector(model: Any, ids: list[int]) -> list[float]:
    """The mean of the last hidden state over `ids`, scaled to length 1."""
    tokens = torch.tensor([ids], device=model.device)
    hidden = model.base_model(input_ids=tokens, use_cache=False).last_hidden_state
    mean = hidden[0].float().mean(0)
    return [float(value) for value in torch.nn.functional.normalize(mean, dim=0)]
