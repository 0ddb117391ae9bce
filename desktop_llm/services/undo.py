"""What was deleted since the start of the app, to be taken back, the last first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.trash import Kind

Deleted = tuple[Kind, str]
"""The kind and the id of something in the trash."""


@dataclass(frozen=True, eq=False)
class UndoStep:
    """One deletion. `text` names it; `on_undone` is called when it is taken back."""

    text: Text
    things: tuple[Deleted, ...]
    on_undone: Callable[[], None]
    also: Callable[[ConversationStore], None] = lambda store: None
    """What else is taken back, in the same transaction."""


class UndoStack(QObject):
    """After a restart of the app the trash has what this stack had."""

    changed = Signal(object)
    """Text of what `undo` would take back, or None."""
    failed = Signal(object)

    def __init__(self, storage: StorageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage
        self._steps: list[UndoStep] = []

    @property
    def text(self) -> Text | None:
        """What `undo` would take back."""
        return self._steps[-1].text if self._steps else None

    def push(self, step: UndoStep) -> None:
        """Something was deleted."""
        self._steps.append(step)
        self.changed.emit(self.text)

    @Slot()
    def undo(self) -> None:
        """Take back the last deletion; nothing happens if there is none."""
        if not self._steps:
            return
        step = self._steps.pop()
        self.changed.emit(self.text)

        def take_back(store: ConversationStore) -> None:
            with store.transaction():
                for kind, thing in step.things:
                    store.trash.restore(kind, thing)
                step.also(store)

        def not_taken_back(error: ExpectedError) -> None:
            self.push(step)
            self.failed.emit(error)

        self._storage.call(take_back, lambda _: step.on_undone(), not_taken_back)

    def clear(self) -> None:
        """Everything was read from the disk anew; the trash has what was deleted."""
        self._steps.clear()
        self.changed.emit(None)

    def forget(self, thing: Deleted) -> None:
        """It was restored from the trash, or is gone for good: nothing is left to take back."""
        self._steps = [step for step in self._steps if thing not in step.things]
        self.changed.emit(self.text)
