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
from desktop_llm.training.workshop_client import Workshop

Lengths = dict[str, int] | None


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
        report = workshop.check(spec, task)
    assert report is not None  # only `stop` ends it without one
    return report


def checked(
    session: Session, spec: DataSpec, task: TaskName | None, model: str | None
) -> tuple[dict[str, Any], str]:
    """The report on the files of `spec`, for a program and for a person."""
    report = check(session, spec, task)
    lengths = _lengths(session, spec, report, task or report.task, model)
    facts = {
        "files": [_file_facts(f, n) for f, n in zip(report.files, lengths, strict=True)],
        "task": task or report.task,
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


def _lengths(
    session: Session,
    spec: DataSpec,
    report: DataReport,
    task: TaskName | None,
    model: str | None,
) -> list[Lengths]:
    """Tokens per row of each file, if there is a model to count them with."""
    nothing: list[Lengths] = [None] * len(report.files)
    if task is None:
        return nothing
    try:
        source = choose_model(session, model)
    except StarterMissing:
        return nothing
    found: list[Lengths] = []
    with _workshop(session, "Counting tokens …") as workshop:
        for file in report.files:
            one = replace(spec, files=(_named(spec, file),), eval_files=())
            found.append(_count(workshop, one, task, source) if file.kept else None)
    return found


def _named(spec: DataSpec, file: FileReport) -> Any:
    """The file of `spec` that `file` reports on: also one that was found in a folder."""
    known = {data.path: data for data in spec.files}
    return known.get(file.path) or replace(spec.files[0], path=file.path)


def _count(workshop: Workshop, spec: DataSpec, task: TaskName, model: ModelSource) -> Lengths:
    report = workshop.tokens(spec, task, model, max_length=512)
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
    rows = [("FILE", "FORMAT", "ROWS", "KEPT", "TASK", "TOKENS p50/p95/max")]
    for file, tokens in zip(report.files, lengths, strict=True):
        counted = "/".join(str(value) for value in tokens.values()) if tokens else ""
        layout, task = f"{file.layout} ({file.container})", file.task or "none"
        rows.append((file.path.name, layout, str(file.rows), str(file.kept), task, counted))
    lines = [columns(rows)]
    for file in report.files:
        for rejected in file.rejected[:10]:
            lines.append(f"{file.path.name}, line {rejected.line}: {rejected.reason}")
    lines.append(f"{report.train_rows} rows to train on, {report.eval_rows} held out.")
    lines += [f"Note: {note}" for note in report.notes]
    lines += [f"Problem: {problem}" for problem in report.problems]
    return "\n".join(lines)


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
