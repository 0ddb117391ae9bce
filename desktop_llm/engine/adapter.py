"""An adapter on a model in memory, and the switch between the tuned model and its base.

Measured on a processor: small products beside each layer cost a fifth of the decoding speed. So
the adapter is added to the weights, and both sets are kept: the base answers with the numbers that
were loaded, the tuned model is as fast as the base. Where that does not fit, they stay apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from peft import (
    LoraConfig,
    PeftModel,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from peft.tuners.lora import LoraLayer

from desktop_llm.engine.adapter_folder import AdapterFolder
from desktop_llm.engine.errors import AdapterDoesNotFit

NAME = "default"
DROPPED_BITS = {torch.bfloat16: 16, torch.float16: 13}
"""Bits of a float32 that the format has no room for."""


@dataclass(frozen=True)
class PutOn:
    """An adapter on a model. `use(True)`: the model answers as tuned; `use(False)`: as its base."""

    sha256: str
    memory_bytes: int
    use: Callable[[bool], None]


def check_adapter(adapter: AdapterFolder, skeleton: Any, name: str) -> None:
    """Raise AdapterDoesNotFit unless `adapter` is whole and fits the model called `name`.

    `skeleton` is that model on the meta device, without weights; it is of no use afterwards.
    """
    try:
        peft = get_peft_model(skeleton, lora_config(adapter), NAME, low_cpu_mem_usage=True)
        wanted = get_peft_model_state_dict(peft, adapter_name=NAME, save_embedding_layers=False)
    except Exception as error:  # what peft raises for layers that are not there, or of other kinds
        raise AdapterDoesNotFit(adapter.path, adapter.base, name) from error
    if _shapes(wanted) != _shapes(adapter.tensors):
        raise AdapterDoesNotFit(adapter.path, adapter.base, name)


def put_on(model: Any, adapter: AdapterFolder, room: int) -> PutOn:
    """Put a checked adapter on `model`, in place; `room` is how many bytes it may take."""
    peft = get_peft_model(model, lora_config(adapter), NAME).eval()
    set_peft_model_state_dict(peft, adapter.tensors, NAME)
    layers = [module for module in model.modules() if isinstance(module, LoraLayer)]
    weights = [layer.get_base_layer().weight for layer in layers]
    size = sum(weight.nbytes for weight in weights)
    if size > room or not _can_merge(model, adapter, weights):
        return PutOn(adapter.sha256, lora_bytes(adapter), lambda tuned: _switch_layers(peft, tuned))
    dice = torch.Generator().manual_seed(0)
    swaps = [
        (weight, weight.data, _merged(layer, weight.data, dice))
        for layer, weight in zip(layers, weights, strict=True)
    ]
    peft.unload()

    def swap(tuned: bool) -> None:
        for weight, base, changed in swaps:
            weight.data = changed if tuned else base

    swap(True)
    return PutOn(adapter.sha256, size, swap)


def lora_config(adapter: AdapterFolder) -> LoraConfig:
    """How peft injects `adapter`."""
    return LoraConfig(
        **adapter.settings,
        target_modules=adapter.targets,
        inference_mode=True,
        init_lora_weights=False,
    )


def _shapes(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def lora_bytes(adapter: AdapterFolder) -> int:
    """Bytes of the adapter itself."""
    return sum(tensor.nbytes for tensor in adapter.tensors.values())


def _can_merge(model: Any, adapter: AdapterFolder, weights: list[torch.Tensor]) -> bool:
    """Whether the adapter changes nothing but `weights`, each of which one layer has to itself."""
    owners = Counter(id(weight) for _, weight in model.named_parameters(remove_duplicate=False))
    return all(".lora_" in name for name in adapter.tensors) and all(
        owners[id(weight)] == 1 for weight in weights
    )


def _switch_layers(peft: PeftModel, tuned: bool) -> None:
    if tuned:
        peft.base_model.enable_adapter_layers()
    else:
        peft.base_model.disable_adapter_layers()


@torch.inference_mode()
def _merged(layer: LoraLayer, base: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """`base` with the adapter added, rounded up or down by chance.

    To the nearest number of 16 bits most of an adapter would be rounded away, since the base lies
    on such numbers. By chance its mean is kept: measured, half the divergence from float32.
    """
    exact = base.float() + layer.get_delta_weight(NAME).float()
    bits = DROPPED_BITS.get(base.dtype, 0)
    if bits:
        whole = exact.contiguous().view(torch.int32)
        noise = torch.randint(1 << bits, whole.shape, generator=dice, dtype=torch.int32)
        exact = ((whole + noise.to(whole.device)) & -(1 << bits)).view(torch.float32)
    merged: torch.Tensor = exact.to(base.dtype)
    return merged
