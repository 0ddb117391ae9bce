"""The one estimate of what fits into memory: weights, the cache of a conversation, overhead.

All sizes are bytes. The estimate is of what loading and using a model adds to a process in which
the engine's libraries are in memory already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psutil

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import DtypeName
from desktop_llm.core.model_folder import ModelFolder, model_name, whole_number
from desktop_llm.core.safetensors_header import BITS
from desktop_llm.core.text import QT_TRANSLATE_NOOP

GIGABYTE = 1_000_000_000
ELEMENT_BYTES: dict[DtypeName, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
STORED_AS: dict[DtypeName, str] = {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}
FLOATS = ("F64", "F32", "F16", "BF16")
"""Stored formats that are converted when a model is loaded; others stay as they are."""

PREFILL_TOKENS = 512
"""Tokens of a prompt that are worked on at once, at most."""

FIXED_OVERHEAD = 125_000_000
"""What a process needs beside the weights: code, buffers, the allocator's slack (measured)."""

TOKENIZER_BYTES = 1_400
"""Per entry of the vocabulary, for the two tokenizers that an engine keeps (measured)."""

TRAINING_OVERHEAD = 300_000_000
"""The same for training (measured)."""


class NotEnoughMemory(ExpectedError):
    """Too little memory is free; found out before anything was loaded."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” needs about {needed} of memory, and {free} are free."
    )
    safe = QT_TRANSLATE_NOOP("core", "It was not loaded, and nothing else was disturbed.")
    todo = QT_TRANSLATE_NOOP("core", "Close other programs, or choose a smaller model.")

    def __init__(self, name: str, needed: int | str, free: int | str) -> None:
        """`needed` and `free` are bytes; the words they become are accepted too (`from_wire`)."""
        super().__init__(name=name, needed=_words(needed), free=_words(free))


class NotEnoughMemoryToTrain(ExpectedError):
    """Too little memory is free to train; found out before anything was loaded."""

    happened = QT_TRANSLATE_NOOP(
        "core",
        "Training “{name}” needs about {needed} of memory, and {free} are free (weights {weights}, "
        "gradients and optimizer {optimizer}, activations {activations}).",
    )
    safe = QT_TRANSLATE_NOOP("core", "Nothing was loaded, and nothing else was disturbed.")
    todo = QT_TRANSLATE_NOOP(
        "core",
        "Close other programs, train with LoRA, shorten the maximum length, "
        "or choose a smaller model.",
    )


@dataclass(frozen=True)
class TrainingEstimate:
    """What training needs, in bytes. `adapter` is part of `weights` where all are trained."""

    name: str
    weights: int
    adapter: int
    gradients: int
    optimizer: int
    activations: int
    overhead: int

    @property
    def total(self) -> int:
        trained = self.adapter + self.gradients + self.optimizer
        return self.weights + trained + self.activations + self.overhead


@dataclass(frozen=True)
class MemoryEstimate:
    """What a model needs, in bytes; `name` is the model's, for the message."""

    name: str
    weights: int
    cache: int
    overhead: int
    loading: int = 0
    """While weights are converted, the file is in memory too. Unlike `total` this does not have to
    be free: the system takes the file's part back if it must."""

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.overhead

    @property
    def peak(self) -> int:
        """The most that the process is seen to hold, if nothing else needs memory."""
        return max(self.total, self.loading)


def estimate(
    folder: ModelFolder, dtype: DtypeName, context: int, name: str | None = None
) -> MemoryEstimate:
    """What `folder` needs in `dtype` with `context` tokens of prompt and answer together."""
    shown = name or model_name(folder.path)
    return estimate_shape(shown, folder.bytes_by_dtype, folder.config, dtype, context)


def estimate_shape(
    name: str,
    bytes_by_dtype: dict[str, int],
    config: dict[str, Any],
    dtype: DtypeName,
    context: int,
) -> MemoryEstimate:
    """The same for a model that may not be on this machine, as far as it is known."""
    size = ELEMENT_BYTES[dtype]
    weights = _weights(bytes_by_dtype, size)
    converted = sum(n for kind, n in bytes_by_dtype.items() if kind != STORED_AS[dtype])
    tokenizers = TOKENIZER_BYTES * whole_number(config, "vocab_size")
    return MemoryEstimate(
        name=name,
        weights=weights,
        cache=_cache(config, context) * size,
        overhead=FIXED_OVERHEAD + tokenizers + _activations(config, context, size),
        loading=weights + converted + FIXED_OVERHEAD,
    )


def parameter_count(bytes_by_dtype: dict[str, int]) -> int:
    """Weights that are numbers in one of FLOATS; packed ones do not tell how many they are."""
    return sum(n * 8 // BITS[dtype] for dtype, n in bytes_by_dtype.items() if dtype in FLOATS)


def layer_count(config: dict[str, Any]) -> int:
    """Layers of the model, 0 if its configuration does not say."""
    return whole_number(config, "num_hidden_layers", "n_layer", "num_layers")


def check_fits(needed: MemoryEstimate, free_bytes: int) -> None:
    """Raise NotEnoughMemory, with both figures, if `needed` is more than `free_bytes`."""
    if needed.total > free_bytes:
        raise NotEnoughMemory(needed.name, needed.total, free_bytes)


def estimate_training(
    folder: ModelFolder, rank: int | None, tokens: int, name: str | None = None
) -> TrainingEstimate:
    """What training `folder` needs with batches of `tokens`, in float32, without checkpointing.

    `rank` is that of an adapter on all linear layers; None: all weights are trained, by AdamW.
    """
    weights = _weights(folder.bytes_by_dtype, 4)
    adapter = 0 if rank is None else 4 * rank * _adapter_rows(folder.config)
    trained = weights if rank is None else adapter
    return TrainingEstimate(
        name=name or model_name(folder.path),
        weights=weights,
        adapter=adapter,
        gradients=trained,
        optimizer=2 * trained,
        activations=_training_activations(folder.config, tokens, rank is not None),
        overhead=TRAINING_OVERHEAD,
    )


def check_training_fits(needed: TrainingEstimate, free_bytes: int) -> None:
    """Raise NotEnoughMemoryToTrain, with all figures, if it is more than `free_bytes`."""
    if needed.total > free_bytes:
        raise NotEnoughMemoryToTrain(
            name=needed.name,
            needed=gigabytes(needed.total),
            free=gigabytes(free_bytes),
            weights=gigabytes(needed.weights + needed.adapter),
            optimizer=gigabytes(needed.gradients + needed.optimizer),
            activations=gigabytes(needed.activations),
        )


def free_memory() -> int:
    """Bytes that programs can take now without pushing others out to disk."""
    return int(psutil.virtual_memory().available)


def gigabytes(count: int) -> str:
    """`count` bytes as people read them, with one decimal place: "2.1 GB"."""
    return f"{count / GIGABYTE:.1f} GB"


def _words(count: int | str) -> str:
    return gigabytes(count) if isinstance(count, int) else count


def _weights(bytes_by_dtype: dict[str, int], size: int) -> int:
    """Bytes of the weights once those in `FLOATS` are converted to `size` bytes each."""
    return sum(
        count * 8 // BITS[dtype] * size if dtype in FLOATS else count
        for dtype, count in bytes_by_dtype.items()
    )


def _cache(config: dict[str, Any], context: int) -> int:
    """Numbers that the key/value cache holds for `context` tokens."""
    heads, head_dim = _heads(config)
    key_heads = whole_number(config, "num_key_value_heads") or heads
    return 2 * key_heads * head_dim * _remembered_tokens(config, context)


def _heads(config: dict[str, Any]) -> tuple[int, int]:
    """Number of attention heads, width of each."""
    heads = whole_number(config, "num_attention_heads", "n_head", "num_heads")
    hidden = whole_number(config, "hidden_size", "n_embd", "d_model")
    return heads, whole_number(config, "head_dim") or hidden // max(heads, 1)


def _remembered_tokens(config: dict[str, Any], context: int) -> int:
    """Tokens in the cache, summed over the layers: all of them, or those in a sliding window."""
    layers = layer_count(config)
    text = config.get("text_config")
    kinds = config.get("layer_types") or (text.get("layer_types") if isinstance(text, dict) else 0)
    if not isinstance(kinds, list) or len(kinds) != layers:
        return layers * context
    sliding = kinds.count("sliding_attention")
    window = min(whole_number(config, "sliding_window") or context, context)
    return sliding * window + (layers - sliding - kinds.count("linear_attention")) * context


def _activations(config: dict[str, Any], context: int, size: int) -> int:
    """What one step of arithmetic needs at its peak.

    A chunk of prompt and the scores, in float32; and for the attention of one layer its mask, the
    keys and values of all heads, and the longer cache that is about to replace the old one.
    """
    _, hidden, inner = _layers(config)
    heads, head_dim = _heads(config)
    vocabulary = whole_number(config, "vocab_size")
    attention = context * (PREFILL_TOKENS + 4 * heads * head_dim)
    return 4 * (PREFILL_TOKENS * (4 * hidden + 3 * inner) + 4 * vocabulary) + size * attention


def _layers(config: dict[str, Any]) -> tuple[int, int, int]:
    """Number of layers, hidden size, inner size."""
    hidden = whole_number(config, "hidden_size", "n_embd", "d_model")
    inner = whole_number(config, "intermediate_size", "n_inner") or 4 * hidden
    return layer_count(config), hidden, inner


def _adapter_rows(config: dict[str, Any]) -> int:
    """Numbers per rank of an adapter: inputs and outputs of all linear layers, at most."""
    layers, hidden, inner = _layers(config)
    return layers * (4 * 2 * hidden + 3 * (hidden + inner))


def _training_activations(config: dict[str, Any], tokens: int, adapter: bool) -> int:
    """Bytes that one step keeps for its way back, and the scores of its tokens (measured)."""
    layers, hidden, inner = _layers(config)
    kept = 8 * hidden + 3 * inner + (8 * hidden + 6 * inner if adapter else 0)
    return 4 * tokens * (layers * kept + 2 * whole_number(config, "vocab_size"))
