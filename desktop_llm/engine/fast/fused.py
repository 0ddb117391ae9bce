"""Layers that read the same input as one: queries, keys and values; gate and up.

One product of many rows costs less than three of few: threads are called together once, and memory
is read in one run. The names in the model stay: the parts of it answer with slices of one result,
so that transformers' own forward works on them, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from desktop_llm.engine.fast.packed_linear import PackedLinear
from desktop_llm.engine.memory_watch import trim

GROUPS = (("q_proj", "k_proj", "v_proj"), ("gate_proj", "up_proj"))
"""Names of children that read the same input, in the order in which they are called."""


class Fused(nn.Module):
    """The layer that computes all parts, and the result of its last call until all have it."""

    def __init__(self, layer: nn.Module, sizes: Sequence[int]) -> None:
        """`sizes`: the rows of each part."""
        super().__init__()
        self.layer = layer
        ends = list(itertools.accumulate(sizes))
        self._spans = list(zip([0, *ends], ends, strict=False))
        self._input: torch.Tensor | None = None
        self._result: torch.Tensor | None = None

    def part(self, number: int, x: torch.Tensor) -> torch.Tensor:
        """What part `number` answers to `x`; for the first it is computed, the last frees it."""
        if self._input is not x or self._result is None or number == 0:
            self._input, self._result = x, self.layer(x)
        result = self._result
        if number == len(self._spans) - 1:
            self._input = self._result = None
        start, end = self._spans[number]
        return result[..., start:end]


class FusedPart(nn.Module):
    """In place of one of the layers."""

    def __init__(self, fused: Fused, number: int, like: Any) -> None:
        super().__init__()
        self.fused, self.number = fused, number
        self.in_features, self.out_features = like.in_features, like.out_features

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x`: (…, in)."""
        return self.fused.part(self.number, x)


def fuse(model: nn.Module) -> None:
    """Join the layers of `model` that can be, one group after another."""
    # Only the parents: a list with the parts would hold their weights to the end.
    parents = [each for each in model.modules() if any(hasattr(each, g[0]) for g in GROUPS)]
    for module in parents:
        for names in GROUPS:
            parts: list[Any] = [getattr(module, name, None) for name in names]
            whole = joined(parts)
            if whole is not None:
                fused = Fused(whole, [part.out_features for part in parts])
                for number, (name, part) in enumerate(zip(names, parts, strict=True)):
                    setattr(module, name, FusedPart(fused, number, part))
                del parts, part
                trim()  # else the C library keeps what the parts had: a third of the weights


def joined(parts: Sequence[Any]) -> nn.Module | None:
    """One layer with the rows of all `parts`; None where they are no layers of one kind."""
    if len({type(part) for part in parts}) != 1:
        return None
    if len({getattr(part, "bias", None) is None for part in parts}) != 1:
        return None
    match parts[0]:
        case PackedLinear():
            same = len({part.codes.dtype for part in parts}) == 1
            return PackedLinear.joined(parts) if same else None
        case nn.Linear():
            return _joined_floats(parts)
    return None


@torch.no_grad()
def _joined_floats(parts: Sequence[nn.Linear]) -> nn.Linear:
    first = parts[0]
    whole = nn.Linear(1, 1, bias=first.bias is not None, device="meta")
    whole.in_features = first.in_features
    whole.out_features = sum(part.out_features for part in parts)
    weight = torch.cat([part.weight for part in parts])
    whole.weight = nn.Parameter(weight, requires_grad=False)
    if first.bias is not None:
        whole.bias = nn.Parameter(torch.cat([part.bias for part in parts]), requires_grad=False)
    return whole
