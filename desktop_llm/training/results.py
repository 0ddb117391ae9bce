"""Results of training runs as models: an adapter on its base, or a model of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.run_folder import RunFolder

PREFIX = "run:"
"""The name of a result is this and the run's id."""


ADAPTER = "adapter_config.json"
"""A result with this file is an adapter in PEFT's form, else it is a whole model."""


def is_result(model: ModelSource) -> bool:
    """Whether `model` came out of a training run."""
    return model.name.startswith(PREFIX)


def list_results(runs: Path) -> list[ModelSource]:
    """What the runs below `runs` gave, newest first."""
    found = []
    for path in runs.iterdir() if runs.is_dir() else ():
        try:
            if model := result_of(RunFolder(path)):
                found.append((RunFolder(path).job().created, model))
        except ExpectedError:
            continue  # the list of runs says so in the log
    return [model for _, model in sorted(found, key=lambda pair: pair[0], reverse=True)]


def result_of(run: RunFolder) -> ModelSource | None:
    """The model that `run` gave; None if there is no result. Raises RunDamaged."""
    if run.card() is None:
        return None
    job = run.job()
    name, title = PREFIX + run.id, job.name or run.id
    if job.task == "classify":
        return ModelSource(name, run.result, title, kind="classifier")
    if (run.result / ADAPTER).is_file():
        return replace(job.model, name=name, title=title, adapter=run.result)
    return ModelSource(name, run.result, title)
