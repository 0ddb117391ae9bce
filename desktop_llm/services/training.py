"""TrainingThread seen from the GUI thread: runs are begun, watched, ended and kept in a list."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import Paths
from desktop_llm.services.datasets import DataService
from desktop_llm.services.tasks import TaskService
from desktop_llm.services.training_worker import News, TrainingWorker
from desktop_llm.training.events import ENDED, RunEvent
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import Command, RunSummary

__all__ = ["RunSummary", "TrainingService"]

log = logging.getLogger(__name__)

LOOK_MS = 200
"""How often the events of a living run are read."""

EVENTS_AT_ONCE = 25
"""Events that are told in one turn of the GUI's event loop."""

LAST_WAIT_S = 2.0
"""How long the end of the app waits for a run that is to stop; it saves its result by itself."""


class TrainingService(QObject):
    """A run is a folder, and its trainer a process that may outlive this one.

    Events of a run are told once it was begun, resumed, opened, or found alive at the start: in
    their order, and before the `run_changed` that they cause. Of the progress made between two
    looks, and of that of an opened run, the last is told.
    """

    runs_changed = Signal(object)
    """list[RunSummary], newest first."""
    event_received = Signal(str, object)
    """Run id and RunEvent."""
    run_changed = Signal(object)
    """RunSummary of a run whose state, name or card is different."""
    failed = Signal(object)
    """ExpectedError of a request."""

    def __init__(self, paths: Paths, data: DataService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[RunSummary] = []
        self._closed = False
        self._data = data
        self._worker = TrainingWorker(paths.runs, paths.data / "runs-trash")
        self._tasks = TaskService("TrainingThread", self)
        self._to_tell: deque[tuple[str, RunEvent | RunSummary]] = deque()
        self._opening: Counter[str] = Counter()
        self._look_timer = self._timer(LOOK_MS, self._look)
        self._tell_timer = self._timer(0, self._tell)

    @property
    def active(self) -> RunSummary | None:
        """The run that is being trained, or paused with its model in memory."""
        return next((r for r in self.runs if r.alive and r.state not in ENDED), None)

    def start(self) -> None:
        """Look for runs, and go on watching one that is alive; `runs_changed` follows."""
        self._tasks.run(self._worker.empty_trash)
        self.refresh()

    def refresh(self) -> None:
        """Look at the disk again; `runs_changed` follows."""
        self._tasks.run(self._worker.find, self._listed, self.failed.emit)

    def begin(self, job: TrainingJob) -> None:
        """Make a run of `job` and start it; `run_changed` with its id follows, or `failed`."""
        self._ask(partial(self._worker.begin, job))

    def resume(self, run_id: str) -> None:
        """Go on with a run that was paused, interrupted, or has failed."""
        self._ask(partial(self._worker.resume, run_id))

    def pause(self, run_id: str) -> None:
        """Let the run wait after the step that it is at."""
        self._command(run_id, "pause")

    def stop(self, run_id: str, keep: bool) -> None:
        """End the run: with what it has learned as its result, or without one."""
        self._command(run_id, "stop_keep" if keep else "stop_discard")

    def open(self, run_id: str) -> None:
        """Tell all events of the run anew, from the first one on, and then what goes on."""
        self._opening[run_id] += 1
        self._to_tell = deque(item for item in self._to_tell if item[0] != run_id)
        failed = partial(self._not_opened, run_id)
        self._tasks.run(partial(self._worker.open, run_id), self._opened, failed)

    def delete(self, run_id: str) -> None:
        """Put the run aside for some weeks; refused while it is being trained."""
        self._change_list(partial(self._worker.delete, run_id))

    def undo_delete(self) -> None:
        """Bring back the run that was deleted last."""
        self._change_list(self._worker.undo_delete)

    def rename(self, run_id: str, name: str) -> None:
        self._ask(partial(self._worker.rename, run_id, name))

    def run_again(self, run_id: str) -> TrainingJob:
        """The recipe of a run, to begin another with. Raises KeyError if there is no such run."""
        return replace(self._run(run_id).job, created=0.0)

    def export(self, run_id: str, out: Path, on_done: Callable[[Path], None]) -> None:
        """Write the run's adapter into the folder `out` in PEFT's form, with a model card."""
        self._data.export(self._run(run_id).path, out, on_done, self.failed.emit)

    def shut_down(self, leave_running: bool) -> None:
        """End the thread. A living run goes on, or is told to save its result and to end."""
        if self._closed:
            return
        self._closed = True
        self._look_timer.stop()
        self._tell_timer.stop()
        self._to_tell.clear()
        self._tasks.shut_down()
        if not leave_running and not self._worker.end_all(LAST_WAIT_S):
            log.info("a run still saves its result, and ends by itself")

    def _run(self, run_id: str) -> RunSummary:
        return {run.id: run for run in self.runs}[run_id]

    def _ask(self, call: Callable[[], RunSummary]) -> None:
        self._tasks.run(call, self._changed, self._not_done)

    def _command(self, run_id: str, command: Command) -> None:
        self._ask(partial(self._worker.command, run_id, command))

    def _change_list(self, call: Callable[[], None]) -> None:
        self._tasks.run(call, None, self.failed.emit)
        self.refresh()

    def _listed(self, runs: list[RunSummary]) -> None:
        self.runs = runs
        self.runs_changed.emit(runs)
        self._watch()

    def _changed(self, run: RunSummary) -> None:
        known = any(each.id == run.id for each in self.runs)
        self.runs = [run if each.id == run.id else each for each in self.runs]
        if not known:
            self.runs.insert(0, run)
            self.runs_changed.emit(self.runs)
        self.run_changed.emit(run)
        self._watch()

    def _not_done(self, error: ExpectedError) -> None:
        self.failed.emit(error)
        self.refresh()  # the list said something that is not so

    def _watch(self) -> None:
        if any(run.alive for run in self.runs) and not self._closed:
            self._look_timer.start()

    @Slot()
    def _look(self) -> None:
        self._tasks.run(self._worker.look, self._looked, self._not_done)

    def _looked(self, found: list[News]) -> None:
        for news in found:
            if not self._opening[news.run_id]:
                self._to_tell.extend((news.run_id, event) for event in news.events)
            if news.run:
                self._to_tell.append((news.run_id, news.run))
            if news.error:
                self._not_done(news.error)
        self._tell()
        self._watch()

    def _opened(self, news: News) -> None:
        self._opening[news.run_id] -= 1
        if not self._opening[news.run_id]:
            self._looked([news])

    def _not_opened(self, run_id: str, error: ExpectedError) -> None:
        self._opening[run_id] -= 1
        self._not_done(error)

    @Slot()
    def _tell(self) -> None:
        """A few at a time, so that a thousand events do not hold up the window."""
        for _ in range(min(EVENTS_AT_ONCE, len(self._to_tell))):
            if not self._to_tell:  # a listener has opened another run
                break
            run_id, what = self._to_tell.popleft()
            if isinstance(what, RunSummary):
                self._changed(what)
            else:
                self.event_received.emit(run_id, what)
        if self._to_tell:
            self._tell_timer.start()

    def _timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer
