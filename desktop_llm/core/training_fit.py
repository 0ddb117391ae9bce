"""What training a model takes of memory: the estimate that is made before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.memory_fit import gigabytes, weight_bytes
from desktop_llm.core.model_folder import ModelFolder, model_name, whole_number
from desktop_llm.core.model_shape import layer_sizes
from desktop_llm.core.text import QT_TRANSLATE_NOOP

TRAINING_OVERHEAD = 300_000_000
"""What a process needs beside what is counted: code, buffers, the allocator's slack (measured)."""


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


def estimate_training(
    folder: ModelFolder, rank: int | None, tokens: int, name: str | None = None
) -> TrainingEstimate:
    """What training `folder` needs with batches of `tokens`, in float32, without checkpointing.

    `rank` is that of an adapter on all linear layers; None: all weights are trained, by AdamW.
    """
    weights = weight_bytes(folder.bytes_by_dtype, 4)
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


def _adapter_rows(config: dict[str, Any]) -> int:
    """Numbers per rank of an adapter: inputs and outputs of all linear layers, at most."""
    layers, hidden, inner = layer_sizes(config)
    return layers * (4 * 2 * hidden + 3 * (hidden + inner))


def _training_activations(config: dict[str, Any], tokens: int, adapter: bool) -> int:
    """Bytes that one step keeps for its way back, and the scores of its tokens (measured)."""
    layers, hidden, inner = layer_sizes(config)
    kept = 8 * hidden + 3 * inner + (8 * hidden + 6 * inner if adapter else 0)
    return 4 * tokens * (layers * kept + 2 * whole_number(config, "vocab_size"))
