"""A run that is being prepared: plain values, so that they outlive the widgets that show them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.job import (
    DataFile,
    DataSpec,
    PresetName,
    TaskName,
    TrainingJob,
    TrainingSettings,
)
from desktop_llm.training.tokens import TokenReport


@dataclass(frozen=True)
class Draft:
    """What the person chose so far; None means that the app still chooses."""

    data: DataSpec = field(default_factory=lambda: DataSpec(files=()))
    """A mapping may have "" for a role whose column was taken away: it cannot be used yet."""
    task: TaskName | None = None
    model: ModelSource | None = None
    preset: PresetName = "balanced"
    base: PresetName = "balanced"
    """The preset that "custom" was made from, and goes back to."""
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    """Follows the preset, unless that is "custom"."""
    name: str = ""


def draft_of(job: TrainingJob) -> Draft:
    """The draft that would make `job` again."""
    base: PresetName = "balanced" if job.preset == "custom" else job.preset
    return Draft(job.data, job.task, job.model, job.preset, base, job.settings, job.name)


@dataclass(frozen=True)
class Prepared:
    """A draft with what is known of it, for a page that is made anew."""

    draft: Draft
    report: DataReport | None = None
    tokens: TokenReport | None = None
    view: str = "rows"
    unfolded: bool = False


def usable(data: DataSpec) -> DataSpec:
    """`data` as the reader wants it: without the roles that have no column."""
    return replace(data, files=_whole(data.files), eval_files=_whole(data.eval_files))


def _whole(files: tuple[DataFile, ...]) -> tuple[DataFile, ...]:
    return tuple(
        replace(file, mapping={role: column for role, column in file.mapping.items() if column})
        for file in files
    )
