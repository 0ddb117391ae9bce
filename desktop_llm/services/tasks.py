"""TaskThread: short slow jobs one after another, away from the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_WAIT_MS = 3000
"""How long the end of the app waits for the job that runs."""

_unfinished: list[QThread] = []
"""Threads that did not end in time: kept, since destroying a running QThread aborts the app."""


class AppFault(ExpectedError):
    """A bug of ours ended a request; the crash net reports it, this tells whoever waits for it."""

    happened = QT_TRANSLATE_NOOP("core", "Something went wrong inside the app.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations and the text written so far are kept.")
    todo = QT_TRANSLATE_NOOP("core", "Try again. If it happens again, please report it.")


@dataclass(frozen=True, eq=False)
class _Task:
    function: Callable[[], Any]
    on_done: Callable[[Any], None] | None
    on_failed: Callable[[ExpectedError], None] | None


class _TaskWorker(QObject):
    """Lives on the thread and runs what arrives."""

    done = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.closing = threading.Event()

    @Slot(object)
    def run(self, task: _Task) -> None:
        if self.closing.is_set():
            return
        try:
            value = task.function()
        except ExpectedError as error:
            self.failed.emit(task, error)
        except Exception:
            self.failed.emit(task, AppFault())
            raise
        else:
            self.done.emit(task, value)


class TaskService(QObject):
    """Runs functions on a thread of its own, in order; callbacks run on the GUI thread."""

    failed = Signal(object)
    """ExpectedError of a job that had no `on_failed`."""
    _requested = Signal(object)

    def __init__(self, name: str = "TaskThread", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _TaskWorker()
        self._worker.moveToThread(self._thread)
        self._requested.connect(self._worker.run, Qt.ConnectionType.QueuedConnection)
        self._worker.done.connect(self._done)
        self._worker.failed.connect(self._failed)

    def run(
        self,
        function: Callable[[], T],
        on_done: Callable[[T], None] | None = None,
        on_failed: Callable[[ExpectedError], None] | None = None,
    ) -> None:
        """Call `function` on the thread, then one of the callbacks. Ignored after `shut_down`."""
        if self._worker.closing.is_set():
            return
        if not self._thread.isRunning():
            self._thread.start()
        self._requested.emit(_Task(function, on_done, on_failed))

    def shut_down(self) -> None:
        """End the thread after the job that runs; jobs still waiting are dropped."""
        self._worker.closing.set()
        end_thread(self._thread)

    @Slot(object, object)
    def _done(self, task: _Task, value: Any) -> None:
        if task.on_done and not self._worker.closing.is_set():
            task.on_done(value)

    @Slot(object, object)
    def _failed(self, task: _Task, error: ExpectedError) -> None:
        if self._worker.closing.is_set():
            return
        if task.on_failed:
            task.on_failed(error)
        else:
            self.failed.emit(error)


def end_thread(thread: QThread, longest_ms: int = LONGEST_WAIT_MS) -> bool:
    """Quit `thread` and wait; never terminates it. False if it did not end in time."""
    thread.quit()
    if thread.wait(longest_ms):
        return True
    log.error("%s did not end within %d ms", thread.objectName(), longest_ms)
    thread.setParent(None)
    _unfinished.append(thread)
    return False
