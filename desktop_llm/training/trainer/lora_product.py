"""A LoRA layer as one step of the computation: the same numbers, fewer large tensors in between.

PEFT computes `base(x) + up(down(x)) * scaling`; scaling and adding each make a tensor of the size
of the output, and again on the way back. Here the small product is scaled, and added in place.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import Tensor, nn
from torch.nn import functional


class _LoraProduct(torch.autograd.Function):
    """`weight` [out, in] is frozen, in any format; the rest is float32."""

    @staticmethod
    def forward(
        ctx: Any, values: Tensor, weight: Tensor, bias: Any, down: Tensor, up: Tensor, scale: float
    ) -> Tensor:
        flat = values.flatten(0, -2)
        result = functional.linear(flat.to(weight.dtype), weight).to(flat.dtype)
        if bias is not None:
            result += bias
        small = flat @ down.t()
        ctx.save_for_backward(flat, weight, down, up, small)
        ctx.scale, ctx.shape = scale, values.shape
        return result.addmm_(small, up.t(), alpha=scale).view(*values.shape[:-1], -1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        flat, weight, down, up, small = ctx.saved_tensors
        gradient = gradients[0].flatten(0, -2)
        small_gradient = (gradient @ up).mul_(ctx.scale)
        back = None
        if ctx.needs_input_grad[0]:
            back = (gradient.to(weight.dtype) @ weight).to(gradient.dtype)
            back = back.addmm_(small_gradient, down).view(ctx.shape)
        up_gradient = (gradient.t() @ small).mul_(ctx.scale)
        return back, None, None, small_gradient.t() @ flat, up_gradient, None


class QuickLora(Linear):  # type: ignore[misc]
    """PEFT's layer; what it does beyond a single plain adapter, it still does itself."""

    def forward(self, x: Tensor, *arguments: Any, **options: Any) -> Tensor:
        name = self.active_adapters[0] if len(self.active_adapters) == 1 else None
        if (
            name not in self.lora_A
            or self.disable_adapters
            or self.merged
            or self.lora_variant
            or self.lora_bias[name]
            or options
            or not isinstance(self.lora_dropout[name], nn.Identity)
            or x.dtype != torch.float32
        ):
            result: Tensor = super().forward(x, *arguments, **options)
            return result
        base, down, up = self.base_layer, self.lora_A[name].weight, self.lora_B[name].weight
        product: Tensor = _LoraProduct.apply(  # type: ignore[no-untyped-call]
            x, base.weight, base.bias, down, up, self.scaling[name]
        )
        return product


def quicken_adapters(model: nn.Module) -> int:
    """Turn the LoRA layers of `model` on plain frozen ones into `QuickLora`; returns how many."""
    layers = [
        layer
        for layer in model.modules()
        if type(layer) is Linear
        and isinstance(layer.base_layer, nn.Linear)
        and not layer.base_layer.weight.requires_grad
    ]
    for layer in layers:
        layer.__class__ = QuickLora
    return len(layers)
