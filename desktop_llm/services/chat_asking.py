"""From what a person wrote to a request: saved first, then asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRequest
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import prompt_messages, title_of, whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore


class Asking(QObject):
    """Sends, retries and continues in the open conversation; the signals are `ChatService`'s."""

    message_added = Signal(object)
    message_changed = Signal(object)
    message_saved = Signal(str)
    draft_restored = Signal(str)
    failed = Signal(object)
    asked = Signal()
    """A conversation is on the disk, or newer there than before."""
    busy_changed = Signal()
    """A reply was begun or given up."""

    def __init__(
        self, opened: OpenConversation, replies: Replies, storage: StorageService, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._open = opened
        self._replies = replies
        self._storage = storage

    @property
    def busy(self) -> bool:
        """Whether a reply is being written in the open conversation."""
        return self._replies.running_in(self._open.conversation.id) is not None

    def send(self, text: str) -> None:
        """Add a message and have it answered. Ignored if empty, or while a reply is written."""
        text = whole_characters(text)
        if self.busy or not text.strip():
            return
        self._forget_unsaved()
        path = self._open.path
        message = Message(
            new_id(), self._open.conversation.id, path[-1].id if path else None, "user", text
        )
        path.append(message)
        self.message_added.emit(message)
        reply = _empty_reply(message)
        self._answer(
            reply,
            path,
            new=[message],
            on_saved=partial(self._add_reply, message, reply),
            on_failed=partial(self._give_back, message),
        )

    def retry(self, message_id: str) -> None:
        """Another reply to the same message: a sibling of the reply, which is kept."""
        place = self._open.place(message_id)
        if self.busy or place is None:
            return
        asked = place + 1 if self._open.path[place].role == "user" else place
        path = self._open.path[:asked]
        if not path or path[-1].state == "failed":
            return
        reply = _empty_reply(path[-1])
        shown = partial(self._open.show_path, [*path, reply])
        self._answer(reply, path, on_saved=shown)

    def continue_reply(self, message_id: str) -> None:
        """Go on inside the last reply, after whatever ended it."""
        place = self._open.place(message_id)
        if self.busy or place is None or place != len(self._open.path) - 1:
            return
        message = self._replies.now(self._open.path)[place]
        if message.role != "assistant":
            return
        reply = replace(message, state="streaming", error=None, generation=None)
        path = [*self._open.path[:-1], reply]
        self._answer(reply, path, goes_on=True, on_saved=partial(self._reopen_reply, reply))

    def _answer(
        self,
        reply: Message,
        path: Sequence[Message],
        on_saved: Callable[[], None],
        on_failed: Callable[[ExpectedError], None] | None = None,
        new: Sequence[Message] = (),
        goes_on: bool = False,
    ) -> None:
        """Save `new` and the `reply` to come, and only then ask the model."""
        conversation = replace(
            self._open.conversation,
            title=self._open.conversation.title or title_of(path[0].content),
            active_leaf=reply.id,
            updated_at=time.time(),
        )
        request = GenerationRequest(
            new_id(),
            prompt_messages(self._open.system_prompt, self._replies.now(path)),
            continue_last=goes_on and bool(reply.content),
            sampling=conversation.sampling,
        )

        def save(store: ConversationStore) -> None:
            with store.transaction():
                store.save_conversation(conversation)
                for message in new:
                    store.add_message(message)
                store.finish_message(reply)  # a journal from before ends here

        self._open.forget_changes()
        self._replies.prepare(reply, request)
        self.busy_changed.emit()
        self._storage.call(
            save,
            partial(self._saved, conversation, request.id, on_saved),
            partial(self._not_saved, request.id, on_failed),
        )

    def _saved(
        self, conversation: Conversation, request_id: str, on_saved: Callable[[], None], _: None
    ) -> None:
        if conversation.id == self._open.conversation.id:
            self._open.now_saved_as(conversation)
            on_saved()
        self._replies.submit(request_id)
        self.asked.emit()

    def _not_saved(
        self,
        request_id: str,
        on_failed: Callable[[ExpectedError], None] | None,
        error: ExpectedError,
    ) -> None:
        self._replies.drop(request_id)
        if on_failed:
            on_failed(error)
        self.failed.emit(error)
        self.busy_changed.emit()

    def _add_reply(self, message: Message, reply: Message) -> None:
        self.message_saved.emit(message.id)
        self._open.path.append(reply)
        self.message_added.emit(reply)

    def _reopen_reply(self, reply: Message) -> None:
        self._open.path[-1] = reply
        self.message_changed.emit(reply)

    def _give_back(self, message: Message, error: ExpectedError) -> None:
        """The person keeps the text that could not be saved."""
        place = self._open.place(message.id)
        if place is not None:
            self._open.path[place] = replace(message, state="failed", error=error)
            self.message_changed.emit(self._open.path[place])
        self.draft_restored.emit(message.content)

    def _forget_unsaved(self) -> None:
        """A message that is not on the disk cannot be answered; its text went to the draft."""
        path = self._open.path
        if path and path[-1].role == "user" and path[-1].state == "failed":
            self._open.show_path(path[:-1])


def _empty_reply(asked: Message) -> Message:
    return Message(new_id(), asked.conversation_id, asked.id, "assistant", "", state="streaming")
