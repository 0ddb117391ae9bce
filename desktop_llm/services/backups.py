"""Backups of the conversations: every half hour, at the end, and put back when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.backups import Backup, list_backups
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.salvage import Salvaged

INTERVAL_MS = 30 * 60 * 1000


class BackupService(QObject):
    """Works through the storage thread, which is the only one to touch the database."""

    restored = Signal()
    """The conversations are others now."""
    taken_over = Signal(object)
    """Salvaged: what was added from a backup."""
    changed = Signal()
    """There is another backup."""
    failed = Signal(object)
    """ExpectedError of what the person asked for."""
    not_made = Signal(object)
    """ExpectedError of a backup in between; once, until one succeeds again."""

    def __init__(self, storage: StorageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage
        self._told = False
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._make_by_itself)

    def start(self) -> None:
        """From now on make a backup every half hour, if something has changed."""
        self._timer.start()

    @Slot()
    def make(self) -> None:
        """Make a backup now, if something has changed since the last one."""
        self._storage.call(_make, self._made, self.failed.emit)

    def list_backups(self, on_done: Callable[[list[Backup]], None]) -> None:
        """Hand all backups, the newest first, to `on_done`."""
        path = self._storage.path
        self._storage.call(lambda store: list_backups(path), on_done, self.failed.emit)

    def restore(self, backup: Path) -> None:
        """Put a backup in the place of what is there, of which a backup is made before."""
        self._storage.restore(backup, self._has_restored, self.failed.emit)

    def take_over(self, backup: Path) -> None:
        """Add what is in a backup and not here any more; nothing is replaced."""
        take = partial(_take_over, backup)
        self._storage.call(take, self._has_taken_over, self.failed.emit)

    def shut_down(self) -> None:
        """A last backup; call it before the storage is shut down, which waits for it."""
        self._timer.stop()
        self._storage.call(_make, None, _ignore)

    @Slot()
    def _make_by_itself(self) -> None:
        self._storage.call(_make, self._made, self._not_made)

    def _not_made(self, error: ExpectedError) -> None:
        if not self._told:
            self._told = True
            self.not_made.emit(error)

    def _made(self, backup: Path | None) -> None:
        self._told = False
        if backup is not None:
            self.changed.emit()

    def _has_restored(self, _: None) -> None:
        self.restored.emit()
        self.changed.emit()

    def _has_taken_over(self, found: Salvaged) -> None:
        self.taken_over.emit(found)


def _make(store: ConversationStore) -> Path | None:
    return store.backups.make()


def _take_over(source: Path, store: ConversationStore) -> Salvaged:
    return store.backups.take_over(source)


def _ignore(error: ExpectedError) -> None:
    """The app ends; the storage has logged it."""
