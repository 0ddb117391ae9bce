"""What stands in the composer, on the disk within two seconds, and back when it is opened again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.drafts import Draft

SAVE_MS = 1000
"""After the first change that is not saved; the commit itself takes the rest of two seconds."""

NEW_CHAT = ""
"""The draft of a conversation that is not saved yet."""


class Drafts(QObject):
    """Keeps the draft of the open conversation. One that cannot be saved stays in the window."""

    loaded = Signal(str, object)
    """Text and place of the conversation that was opened."""
    restored = Signal(str)
    """The new chat's text, which was read when something else had been typed already."""

    def __init__(self, storage: StorageService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage
        self._draft = Draft(NEW_CHAT)
        self._saved = self._draft
        self._new_chat = self._draft
        """What was said last of the new chat, so that it is opened without a wait."""
        self._sending = ""
        self._besides: Draft | None = None
        """What was saved with a text that is being sent, without that: maybe after the message."""
        self._timer = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._timer.timeout.connect(self.save_now)

    @property
    def text(self) -> str:
        """What stands in the composer."""
        return self._draft.text

    @property
    def conversation_id(self) -> str:
        """Whose draft it is; "" for the new chat."""
        return self._draft.conversation_id

    @property
    def place(self) -> dict[str, Any]:
        """Where the person is in the conversation."""
        return self._draft.place

    def start(self) -> None:
        """Read the draft of the new chat."""
        self._storage.call(lambda store: store.drafts.get(NEW_CHAT), self._started, _no_draft)

    def open(self, draft: Draft) -> None:
        """Another conversation is shown, with what was read of it."""
        self.save_now()
        self._sending = ""
        self._draft = self._saved = draft
        self.loaded.emit(draft.text, draft.place)

    def open_new(self) -> None:
        """A conversation that is not saved yet is shown."""
        if self._draft.conversation_id == NEW_CHAT:
            self._new_chat = self._draft
        self.open(self._new_chat)

    def change_text(self, text: str) -> None:
        """The person types."""
        self._change(replace(self._draft, text=text))

    def change_place(self, place: dict[str, Any]) -> None:
        """The person scrolls."""
        self._change(replace(self._draft, place=place))

    def sending(self, text: str) -> None:
        """`text` left the composer, but it is not saved as a message yet: it still is a draft."""
        self._sending = text

    def given_back(self) -> None:
        """It was not sent, and stands in the composer again."""
        self._sending = ""

    def keep_for_new_chat(self, text: str) -> None:
        """`text` was not sent in the new chat, which was left meanwhile; it is on the disk."""
        if self._draft.conversation_id == NEW_CHAT:
            self.restored.emit(text)
        else:
            texts = (text, self._new_chat.text)
            self._new_chat = replace(self._new_chat, text=_together(texts))

    def sent(self, key: str, conversation_id: str, here: bool) -> None:
        """It is saved as a message of a conversation, and the draft `key` is forgotten with it.

        `here`: that conversation is still the open one.
        """
        if (rest := self._besides) and rest.conversation_id == key:
            if here and key == NEW_CHAT:
                rest = Draft(NEW_CHAT)
            self._besides = None
            self._storage.call(lambda store: store.drafts.save(rest))
        if here:
            self._sending = ""
            self._draft = replace(self._draft, conversation_id=conversation_id)
            if key == NEW_CHAT:
                self._new_chat = Draft(NEW_CHAT)
        if here or self._draft.conversation_id == key:
            self._saved = Draft(self._draft.conversation_id)
            self._change(self._draft)

    def adopt(self, conversation_id: str) -> None:
        """The new chat was saved otherwise than by sending: its draft is that conversation's."""
        self.sent(NEW_CHAT, conversation_id, here=True)
        self.save_now()
        self._storage.call(lambda store: store.drafts.forget(NEW_CHAT))

    @Slot()
    def save_now(self) -> None:
        """Write what has changed."""
        self._timer.stop()
        draft = replace(self._draft, text=_together((self._sending, self._draft.text)))
        if draft == self._saved:
            return
        self._saved = draft
        if self._sending:
            self._besides = self._draft
        if draft.conversation_id == NEW_CHAT:
            self._new_chat = self._draft

        def save(store: ConversationStore) -> None:
            store.drafts.save(draft)

        self._storage.call(save, on_failed=lambda _: self._not_saved(draft))

    def _change(self, draft: Draft) -> None:
        self._draft = draft
        if draft != self._saved and not self._timer.isActive():
            self._timer.start()

    def _not_saved(self, draft: Draft) -> None:
        """Told by whatever the person does next; a draft that cannot be saved is no disaster."""
        if self._saved is draft:
            self._saved = Draft(draft.conversation_id)

    def _started(self, draft: Draft) -> None:
        typed, read = self._draft.text.strip(), draft.text.strip()
        if self._draft.conversation_id != NEW_CHAT:
            self._new_chat = draft
        elif not typed:
            self._new_chat = draft
            self.open(draft)
        elif read not in ("", typed):
            self.restored.emit(draft.text)


def _together(texts: Iterable[str]) -> str:
    return "\n\n".join(text for text in texts if text.strip())


def _no_draft(_: ExpectedError) -> None:
    """The list of conversations, which is read before, tells that the file cannot be read."""
