"""Everything that waits in the trash: brought back, or removed for good."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_llm.services.storage import StorageService
from desktop_llm.services.undo import UndoStack
from desktop_llm.storage.trash import TrashEntry


class TrashCan(QObject):
    """Brings back what was deleted before, or removes it for good."""

    restored = Signal(object)
    """TrashEntry that is back."""
    removed = Signal(object)
    """TrashEntry that is gone for good."""

    def __init__(
        self, storage: StorageService, undo: UndoStack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._storage = storage
        self._undo = undo

    def entries(self, on_done: Callable[[list[TrashEntry]], None]) -> None:
        """Read what can be restored, the last deleted first."""
        self._storage.call(lambda store: store.trash.entries(), on_done)

    def restore(self, entry: TrashEntry) -> None:
        """Bring `entry` back where it was."""

        def restored(_: None) -> None:
            self._undo.forget((entry.kind, entry.id))
            self.restored.emit(entry)

        self._storage.call(lambda store: store.trash.restore(entry.kind, entry.id), restored)

    def remove(self, entry: TrashEntry) -> None:
        """Remove `entry` for good; the person has been asked."""

        def removed(_: None) -> None:
            self._undo.forget((entry.kind, entry.id))
            self.removed.emit(entry)

        self._storage.call(lambda store: store.trash.remove(entry.kind, entry.id), removed)
