"""Runs of a model of a few thousand numbers: a training takes a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.events import LossEvent
from desktop_llm.training.job import DataFile, DataSpec, TaskName, TrainingJob, TrainingSettings
from desktop_llm.training.run_folder import RunFolder
from tests.unit.engine.tiny_models import save_model

E = TypeVar("E")


def rows_of(task: TaskName, count: int) -> list[dict[str, str]]:
    if task == "sft":
        return [{"prompt": f"what is {i}?", "completion": f"{i % 4}, hello"} for i in range(count)]
    if task == "pretrain":
        return [{"text": f"hello world, how are you {i}? " * 4} for i in range(count)]
    kinds = ("good", "bad")
    return [{"text": f"a {kinds[i % 2]} fox {i}", "label": kinds[i % 2]} for i in range(count)]


def tiny_run(
    folder: Path, task: TaskName = "sft", rows: int = 24, model: Any = None, **settings: Any
) -> RunFolder:
    """A run that was not started yet: a few steps of float32 on one thread."""
    source = save_model(folder / "model", model) if model is not False else missing(folder)
    data = folder / "rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows_of(task, rows)))
    usual = {"epochs": 2.0, "learning_rate": 1e-2, "warmup_steps": 1, "batch_size": 4}
    usual |= {"eval_every": 3}
    chosen = TrainingSettings(**{**usual, "threads": 1, "dtype": "float32", **settings})
    spec = DataSpec((DataFile(data),), eval_fraction=0.2)
    return RunFolder.create(folder / "runs", TrainingJob(task, source, spec, chosen, name="tiny"))


def missing(folder: Path) -> ModelSource:
    return ModelSource("gone", folder / "nowhere")


def events(run: RunFolder, kind: type[E]) -> list[E]:
    return [event for event in run.read_events()[0] if isinstance(event, kind)]


def losses(run: RunFolder) -> dict[int, float]:
    """The last loss that was told of each step."""
    return {event.step: event.loss for event in events(run, LossEvent)}
