"""Frozen weights in bfloat16 beside an adapter that is added in float32.

Only for processors that multiply bfloat16 faster, which is measured elsewhere. If the sum of the
frozen product and the adapter's share is rounded to bfloat16, much of the small share is lost, and
the model learns less per step; here only the frozen product itself is rounded. A merge or a
held-out loss that is to be compared with others needs the base in float32: load it anew for that.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class _HalfProduct(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(weight)
        return functional.linear(values.to(weight.dtype), weight).to(values.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (weight,) = ctx.saved_tensors
        return (gradients[0].to(weight.dtype) @ weight).to(gradients[0].dtype), None


class HalfLinear(nn.Linear):
    """A frozen layer [in → out] with a bfloat16 weight, for float32 values and gradients."""

    def forward(self, values: Tensor) -> Tensor:
        product: Tensor = _HalfProduct.apply(values, self.weight)  # type: ignore[no-untyped-call]
        return product if self.bias is None else product + self.bias


def use_half_weights(model: nn.Module) -> int:
    """Turn the frozen layers of `model` into `HalfLinear`; returns how many.

    The float32 weight is dropped. One that is shared with another layer (the output head with the
    embedding) stays for that one. The adapter's own layers are trained, and stay as they are.
    """
    layers = [
        layer
        for layer in model.modules()
        if type(layer) is nn.Linear and not layer.weight.requires_grad
    ]
    for layer in layers:
        layer.__class__ = HalfLinear
        layer.weight = nn.Parameter(layer.weight.to(torch.bfloat16), requires_grad=False)
    return len(layers)
