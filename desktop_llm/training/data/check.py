"""The check before training: every row is read once as training will read it, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from desktop_llm.training.data.fill import placeholders
from desktop_llm.training.data.fingerprint import sha256_of_keys
from desktop_llm.training.data.layouts import TASK_OF
from desktop_llm.training.data.reading import (
    Numbered,
    OpenedFile,
    example_of,
    numbered_files,
    opened,
)
from desktop_llm.training.data.split import Mark, divide, mark
from desktop_llm.training.data.types import (
    MAX_REJECTED,
    MAX_SAMPLES,
    DataReport,
    Example,
    FileReport,
    Rejected,
    Row,
)
from desktop_llm.training.data.verdict import Findings, notes, problems
from desktop_llm.training.job import DataSpec, TaskName

_SHOWN = 2_000
"""Characters of a text in a preview row."""
_SHOWN_ITEMS = 100
_SHOWN_DEPTH = 6


def check(
    spec: DataSpec,
    task: TaskName | None = None,
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> DataReport:
    """What is in `spec`, and whether `task` (None: what the files suggest) can be trained on it.

    Raises ExpectedErrors for files that cannot be read at all. `on_progress`: 0 to 1.
    """
    sources = numbered_files(spec)
    chosen = task or _suggested(sources)
    counts = _Counts([], Counter())
    reports: list[FileReport] = []
    for source in sources:

        def told(fraction: float, before: int = source.number) -> None:
            on_progress((before + fraction) / len(sources))

        with opened(source.file, chosen, told) as file:
            reports.append(_FileCheck(source, file, chosen, spec.fill).run(counts.keep))
    on_progress(1.0)
    return _report(spec, chosen, reports, counts)


@dataclass
class _Counts:
    """What is remembered of the usable rows of all files."""

    marks: list[Mark]
    places: Counter[str]

    def keep(self, example: Example) -> None:
        """Count one usable row."""
        self.marks.append(mark(example))
        self.places.update(placeholders(example))


def _report(
    spec: DataSpec, task: TaskName | None, files: list[FileReport], counts: _Counts
) -> DataReport:
    train, held_out = divide(counts.marks, spec, task or "sft")
    found = Findings(task, files, counts.marks, train, held_out, dict(counts.places), spec)
    return DataReport(
        files=tuple(files),
        task=task,
        train_rows=len(train),
        eval_rows=len(held_out),
        labels=found.labels,
        placeholders=found.placeholders,
        duplicates=found.duplicates,
        problems=tuple(problems(found)),
        notes=tuple(notes(found)),
        sha256=sha256_of_keys(mark.key for mark in counts.marks),
    )


def _suggested(sources: list[Numbered]) -> TaskName | None:
    """The task that all files suggest; None if they differ or one suggests none."""
    tasks = set()
    for source in sources:
        with opened(source.file, None) as file:
            tasks.add(TASK_OF.get(file.meaning.layout))
    return tasks.pop() if len(tasks) == 1 else None


class _FileCheck:
    """Reads one file to its end and counts."""

    def __init__(
        self, source: Numbered, file: OpenedFile, task: TaskName | None, fill: dict[str, str]
    ) -> None:
        self._source, self._file, self._task, self._fill = source, file, task, fill
        self._rows = self._rejected_count = 0
        self._rejected: list[Rejected] = []
        self._samples: list[Row] = []

    def run(self, keep: Callable[[Example], None]) -> FileReport:
        """The report; `keep` is given every usable example, if a task is settled."""
        for row in self._file.rows:
            self._rows += 1
            if isinstance(row, Row) and len(self._samples) < MAX_SAMPLES:
                self._samples.append(Row(row.line, shortened(row.values)))
            self._judge(row, keep)
        layout = self._file.meaning.layout
        return FileReport(
            path=self._source.file.path,
            container=self._file.container,
            layout=layout,
            columns=self._file.columns,
            mapping=self._file.meaning.mapping,
            task=TASK_OF.get(layout),
            rows=self._rows,
            kept=self._rows - self._rejected_count,
            rejected_count=self._rejected_count,
            rejected=tuple(self._rejected),
            samples=tuple(self._samples),
        )

    def _judge(self, row: Row | Rejected, keep: Callable[[Example], None]) -> None:
        judged: Example | Rejected | Row = row
        if isinstance(row, Rejected) or self._task:
            # without a task a Row is only counted
            task = self._task or "sft"
            judged = example_of(row, self._source, self._file.meaning, task, self._fill)
        if isinstance(judged, Rejected):
            self._rejected_count += 1
            if len(self._rejected) < MAX_REJECTED:
                self._rejected.append(judged)
        elif isinstance(judged, Example):
            keep(judged)


def shortened(value: Any, depth: int = 0) -> Any:
    """`value` as plain JSON data of bounded size, for showing."""
    if isinstance(value, str):
        text = value if len(value) <= _SHOWN else value[: _SHOWN - 1] + "…"
        return text.encode(errors="replace").decode()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float) and value - value == 0:  # finite
        return value
    if depth < _SHOWN_DEPTH and isinstance(value, dict):
        items = list(value.items())[: _SHOWN_ITEMS if depth else None]
        return {shortened(str(key)): shortened(item, depth + 1) for key, item in items}
    if depth < _SHOWN_DEPTH and isinstance(value, list | tuple):
        return [shortened(item, depth + 1) for item in value[:_SHOWN_ITEMS]]
    if isinstance(value, dict | list | tuple):
        return "…"
    return shortened(
        f"{type(value).__name__}: {len(value)}" if isinstance(value, bytes) else str(value)
    )
