"""Bringing a model into memory in 16 bits, as its file has them, in 8 or 4, one tensor at a time.

The model is built without weights. Then every tensor is read from its file (plainly: pages of a
mapped file would count as memory of the process), put in its place or packed, and dropped. So the
most that is ever held is the packed model and one tensor.

What is packed: plain linear layers, GPT-2's transposed ones too, and the embedding of the tokens.
What is not: norms, biases, embeddings of positions, the experts of mixtures, layers of odd shapes.
"""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from torch import nn
from transformers import AutoModelForCausalLM, GenerationConfig
from transformers.utils import GENERATION_CONFIG_NAME

from desktop_llm.core.model_folder import ModelFolder
from desktop_llm.core.safetensors_header import TensorEntry, read_header
from desktop_llm.engine.fast.packed_linear import (
    PackedEmbedding,
    PackedLinear,
    can_pack,
    is_linear,
    out_in,
    packed_linear,
)
from desktop_llm.engine.memory_watch import own_pages

log = logging.getLogger(__name__)

SENSITIVE = frozenset(
    {"q_proj", "k_proj", "v_proj", "o_proj", "out_proj", "qkv_proj", "query_key_value", "c_attn"}
    | {"down_proj", "c_proj", "fc2"}
)
"""Layers that have 8 bits where the others have 4, and so has the output head.

That is the attention, and what writes into the residual stream. Measured (starter with noise of
half a step, 6,144 tokens of held-out text, perplexity against its own in float32): all layers in 4
bits +13.9 %, but `v_proj`, `o_proj` and `down_proj` +5.6 % (the mean of four models with other
noise, standard deviation 2.2), but `q_proj` and `k_proj` too +4.0 % (2.0), for 117 MB in place of
110 (bfloat16: 269, 8 bits: 139). The names of other families stand for the same places and were not
measured.
"""

FORMATS = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}  # fmt: skip


@dataclass(frozen=True)
class _Place:
    file: Path
    offset: int
    entry: TensorEntry


class Checkpoint:
    """The tensors of a model's safetensors files, read one by one."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._places: dict[str, _Place] = {}
        for path in files:
            with path.open("rb") as file:
                (length,) = struct.unpack("<Q", file.read(8))
            for entry in read_header(path):
                self._places[entry.name] = _Place(path, 8 + length + entry.begin, entry)

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """All tensors by name, in the order of their bytes."""
        return {name: place.entry.shape for name, place in self._places.items()}

    def read(self, name: str) -> torch.Tensor:
        """The tensor `name`. Raises KeyError for a format that torch has no name for."""
        place = self._places[name]
        entry = place.entry
        kind = FORMATS[entry.dtype]
        if not entry.elements:
            return torch.empty(entry.shape, dtype=kind)
        raw = bytearray(entry.end - entry.begin)
        with place.file.open("rb", buffering=0) as file:
            file.seek(place.offset)
            view = memoryview(raw)
            while view and (count := file.readinto(view)):
                view = view[count:]
        if view:
            raise EOFError(f"{place.file.name} ended early")
        return torch.frombuffer(raw, dtype=kind).view(entry.shape)


def empty_model(config: Any, dtype: torch.dtype) -> Any:
    """The model of `config` with its buffers, but parameters without numbers."""
    with init_empty_weights(include_buffers=False):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, trust_remote_code=False)
    model.tie_weights()  # what was shared has been made twice
    return model.eval()


def load_packed(
    folder: ModelFolder,
    config: Any,
    dtype: torch.dtype,
    bits: int,
    on_fraction: Callable[[float], None],
) -> Any | None:
    """The model in `folder` with layers of `bits`, the rest in `dtype`; None: see `read_packed`."""
    model = empty_model(config, dtype)
    if not read_packed(model, Checkpoint(folder.weight_files), bits, on_fraction):
        return None
    settings = folder.path / GENERATION_CONFIG_NAME
    if settings.is_file():
        model.generation_config = GenerationConfig.from_dict(json.loads(settings.read_bytes()))
    return model


@torch.inference_mode()
def runs(model: Any) -> bool:
    """Whether `model` computes with its layers replaced: its code may look into them."""
    ids = torch.arange(4)[None] % model.config.get_text_config().vocab_size
    try:
        return bool(torch.isfinite(model(ids).logits).all())
    except (AttributeError, TypeError, RuntimeError) as error:
        log.warning("%s does not run packed: %s", type(model).__name__, error)
        return False


def packable(model: Any) -> float:
    """The part of the weights of `model` that would be packed, from 0 to 1."""
    weights = {module.weight for module in _packed_modules(model).values()}  # a tied one once
    packed = sum(weight.numel() for weight in weights)
    return float(packed / max(model.num_parameters(), 1))


def read_packed(
    model: Any,
    checkpoint: Checkpoint,
    bits: int,
    on_fraction: Callable[[float], None],
) -> bool:
    """Fill `model` (an `empty_model`) from `checkpoint`, with layers of `bits`.

    False, with the model untouched, if a weight is not in the checkpoint as the model has it: what
    has to be converted while it is read is transformers' business.
    """
    names = match_names(model, checkpoint)
    if names is None:
        return False
    packing = Packing(model, bits)
    with own_pages():
        for done, (stored, name) in enumerate(names.items()):
            on_fraction(done / len(names))
            packing.place(name, checkpoint.read(stored))
    return True


def pack_model(model: Any, bits: int) -> None:
    """Pack the layers of `model`, which is in memory already, one after another."""
    packing = Packing(model, bits)
    with own_pages():
        for name, module in packing.modules.items():
            packing.place(f"{name}.weight", module.weight.data)


class Packing:
    """Puts weights into a model, each in its final form."""

    def __init__(self, model: Any, bits: int) -> None:
        self._model, self._bits = model, bits
        self._embedding = _embedding_name(model)
        self._head = _module_name(model, model.get_output_embeddings()) if _ties(model) else ""
        self.modules = _packed_modules(model)
        """What will be replaced, by name."""
        if self._embedding and self._head:
            self.modules.pop(self._head, None)  # the embedding's rows are the head
        self._output = _module_name(model, model.get_output_embeddings())

    def place(self, name: str, tensor: torch.Tensor) -> None:
        """Put `tensor` where the model has its weight `name`."""
        owner, _, leaf = name.rpartition(".")
        module = self.modules.get(owner) if leaf == "weight" else None
        if module is None or not self._pack(owner, module, tensor):
            _assign(self._model.get_submodule(owner), leaf, tensor)

    def _pack(self, owner: str, module: Any, tensor: torch.Tensor) -> bool:
        if owner == self._embedding:
            table = PackedLinear.pack(tensor, max(self._bits, 8))
            factor = float(getattr(module, "embed_scale", 1.0))
            self._replace(owner, PackedEmbedding(table, module.weight.dtype, factor))
            if self._head:
                self._replace(self._head, table)
            return True
        layer = packed_linear(out_in(module, tensor), self._bits_of(owner))
        if layer is None:
            return False
        layer.bias = module.bias if isinstance(module.bias, nn.Parameter) else None
        self._replace(owner, layer)
        return True

    def _bits_of(self, name: str) -> int:
        sensitive = name == self._output or name.rpartition(".")[2] in SENSITIVE
        return max(self._bits, 8) if sensitive else self._bits

    def _replace(self, name: str, module: nn.Module) -> None:
        parent, _, leaf = name.rpartition(".")
        setattr(self._model.get_submodule(parent), leaf, module.eval())


def match_names(model: Any, checkpoint: Checkpoint) -> dict[str, str] | None:
    """Stored name → the model's name of every weight and buffer, in the order of the files.

    Files of a bare model lack the prefix that the model with a head has. None if anything that the
    model needs is missing or has another shape.
    """
    wanted = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    kept = model.state_dict().keys()
    buffers = {name: tuple(b.shape) for name, b in model.named_buffers() if name in kept}
    prefix = f"{model.base_model_prefix}."
    found: dict[str, str] = {}
    for stored, shape in checkpoint.shapes().items():
        for name in (stored, prefix + stored):
            if (wanted.get(name) or buffers.get(name)) == shape:
                found[stored] = name
                break
    complete = wanted.keys() <= set(found.values()) and len(set(found.values())) == len(found)
    return found if complete and not _shares_more(model) else None


def _shares_more(model: Any) -> bool:
    """Whether several parameters but the embedding and the head are one."""
    every = list(model.named_parameters(remove_duplicate=False))
    return len(every) - len(list(model.parameters())) > (1 if _ties(model) else 0)


def _packed_modules(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: module
        for name, module in model.named_modules()
        if is_linear(module) and can_pack(*out_in(module, module.weight).shape)
    }
    embedding = _embedding_name(model)
    if not embedding and _ties(model):  # an unknown kind: what it shares with the head stays
        found.pop(_module_name(model, model.get_output_embeddings()), None)
    return found | ({embedding: model.get_submodule(embedding)} if embedding else {})


def _embedding_name(model: Any) -> str:
    """The name of the tokens' embedding if it is of a kind that `PackedEmbedding` computes."""
    module = model.get_input_embeddings()
    plain = type(module) is nn.Embedding or (
        isinstance(module, nn.Embedding) and type(module).__name__.endswith("ScaledWordEmbedding")
    )
    return _module_name(model, module) if plain else ""


def _ties(model: Any) -> bool:
    """Whether the output head is the embedding of the tokens."""
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    return head is not None and getattr(head, "weight", None) is embedding.weight


def _module_name(model: Any, module: nn.Module | None) -> str:
    return next((name for name, each in model.named_modules() if each is module), "")


def _assign(module: nn.Module, leaf: str, tensor: torch.Tensor) -> None:
    if leaf in module._parameters:
        old = module._parameters[leaf]
        kind = tensor.dtype if old is None else old.dtype
        module._parameters[leaf] = nn.Parameter(tensor.to(kind).contiguous(), requires_grad=False)
    else:
        module.get_buffer(leaf).copy_(tensor)
