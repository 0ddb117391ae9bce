"""StorageThread seen from the GUI thread: the only way to the conversations on disk."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.services.tasks import AppFault, end_thread
from desktop_llm.storage.backups import Backup, keep_unopened, newest_good, put_back
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database, open_database
from desktop_llm.storage.errors import StorageDamaged
from desktop_llm.storage.salvage import Salvaged

log = logging.getLogger(__name__)
T = TypeVar("T")

LONGEST_WAIT_MS = 10_000
"""How long the end of the app waits for what is still to be saved."""


@dataclass(frozen=True)
class DamageReport:
    """The database was damaged at the start: where it was put, what was read of it, and a copy."""

    error: StorageDamaged
    found: Salvaged
    backup: Backup | None
    problem: ExpectedError | None = None
    """Why nothing could be taken over."""


@dataclass(frozen=True, eq=False)
class _Call:
    function: Callable[[ConversationStore], Any]
    on_done: Callable[[Any], None] | None
    on_failed: Callable[[ExpectedError], None] | None


class _StorageWorker(QObject):
    """Lives on the thread, where it opens the database, uses it and closes it."""

    done = Signal(object, object)
    failed = Signal(object, object)
    damaged = Signal(object)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._database: Database | None = None
        self._store: ConversationStore | None = None
        self._open_error: ExpectedError | None = None

    @Slot()
    def open(self) -> None:
        """Open the database if it is not open; what went wrong is the answer to every call."""
        if self._store is not None:
            return
        self._open_error = None
        try:
            self._store = self._opened()
        except ExpectedError as error:
            log.warning("the database cannot be opened: %s", type(error).__name__)
            self._open_error = error

    @Slot(object)
    def run(self, call: _Call) -> None:
        """Answer `call` by exactly one of `done` and `failed`."""
        try:
            value = self._answer(call)
        except Exception as error:
            if isinstance(error, ExpectedError):
                log.warning("a call to the storage failed: %s", type(error).__name__)
            self.failed.emit(call, error)
        else:
            self.done.emit(call, value)

    @Slot()
    def close(self) -> None:
        """Close the database and end the thread; queued behind every call."""
        self._let_go()
        self.thread().quit()

    @Slot(object, object)
    def restore(self, backup: Path, call: _Call) -> None:
        """Let `backup` take the place of the database, of which a copy is made before."""
        try:
            if self._store is not None:
                self._store.backups.before_restoring()
            else:
                keep_unopened(self._path)
            self._let_go()
            put_back(backup, self._path)
        except Exception as error:
            self.failed.emit(call, error)
        else:
            self.done.emit(call, None)
        finally:
            self.open()

    def _let_go(self) -> None:
        self._store = None
        if self._database is not None:
            self._database.close()
            self._database = None

    def _answer(self, call: _Call) -> Any:
        if self._open_error is None:
            self.open()
        if self._store is None:
            assert self._open_error is not None
            raise self._open_error.with_traceback(None)
        return call.function(self._store)

    def _opened(self) -> ConversationStore:
        database = open_database(self._path)
        try:
            store = ConversationStore(database)
            if database.notice is not None:
                self._salvage(store, database.notice)
            store.recover()
        except BaseException:
            database.close()
            raise
        self._database = database
        return store

    def _salvage(self, store: ConversationStore, notice: StorageDamaged) -> None:
        """Take over what the damaged file still has, and say what was lost and found."""
        found, problem = Salvaged(), None
        try:
            found = store.backups.take_over(notice.moved_to)
        except Exception as error:  # whatever it is, the app starts, and the person is told
            log.exception("nothing could be taken over from the damaged file")
            problem = error if isinstance(error, ExpectedError) else AppFault()
        self.damaged.emit(DamageReport(notice, found, newest_good(self._path), problem))


class StorageService(QObject):
    """Runs functions over the one `ConversationStore` on StorageThread, in order.

    Callbacks run on the GUI thread. An error that nobody expected goes to `sys.excepthook` there,
    and the caller is told `AppFault`.
    """

    failed = Signal(object)
    """ExpectedError of a call that had no `on_failed`."""
    damaged = Signal(object)
    """DamageReport, after opening."""
    _open_wanted = Signal()
    _requested = Signal(object)
    _restore_wanted = Signal(object, object)
    _close_wanted = Signal()

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._closed = False
        self._thread = QThread(self)
        self._thread.setObjectName("StorageThread")
        self._worker = _StorageWorker(path)
        self._worker.moveToThread(self._thread)
        queued = Qt.ConnectionType.QueuedConnection
        self._open_wanted.connect(self._worker.open, queued)
        self._requested.connect(self._worker.run, queued)
        self._close_wanted.connect(self._worker.close, queued)
        self._worker.done.connect(self._done, queued)
        self._worker.failed.connect(self._failed, queued)
        self._restore_wanted.connect(self._worker.restore, queued)
        self._worker.damaged.connect(self.damaged, queued)

    def start(self) -> None:
        """Begin to work; calls made before wait until then."""
        self._thread.start()
        self._open_wanted.emit()

    def retry_open(self) -> None:
        """Open the database again after that had failed; harmless when it is open."""
        self._open_wanted.emit()

    def call(
        self,
        function: Callable[[ConversationStore], T],
        on_done: Callable[[T], None] | None = None,
        on_failed: Callable[[ExpectedError], None] | None = None,
    ) -> None:
        """Run `function` on the thread after the calls before it, then one of the callbacks."""
        if self._closed:
            log.warning("a call to the storage came after its end and was dropped")
            return
        self._requested.emit(_Call(function, on_done, on_failed))

    def restore(
        self,
        backup: Path,
        on_done: Callable[[None], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        """Put a copy in the place of the database, after the calls that wait."""
        if not self._closed:
            self._restore_wanted.emit(backup, _Call(lambda store: None, on_done, on_failed))

    def shut_down(self) -> None:
        """Finish the calls that wait, close the database and end the thread. No callback after."""
        if self._closed:
            return
        self._closed = True
        if self._thread.isRunning():
            self._close_wanted.emit()
            if not self._thread.wait(LONGEST_WAIT_MS):
                end_thread(self._thread)

    @Slot(object, object)
    def _done(self, call: _Call, value: Any) -> None:
        if call.on_done is not None and not self._closed:
            call.on_done(value)

    @Slot(object, object)
    def _failed(self, call: _Call, error: Exception) -> None:
        if not isinstance(error, ExpectedError):
            sys.excepthook(type(error), error, error.__traceback__)
        if self._closed:
            return
        told = error if isinstance(error, ExpectedError) else AppFault()
        if call.on_failed is not None:
            call.on_failed(told)
        else:
            self.failed.emit(told)
