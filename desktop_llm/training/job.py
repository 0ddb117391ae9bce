"""The whole recipe of a training run: what is written to `job.json` before anything starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from desktop_llm.core.generation import ModelSource

TaskName = Literal["sft", "pretrain", "classify"]
Method = Literal["lora", "full"]
PresetName = Literal["quick", "balanced", "thorough", "article", "custom"]


@dataclass(frozen=True)
class DataFile:
    """One file of a data set. `mapping` says which column plays which role; empty: as detected."""

    path: Path
    mapping: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DataSpec:
    """Which rows are trained on, and which are held out to judge the result."""

    files: tuple[DataFile, ...]
    eval_files: tuple[DataFile, ...] = ()
    """An evaluation part of its own, in place of a share of `files`."""
    fill: dict[str, str] = field(default_factory=dict)
    """Text for placeholders: `{"name": "Aria"}` replaces `{{name}}` in every row."""
    eval_fraction: float = 0.1
    max_rows: int = 0
    """Use the first so many rows only, after shuffling; 0: all."""
    seed: int = 42


@dataclass(frozen=True)
class TrainingSettings:
    """Every hyper-parameter. Ranges, units and explanations: `presets.FIELDS`."""

    method: Method = "lora"
    epochs: float = 3.0
    max_steps: int = 0
    """Optimizer steps at most; 0: as many as `epochs` makes."""
    batch_size: int = 8
    """Rows per optimizer step, however many fit into memory at once."""
    eval_batch_size: int = 8
    max_length: int = 512
    """Tokens of a row; what is longer is cut at the end."""
    learning_rate: float = 2e-4
    scheduler: Literal["linear", "cosine", "constant"] = "cosine"
    warmup_steps: int = 5
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.0
    eval_every: int = 0
    """Steps between evaluations, each followed by a checkpoint; 0: about eight in a run."""
    early_stopping: int = 3
    """Evaluations without an improvement after which the run ends; 0: never."""
    keep_checkpoints: int = 2
    seed: int = 42
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    threads: int = 0
    """0: as many as the machine has real cores."""
    sample_prompts: tuple[str, ...] = ()
    """Answered at the start and at each evaluation; empty: two from the evaluation part."""


@dataclass(frozen=True)
class TrainingJob:
    """A run: this task, with this model, on this data, with these settings."""

    task: TaskName
    model: ModelSource
    data: DataSpec
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    preset: PresetName = "balanced"
    name: str = ""
    """What people call the result; empty: made of the data's name."""
    created: float = 0.0
    """Seconds since 1970."""
