"""The model of the chat page: one open conversation, the list of all, and what can be done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRequest, Sampling
from desktop_llm.services.chat_list import ConversationList
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import prompt_messages, title_of, whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.chat_reply import LiveStats
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore, active_path

__all__ = ["ChatService", "LiveStats"]


class ChatService(QObject):
    """What a person does with conversations, on the GUI thread; nothing here waits.

    A message that could not be saved is shown with the state "failed" and its error, and its text
    is handed back by `draft_restored`. After `retry` the path is another one, so that
    `conversation_opened` is emitted again.
    """

    conversations_changed = Signal(object)
    conversation_opened = Signal(object, object)
    message_added = Signal(object)
    text_appended = Signal(str, str, bool)
    message_changed = Signal(object)
    message_saved = Signal(str)
    live_changed = Signal(object)
    busy_changed = Signal(bool)
    conversation_deleted = Signal(object)
    failed = Signal(object)
    tokens_counted = Signal(int)
    draft_restored = Signal(str)

    def __init__(
        self, inference: InferenceService, storage: StorageService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wanted = ""
        self._was_busy = False
        self._storage = storage
        self._replies = Replies(inference, storage, self)
        self._list = ConversationList(storage, self)
        self._open = OpenConversation(inference, self._replies, self._list)
        self._connect()

    @property
    def current(self) -> Conversation:
        """The open conversation, saved or not."""
        return self._open.conversation

    @property
    def busy(self) -> bool:
        """Whether a reply is being written in the open conversation."""
        return self._replies.running_in(self.current.id) is not None

    @property
    def messages(self) -> list[Message]:
        """The path that is shown, from the root to the leaf, with the text so far."""
        return self._open.messages

    def start(self) -> None:
        """Load the list and open a new conversation."""
        self._list.refresh()
        self.new_conversation()

    @Slot()
    def new_conversation(self) -> None:
        """Open a conversation without messages: this one, if it has none."""
        used = self._open.stored or self._open.path
        self._show(Conversation(new_id()) if used else self.current, [], stored=False)

    @Slot(str)
    def open(self, conversation_id: str) -> None:
        """Open a saved conversation; of several in a row the last one is shown."""
        self._wanted = conversation_id

        def load(store: ConversationStore) -> tuple[Conversation, list[Message]]:
            conversation, tree = store.load(conversation_id)
            return conversation, active_path(conversation, tree)

        self._open.save_now()
        self._storage.call(load, self._loaded)

    @Slot(str)
    def send(self, text: str) -> None:
        """Add a message and have it answered. Ignored if empty, or while a reply is written."""
        text = whole_characters(text)
        if self.busy or not text.strip():
            return
        self._forget_unsaved()
        path = self._open.path
        message = Message(new_id(), self.current.id, path[-1].id if path else None, "user", text)
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

    @Slot()
    def stop(self) -> None:
        """Stop the reply that is being written in the open conversation."""
        self._replies.stop(self.current.id)

    @Slot(str)
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

    @Slot(str)
    def continue_reply(self, message_id: str) -> None:
        """Go on inside the last reply, after whatever ended it."""
        place = self._open.place(message_id)
        if self.busy or place is None or place != len(self._open.path) - 1:
            return
        message = self.messages[place]
        if message.role != "assistant":
            return
        reply = replace(message, state="streaming", error=None, generation=None)
        path = [*self._open.path[:-1], reply]
        self._answer(reply, path, goes_on=True, on_saved=partial(self._reopen_reply, reply))

    @Slot(str, str)
    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one is ignored."""
        title = " ".join(title.split())
        if not title:
            return
        if conversation_id == self.current.id:
            self._open.conversation = replace(self.current, title=title)
        self._list.change(conversation_id, title=title)

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        """Put a conversation into the trash; `undo_delete` takes the last one out again."""
        self._replies.stop(conversation_id)
        if conversation_id == self.current.id:
            self._show(Conversation(new_id()), [], stored=False)
        self._list.delete(conversation_id)

    @Slot()
    def undo_delete(self) -> None:
        """Restore the conversation that was deleted last, and open it."""
        self._list.restore(self.open)

    @Slot(str)
    def set_system_prompt(self, text: str) -> None:
        """What this conversation's model is told before everything else."""
        self._open.change(replace(self.current, system_prompt=whole_characters(text)))

    @Slot(object)
    def set_sampling(self, sampling: Sampling) -> None:
        """How this conversation's next replies choose their tokens."""
        self._open.change(replace(self.current, sampling=sampling))

    @Slot(str)
    def search(self, text: str) -> None:
        """List only the conversations that have `text`; all for an empty one."""
        self._list.search(text)

    @Slot(str)
    def draft_changed(self, text: str) -> None:
        """What stands in the composer, for the count of tokens."""
        self._open.draft_changed(whole_characters(text))

    def shut_down(self) -> None:
        """Save what runs as interrupted. Call it before the other services are shut down."""
        self._open.save_now()
        self._replies.shut_down()
        self._open.stop_counting()

    def _connect(self) -> None:
        self._replies.text_appended.connect(self._text)
        self._replies.live_changed.connect(self._live)
        self._replies.ended.connect(self._ended)
        self._replies.saved.connect(self.message_saved)
        self._replies.failed.connect(self.failed)
        self._list.changed.connect(self.conversations_changed)
        self._list.deleted.connect(self.conversation_deleted)
        self._open.shown.connect(self.conversation_opened)
        self._open.tokens_counted.connect(self.tokens_counted)
        self._storage.failed.connect(self.failed)

    def _show(self, conversation: Conversation, path: list[Message], stored: bool) -> None:
        self._wanted = conversation.id
        self._open.show(conversation, path, stored)
        self._tell_busy()

    def _loaded(self, loaded: tuple[Conversation, list[Message]]) -> None:
        if loaded[0].id == self._wanted:
            self._show(*loaded, stored=True)

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
            self.current,
            title=self.current.title or title_of(path[0].content),
            active_leaf=reply.id,
            updated_at=time.time(),
        )
        request = GenerationRequest(
            new_id(),
            prompt_messages(conversation.system_prompt, map(self._replies.now, path)),
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
        self._tell_busy()
        self._storage.call(
            save,
            partial(self._saved, conversation, request.id, on_saved),
            partial(self._not_saved, request.id, on_failed),
        )

    def _saved(
        self, conversation: Conversation, request_id: str, on_saved: Callable[[], None], _: None
    ) -> None:
        if conversation.id == self.current.id:
            self._open.now_saved_as(conversation)
            on_saved()
        self._replies.submit(request_id)
        self._list.refresh()

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
        self._tell_busy()

    def _add_reply(self, message: Message, reply: Message) -> None:
        self.message_saved.emit(message.id)
        self._open.path.append(reply)
        self.message_added.emit(reply)

    def _reopen_reply(self, reply: Message) -> None:
        self._open.path[-1] = reply
        self.message_changed.emit(reply)

    def _give_back(self, message: Message, error: ExpectedError) -> None:
        """The person keeps the text that could not be saved."""
        if message.conversation_id == self.current.id:
            unsaved = replace(message, state="failed", error=error)
            self._open.path[-1] = unsaved
            self.message_changed.emit(unsaved)
        self.draft_restored.emit(message.content)

    def _forget_unsaved(self) -> None:
        """A message that is not on the disk cannot be answered; its text went to the draft."""
        path = self._open.path
        if path and path[-1].role == "user" and path[-1].state == "failed":
            self._open.show_path(path[:-1])

    @Slot(object, str, bool)
    def _text(self, message: Message, text: str, thinking: bool) -> None:
        if message.conversation_id == self.current.id:
            self.text_appended.emit(message.id, text, thinking)

    @Slot(str, object)
    def _live(self, conversation_id: str, stats: LiveStats) -> None:
        if conversation_id == self.current.id:
            self.live_changed.emit(stats)

    @Slot(object)
    def _ended(self, message: Message) -> None:
        place = self._open.place(message.id)
        if place is not None:
            self._open.path[place] = message
            self.message_changed.emit(message)
        self._tell_busy()

    def _tell_busy(self) -> None:
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self._was_busy)


def _empty_reply(asked: Message) -> Message:
    return Message(new_id(), asked.conversation_id, asked.id, "assistant", "", state="streaming")
