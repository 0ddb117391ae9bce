"""The one estimate of what fits into memory: weights, the cache of a conversation, overhead.

All sizes are bytes. The estimate is of what loading and using a model adds to a process in which
the engine's libraries are in memory already. `core.memory_record` corrects it by what was seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import DtypeName
from desktop_llm.core.model_folder import ModelFolder, model_name, whole_number
from desktop_llm.core.model_shape import (
    FLOATS,
    cached_numbers,
    head_sizes,
    layer_sizes,
    parameter_count,
    ties_embeddings,
)
from desktop_llm.core.safetensors_header import BITS
from desktop_llm.core.text import QT_TRANSLATE_NOOP

GIGABYTE = 1_000_000_000
ELEMENT_BYTES: dict[DtypeName, int] = {"float32": 4, "bfloat16": 2, "float16": 2}

PACKED_BYTES = {8: 1 + 2 / 64, 4: 0.83}
"""Per weight of a linear layer of so many bits: 8 with a scale of 2 bytes for every 64; 4 with a
step and a zero of 2 bytes each for every 32, and 8 bits in half of the weights."""

PREFILL_TOKENS = 512
"""Tokens of a prompt that are worked on at once, at most."""

FIXED_OVERHEAD = 165_000_000
"""What a process needs beside the weights: code, buffers, the allocator's slack.

Measured on 2026-11-22 with 36, 135 and 920 million parameters and prompts of 60 and 1,500 tokens,
tokenizers taken off: 43 to 123 MB; on a machine where the kernels had to be compiled yet, 155. The
rest is margin.
"""

TOKENIZER_BYTES = 750
"""Per entry of the vocabulary, for the two tokenizers that an engine keeps. Measured on 2026-11-22
with the starter's: 650, of which the second one, a copy, takes 280; those of random models, which
have no merges, take a fraction of it."""

LLAMA_OVERHEAD = 60_000_000
"""llama.cpp's own code and small buffers, and the tokenizer beside it."""

CONTEXT_STEP = 256
"""A context that memory limits is a multiple of this."""


class NotEnoughMemory(ExpectedError):
    """Too little memory is free; found out before anything was loaded."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” needs about {needed} of memory, and {free} are free."
    )
    safe = QT_TRANSLATE_NOOP("core", "It was not loaded, and nothing else was disturbed.")
    todo = QT_TRANSLATE_NOOP("core", "Close other programs, or choose a smaller model.")

    def __init__(self, name: str, needed: int | str, free: int | str, ways: str = "") -> None:
        """`needed` and `free` are bytes; the words they become are accepted too (`from_wire`).

        `ways` are settings with which it would fit (`core.memory_plan.write_ways`).
        """
        super().__init__(name=name, needed=_words(needed), free=_words(free), ways=ways)


class MemoryTight(NotEnoughMemory):
    """It fits, but takes nearly all that is free: whoever sits there decides."""

    happened = QT_TRANSLATE_NOOP(
        "core",
        "The model “{name}” needs about {needed} of memory, which is nearly all that is free "
        "({free}).",
    )
    safe = QT_TRANSLATE_NOOP("core", "It was not loaded yet.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Other programs may become slow. Close some, or load it with less."
    )


@dataclass(frozen=True)
class MemoryEstimate:
    """What a model needs, in bytes; `name` is the model's, for the message."""

    name: str
    weights: int
    cache: int
    overhead: int
    correction: int = 0
    """What was measured here beyond the sum of the others, or, below 0, was not needed."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.overhead + self.correction


def estimate(
    folder: ModelFolder, dtype: DtypeName, context: int, name: str | None = None, bits: int = 0
) -> MemoryEstimate:
    """What `folder` needs in `dtype` with `context` tokens of prompt and answer together.

    `bits` of a weight: 8 or 4 where the linear layers are packed, 16 where they are as the file has
    them; 0: all are in `dtype`.
    """
    shown = name or model_name(folder.path)
    return estimate_shape(shown, folder.bytes_by_dtype, folder.config, dtype, context, bits)


def estimate_shape(
    name: str,
    bytes_by_dtype: dict[str, int],
    config: dict[str, Any],
    dtype: DtypeName,
    context: int,
    bits: int = 0,
) -> MemoryEstimate:
    """The same for a model that may not be on this machine, as far as it is known."""
    size = ELEMENT_BYTES[dtype]
    weights = weight_bytes(bytes_by_dtype, size)
    if bits:  # packed one tensor after another
        weights = _packed(bytes_by_dtype, config, bits)
    tokenizers = TOKENIZER_BYTES * whole_number(config, "vocab_size")
    return MemoryEstimate(
        name=name,
        weights=weights,
        cache=cached_numbers(config, context) * size,
        overhead=FIXED_OVERHEAD + tokenizers + _activations(config, context, size),
    )


def estimate_gguf(
    name: str, file_bytes: int, config: dict[str, Any], context: int
) -> MemoryEstimate:
    """What llama.cpp needs for a GGUF file that is run as it is; `config` in Transformers' names.

    The weights are the file itself, the cache is in float16 and made at once for all of `context`.
    """
    return MemoryEstimate(
        name=name,
        weights=file_bytes,
        cache=2 * cached_numbers(config, context),
        overhead=_llama_buffers(config, context),
    )


def affordable_context(
    needed: Callable[[int], MemoryEstimate], wanted: int, free_bytes: int
) -> int:
    """The most tokens, up to `wanted`, with which `needed` (of a context) is at most `free_bytes`.

    A multiple of CONTEXT_STEP, or `wanted` itself; 0 if nothing fits. `needed` only reckons, so
    that a configuration which asks for ten million tokens costs nothing.
    """
    if needed(wanted).total <= free_bytes:
        return wanted
    fits, too_many = 0, wanted // CONTEXT_STEP + 1
    while too_many - fits > 1:
        middle = (fits + too_many) // 2
        if needed(middle * CONTEXT_STEP).total <= free_bytes:
            fits = middle
        else:
            too_many = middle
    return fits * CONTEXT_STEP


def check_fits(needed: MemoryEstimate, free_bytes: int) -> None:
    """Raise NotEnoughMemory, with both figures, if `needed` is more than `free_bytes`."""
    if needed.total > free_bytes:
        raise NotEnoughMemory(needed.name, needed.total, free_bytes)


def free_memory() -> int:
    """Bytes that programs can take now without pushing others out to disk."""
    return int(psutil.virtual_memory().available)


def gigabytes(count: int) -> str:
    """`count` bytes as people read them, with one decimal place: "2.1 GB"."""
    return f"{count / GIGABYTE:.1f} GB"


def weight_bytes(bytes_by_dtype: dict[str, int], size: int) -> int:
    """Bytes of the weights once those in `FLOATS` are converted to `size` bytes each."""
    return sum(
        count * 8 // BITS[dtype] * size if dtype in FLOATS else count
        for dtype, count in bytes_by_dtype.items()
    )


def _words(count: int | str) -> str:
    return gigabytes(count) if isinstance(count, int) else count


def _packed(bytes_by_dtype: dict[str, int], config: dict[str, Any], bits: int) -> int:
    """Bytes of the weights with linear layers of `bits`; embedding and output head have 8."""
    if bits == 16:
        return sum(bytes_by_dtype.values())
    numbers = parameter_count(bytes_by_dtype)
    _, hidden, _ = layer_sizes(config)
    tables = 1 if ties_embeddings(config) else 2
    eight = min(tables * whole_number(config, "vocab_size") * hidden, numbers)
    others = sum(count for dtype, count in bytes_by_dtype.items() if dtype not in FLOATS)
    return others + round(eight * PACKED_BYTES[8] + (numbers - eight) * PACKED_BYTES[bits])


def _llama_buffers(config: dict[str, Any], context: int) -> int:
    """What llama.cpp computes in: a chunk of the prompt, its scores, and its mask."""
    _, hidden, inner = layer_sizes(config)
    vocabulary = whole_number(config, "vocab_size")
    return LLAMA_OVERHEAD + PREFILL_TOKENS * (
        4 * (4 * hidden + 3 * inner + vocabulary) + 4 * context
    )


def _activations(config: dict[str, Any], context: int, size: int) -> int:
    """What one step of arithmetic needs at its peak.

    A chunk of prompt and the scores, in float32; and for the attention of one layer its mask, the
    keys and values of all heads, and the longer cache that is about to replace the old one.
    """
    _, hidden, inner = layer_sizes(config)
    heads, head_dim = head_sizes(config)
    vocabulary = whole_number(config, "vocab_size")
    attention = context * (PREFILL_TOKENS + 4 * heads * head_dim)
    return 4 * (PREFILL_TOKENS * (4 * hidden + 3 * inner) + 4 * vocabulary) + size * attention
