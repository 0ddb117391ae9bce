"""Will it run here? Memory, disk and speed of a model on this machine, before it is fetched.

What is known differs: a search result says how many parameters there are, the details have the
exact shape, a model on this machine has its files. All become a `_Shape`, and one judgement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.gguf_header import DamagedGguf, read_gguf_header
from desktop_llm.core.memory_fit import PACKED_BYTES, estimate_gguf, estimate_shape
from desktop_llm.core.memory_record import form_of
from desktop_llm.core.model_folder import CONTEXT_KEYS, inspect_model_folder, whole_number
from desktop_llm.core.model_shape import (
    FLOATS,
    USUAL_VOCABULARY,
    gguf_config,
    layer_count,
    parameter_count,
)
from desktop_llm.library.fit_class import Fit, FitClass, Need, judge
from desktop_llm.library.hub_types import FileChoice, HubModel, LibraryEntry, ModelDetails
from desktop_llm.library.machine_speed import Machine, measure_machine, tokens_per_second

__all__ = [
    "Fit",
    "FitClass",
    "Machine",
    "fit_choice",
    "fit_entry",
    "fit_result",
    "measure_machine",
    "size_in_name",
]

USUAL_GGUF_BITS = 4.85
"""Per weight of the quantisation that most repositories recommend (Q4_K_M)."""

READERS = (
    "fill-mask",
    "text-classification",
    "token-classification",
    "feature-extraction",
    "sentence-similarity",
    "text-ranking",
)
"""Tasks of models that write nothing: no cache, no tokens a second."""

SIZE_IN_NAME = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d{1,3})?)([MB])(?![a-zA-Z0-9])", re.IGNORECASE)
UNITS = {"m": 1_000_000, "b": 1_000_000_000}


@dataclass(frozen=True)
class _Shape:
    """A model as far as it is known. `download` is 0 for one that is on this machine."""

    name: str
    bytes_by_dtype: dict[str, int]
    config: dict[str, Any]
    download: int = 0
    bits: int = 0
    """Of most weights, where it is known that they will be rounded; 0: as the machine has them."""
    gguf: int = 0
    """Bytes of the GGUF file that it is; 0 if it is none."""
    writes: bool = True
    typical: bool = False
    """`config` is that of a typical model of its size."""


def fit_result(model: HubModel, machine: Machine, context: int) -> Fit | None:
    """How a search result fits with `context` tokens; None if nobody says how large it is."""
    parameters = _parameters(model)
    if not parameters:
        return None
    gguf = "gguf" in model.formats and "safetensors" not in model.formats
    sizes = {} if gguf or "adapter" in model.formats else model.bytes_by_dtype
    sizes = sizes or {"BF16": 2 * parameters}
    size = round(parameters * USUAL_GGUF_BITS / 8) if gguf else sum(sizes.values())
    return _fit(_from_hub(model, sizes, {}, size, gguf), machine, context)


def fit_choice(
    details: ModelDetails, choice: FileChoice, machine: Machine, context: int
) -> Fit | None:
    """How one choice of files fits, with the model's own configuration if it has one.

    None for an adapter whose base does not say how large it is.
    """
    model = details.model
    gguf = choice.format == "gguf"
    sizes = {} if gguf else model.bytes_by_dtype
    if choice.format == "adapter":
        sizes = {"BF16": 2 * _parameters(model)}
    elif not sizes:
        parameters = model.parameters or round(choice.size * 8 / max(choice.bits, 1.0))
        sizes = {"BF16": 2 * parameters}
    if not parameter_count(sizes) and not sum(sizes.values()):
        return None
    config = details.config if choice.format != "adapter" else {}
    longest = details.context_length or context
    shape = _from_hub(model, sizes, config, choice.size, gguf)
    return _fit(shape, machine, min(context, longest))


def fit_entry(
    entry: LibraryEntry, machine: Machine, context: int, base: LibraryEntry | None = None
) -> Fit | None:
    """How a model of the library fits; an adapter with its `base`. None if it cannot be read."""
    path = Path((base or entry).path)
    if path.suffix.lower() == ".gguf":
        shape = _from_gguf(entry, path)
        return _fit(shape, machine, context) if shape else None
    try:
        folder = inspect_model_folder(path)
    except ExpectedError:
        return None
    sizes = dict(folder.bytes_by_dtype)
    if base is not None:
        sizes["F32"] = sizes.get("F32", 0) + entry.size
    bits = _kept_bits(entry, machine)
    return _fit(_Shape(entry.name, sizes, folder.config, bits=bits), machine, context)


def size_in_name(name: str) -> int:
    """The number of parameters that a model's name tells: "Qwen2.5-0.5B" is 500,000,000; else 0."""
    found = SIZE_IN_NAME.findall(name.rpartition("/")[2])
    return round(float(found[-1][0]) * UNITS[found[-1][1].lower()]) if found else 0


def typical_config(parameters: int) -> dict[str, Any]:
    """The shape that a model with so many parameters has, about: for when nothing else is known.

    Powers fitted to the published shapes of 20 open models from 0.1 to 8 billion parameters. The
    width of keys and values differs most among them: up to 3 times less, or 4 times more.
    """
    billions = max(parameters, 1) / UNITS["b"]
    hidden = max(1, round(1490 * billions**0.47))
    return {
        "num_hidden_layers": max(1, round(25 * billions**0.13)),
        "hidden_size": hidden,
        "intermediate_size": max(1, round(5430 * billions**0.49)),
        "num_attention_heads": hidden,
        "num_key_value_heads": max(1, round(505 * billions**0.32)),
        "head_dim": 1,
        "vocab_size": USUAL_VOCABULARY,
    }


def _parameters(model: HubModel) -> int:
    """As the hub says, else by its name; an adapter's are those of its base and its own."""
    if "adapter" in model.formats:
        base = size_in_name(model.base) or size_in_name(model.repo)
        return base + model.parameters if base else 0
    return model.parameters or parameter_count(model.bytes_by_dtype) or size_in_name(model.repo)


def _from_hub(
    model: HubModel, sizes: dict[str, int], config: dict[str, Any], download: int, gguf: bool
) -> _Shape:
    typical = not layer_count(config)
    return _Shape(
        name=model.repo,
        bytes_by_dtype=sizes,
        config=typical_config(parameter_count(sizes) or model.parameters) if typical else config,
        download=download,
        gguf=download if gguf else 0,
        writes=model.task not in READERS,
        typical=typical,
    )


def _from_gguf(entry: LibraryEntry, path: Path) -> _Shape | None:
    try:
        header = read_gguf_header(path)
    except (OSError, DamagedGguf):
        return None
    config = gguf_config(header)
    typical = not layer_count(config) or not whole_number(config, "num_attention_heads")
    config = typical_config(header.parameters) if typical else config
    sizes = {"BF16": 2 * header.parameters}
    return _Shape(entry.name, sizes, config, gguf=path.stat().st_size, typical=typical)


def _kept_bits(entry: LibraryEntry, machine: Machine) -> int:
    """As it was set for the model; else what was chosen when it was loaded last."""
    if machine.graphics or entry.choices.weights == "exact":
        return 0
    set_bits = {"8-bit": 8, "4-bit": 4}.get(entry.choices.weights)
    bits = set_bits or machine.seen.bits_of(entry.name)
    return bits if bits in (16, *PACKED_BYTES) else 0


def _is_packed(sizes: dict[str, int]) -> bool:
    """Whether much of it is in formats of fewer bits; a few whole numbers are in many models."""
    packed = sum(size for dtype, size in sizes.items() if dtype not in FLOATS)
    return packed > sum(sizes.values()) // 10


def _fit(shape: _Shape, machine: Machine, context: int) -> Fit:
    """Work out what `shape` needs here, and judge it."""
    sizes, parameters = shape.bytes_by_dtype, parameter_count(shape.bytes_by_dtype)
    limit = whole_number(shape.config, *CONTEXT_KEYS) or context
    context = min(context, limit) if shape.writes else 0
    if shape.gguf:
        memory = estimate_gguf(shape.name, shape.gguf, shape.config, context)
        form = form_of("llama.cpp", "", 0)
    else:
        dtype = "float32" if shape.bits else machine.dtype  # what packed weights are computed in
        memory = estimate_shape(shape.name, sizes, shape.config, dtype, context, shape.bits)
        form = form_of("transformers", dtype, shape.bits)
    memory = machine.seen.correct(memory, form, context)
    speed = (
        tokens_per_second(machine, memory.weights, memory.cache, layer_count(shape.config))
        if shape.writes
        else None
    )
    need = Need(
        memory=memory,
        parameters=0 if shape.gguf or _is_packed(sizes) else parameters,
        as_stored=bool(shape.gguf),
        bits=shape.bits,
        context=context,
        download=shape.download,
        tokens_per_s=speed,
        typical=shape.typical,
    )
    return judge(need, machine)
