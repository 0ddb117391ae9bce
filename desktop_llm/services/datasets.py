"""The task process seen from the GUI thread: data are checked, previewed, and tried."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, SignalInstance, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.result import Prediction
from desktop_llm.training.workshop_client import Workshop

T = TypeVar("T")
Kind = Literal["check", "tokens"]

PATIENCE_MS = 5000
"""How long a check that nobody wants any more may go on, before the task process is killed."""


class DataService(QObject):
    """Checks and token reports: the newest of each kind is answered, older ones are given up.

    Checks have a thread of their own (DataThread), since the rest may have to wait for libraries
    and models (PreviewThread). Both are served by one task process.
    """

    checked = Signal(object)
    """DataReport."""
    tokens_ready = Signal(object)
    """TokenReport."""
    busy_changed = Signal(bool)
    """Whether a check or a token report is on its way."""
    progress = Signal(float)
    """Of the newest check, 0 to 1."""
    failed = Signal(object)
    """ExpectedError of the newest check or token report."""
    _progressed = Signal(object, float)

    def __init__(self, workshop: Workshop | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop or Workshop()
        self._checks = TaskService("DataThread", self)
        self._previews = TaskService("PreviewThread", self)
        self._open: dict[Kind, threading.Event] = {}
        self._given_up: set[threading.Event] = set()
        self._was_busy = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._lose_patience)
        self._progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return bool(self._open)

    def check(self, spec: DataSpec, task: TaskName | None) -> None:
        """Read the files; `checked` or `failed` follows, unless another check comes first."""
        self._give_up("tokens")
        self._ask("check", self._checks, partial(self._check, spec, task), self.checked)

    def tokens(self, spec: DataSpec, task: TaskName, model: ModelSource, max_length: int) -> None:
        """See the rows as the model will; `tokens_ready` or `failed` follows, as for `check`."""
        call = partial(self._workshop.tokens, spec, task, model, max_length)
        self._ask("tokens", self._previews, call, self.tokens_ready)

    def predict(
        self,
        model: ModelSource,
        texts: Sequence[str],
        on_done: Callable[[list[Prediction]], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        """What a classifier says of `texts`; the first time takes as long as loading it does."""
        self._previews.run(partial(self._workshop.predict, model, texts), on_done, on_failed)

    def export(
        self,
        run: Path,
        out: Path,
        on_done: Callable[[Path], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        """Write the result of the run folder `run` into `out`, for use elsewhere."""
        self._previews.run(partial(self._workshop.export, run, out), on_done, on_failed)

    def give_up(self) -> None:
        """Nobody wants the check or the token report that is on its way any more."""
        for kind in list(self._open):
            self._give_up(kind)
        self._tell_busy()

    def shut_down(self) -> None:
        """End the task process and the threads; nothing is told after."""
        self.give_up()
        self._workshop.shut_down()
        self._checks.shut_down()
        self._previews.shut_down()
        self._patience.stop()

    def _check(self, spec: DataSpec, task: TaskName | None, stop: threading.Event) -> Any:
        def report(fraction: float) -> None:
            self._progressed.emit(stop, fraction)

        return self._workshop.check(spec, task, report, stop)

    def _ask(
        self,
        kind: Kind,
        tasks: TaskService,
        call: Callable[[threading.Event], Any],
        answer: SignalInstance,
    ) -> None:
        self._give_up(kind)
        stop = self._open[kind] = threading.Event()
        self._tell_busy()
        tasks.run(
            lambda: None if stop.is_set() else call(stop),
            partial(self._ended, kind, stop, answer),
            partial(self._ended, kind, stop, self.failed),
        )

    def _give_up(self, kind: Kind) -> None:
        if stop := self._open.pop(kind, None):
            stop.set()
            if kind == "check":
                self._given_up.add(stop)
                self._patience.start()

    def _ended(
        self, kind: Kind, stop: threading.Event, tell: SignalInstance, outcome: object
    ) -> None:
        self._given_up.discard(stop)
        if self._open.get(kind) is stop:
            del self._open[kind]
            self._tell_busy()
            tell.emit(outcome)

    def _tell_busy(self) -> None:
        if self._was_busy != self.busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)

    @Slot()
    def _lose_patience(self) -> None:
        if self._given_up:
            self._workshop.kill()

    @Slot(object, float)
    def _progress(self, stop: threading.Event, fraction: float) -> None:
        if self._open.get("check") is stop:
            self.progress.emit(fraction)
