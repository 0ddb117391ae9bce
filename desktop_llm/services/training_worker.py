"""What happens on TrainingThread: trainers are started, their events read, their folders kept."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import psutil

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.training.errors import RunFolderGone, disk_errors
from desktop_llm.training.events import (
    ENDED,
    DoneEvent,
    ErrorEvent,
    ProgressEvent,
    RunEvent,
    StateEvent,
)
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import Command, RunFolder, RunSummary, list_runs

log = logging.getLogger(__name__)

TRASH_DAYS = 30
LOG_TAIL_BYTES = 8192
"""How much of what a trainer said last goes into the details of its error."""

_trainers: list[subprocess.Popen[bytes]] = []
"""Every trainer that this process started and that still runs: polled, so that none is left as a
zombie, and kept, since a trainer may outlive whoever started it."""


class TrainingInterrupted(ExpectedError):
    """The trainer process is gone without having ended the run; what it said last is a note."""

    happened = QT_TRANSLATE_NOOP("core", "The training was interrupted before its end.")
    safe = QT_TRANSLATE_NOOP("core", "Everything up to the last checkpoint is kept.")
    todo = QT_TRANSLATE_NOOP("core", "Resume the run: it goes on from that checkpoint.")


class TrainerNotStarted(ExpectedError):
    """The system refused to start the trainer process; `detail` is its reason."""

    happened = QT_TRANSLATE_NOOP("core", "The training could not be started: {detail}")
    safe = QT_TRANSLATE_NOOP("core", "The run and its settings are kept in the list of runs.")
    todo = QT_TRANSLATE_NOOP("core", "Close other programs, then resume the run.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class AnotherRunTrains(ExpectedError):
    """A run was to be started beside one that goes on."""

    happened = QT_TRANSLATE_NOOP(
        "core", "“{name}” is being trained, and only one run at a time makes good speed."
    )
    safe = QT_TRANSLATE_NOOP("core", "It goes on undisturbed.")
    todo = QT_TRANSLATE_NOOP("core", "Wait for its end, or stop it first.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


class RunGoesOn(ExpectedError):
    """A run that is being trained was to be deleted."""

    happened = QT_TRANSLATE_NOOP("core", "“{name}” is being trained and cannot be deleted now.")
    safe = QT_TRANSLATE_NOOP("core", "It goes on undisturbed.")
    todo = QT_TRANSLATE_NOOP("core", "Stop it first.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@dataclass(frozen=True)
class News:
    """New events of a run; `run` says how it stands if that is different, `error` if it is lost."""

    run_id: str
    events: tuple[RunEvent, ...] = ()
    run: RunSummary | None = None
    error: ExpectedError | None = None


class TrainingWorker:
    """The runs in one folder. All calls come from TrainingThread; they raise `ExpectedError`."""

    def __init__(self, runs: Path, trash: Path) -> None:
        self._runs = runs
        self._trash = trash
        self._offsets: dict[str, int] = {}
        """How far the events of a run were read, in bytes."""
        self._alive: set[str] = set()
        self._deleted: list[tuple[Path, Path]] = []
        """Where a run lies now and where it was, in the order in which they were deleted."""

    def find(self) -> list[RunSummary]:
        """All runs, newest first; those that are alive are looked after from now on."""
        found = [_with_reason(run) for run in list_runs(self._runs)]
        for run in found:
            if run.alive:
                self._follow(RunFolder(run.path))
        return found

    def begin(self, job: TrainingJob) -> RunSummary:
        """A new run of `job`, and its trainer."""
        self._refuse_beside_another()
        job = replace(job, created=job.created or time.time())
        return self._start(RunFolder.create(self._runs, job))

    def resume(self, run_id: str) -> RunSummary:
        """Let a paused run go on, or start a trainer for one that was interrupted."""
        folder = self._folder(run_id)
        if folder.is_alive():
            return self.command(run_id, "run")
        self._refuse_beside_another()
        return self._start(folder)

    def command(self, run_id: str, command: Command) -> RunSummary:
        """Tell the trainer what to do; it says by an event when it has done so."""
        folder = self._folder(run_id)
        folder.command(command)
        return _with_reason(folder.summary())

    def look(self) -> list[News]:
        """What happened in the living runs since the last look."""
        _trainers[:] = [trainer for trainer in _trainers if trainer.poll() is None]
        return [self._news(RunFolder(self._runs / run_id)) for run_id in sorted(self._alive)]

    def open(self, run_id: str) -> News:
        """All events of a run from its first on, and how it stands."""
        folder = self._folder(run_id)
        events, self._offsets[run_id] = folder.read_events()
        return News(run_id, _without_stale_progress(events), _with_reason(folder.summary()))

    def rename(self, run_id: str, name: str) -> RunSummary:
        folder = self._folder(run_id)
        folder.rename(name)
        return _with_reason(folder.summary())

    def delete(self, run_id: str) -> None:
        """Put the run's folder aside; it stays there for `TRASH_DAYS`."""
        folder = self._folder(run_id)
        if folder.is_alive():
            raise RunGoesOn(folder.job().name or run_id)
        with disk_errors(folder.path):
            place = _free(make_private_folder(self._trash) / run_id)
            folder.path.rename(place)
            os.utime(place)  # says since when it is here
        self._offsets.pop(run_id, None)
        self._deleted.append((place, folder.path))

    def undo_delete(self) -> None:
        """Put the run that was deleted last back; harmless without one."""
        if self._deleted:
            place, home = self._deleted.pop()
            with disk_errors(place):
                place.rename(_free(home))

    def empty_trash(self) -> None:
        """Remove for good what was deleted long ago."""
        oldest = time.time() - TRASH_DAYS * 86_400
        for place in self._trash.iterdir() if self._trash.is_dir() else ():
            if place.stat().st_mtime < oldest:
                try:
                    shutil.rmtree(place)
                except OSError as error:
                    log.warning("a deleted run cannot be removed: %s", type(error).__name__)

    def end_all(self, longest_s: float) -> bool:
        """Tell every living run to save its result and to end, and wait; False if one works on.

        Called when the thread has ended.
        """
        ended = True
        for run_id in self._alive:
            folder = RunFolder(self._runs / run_id)
            try:
                folder.command("stop_keep")
            except ExpectedError as error:
                log.warning("a run could not be told to stop: %s", type(error).__name__)
            ended = _wait_for_end(folder, longest_s) and ended
        return ended

    def _start(self, folder: RunFolder) -> RunSummary:
        self._follow(folder)
        try:
            _trainers.append(folder.start_trainer())
        except OSError as error:
            self._alive.discard(folder.id)
            raise TrainerNotStarted(error.strerror or type(error).__name__) from error
        return _with_reason(folder.summary())

    def _follow(self, folder: RunFolder) -> None:
        self._alive.add(folder.id)
        if folder.id not in self._offsets:
            self._offsets[folder.id] = folder.read_events()[1]

    def _news(self, folder: RunFolder) -> News:
        alive = folder.is_alive()  # asked first: what it wrote before its end is read below
        events, self._offsets[folder.id] = folder.read_events(self._offsets[folder.id])
        if not alive:
            self._alive.discard(folder.id)
        if not folder.path.is_dir():
            return News(folder.id, error=RunFolderGone(folder.path))
        changed = any(isinstance(e, StateEvent | DoneEvent | ErrorEvent) for e in events)
        run = _with_reason(folder.summary()) if changed or not alive else None
        return News(folder.id, _without_stale_progress(events), run)

    def _folder(self, run_id: str) -> RunFolder:
        folder = RunFolder(self._runs / run_id)
        if not folder.path.is_dir():
            raise RunFolderGone(folder.path)
        return folder

    def _refuse_beside_another(self) -> None:
        for path in self._runs.iterdir() if self._runs.is_dir() else ():
            folder = RunFolder(path)
            if folder.is_alive() and folder.state() not in ENDED:
                raise AnotherRunTrains(folder.job().name or folder.id)


def _wait_for_end(folder: RunFolder, longest_s: float) -> bool:
    pid = folder.process_id()
    try:
        if pid is not None:
            psutil.Process(pid).wait(longest_s)
    except psutil.TimeoutExpired:
        return False
    except psutil.NoSuchProcess:
        return True
    return True


def _with_reason(run: RunSummary) -> RunSummary:
    """An interrupted run with an error that says so, and with the trainer's last words."""
    if run.state != "interrupted" or run.error is not None:
        return run
    error = TrainingInterrupted()
    if tail := _tail(RunFolder(run.path).log):
        error.add_note(tail)
    return replace(run, error=error)


def _tail(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            stream.seek(max(file.stat().st_size - LOG_TAIL_BYTES, 0))
            return stream.read().decode(errors="replace").strip()
    except OSError:
        return ""


def _without_stale_progress(events: Sequence[RunEvent]) -> tuple[RunEvent, ...]:
    """Of the progress that was made meanwhile only the last step is of interest."""
    last = next((e for e in reversed(events) if isinstance(e, ProgressEvent)), None)
    return tuple(e for e in events if not isinstance(e, ProgressEvent) or e is last)


def _free(path: Path) -> Path:
    """`path`, or the same with a number if something is there."""
    names = (path if n == 1 else path.with_name(f"{path.name}~{n}") for n in count(1))
    return next(place for place in names if not place.exists())
