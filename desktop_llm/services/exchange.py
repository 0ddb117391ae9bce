"""Conversations to files and from files, without holding up what is being written meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_llm.core.conversation import Conversation, Folder, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.exchange.archive import Archived, ImportReport
from desktop_llm.documents.exchange.writing import Form, write
from desktop_llm.services.chat_prompt import title_of
from desktop_llm.services.storage import StorageService
from desktop_llm.services.tasks import TaskService
from desktop_llm.storage.conversations import ConversationStore

BATCH = 20
"""Conversations that are read or saved at once: a reply in the making is journalled between."""


class Reader(Protocol):
    """Reads a file of conversations in another process (`training.workshop_client.Workshop`)."""

    def conversations(
        self,
        path: Path,
        on_read: Callable[[Archived], None],
        stop: threading.Event | None = None,
    ) -> ImportReport | None: ...


class ExchangeService(QObject):
    """One export or import at a time; a second one is ignored while the first goes on."""

    exported = Signal(object, int)
    """Path of the file or folder, and how many conversations are in it."""
    imported = Signal(object, object)
    """ImportReport, and the ids of the new conversations."""
    progressed = Signal(int, int)
    """Conversations done, of how many; 0 while that is unknown."""
    busy_changed = Signal(bool)
    failed = Signal(object)
    _arrived = Signal(object)

    def __init__(
        self, reader: Reader, storage: StorageService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._reader = reader
        self._storage = storage
        self._tasks = TaskService("ExchangeThread", self)
        self._stop: threading.Event | None = None
        self._ids: list[str] = []
        self._arrived.connect(self._save, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return self._stop is not None

    def export(self, ids: Sequence[str], form: Form, target: Path) -> None:
        """Write the conversations `ids`, or all for none; `exported` or `failed` follows."""
        if self.busy:
            return
        self._begin()
        self._ids = []
        if ids:
            self._read_next(form, target, list(ids), [])
        else:
            self._storage.call(
                _all_ids, partial(self._read_next, form, target, found=[]), self._fail
            )

    def import_file(self, path: Path) -> None:
        """Add the conversations in `path`; `imported` or `failed` follows."""
        if self.busy:
            return
        stop = self._begin()
        self._ids = []
        self._tasks.run(partial(self._read, path, stop), self._has_read, self._not_read)

    @Slot()
    def cancel(self) -> None:
        """Give up; what was imported so far is kept, an export leaves nothing."""
        if self._stop is not None:
            self._stop.set()

    def shut_down(self) -> None:
        """End the thread; call it after the task process."""
        self.cancel()
        self._tasks.shut_down()

    # Out

    def _read_next(self, form: Form, target: Path, ids: list[str], found: list[Archived]) -> None:
        if self._given_up():
            return
        total = len(found) + len(ids)
        self.progressed.emit(len(found), total)
        if not ids:
            call = partial(write, found, form, target)
            self._tasks.run(call, partial(self._written, len(found)), self._fail)
            return
        batch, rest = ids[:BATCH], ids[BATCH:]
        self._storage.call(
            partial(_load, batch),
            lambda more: self._read_next(form, target, rest, found + more),
            self._fail,
        )

    def _written(self, count: int, path: Path) -> None:
        self._finish()
        self.exported.emit(path, count)

    # In

    def _read(self, path: Path, stop: threading.Event) -> ImportReport | None:
        """On ExchangeThread: the file is parsed elsewhere, and arrives in batches."""
        batch: list[Archived] = []

        def take(archived: Archived) -> None:
            batch.append(archived)
            if len(batch) >= BATCH:
                self._arrived.emit(list(batch))
                batch.clear()

        report = self._reader.conversations(path, take, stop)
        self._arrived.emit(list(batch))
        return report

    @Slot(object)
    def _save(self, batch: list[Archived]) -> None:
        if batch and self.busy:
            self._storage.call(partial(_add, batch), self._saved, self._fail)

    def _saved(self, ids: list[str]) -> None:
        self._ids += ids
        self.progressed.emit(len(self._ids), 0)

    def _has_read(self, report: ImportReport | None) -> None:
        """Everything has been handed to the storage; its answers come before this one."""
        self._storage.call(lambda store: report, self._has_imported, self._fail)

    def _not_read(self, error: ExpectedError) -> None:
        """What was handed to the storage before is saved first, to be told with it."""
        self._storage.call(lambda store: None, lambda _: self._fail(error), self._fail)

    def _has_imported(self, report: ImportReport | None) -> None:
        if not self.busy:
            return  # saving has failed, which was told
        self._finish()
        given_up = ImportReport("desktop-llm", len(self._ids))
        self.imported.emit(report or given_up, list(self._ids))

    # Both

    def _begin(self) -> threading.Event:
        self._stop = threading.Event()
        self.busy_changed.emit(True)
        return self._stop

    def _given_up(self) -> bool:
        if self._stop is not None and self._stop.is_set():
            self._finish()
            return True
        return False

    def _finish(self) -> None:
        self._stop = None
        self.busy_changed.emit(False)

    def _fail(self, error: ExpectedError) -> None:
        if self._stop is not None:
            self._stop.set()  # the task process need not read on
            self._finish()
            if self._ids:  # what came before the failure is kept
                self.imported.emit(ImportReport("desktop-llm", len(self._ids)), list(self._ids))
            self.failed.emit(error)


def _all_ids(store: ConversationStore) -> list[str]:
    return [conversation.id for conversation in store.list_conversations(limit=-1)]


def _load(ids: Sequence[str], store: ConversationStore) -> list[Archived]:
    names = {folder.id: folder.name for folder in store.folders.list()}
    found = []
    for conversation_id in ids:
        if store.find(conversation_id) is None:  # removed for good meanwhile
            continue
        conversation, messages = store.load(conversation_id)
        hidden: set[str | None] = set()
        for message in messages:  # parents come first
            if message.deleted_at is not None or message.parent_id in hidden:
                hidden.add(message.id)
        shown = tuple(message for message in messages if message.id not in hidden)
        name = names.get(conversation.folder_id or "", "")
        found.append(Archived(conversation, shown, name))
    return found


def _add(batch: Sequence[Archived], store: ConversationStore) -> list[str]:
    """All of `batch` or none, each in the folder that it was in."""
    with store.transaction():
        folders = {folder.name: folder.id for folder in store.folders.list()}
        for archived in batch:
            if archived.folder and archived.folder not in folders:
                folder = Folder(new_id(), archived.folder, len(folders))
                store.folders.save(folder)
                folders[folder.name] = folder.id
            folder_id = folders.get(archived.folder)
            store.save_conversation(replace(_titled(archived), folder_id=folder_id))
            store.add_messages(archived.messages)
    return [archived.conversation.id for archived in batch]


def _titled(archived: Archived) -> Conversation:
    """The conversation; its first words are its title if it came without one."""
    conversation, path = archived.conversation, archived.path
    if conversation.title or not path:
        return conversation
    return replace(conversation, title=title_of(path[0].content), title_source="words")
