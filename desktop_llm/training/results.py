"""The result of a run as a model that can be chosen like any other. No torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.run_folder import RunFolder, RunSummary

PREFIX = "run:"
"""How the names of such models begin."""


def result_source(run: RunSummary) -> ModelSource | None:
    """The adapter on its base, or the whole model; None while the run has no result."""
    folder = RunFolder(run.path).result
    kind: Literal["chat", "classifier"] = "classifier" if run.job.task == "classify" else "chat"
    name, title = PREFIX + run.id, run.job.name
    if not (folder / "card.json").is_file():  # written last
        return None
    if (folder / "adapter_config.json").is_file():
        return replace(run.job.model, name=name, title=title, adapter=folder, kind=kind)
    return ModelSource(name, folder, title, kind=kind)
