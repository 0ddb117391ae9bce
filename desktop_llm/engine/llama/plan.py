"""How a GGUF file is run on this machine: device, layers on a graphics card, context, cache."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from desktop_llm.core.generation import DeviceChoice, DeviceKind, LoadOptions
from desktop_llm.core.machine import processor_name
from desktop_llm.core.memory_fit import (
    MemoryEstimate,
    affordable_context,
    estimate_gguf,
)
from desktop_llm.core.model_shape import gguf_config
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.engine.llama.gguf_file import GgufFile
from desktop_llm.engine.room import check_gguf_room, shortened

UNKNOWN_CONTEXT = 2048
"""For files that do not say how much they can read at once."""

LEAST_CONTEXT = 4096
"""Below this a conversation is hardly one: rather told that the memory is too small."""

SHARE_OF_FREE = 4
"""llama.cpp makes the whole cache of a conversation at once, so that its share is a quarter of what
is free beside the weights; conversations that wait may take as much."""

MEBIBYTE = 1 << 20

GPU_FITTED = QT_TRANSLATE_NOOP(
    "core", "A graphics card was found ({name}); llama.cpp puts as many layers on it as fit."
)
GPU_CHOSEN = QT_TRANSLATE_NOOP("core", "You chose {layers} layers for the graphics card ({name}).")
NO_GPU = QT_TRANSLATE_NOOP("core", "llama.cpp found no graphics card that it can use.")
CPU_CHOSEN = QT_TRANSLATE_NOOP("core", "Chosen in the settings ({name}).")
NOT_FOUND = QT_TRANSLATE_NOOP(
    "core", "{wish} was chosen in the settings, but llama.cpp cannot use it here."
)


@dataclass(frozen=True)
class LlamaPlan:
    """`gpu_layers` -1: as many as fit. `cache_mib`: for conversations that are not answered now."""

    device: DeviceChoice
    gpu_layers: int
    context: int
    cache_mib: int
    needed: MemoryEstimate
    context_reason: Text | None = None
    """Why `context` is less than the model could read."""


def make_plan(
    file: GgufFile,
    name: str,
    options: LoadOptions,
    devices: Sequence[Mapping[str, Any]],
    free: int,
) -> LlamaPlan:
    """The plan for `file` with `free` bytes of memory and llama.cpp's list of `devices`.

    Raises NotEnoughMemory. What a graphics card holds is llama.cpp's to fit.
    """
    device, layers = choose_device(options, devices)
    config = gguf_config(file.header) | {"vocab_size": file.header.words}
    needs = partial(estimate_gguf, name, file.size, config)
    own = file.header.context_length or UNKNOWN_CONTEXT
    wanted = min(own, options.context_length or own)
    context = wanted
    if not options.context_length:
        least = min(wanted, LEAST_CONTEXT)
        room = file.size + (free - file.size) // SHARE_OF_FREE
        context = max(least, affordable_context(needs, wanted, room))
    needed = needs(context)
    if layers == 0:
        needed = check_gguf_room(name, file.size, config, context, options, free)
    rest = max(0, free - needed.total)
    cache = min(options.cache_bytes or rest // SHARE_OF_FREE, rest)
    why = shortened(wanted, context)
    return LlamaPlan(device, layers, context, cache // MEBIBYTE, needed, why)


def choose_device(
    options: LoadOptions, devices: Sequence[Mapping[str, Any]]
) -> tuple[DeviceChoice, int]:
    """Where the layers go, why, and how many of them to a graphics card.

    `devices` are `xllamacpp.get_device_info()`. The kind is the nearest of ours: llama.cpp also
    drives cards by Vulkan and ROCm, which the name tells.
    """
    cards = [card for card in devices if "GPU" in str(card.get("type"))]
    card = next(iter(cards), None)
    wants_card = options.device != "cpu" and options.gpu_layers != 0
    if card is not None and wants_card:
        name = str(card.get("description") or card.get("name"))
        apple = str(card.get("name")).startswith(("Metal", "MTL"))
        kind: DeviceKind = "mps" if apple else "cuda"
        chosen = options.gpu_layers > 0
        reason = Text(
            GPU_CHOSEN if chosen else GPU_FITTED,
            {"name": f"{name}, {card.get('name')}", "layers": options.gpu_layers},
        )
        lost = options.device not in ("auto", kind)
        return DeviceChoice(kind, name, "float16", reason, lost), options.gpu_layers
    reason = Text(NO_GPU) if card is None else Text(CPU_CHOSEN, {"name": processor_name()})
    lost = options.device in ("cuda", "mps")
    if lost and card is None:
        reason = Text(NOT_FOUND, {"wish": options.device.upper()})
    return DeviceChoice("cpu", processor_name(), "float32", reason, lost), 0


def bits_of(file_type: str) -> int:
    """Bits of a weight in files of `file_type` (`Q4_K_M`, `IQ2_XS`, `BF16`); 0 if unknown."""
    found = re.search(r"\d+", file_type)
    return int(found[0]) if found else 0
