"""Whether there is room for a model before it is loaded, and for how long a conversation.

Free of torch. A model is refused if a usual conversation does not fit beside it; how much it can
read at once is then limited to what there is memory for, whatever its configuration asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from desktop_llm.core.generation import DtypeName, LoadOptions, ModelSource, Weights
from desktop_llm.core.memory_fit import (
    MemoryEstimate,
    MemoryTight,
    NotEnoughMemory,
    affordable_context,
    estimate,
    estimate_gguf,
)
from desktop_llm.core.memory_plan import TIGHT, Setting, plan_memory, write_ways
from desktop_llm.core.memory_record import MemoryRecord, form_of, read_record
from desktop_llm.core.model_folder import ModelFolder
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text

USUAL_CONTEXT = 4096
"""Tokens for which there must be room at loading; a longer conversation may still run out."""

UNKNOWN_CONTEXT = 2048
"""For models that do not say how much they can read at once."""

LESS_CONTEXT = QT_TRANSLATE_NOOP(
    "core", "The model could read {most} tokens at once; there is memory for {tokens}."
)
WEIGHTS: dict[int, Weights] = {0: "exact", 16: "exact", 8: "8-bit", 4: "4-bit"}
BITS: dict[Weights, int] = {"exact": 0, "8-bit": 8, "4-bit": 4}

EstimateOf = Callable[[Setting], MemoryEstimate | None]
"""What a setting takes; None where the model cannot be loaded so."""


@dataclass(frozen=True)
class Room:
    """What a model may take. `context` is in tokens, and `reason` says why it is not longer."""

    needed: MemoryEstimate
    free: int
    context: int
    reason: Text | None = None


def find_room(
    source: ModelSource,
    folder: ModelFolder,
    dtype: DtypeName,
    bits: int,
    options: LoadOptions,
    free: int,
    can_pack: bool = True,
) -> Room:
    """Room for `folder` under Transformers in `free` bytes; `can_pack`: fewer bits are possible.

    Raises NotEnoughMemory, or MemoryTight where `options` want to be asked, with ways out.
    """
    record, name = read_record(options.cache_dir), source.name
    packed = source.convert_from if source.adapter is None else None
    file_bytes = packed.stat().st_size if packed and packed.is_file() else 0

    def estimate_of(setting: Setting) -> MemoryEstimate | None:
        if setting.engine == "llama.cpp":
            return _gguf(name, file_bytes, folder.config, record, setting) if file_bytes else None
        fewer = bits if setting.weights == WEIGHTS[bits] else BITS[setting.weights]
        if fewer not in (0, bits) and not can_pack:
            return None
        raw = estimate(folder, dtype, setting.context, name, fewer)
        return record.correct(raw, form_of("transformers", dtype, fewer), setting.context)

    most = folder.context_length or UNKNOWN_CONTEXT
    most = min(most, options.context_length or most)
    usual = Setting(min(most, USUAL_CONTEXT), WEIGHTS[bits])
    enough = _check(usual, estimate_of, options, free)

    def with_context(context: int) -> MemoryEstimate:
        return estimate_of(replace(usual, context=context)) or enough

    context = max(affordable_context(with_context, most, int(free * TIGHT)), usual.context)
    return Room(enough, free, context, shortened(most, context))


def shortened(most: int, context: int) -> Text | None:
    """Why a model reads no more than `context` tokens at once, if it could read more."""
    if context >= most:
        return None
    return Text(LESS_CONTEXT, {"most": f"{most:,}", "tokens": f"{context:,}"})


def check_gguf_room(
    name: str,
    file_bytes: int,
    config: dict[str, Any],
    context: int,
    options: LoadOptions,
    free: int,
) -> MemoryEstimate:
    """What a GGUF file takes under llama.cpp, which makes all of its cache at once.

    `config` is what `core.model_shape.gguf_config` makes of its header. Raises as `find_room` does.
    """
    estimate_of = partial(_gguf, name, file_bytes, config, read_record(options.cache_dir))
    return _check(Setting(context, engine="llama.cpp"), estimate_of, options, free)


def _gguf(
    name: str, file_bytes: int, config: dict[str, Any], record: MemoryRecord, setting: Setting
) -> MemoryEstimate:
    raw = estimate_gguf(name, file_bytes, config, setting.context)
    return record.correct(raw, form_of("llama.cpp", "", 0), setting.context)


def _check(
    wanted: Setting, estimate_of: EstimateOf, options: LoadOptions, free: int
) -> MemoryEstimate:
    def total(setting: Setting) -> int | None:
        found = estimate_of(setting)
        return found.total if found else None

    plan, needed = plan_memory(wanted, total, free), estimate_of(wanted)
    assert needed is not None, "what was asked for can be estimated"
    if plan.verdict == "too big":
        raise NotEnoughMemory(needed.name, plan.needed, free, write_ways(plan.ways))
    if plan.verdict == "tight" and options.ask_if_tight:
        raise MemoryTight(needed.name, plan.needed, free, write_ways(plan.ways))
    return needed
