"""The list of conversations: all of them or those that a search found; rename, delete, restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore


class ConversationList(QObject):
    """Every change is made on the disk first; then the list is read again and told."""

    changed = Signal(object)
    """list[Conversation], newest first."""
    deleted = Signal(object)
    """Conversation, which can be restored."""

    def __init__(self, storage: StorageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage
        self._searched = ""
        self._deleted: list[str] = []

    @Slot()
    def refresh(self) -> None:
        """Read the list again and tell it."""
        self._storage.call(partial(_read, self._searched), self.changed.emit)

    def search(self, text: str) -> None:
        """From now on list what has `text`; everything for an empty one."""
        self._searched = text.strip()
        self.refresh()

    def change(self, conversation_id: str, **changes: Any) -> None:
        """Write other fields of a conversation; one that is not on the disk yet is left alone."""

        def change(store: ConversationStore) -> None:
            if found := _find(conversation_id, store):
                store.save_conversation(replace(found, **changes))

        self._storage.call(change, self._refresh)

    def delete(self, conversation_id: str) -> None:
        """Into the trash; `deleted` follows."""

        def delete(store: ConversationStore) -> Conversation | None:
            found = _find(conversation_id, store)
            store.delete_conversation(conversation_id)
            return found

        self._storage.call(delete, self._has_deleted)

    def restore(self, on_restored: Callable[[str], None]) -> None:
        """Out of the trash, the one that was deleted last."""
        if not self._deleted:
            return
        conversation_id = self._deleted.pop()

        def restore(store: ConversationStore) -> str:
            store.restore_conversation(conversation_id)
            return conversation_id

        self._storage.call(restore, on_restored)
        self.refresh()

    def _has_deleted(self, conversation: Conversation | None) -> None:
        if conversation:
            self._deleted.append(conversation.id)
            self.deleted.emit(conversation)
        self.refresh()

    def _refresh(self, _: None) -> None:
        self.refresh()


def _read(searched: str, store: ConversationStore) -> list[Conversation]:
    return store.search(searched) if searched else store.list_conversations()


def _find(conversation_id: str, store: ConversationStore) -> Conversation | None:
    found = (c for c in store.list_conversations(limit=-1) if c.id == conversation_id)
    return next(found, None)
