"""Training runs in a terminal: start, resume, watch, list, compare, export."""

from __future__ import annotations

import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from desktop_llm.cli_chat import choose_model, stopped_by
from desktop_llm.cli_options import readable
from desktop_llm.cli_output import Session, clean, write
from desktop_llm.cli_run_words import event_words, progress_words, run_words
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.settings import load_settings
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.core.wire import to_plain
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.errors import NoResult, RunDiskFull, RunFolderGone, TrainingFailed
from desktop_llm.training.events import ENDED, LossEvent, ProgressEvent, RunEvent
from desktop_llm.training.job import DataFile, DataSpec, PresetName, TaskName, TrainingJob
from desktop_llm.training.presets import learning_rate, preset
from desktop_llm.training.results import PREFIX, result_of
from desktop_llm.training.run_folder import RunFolder

POLL_S = 0.1
LEAST_ROOM = 100_000
"""Bytes; with less than this a trainer cannot even say that the disk is full."""


class DataUnusable(ExpectedError):
    """Training was asked for on data that has problems; they are the message."""

    happened = QT_TRANSLATE_NOOP("core", "This data cannot be trained on: {problem}")
    safe = QT_TRANSLATE_NOOP("core", "Your files were not changed.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Look at it with “desktop-llm data check”, then choose with --task and --map."
    )

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class OnlyClassifies(ExpectedError):
    """A classifier was asked to write."""

    happened = QT_TRANSLATE_NOOP("core", "“{name}” sorts texts into classes and cannot write any.")
    todo = QT_TRANSLATE_NOOP("core", "Ask it with “desktop-llm predict”.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class RunNotFound(ExpectedError):
    """The command line named a run that is not there."""

    happened = QT_TRANSLATE_NOOP("core", "There is no training run “{name}”.")
    todo = QT_TRANSLATE_NOOP("core", "List the runs with “desktop-llm runs list”.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


def data_spec(
    files: Sequence[Path],
    fill: Sequence[str] | None = None,
    mapping: Sequence[str] | None = None,
    eval_files: Sequence[Path] | None = None,
) -> DataSpec:
    """What the options of a command say about the data."""
    roles = _pairs(mapping, "--map")
    return DataSpec(
        files=_data_files(files, roles),
        eval_files=_data_files(eval_files or (), roles),
        fill=_pairs(fill, "--fill"),
    )


def _data_files(files: Sequence[Path], roles: dict[str, str]) -> tuple[DataFile, ...]:
    return tuple(DataFile(path.expanduser().absolute(), roles) for path in files)


def _pairs(words: Sequence[str] | None, option: str) -> dict[str, str]:
    """`key=value` words as a dictionary."""
    pairs = [readable(word).partition("=") for word in words or ()]
    if any(not key or not sign for key, sign, _ in pairs):
        raise typer.BadParameter("Write it as key=value.", param_hint=option)
    return {key: value for key, _, value in pairs}


@dataclass(frozen=True)
class Chosen:
    """What the options of `train` say beside the data. `settings`: only those that were given."""

    task: TaskName | None = None
    model: str | None = None
    preset: PresetName | None = None
    name: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


def make_job(
    session: Session, report: DataReport, data: DataSpec, chosen: Chosen
) -> tuple[TrainingJob, tuple[str, ...]]:
    """The job for `data`, which was judged in `report`, and what should be said about it."""
    task = chosen.task or report.task
    if report.problems or task is None:
        raise DataUnusable(problem=" ".join(str(problem) for problem in report.problems))
    begun = chosen.preset or "balanced"
    settings, notes = preset(begun, task, report.train_rows)
    if method := chosen.settings.get("method"):
        usual = learning_rate(task, method) / learning_rate(task, settings.method)
        settings = replace(settings, learning_rate=settings.learning_rate * usual)
    own: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in chosen.settings.items()
    }
    job = TrainingJob(
        task=task,
        model=choose_model(session, chosen.model),
        data=data,
        settings=replace(settings, **own),
        preset="custom" if own else begun,
        name=readable(chosen.name or data.files[0].path.stem),
        created=time.time(),
    )
    return job, tuple(str(note) for note in (*report.notes, *notes))


def train(session: Session, run: RunFolder) -> None:
    """Start or resume `run`, and tell what happens until it ends.

    Ctrl+C, or a polite end by the system, stops the run and keeps its result.
    """
    stop = threading.Event()
    offset = run.read_events()[1]
    with stopped_by(stop, signal.SIGINT, signal.SIGTERM), session.status("Preparing …") as shown:
        ended = _trainer(run)
        teller = _Teller(session, shown.update if shown else lambda words: None)
        for event in _events(run, offset, ended, stop):
            teller.tell(event)
    if not run.path.exists():
        raise RunFolderGone(run.path)
    summary = run.summary()
    if summary.error is not None:
        raise summary.error
    if summary.state not in ENDED:
        raise _unexplained(run, ended())
    if summary.state == "discarded":
        sys.stderr.write("desktop-llm: stopped before there was anything to keep.\n")
        raise typer.Exit(130)
    if not session.json:
        write(run_words(summary) + "\n")


def _trainer(run: RunFolder) -> Callable[[], int | None]:
    """Start the trainer, or find the one that works on `run`; asks how it ended, None: not yet."""
    if not run.is_alive():
        return run.start_trainer().poll
    sys.stderr.write("This run is being trained already; here is how it goes on.\n")
    run.command("run")  # it may be paused
    return lambda: None if run.is_alive() else 0


def _events(
    run: RunFolder, offset: int, ended: Callable[[], int | None], stop: threading.Event
) -> Iterator[RunEvent]:
    """The events of `run` from `offset` on, as they are written, until the process has ended.

    Once `stop` is set, the run is told to stop and to keep what was learned.
    """
    told = over = False
    while not over:
        if stop.is_set() and not told:
            told = True
            sys.stderr.write("desktop-llm: stopping, and keeping what was learned …\n")
            run.command("stop_keep")
        over = ended() is not None
        found, offset = run.read_events(offset)
        yield from found
        if not over:
            time.sleep(POLL_S)


def _unexplained(run: RunFolder, code: int | None) -> ExpectedError:
    """What to tell when the trainer could not: no space for a word, a signal, its last line."""
    free = shutil.disk_usage(run.path).free
    if free < LEAST_ROOM:
        return RunDiskFull(run.path, free)
    return TrainingFailed(_last_words(run, code))


def _last_words(run: RunFolder, code: int | None) -> str:
    if code is not None and code < 0:
        return f"{signal.Signals(-code).name}."
    try:
        lines = run.log.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    last = next((line.strip() for line in reversed(lines) if line.strip()), "?")
    return last[:300].rstrip(".") + "."


class _Teller:
    """Events as JSON lines for a program, or as words for a person."""

    def __init__(self, session: Session, show: Callable[[str], None]) -> None:
        self._session = session
        self._show = show
        self._loss = ""

    def tell(self, event: RunEvent) -> None:
        if self._session.json:
            self._session.answer(to_plain(event), "")
        elif isinstance(event, ProgressEvent):
            self._show(progress_words(event) + self._loss)
        elif isinstance(event, LossEvent):
            self._loss = f", loss {event.loss:.3f}"
        elif words := event_words(event):
            say([words])


def new_run(session: Session, job: TrainingJob, out: Path | None) -> RunFolder:
    """The folder of a new run: `out`, or one among the others. Raises `ExpectedError`."""
    if out is None:
        return RunFolder.create(session.paths.runs, job)
    return RunFolder.create_at(out.expanduser().absolute(), job)


def say(notes: Sequence[str]) -> None:
    """Tell what should be known before a run begins."""
    for note in notes:
        sys.stderr.write(clean(note) + "\n")


def choose_result(
    session: Session, model: str | None, adapter: Path | None, served: bool = False
) -> ModelSource:
    """A model or the result of a run, as `--model` and `--adapter` say. Raises `ExpectedError`."""
    if not (model and adapter):
        last = load_settings(session.paths.settings).last_model
        named = model or str(adapter or (last if last.startswith(PREFIX) else ""))
        with suppress(RunNotFound):
            return _result_of(find_run(session, named.removeprefix(PREFIX)))
    source = choose_model(session, model, served)
    return replace(source, adapter=adapter.expanduser().absolute()) if adapter else source


def choose_writer(session: Session, model: str | None, adapter: Path | None) -> ModelSource:
    """The same, if it can write. Raises `ExpectedError`."""
    source = choose_result(session, model, adapter, served=True)
    if source.kind == "classifier":
        raise OnlyClassifies(source.title or source.name)
    return source


def _result_of(run: RunFolder) -> ModelSource:
    result = result_of(run)
    if result is None:
        raise NoResult(run.id)
    return result


def find_run(session: Session, name: str) -> RunFolder:
    """The run with the folder or the id `name`. Raises RunNotFound."""
    for path in (Path(name).expanduser(), session.paths.runs / name) if name else ():
        with suppress(OSError, ValueError):  # no name that the system allows
            if (path / "job.json").is_file():
                return RunFolder(path)
    raise RunNotFound(name)
