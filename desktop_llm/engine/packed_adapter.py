"""An adapter on a model whose layers have 8 or 4 bits, which peft knows nothing of.

Peft injects into a copy of the model without weights. Where memory allows, the adapter is then
added to the weights as the file has them, and the sum is rounded like the base was: the tuned model
is as fast and as accurate as its base, and both are kept. (Added to weights that are rounded
already, most of an adapter would be lost in the steps between two codes.) Otherwise peft's layers
take the packed ones as their base: little memory, and a fifth of the speed lost.
"""

from __future__ import annotations

from typing import Any

import torch
from peft import get_peft_model
from peft.tuners.lora import LoraLayer

from desktop_llm.engine.adapter import NAME, PutOn, lora_bytes, lora_config
from desktop_llm.engine.adapter_folder import PREFIX, AdapterFolder
from desktop_llm.engine.fast.packed_linear import PackedLinear, is_linear, out_in, packed_linear
from desktop_llm.engine.fast.weights import Checkpoint, match_names


def fits_packed(adapter: AdapterFolder, skeleton: Any) -> bool:
    """Whether `adapter` changes nothing but plain linear layers that are nobody else's."""
    head, embedding = skeleton.get_output_embeddings(), skeleton.get_input_embeddings()
    layers = [skeleton.get_submodule(name) for name in adapter.targets]
    return all(".lora_" in name for name in adapter.tensors) and all(
        is_linear(layer) and not (layer is head and layer.weight is embedding.weight)
        for layer in layers
    )


@torch.no_grad()
def put_on_packed(
    model: Any, adapter: AdapterFolder, skeleton: Any, checkpoint: Checkpoint, room: int
) -> PutOn:
    """Put an adapter that `fits_packed` on `model`; `room` is how many bytes it may take.

    `skeleton` is the same model without weights, of no use afterwards.
    """
    found = match_names(skeleton, checkpoint)
    stored = {name: key for key, name in found.items()} if found else {}
    peft = get_peft_model(skeleton, lora_config(adapter), NAME, low_cpu_mem_usage=True).eval()
    injected = peft.get_base_model()
    layers: dict[str, Any] = {name: injected.get_submodule(name) for name in adapter.targets}
    for name, layer in layers.items():
        for part, weights in (("lora_A", layer.lora_A), ("lora_B", layer.lora_B)):
            tensor = adapter.tensors[f"{PREFIX}{name}.{part}.weight"].float()
            weights[NAME].weight = torch.nn.Parameter(tensor, requires_grad=False)
    bases = {name: model.get_submodule(name) for name in adapter.targets}
    size = sum(_bytes(base) for base in bases.values())
    if size > room or not all(f"{name}.weight" in stored for name in layers):
        return _beside(model, adapter, layers, bases)
    swaps = []
    for name, layer in layers.items():
        weight = checkpoint.read(stored[f"{name}.weight"])
        twin = _sum(layer, weight, bases[name])
        swaps.append((bases[name], dict(vars(bases[name])), dict(vars(twin))))

    def swap(tuned: bool) -> None:
        for layer, base, changed in swaps:
            vars(layer).update(changed if tuned else base)

    swap(True)
    return PutOn(adapter.sha256, size, swap)


def _sum(layer: LoraLayer, weight: torch.Tensor, base: Any) -> Any:
    """A layer like `base`, of `weight` and what the adapter adds to it."""
    plain = layer.get_base_layer()
    both = weight.float() + layer.get_delta_weight(NAME).float()
    if isinstance(base, PackedLinear):
        twin: Any = packed_linear(out_in(plain, both), base.bits)
        twin.bias = base.bias
        return twin.eval()
    kept = torch.nn.Module()  # a layer of a shape that cannot be packed
    vars(kept).update(vars(base))
    vars(kept)["_parameters"] = dict(base._parameters)
    kept.weight = torch.nn.Parameter(both.to(base.weight.dtype), requires_grad=False)
    return kept


def _beside(
    model: Any, adapter: AdapterFolder, layers: dict[str, Any], bases: dict[str, Any]
) -> PutOn:
    """The adapter's small products beside each layer's own."""
    for name, layer in layers.items():
        layer.base_layer = bases[name]
        parent, _, leaf = name.rpartition(".")
        setattr(model.get_submodule(parent), leaf, layer)

    def switch(tuned: bool) -> None:
        for layer in layers.values():
            layer.enable_adapters(tuned)

    switch(True)
    return PutOn(adapter.sha256, lora_bytes(adapter), switch)


def _bytes(layer: Any) -> int:
    tensors = (*layer.parameters(), *layer.buffers())
    return sum(tensor.nbytes for tensor in tensors)
