"""What fewer bits cost: perplexity, and the error of each layer's output.

Weights that came from 4-bit blocks, like the starter's, are rounded to 4 bits nearly without loss
and look too good. `with_noise` moves them off those places first.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn

from desktop_llm.engine.fast.lanes import GROUP
from desktop_llm.engine.fast.packed_linear import is_linear

WINDOW = 512
"""Tokens that are read together; each is judged by those before it in its window."""

ROWS = 64
"""Tokens whose scores are in memory at once: large vocabularies have 150,000 for each."""


@torch.inference_mode()
def perplexity(model: Any, ids: list[int], window: int = WINDOW) -> float:
    """The perplexity of `model` on `ids`: e to the mean loss for each token (natural logarithm)."""
    loss, count = 0.0, 0
    for start in range(0, len(ids) - 1, window):
        read = torch.tensor(ids[start : start + window])[None].to(model.device)
        hidden = model.base_model(input_ids=read, use_cache=False).last_hidden_state[0]
        targets = read[0, 1:]
        for row in range(0, len(targets), ROWS):
            some = targets[row : row + ROWS]
            scores = _scores(model, hidden[row : row + len(some)])
            loss += float(nn.functional.cross_entropy(scores, some, reduction="sum"))
        count += len(targets)
    return math.exp(loss / count)


def _scores(model: Any, hidden: torch.Tensor) -> torch.Tensor:
    scores: torch.Tensor = model.get_output_embeddings()(hidden).float()
    most = getattr(model.config.get_text_config(), "final_logit_softcapping", None)
    return torch.tanh(scores / most) * most if most else scores


@torch.inference_mode()
def output_errors(exact: Any, packed: Any, ids: list[int]) -> dict[str, float]:
    """By name, how far each packed layer is from the exact one on the exact one's input.

    The norm of the difference by the norm of the output. `exact` and `packed` are one model.
    """
    found: dict[str, float] = {}

    def compare(name: str) -> Any:
        def hook(_layer: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
            other = packed.get_submodule(name)(inputs[0]).float()
            found[name] = float((other - output.float()).norm() / output.float().norm())

        return hook

    layers = [(name, layer) for name, layer in exact.named_modules() if is_linear(layer)]
    handles = [layer.register_forward_hook(compare(name)) for name, layer in layers]
    try:
        exact(torch.tensor(ids)[None], use_cache=False)
    finally:
        for handle in handles:
            handle.remove()
    return found


@torch.no_grad()
def with_noise(model: Any, seed: int) -> Any:
    """`model`, in place, with uniform noise of half a 4-bit step on every matrix of weights."""
    dice = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        if weight.dim() == 2 and weight.shape[1] % GROUP == 0:
            groups = weight.data.view(-1, GROUP)
            step = (groups.amax(1, keepdim=True) - groups.amin(1, keepdim=True)).float() / 15
            noise = torch.rand(groups.shape, generator=dice) - 0.5
            groups.copy_(groups.float() + noise * step)
    return model
