"""Linear layers whose weights stay in their own format: 16 bits as a file has them, 8 or 4.

All are computed with in float32, exactly but for the rounding of the weights: a few rows by the
kernels that read the codes (`kernels`), many by unpacking a block of the layer and multiplying as
usual, which costs 5 % of a prompt of 512 tokens. So all paths give the same words.

8 bits have a scale for every 64 weights, or for each row where that is no multiple of 64: the loss
of perplexity is 0.2 % in place of 0.5 %, the mean of 6 models (starter with noise). 4 bits have a
step and a zero for every 32 weights, chosen for the least squared error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from torch import nn
from torch.nn.functional import linear
from transformers.pytorch_utils import Conv1D

from desktop_llm.engine.fast import kernels
from desktop_llm.engine.fast.compiling import use_threads
from desktop_llm.engine.fast.lanes import GROUP, GROUP8

BLOCK_ROWS = 2048
"""Rows that are rounded at once, so that little memory is needed for it."""

UNPACKED_ROWS = 512
"""The same of those that are unpacked for many inputs: small enough to stay in a cache."""

FEW_ROWS = 16
"""Up to so many inputs the kernels are faster than unpacking."""

FITS = 2
"""Times that scale and zero are fitted to the codes by least squares, and the codes chosen anew."""

CLIPS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
"""Parts of a group's range that are tried for 4 bits: clipping outliers makes the steps finer."""

KEPT = frozenset({torch.float32, torch.bfloat16, torch.float16})
"""Formats of weights that a layer can have as they are."""

_NONE = np.empty(0, np.float32)


class PackedLinear(nn.Module):
    """In place of `nn.Linear`; computes in float32, answers in the format of its input."""

    def __init__(self, codes: torch.Tensor, scale: torch.Tensor | None = None) -> None:
        """`codes`: (out, in), a format of `KEPT` or int8; or uint8, (out, in / 2), see `lanes`.

        `scale`: float32, (out), or bfloat16, (out, groups, 1), for int8; bfloat16,
        (out, groups, 2), for uint8.
        """
        super().__init__()
        self.out_features, self.in_features = codes.shape
        if codes.dtype == torch.uint8:
            self.in_features *= 2
        self.bias: nn.Parameter | None = None
        self.codes: torch.Tensor
        self.scale: torch.Tensor
        self.register_buffer("codes", codes, persistent=False)
        self.register_buffer("scale", torch.empty(0) if scale is None else scale, persistent=False)

    @classmethod
    def pack(cls, weight: torch.Tensor, bits: int) -> Self:
        """`weight`, (out, in) in any float format, in 8 or 4 `bits`, or 16: as it is."""
        if bits == 16:
            return cls(weight.contiguous() if weight.dtype in KEPT else weight.float())
        rounded = _round8 if bits == 8 else _round4
        parts = [
            rounded(weight[start : start + BLOCK_ROWS])
            for start in range(0, len(weight), BLOCK_ROWS)
        ]
        codes, scale = (torch.cat(each) for each in zip(*parts, strict=True))
        return cls(codes, scale)

    @classmethod
    def joined(cls, layers: Sequence[PackedLinear]) -> PackedLinear:
        """One layer with the rows of all, which have the same input, format and kind of bias."""
        whole = cls(torch.cat([_.codes for _ in layers]), torch.cat([_.scale for _ in layers]))
        biases = [layer.bias.data for layer in layers if layer.bias is not None]
        whole.bias = nn.Parameter(torch.cat(biases), requires_grad=False) if biases else None
        return whole.eval()

    @property
    def bits(self) -> int:
        """Of a weight; 16 also where it is as the file has it in more."""
        return {torch.uint8: 4, torch.int8: 8}.get(self.codes.dtype, 16)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x`: (…, in), any float format."""
        flat = x.reshape(-1, self.in_features).float()
        product = flat.new_empty(len(flat), self.out_features)
        if len(flat) <= FEW_ROWS:
            use_threads()
            Product(self)(flat.contiguous().numpy(), product.numpy())
        else:
            for start in range(0, self.out_features, UNPACKED_ROWS):
                part = self.weights(start, start + UNPACKED_ROWS)
                product[:, start : start + UNPACKED_ROWS] = linear(flat, part)
            if self.bias is not None:
                product.add_(self.bias)
        return product.view(*x.shape[:-1], self.out_features).to(x.dtype)

    def weights(self, start: int = 0, end: int | None = None) -> torch.Tensor:
        """What the rows from `start` to `end` stand for, in float32: (rows, in)."""
        return _unpack(self.codes[start:end], self.scale[start:end])

    def rows(self, ids: torch.Tensor) -> torch.Tensor:
        """The rows `ids`, of any shape, as float32: (*ids, in)."""
        flat = ids.flatten()
        scale = self.scale[flat] if len(self.scale) else self.scale
        return _unpack(self.codes[flat], scale).view(*ids.shape, self.in_features)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bits={self.bits}"


class PackedEmbedding(nn.Module):
    """In place of `nn.Embedding`, on rows that may be those of the output head."""

    def __init__(self, table: PackedLinear, dtype: torch.dtype, factor: float = 1.0) -> None:
        """`factor`: what some models multiply their embeddings by."""
        super().__init__()
        self.table, self._dtype, self._factor = table, dtype, factor

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        found = self.table.rows(ids).to(self._dtype)
        return found if self._factor == 1.0 else found * self._factor


class Product:
    """The product of a few rows with the weights that a layer has now."""

    def __init__(self, layer: nn.Linear | PackedLinear) -> None:
        """`layer`: an `nn.Linear` in float32, or a packed one."""
        codes = layer.codes if isinstance(layer, PackedLinear) else layer.weight.data
        scale = layer.scale if isinstance(layer, PackedLinear) else torch.empty(0)
        in_groups = scale.dim() == 3
        self.parts = (
            array_of(codes),
            _NONE if in_groups else array_of(scale),
            array_of(scale) if in_groups else None,
            _NONE if layer.bias is None else layer.bias.data.float().numpy(),
        )
        """Codes, scale, groups and bias as the kernels take them."""
        self.rows = layer.out_features
        self.rounded = codes.dtype in (torch.int8, torch.uint8)

    def __call__(self, x: Any, out: Any) -> None:
        """Put the product of `x`, (tokens, in), into `out`, (tokens, rows)."""
        kernels.product(*self.parts, x, False, out, 0)


def can_pack(rows: int, columns: int, bits: int = 8) -> bool:
    """Whether a layer of that shape can have so few bits."""
    return rows > 1 and columns > 0 and (bits != 4 or columns % GROUP == 0)


def packed_linear(weight: torch.Tensor, bits: int) -> PackedLinear | None:
    """A layer with `bits`, or with 8 where 4 are not possible; None if it has to stay.

    `weight`: (out, in).
    """
    rows, columns = weight.shape
    fits = next((some for some in (bits, 8) if can_pack(rows, columns, some)), None)
    return PackedLinear.pack(weight, fits) if fits else None


def is_linear(module: nn.Module) -> bool:
    """Whether `module` is a plain linear layer, which can be replaced."""
    return type(module) in (nn.Linear, Conv1D)


def out_in(module: nn.Module, weight: torch.Tensor) -> torch.Tensor:
    """`weight` of the linear layer `module` as (out, in): GPT-2 keeps it the other way round."""
    return weight.t() if isinstance(module, Conv1D) else weight


def array_of(tensor: torch.Tensor) -> Any:
    """`tensor` for the kernels, which know formats of 16 bits as whole numbers."""
    whole = {torch.bfloat16: torch.uint16, torch.float16: torch.int16}.get(tensor.dtype)
    return (tensor.view(whole) if whole else tensor).numpy()


def _unpack(codes: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    if codes.dtype == torch.int8:
        found, groups = codes.float(), scale.shape[1] if scale.dim() == 3 else 1
        found.view(len(codes), groups, -1).mul_(scale.view(len(codes), groups, 1))
        return found
    if codes.dtype != torch.uint8:
        return codes.float()
    pairs = codes.view(len(codes), -1, GROUP // 2)
    numbers = torch.cat([pairs & 15, pairs >> 4], -1).float().sub_(8)
    step, zero = scale.float().tensor_split(2, -1)
    return torch.addcmul(zero, numbers, step).flatten(1)


def _round8(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    part = part.float()
    if part.shape[1] % GROUP8:
        scale = part.abs().amax(1).clamp_(min=1e-12) / 127
        return (part / scale[:, None]).round_().to(torch.int8), scale
    groups = part.view(len(part), -1, GROUP8)
    steps = (groups.abs().amax(-1, keepdim=True).clamp_(min=1e-12) / 127).bfloat16()
    codes = (groups / steps.float()).round_().clamp_(-127, 127).to(torch.int8)
    return codes.view_as(part), steps


def _round4(part: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Of a few ranges for each group the one with the least squared error, fitted further."""
    groups = part.float().reshape(len(part), -1, GROUP)
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
    whole = (codes + 8).to(torch.uint8)
    pairs = whole[..., : GROUP // 2] | (whole[..., GROUP // 2 :] << 4)
    return pairs.flatten(1), torch.cat([scale, zero], -1).bfloat16()
