"""The trained weights of a model on disk: safetensors, an adapter in PEFT's form or all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from peft import PeftModel, get_peft_model_state_dict, set_peft_model_state_dict

ADAPTER, WHOLE = "adapter_model.safetensors", "model.safetensors"


def save_weights(model: Any, folder: Path) -> None:
    """What training changes, as one file in `folder`."""
    if isinstance(model, PeftModel):
        state = {name: value.contiguous() for name, value in _adapter(model).items()}
        safetensors.torch.save_file(state, folder / ADAPTER, metadata={"format": "pt"})
    else:
        safetensors.torch.save_model(model, str(folder / WHOLE), metadata={"format": "pt"})


def load_weights(model: Any, folder: Path) -> None:
    """Put the weights of `save_weights` into `model`."""
    if isinstance(model, PeftModel):
        set_peft_model_state_dict(model, safetensors.torch.load_file(folder / ADAPTER))
    else:
        safetensors.torch.load_model(model, folder / WHOLE)


def trained_bytes(model: Any) -> int:
    """Bytes of the weights that are trained."""
    return sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)


def _adapter(model: PeftModel) -> dict[str, torch.Tensor]:
    return dict(get_peft_model_state_dict(model, save_embedding_layers=False))
