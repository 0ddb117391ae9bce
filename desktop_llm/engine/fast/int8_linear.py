"""A linear layer in 8 bits: weights and inputs are whole numbers, its products integer ones.

They are fbgemm's, which read weights from memory at 18 to 24 GB/s, where torch's weight-only
kernels reach 11 (measured: 2 cores, AVX-512, one row, 3072 x 576: float32 269 microseconds,
weight-only int8 147, this product 101; 512 rows of 1536 x 576: 3128, 7612, 2700).

Inputs of language models have outliers, for which 8 bits are too few: perplexity +6 %. Multiplied
by a Hadamard matrix, block by block, an outlier is spread over its block, and the product stays the
same if the weights are turned likewise (QuaRot, https://arxiv.org/abs/2404.00456). What rounding
leaves over is multiplied as a second row, 254 times as fine: for one token that costs nothing, as
the weights are read once. So inputs have 15 bits in all. With 8 alone the perplexity was hardly
worse, but a last digit elsewhere (another chunk of the prompt, a kept state) became another
rounding here, and 2 % of difference in the scores, often another word; now it is 0.01 %.

Every row has its own scale, and that of the inputs is fixed, so that a row gives the same numbers
alone and among others: several tokens can be checked at once with the result of one at a time.
"""

from __future__ import annotations

import copy
import functools
import math
import warnings
from collections.abc import Sequence
from typing import Any, Self

import torch
from torch import nn

BLOCK = 64
"""Columns that are turned together, at most; blocks of 512 were no better."""

SMALLEST_BLOCK = 16

ROWS_AT_ONCE = 2048
"""Rows that are rounded together: an output head in float32 would be larger than many a model."""

ENGINES = ("x86", "fbgemm")


class Linear8(nn.Module):
    """In place of `nn.Linear`; computes in float32, answers in the format of its input."""

    bits = 8

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        """`weight`: (out, in) in any float format; it is not kept. See `can_hold`."""
        super().__init__()
        self.out_features, self.in_features = weight.shape
        self.bias = None if bias is None else nn.Parameter(bias.float(), requires_grad=False)
        block = _block(self.in_features)
        self.turn: torch.Tensor = hadamard(block)
        codes = torch.empty(weight.shape, dtype=torch.int8)
        scale = torch.empty(len(weight))
        for start in range(0, len(weight), ROWS_AT_ONCE):
            part = weight[start : start + ROWS_AT_ONCE].float()
            turned = (part.reshape(-1, block) @ self.turn).view(part.shape)
            steps = turned.abs().amax(1).clamp_(min=1e-12) / 127
            codes[start : start + ROWS_AT_ONCE] = (turned / steps[:, None]).round_().to(torch.int8)
            scale[start : start + ROWS_AT_ONCE] = steps
        self.packed = _pack(codes, scale)
        self.step, self.zero = _input_format()

    @classmethod
    def from_linear(cls, linear: nn.Linear) -> Self:
        """The same layer in 8 bits."""
        return cls(linear.weight.data, None if linear.bias is None else linear.bias.data)

    @classmethod
    def joined(cls, layers: Sequence[Linear8]) -> Linear8:
        """One layer with the rows of all, which have the same input."""
        whole = copy.copy(layers[0])
        whole._parameters = dict(whole._parameters)
        weights = [torch.ops.quantized.linear_unpack(layer.packed)[0] for layer in layers]
        codes = torch.cat([weight.int_repr() for weight in weights])
        scale = torch.cat([weight.q_per_channel_scales() for weight in weights])
        whole.packed = _pack(codes, scale)
        whole.out_features = len(codes)
        biases = [layer.bias.data for layer in layers if layer.bias is not None]
        whole.bias = nn.Parameter(torch.cat(biases), requires_grad=False) if biases else None
        return whole

    @property
    def nbytes(self) -> int:
        """Memory of weights and scales."""
        return self.out_features * (self.in_features + 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """`x`: (…, in), any float format."""
        product = product8(
            x.reshape(-1, self.in_features).float(), self.turn, self.step, self.zero, self.packed
        )
        if self.bias is not None:
            product.add_(self.bias)
        return product.view(*x.shape[:-1], self.out_features).to(x.dtype)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bits=8"


def product8(
    x: torch.Tensor,
    turn: torch.Tensor,
    step: float,
    zero: int,
    packed: torch.classes.quantized.LinearPackedParamsBase,  # type: ignore[name-defined]
) -> torch.Tensor:
    """`x`: (rows, in), float32; the answer too. Written so that TorchScript takes it."""
    # abs and amax, not vector_norm: 35 microseconds in place of 517 for 512 rows of 576 (measured).
    turned = torch.mm(x.reshape(-1, turn.shape[0]), turn).view(x.shape)
    size = turned.abs().amax(1, True).clamp_(min=1e-12)
    turned.div_(size)
    limit = zero - 1
    coarse = torch.fake_quantize_per_tensor_affine(turned, step, 0, -limit, limit)
    rest = turned.sub_(coarse).mul_(2 / step)
    products = torch.ops.quantized.linear_with_input_q_dq_qweight_dq_output_fp32(
        torch.cat([coarse, rest]), step, zero, packed
    )
    rows = x.shape[0]
    scaled: torch.Tensor = products[:rows].add(products[rows:], alpha=step / 2).mul_(size)
    return scaled


def can_hold(rows: int, columns: int) -> bool:
    """Whether a layer of that shape can be kept in 8 bits on this processor."""
    engines = torch.backends.quantized.supported_engines
    return rows > 1 and _block(columns) >= SMALLEST_BLOCK and any(e in engines for e in ENGINES)


def _block(columns: int) -> int:
    """The largest power of two that divides `columns`, at most BLOCK."""
    return min(columns & -columns, BLOCK)


@functools.cache
def hadamard(size: int) -> torch.Tensor:
    """The symmetric orthogonal matrix of +-1/sqrt(size) (Sylvester); `size` is a power of two."""
    matrix = torch.ones(1, 1)
    while len(matrix) < size:
        matrix = torch.cat([torch.cat([matrix, matrix], 1), torch.cat([matrix, -matrix], 1)])
    return matrix / math.sqrt(size)


def _pack(rounded: torch.Tensor, scale: torch.Tensor) -> Any:
    """In the layout of fbgemm's kernels."""
    engines = torch.backends.quantized.supported_engines
    torch.backends.quantized.engine = next(name for name in ENGINES if name in engines)
    zeros = torch.zeros(len(scale), dtype=torch.long)
    with warnings.catch_warnings():  # these tensors will go in a later torch; ours is pinned
        warnings.simplefilter("ignore", UserWarning)
        weight = torch._make_per_channel_quantized_tensor(rounded, scale.double(), zeros, 0)
        return torch.ops.quantized.linear_prepack(weight, None)


@functools.cache
def _input_format() -> tuple[float, int]:
    """Step and zero of the inputs, which lie between -1 and 1.

    Without VNNI instructions pairs of products are added in 16 bits, which 8-bit inputs overflow:
    they get 7 bits there.
    """
    return (1 / 127, 128) if torch.cpu._is_vnni_supported() else (1 / 63, 64)
