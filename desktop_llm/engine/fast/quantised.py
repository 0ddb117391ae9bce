"""Layers with fewer bits than they were trained with, and how each layer of a model gets its own.

`Linear8` (`int8_linear`) is the one for every linear layer in 8 bits. Beside it:

`Rows8` keeps the rows of an embedding as they are, since fbgemm's layout gives none back. Where a
tied embedding is a large part of the model its rows are the output head too, on torch's weight-only
kernel; else the head is packed a second time (`weights.HEAD_PART`).

`Linear4` has groups of 32 weights with a scale and a zero each, on torch's 4-bit kernel. It is
there for memory, not for speed: measured (2 cores, AVX-512, weights from memory, microseconds), a
layer of 4096 x 4096 takes 537 for one row, 514 on the weight-only 8-bit kernel, 349 on fbgemm's.
For many rows that kernel is slow (512 rows of 1536 x 576: 6758, float32 2900), so that a block of
the layer is unpacked, in float32, and multiplied as usual.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import nn
from torch.nn.functional import linear
from transformers.pytorch_utils import Conv1D

from desktop_llm.engine.fast.int8_linear import Linear8, can_hold

__all__ = ["Embedding8", "Linear4", "Linear8", "Rows8", "memory_bytes", "packed_linear"]

GROUP = 32
"""Weights that share a scale and a zero."""

BLOCK_ROWS = 2048
"""Rows of a matrix that are unpacked at once, so that little memory is needed for it."""

FEW_ROWS = 12
"""Up to so many inputs the weight-only 8-bit kernel is faster than unpacking (290 against 261
microseconds for 16 rows of 1536 x 576, 172 against 181 for 8)."""

FEW_ROWS_4 = 64
"""The same of the 4-bit kernel (832 microseconds for 64 rows)."""

FITS = 2
"""Times that scale and zero are fitted to the codes by least squares, and the codes chosen anew."""

CLIPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
"""Parts of a group's range that are tried for 4 bits: clipping outliers makes the steps finer."""


class Rows8(nn.Module):
    """A matrix in 8 bits whose rows can be looked up; one scale for each row."""

    bits = 8

    def __init__(self, weight: torch.Tensor) -> None:
        """`weight`: (out, in) in any float format; it is not kept."""
        super().__init__()
        self.out_features, self.in_features = weight.shape
        codes = torch.empty(weight.shape, dtype=torch.int8)
        scale = torch.empty(len(weight), dtype=torch.bfloat16)
        for start in range(0, len(weight), BLOCK_ROWS):
            part = weight[start : start + BLOCK_ROWS].float()
            # Rounded to the kernel's 16 bits before it is used, so that this costs no accuracy.
            steps = (part.abs().amax(1).clamp_(min=1e-12) / 127).bfloat16()
            scale[start : start + BLOCK_ROWS] = steps
            rounded = (part / steps.float()[:, None]).round_().clamp_(-127, 127)
            codes[start : start + BLOCK_ROWS] = rounded.to(torch.int8)
        self.codes: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("codes", codes, persistent=False)
        self.register_buffer("scale", scale, persistent=False)

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows `ids`, of any shape, as float32: (*ids, in)."""
        found: torch.Tensor = self.codes[ids].float() * self.scale[ids].float().unsqueeze(-1)
        return found

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x`: (…, in) in any float format; the product, as of `nn.Linear`, in the same."""
        flat = x.reshape(-1, self.in_features)
        if len(flat) <= FEW_ROWS:
            product: torch.Tensor = torch.ops.aten._weight_int8pack_mm(
                flat.bfloat16(), self.codes, self.scale
            )
        else:
            product = self._by_blocks(flat.float())
        return product.to(x.dtype).view(*x.shape[:-1], self.out_features)

    def _by_blocks(self, flat: torch.Tensor) -> torch.Tensor:
        product = flat.new_empty(len(flat), self.out_features)
        for start in range(0, self.out_features, BLOCK_ROWS):
            part = self.codes[start : start + BLOCK_ROWS].float()
            product[:, start : start + BLOCK_ROWS] = linear(flat, part)
        return product.mul_(self.scale.float())


class Embedding8(nn.Module):
    """In place of `nn.Embedding`, on rows that may be those of the output head."""

    def __init__(self, table: Rows8, dtype: torch.dtype, factor: float = 1.0) -> None:
        """`factor`: what some models multiply their embeddings by."""
        super().__init__()
        self.table, self._dtype, self._factor = table, dtype, factor

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        found = self.table.rows(ids).to(self._dtype)
        return found if self._factor == 1.0 else found * self._factor


class Linear4(nn.Module):
    """In place of `nn.Linear`, in 4 bits; see `can_hold_4`."""

    bits = 4

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        """`weight`: (out, in) in any float format; it is not kept."""
        super().__init__()
        self.out_features, self.in_features = weight.shape
        self.bias = None if bias is None else nn.Parameter(bias.float(), requires_grad=False)
        codes, scale, zero = round_groups(weight)
        self.packed: torch.Tensor
        self.scales: torch.Tensor
        packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(codes, 1)
        scales = torch.stack([scale, zero], -1).transpose(0, 1).contiguous()
        self.register_buffer("packed", packed, persistent=False)
        self.register_buffer("scales", scales, persistent=False)

    @classmethod
    def from_linear(cls, layer: nn.Linear) -> Self:
        """The same layer in 4 bits."""
        return cls(layer.weight.data, None if layer.bias is None else layer.bias.data)

    @classmethod
    def joined(cls, layers: Sequence[Linear4]) -> Linear4:
        """One layer with the rows of all, which have the same input."""
        whole = copy.copy(layers[0])
        whole._buffers = dict(whole._buffers)
        whole.packed = torch.cat([layer.packed for layer in layers])
        whole.scales = torch.cat([layer.scales for layer in layers], 1)
        whole.out_features = sum(layer.out_features for layer in layers)
        biases: list[torch.Tensor] = [each.bias for each in layers if each.bias is not None]
        whole._parameters = dict(whole._parameters)
        whole.bias = nn.Parameter(torch.cat(biases), requires_grad=False) if biases else None
        return whole

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x`: (…, in) in any float format; the answer is in the same."""
        flat = x.reshape(-1, self.in_features)
        if len(flat) <= FEW_ROWS_4:
            product = self._kernel(flat).to(x.dtype)
        else:
            product = linear(flat, self.weights().to(x.dtype))
        if self.bias is not None:
            product = product + self.bias.to(x.dtype)
        return product.view(*x.shape[:-1], self.out_features)

    def weights(self) -> torch.Tensor:
        """What the rounded weights stand for, in float32: (out, in)."""
        order = _nibble_order()
        blocks = self.packed.view(-1, self.in_features, len(order) // 2)
        nibbles = _halves(blocks)[..., order]  # (blocks, in, rows of a block)
        codes = nibbles.transpose(1, 2).reshape(self.out_features, -1, GROUP)
        scale, zero = self.scales.float().permute(2, 1, 0).unsqueeze(-1)
        weights = torch.addcmul(zero, codes.float().sub_(8), scale)
        return weights.reshape(self.out_features, -1)

    def _kernel(self, flat: torch.Tensor) -> torch.Tensor:
        product: torch.Tensor = torch.ops.aten._weight_int4pack_mm_for_cpu(
            flat.bfloat16().contiguous(), self.packed, GROUP, self.scales
        )
        return product


def can_hold_4(rows: int, columns: int) -> bool:
    """Whether the 4-bit kernel takes a layer of that shape."""
    return rows % 64 == 0 and columns % GROUP == 0


def packed_linear(
    weight: torch.Tensor, bias: torch.Tensor | None, bits: int
) -> Linear4 | Linear8 | None:
    """A layer with `bits`, or with 8 where 4 are not possible; None if it has to stay exact.

    `weight`: (out, in).
    """
    rows, columns = weight.shape
    if bits == 4 and can_hold_4(rows, columns):
        return Linear4(weight, bias)
    return Linear8(weight, bias) if can_hold(rows, columns) else None


def is_linear(module: nn.Module) -> bool:
    """Whether `module` is a plain linear layer, which can be replaced."""
    return type(module) in (nn.Linear, Conv1D)


def out_in(module: nn.Module, weight: torch.Tensor) -> torch.Tensor:
    """`weight` of the linear layer `module` as (out, in): GPT-2 keeps it the other way round."""
    return weight.t() if isinstance(module, Conv1D) else weight


def memory_bytes(model: Any) -> int:
    """Bytes of all weights, those in fbgemm's layout too."""
    packed = sum(module.nbytes for module in model.modules() if isinstance(module, Linear8))
    return int(model.get_memory_footprint()) + packed


def round_groups(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes from 0 to 15 (int32, as `weight`), scales and zeros (bfloat16, (out, groups)).

    A code stands for zero + scale * (code - 8). Of a few ranges for each group the one with the
    least squared error is taken, and fitted further.
    """
    rows, columns = weight.shape
    parts = [_round_part(part.float()) for part in torch.split(weight, BLOCK_ROWS)]
    codes, scale, zero = (torch.cat(each) for each in zip(*parts, strict=True))
    return codes.view(rows, columns), scale, zero


def _round_part(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    groups = part.reshape(len(part), -1, GROUP)
    low, high = groups.amin(-1, keepdim=True), groups.amax(-1, keepdim=True)
    best = torch.full_like(low, float("inf"))
    codes = torch.zeros_like(groups)
    scale, zero = torch.zeros_like(low), torch.zeros_like(low)

    def attempt(step: torch.Tensor, middle: torch.Tensor) -> None:
        """Keep `step` and `middle`, as the kernel sees them, where they are better."""
        nonlocal best, codes, scale, zero
        step, middle = step.clamp(min=1e-8).bfloat16().float(), middle.bfloat16().float()
        tried = ((groups - middle) / step).round_().clamp_(-8, 7)
        error = torch.addcmul(middle, tried, step).sub_(groups).square_().sum(-1, keepdim=True)
        better = error < best
        best = torch.where(better, error, best)
        codes = torch.where(better, tried, codes)
        scale, zero = torch.where(better, step, scale), torch.where(better, middle, zero)

    for clip in CLIPS:
        step = (high - low) * (clip / 15)
        attempt(step, (high + low + step) / 2)
    mean = groups.mean(-1, keepdim=True)
    for _ in range(FITS):
        middle_code = codes.mean(-1, keepdim=True)
        centred = codes - middle_code
        spread = centred.square().sum(-1, keepdim=True).clamp_(min=1e-8)
        step = (centred * groups).sum(-1, keepdim=True) / spread
        attempt(step, mean - step * middle_code)
    packed = (codes + 8).to(torch.int32).view(len(part), -1)
    return packed, scale.squeeze(-1).bfloat16(), zero.squeeze(-1).bfloat16()


@functools.cache
def _nibble_order() -> torch.Tensor:
    """Where each row of a block is among the low halves, then the high halves, of a packed column.

    Blocks have 64 or 32 rows, in an order that depends on the processor: both are found out by
    packing row numbers.
    """
    numbers = torch.arange(64, dtype=torch.int32)[:, None].expand(64, GROUP)
    low, high = (
        torch.ops.aten._convert_weight_to_int4pack_for_cpu(codes.contiguous(), 1).flatten().int()
        for codes in (numbers % 16, numbers // 16)
    )
    found = [_halves(low[: size // 2]) + 16 * _halves(high[: size // 2]) for size in (64, 32)]
    return next(rows.argsort() for rows in found if len(torch.unique(rows)) == len(rows))


def _halves(packed: torch.Tensor) -> torch.Tensor:
    """The low halves of the bytes along the last axis, then the high ones."""
    return torch.cat([packed & 15, packed >> 4], -1)
