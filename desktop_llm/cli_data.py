"""Data sets and results in a terminal: checks, scores, predictions and exports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_llm.cli_chat import choose_model
from desktop_llm.cli_output import Session
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.text import columns
from desktop_llm.library.errors import StarterMissing
from desktop_llm.training.data.types import DataReport, FileReport
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.result import Prediction, Scores
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.task_facts import TASKS
from desktop_llm.training.workshop_client import Workshop

Lengths = dict[str, int] | None
MOST_SHOWN = 10
LONGEST_ROW = 1_000_000
"""Tokens; nothing is cut off, so that the lengths are those of the rows."""


@contextmanager
def _workshop(session: Session, words: str) -> Iterator[Workshop]:
    """The task process for one command."""
    workshop = Workshop()
    try:
        with session.status(words):
            yield workshop
    finally:
        workshop.shut_down()


def check(session: Session, spec: DataSpec, task: TaskName | None) -> DataReport:
    """What the files of `spec` hold."""
    with _workshop(session, "Reading the data …") as workshop:
        return _check(workshop, spec, task)


def _check(workshop: Workshop, spec: DataSpec, task: TaskName | None) -> DataReport:
    report = workshop.check(spec, task)
    assert report is not None  # only `stop` ends it without one
    return report


def checked(
    session: Session, spec: DataSpec, task: TaskName | None, model: str | None
) -> tuple[dict[str, Any], str]:
    """The report on the files of `spec`, for a program and for a person."""
    source = _counted_for(session, model)
    with _workshop(session, "Reading the data …") as workshop:
        report = _check(workshop, spec, task)
        lengths = [_lengths(workshop, spec, file, report.task, source) for file in report.files]
    facts = {
        "files": [_file_facts(f, n) for f, n in zip(report.files, lengths, strict=True)],
        "task": report.task,
        "train_rows": report.train_rows,
        "eval_rows": report.eval_rows,
        "labels": report.labels,
        "placeholders": report.placeholders,
        "duplicates": report.duplicates,
        "problems": [str(problem) for problem in report.problems],
        "notes": [str(note) for note in report.notes],
        "sha256": report.sha256,
    }
    return facts, _words(report, lengths)


def _counted_for(session: Session, model: str | None) -> ModelSource | None:
    """The model whose tokens are counted; None if none was named and none is here."""
    try:
        return choose_model(session, model)
    except StarterMissing:
        if model:
            raise
        return None


def _lengths(
    workshop: Workshop,
    spec: DataSpec,
    file: FileReport,
    task: TaskName | None,
    model: ModelSource | None,
) -> Lengths:
    """Tokens of the rows of one file; None if they cannot be counted."""
    if task is None or model is None or not file.kept or not TASKS[task].is_whole(file.mapping):
        return None
    named = next((data for data in spec.files if data.path == file.path), None)
    one = replace(spec, files=(named or replace(spec.files[0], path=file.path),), eval_files=())
    report = workshop.tokens(one, task, model, max_length=LONGEST_ROW)
    lengths = sorted(report.lengths) if report else []
    if not lengths:
        return None
    last = len(lengths) - 1
    return {"p50": lengths[last // 2], "p95": lengths[round(last * 0.95)], "max": lengths[-1]}


def _file_facts(file: FileReport, lengths: Lengths) -> dict[str, Any]:
    return {
        "path": str(file.path),
        "format": file.layout,
        "container": file.container,
        "rows": file.rows,
        "kept": file.kept,
        "rejected": [{"line": r.line, "reason": str(r.reason)} for r in file.rejected],
        "rejected_count": file.rejected_count,
        "mapping": file.mapping,
        "task": file.task,
        "tokens": lengths,
    }


def _words(report: DataReport, lengths: Sequence[Lengths]) -> str:
    rows = [("FILE", "FORMAT", "ROWS", "USABLE", "FOR TASK", "TOKENS (half ≤, 95% ≤, longest)")]
    for file, tokens in zip(report.files, lengths, strict=True):
        counted = ", ".join(str(value) for value in tokens.values()) if tokens else ""
        layout, task = f"{file.layout} ({file.container})", file.task or "none"
        rows.append((file.path.name, layout, str(file.rows), str(file.kept), task, counted))
    lines = [columns(rows)]
    for file in report.files:
        lines += _columns_used(file, report.task) + _rejected(file)
    lines.append(f"{report.train_rows} rows to train on, {report.eval_rows} held out to judge by.")
    lines += _labels(report.labels)
    lines += [f"Note: {note}" for note in report.notes]
    if report.placeholders:
        options = " ".join(f"--fill {name}=…" for name in report.placeholders)
        lines.append(f"Give them values with {options}")
    lines += [f"Problem: {problem}" for problem in report.problems]
    return "\n".join(lines)


def _columns_used(file: FileReport, task: TaskName | None) -> list[str]:
    """Which column plays which role; if that is not clear, which there are to choose from."""
    if task and TASKS[task].is_whole(file.mapping):
        named = [f"{role} = {column}" for role, column in file.mapping.items() if role != column]
        return [f"{file.path.name} is read with {', '.join(named)}"] if named else []
    if file.task is None and file.layout == "unknown" and file.columns:
        names = ", ".join(file.columns[:MOST_SHOWN])
        return [f"{file.path.name} has the columns {names}; say what they are with --map."]
    return []


def _rejected(file: FileReport) -> list[str]:
    """Why rows cannot be used: the first ones, and how many there are beside."""
    shown = file.rejected[:MOST_SHOWN]
    lines = [f"{file.path.name}, line {row.line}: {row.reason}" for row in shown]
    more = file.rejected_count - len(shown)
    return [*lines, f"{file.path.name}: {more} more rows cannot be used"] if more else lines


def _labels(labels: dict[str, int]) -> list[str]:
    if not labels:
        return []
    shown = ", ".join(f"{label} ({rows})" for label, rows in list(labels.items())[:MOST_SHOWN])
    return [f"Labels: {shown}" + (", …" if len(labels) > MOST_SHOWN else "")]


def evaluate(session: Session, model: ModelSource, spec: DataSpec, task: TaskName) -> Scores:
    """How well `model` does on all rows of `spec`."""
    with _workshop(session, "Evaluating …") as workshop:
        scores = workshop.evaluate(model, spec, task)
    assert scores is not None
    return scores


def predict(session: Session, model: ModelSource, texts: Sequence[str]) -> list[Prediction]:
    """What the classifier `model` says of each text."""
    with _workshop(session, "Classifying …") as workshop:
        return workshop.predict(model, texts)


def export(session: Session, run: RunFolder, out: Path) -> Path:
    """Write the result of `run` into the folder `out`."""
    with _workshop(session, "Exporting …") as workshop:
        return workshop.export(run.path, out)
