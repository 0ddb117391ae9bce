"""The list of conversations and their folders: what is in it, found in it, and moved about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation, Folder, new_id
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.services.storage import StorageService
from desktop_llm.services.undo import Deleted, UndoStack, UndoStep
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.search_index import SearchHit

LISTED = ("title", "updated_at", "folder_id", "pinned")
"""What the list shows of a conversation."""


class ConversationList(QObject):
    """Every change is made on the disk first; then it is told."""

    changed = Signal(object)
    """list[Conversation], the latest changed first."""
    folders_changed = Signal(object)
    """list[Folder], in their order."""
    hits_found = Signal(object)
    """list[SearchHit]; empty when nothing is searched."""
    conversation_changed = Signal(object)
    """Conversation of which a field was written here."""
    deleted = Signal(object)
    """Text that tells what was deleted."""
    restored = Signal(str)
    """The id of a conversation whose deletion was undone."""

    def __init__(
        self, storage: StorageService, undo: UndoStack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._storage = storage
        self._undo = undo
        self._conversations: dict[str, Conversation] = {}
        self._folders: list[Folder] = []
        self._searched = ""

    @Slot()
    def refresh(self) -> None:
        """Read the list again and tell it."""
        self._storage.call(_read, self._has_read)

    def put(self, conversation: Conversation) -> None:
        """A conversation was saved: list it as it is now."""
        old = self._conversations.get(conversation.id)
        self._conversations[conversation.id] = conversation
        if old is None or any(getattr(old, f) != getattr(conversation, f) for f in LISTED):
            self._tell()

    def search(self, text: str) -> None:
        """Look for `text` in all titles and messages; nothing is searched for an empty one."""
        self._searched = text.strip()
        if not self._searched:
            self.hits_found.emit([])
            return
        searched = self._searched

        def found(hits: list[SearchHit]) -> None:
            if searched == self._searched:
                self.hits_found.emit(hits)

        self._storage.call(lambda store: store.index.search(searched), found)

    def change(self, conversation_id: str, **changes: Any) -> None:
        """Write other fields of a conversation; one that is not on the disk yet is left alone."""
        self.change_many([conversation_id], **changes)

    def change_many(self, conversation_ids: Sequence[str], **changes: Any) -> None:
        """Write the same fields of several conversations, all or none."""

        def change(store: ConversationStore) -> list[Conversation]:
            found = [c for key in conversation_ids if (c := store.find(key))]
            changed = [replace(conversation, **changes) for conversation in found]
            with store.transaction():
                for conversation in changed:
                    store.save_conversation(conversation)
            return changed

        self._storage.call(change, self._has_changed)

    def set_pinned(self, conversation_ids: Sequence[str], pinned: bool) -> None:
        """Let conversations stand at the top of the list, or not."""
        self.change_many(conversation_ids, pinned=pinned)

    def move(self, conversation_ids: Sequence[str], folder_id: str | None) -> None:
        """Put conversations into a folder; into none for None."""
        self.change_many(conversation_ids, folder_id=folder_id)

    def make_folder(self, name: str) -> str:
        """Add a folder after the others; its id."""
        last = max((folder.position for folder in self._folders), default=0.0)
        folder = Folder(new_id(), _one_line(name), last + 1)
        self._save_folder(folder)
        return folder.id

    def rename_folder(self, folder_id: str, name: str) -> None:
        """Give a folder another name; an empty one is ignored."""
        for folder in self._folders:
            if folder.id == folder_id and _one_line(name):
                self._save_folder(replace(folder, name=_one_line(name)))

    def delete(self, conversation_ids: Sequence[str], reopen: str) -> None:
        """Into the trash; undone, they come back, and `reopen` is opened if it is not empty."""
        listed = [c for key in conversation_ids if (c := self._conversations.get(key))]
        if len(listed) == 1:
            facts: dict[str, Fact] = {"title": listed[0].title}
            name = Text(QT_TRANSLATE_NOOP("core", "Delete “{title}”"), facts)
            said = Text(QT_TRANSLATE_NOOP("core", "“{title}” was deleted."), facts)
        else:
            counted: dict[str, Fact] = {"count": len(listed)}
            name = Text(QT_TRANSLATE_NOOP("core", "Delete {count} conversations"), counted)
            said = Text(QT_TRANSLATE_NOOP("core", "{count} conversations were deleted."), counted)
        things: tuple[Deleted, ...] = tuple(("conversation", each.id) for each in listed)

        def undone() -> None:
            self.refresh()
            if reopen:
                self.restored.emit(reopen)

        if listed:
            self._delete(UndoStep(name, things, undone), said)

    def place_folder(self, folder_id: str, position: float) -> None:
        """Let a folder stand elsewhere among the others."""
        for folder in self._folders:
            if folder.id == folder_id:
                self._save_folder(replace(folder, position=position))

    def delete_folder(self, folder_id: str) -> None:
        """Into the trash; the conversations in it stay, and find it again when it comes back."""
        for folder in self._folders:
            if folder.id == folder_id:
                facts: dict[str, Fact] = {"name": folder.name}
                name = Text(QT_TRANSLATE_NOOP("core", "Delete the folder “{name}”"), facts)
                said = Text(
                    QT_TRANSLATE_NOOP(
                        "core", "The folder “{name}” was deleted. Its conversations are kept."
                    ),
                    facts,
                )
                self._delete(UndoStep(name, (("folder", folder_id),), self.refresh), said)

    def _delete(self, step: UndoStep, said: Text) -> None:
        def delete(store: ConversationStore) -> None:
            with store.transaction():
                for kind, thing in step.things:
                    store.trash.put(kind, thing)

        def has_deleted(_: None) -> None:
            self.refresh()
            self._undo.push(step)
            self.deleted.emit(said)

        self._storage.call(delete, has_deleted)

    def _save_folder(self, folder: Folder) -> None:
        self._storage.call(lambda store: store.folders.save(folder), lambda _: self.refresh())

    def _has_read(self, read: tuple[list[Conversation], list[Folder]]) -> None:
        conversations, self._folders = read
        self._conversations = {conversation.id: conversation for conversation in conversations}
        self.folders_changed.emit(self._folders)
        self._tell()

    def _has_changed(self, changed: list[Conversation]) -> None:
        for conversation in changed:
            self.put(conversation)
            self.conversation_changed.emit(conversation)

    def _tell(self) -> None:
        newest = sorted(self._conversations.values(), key=lambda c: c.updated_at, reverse=True)
        self.changed.emit(newest)


def as_listed(conversation: Conversation, store: ConversationStore) -> Conversation:
    """`conversation` with what the list says of it, which is changed on the disk first."""
    found = store.find(conversation.id)
    if found is None:
        return conversation
    named = found if found.title else conversation
    return replace(
        conversation,
        title=named.title,
        title_source=named.title_source,
        pinned=found.pinned,
        folder_id=found.folder_id,
    )


def _read(store: ConversationStore) -> tuple[list[Conversation], list[Folder]]:
    return store.list_conversations(limit=-1), store.folders.list()


def _one_line(name: str) -> str:
    return " ".join(name.split())
