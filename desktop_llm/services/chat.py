"""The model of the chat page: one open conversation, the list of all, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.core.text import Text
from desktop_llm.services.chat_asking import Asking
from desktop_llm.services.chat_list import ConversationList
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import whole_characters
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
    deleted = Signal(object)
    undo_changed = Signal(object)
    draft_loaded = Signal(str, object)
    failed = Signal(object)
    tokens_counted = Signal(int)
    draft_restored = Signal(str)

    def __init__(
        self,
        inference: InferenceService,
        storage: StorageService,
        parent: QObject | None = None,
        model_prompt: Callable[[], str] = str,
    ) -> None:
        """`model_prompt` is used where a conversation has no system prompt of its own."""
        super().__init__(parent)
        self._wanted = ""
        self.draft = ""
        self.undo_text: Text | None = None
        self._was_busy = False
        self._storage = storage
        self._replies = Replies(inference, storage, self)
        self._list = ConversationList(storage, self)
        self._open = OpenConversation(inference, self._replies, self._list, model_prompt)
        self._asking = Asking(self._open, self._replies, storage, self)
        self._connect()

    @property
    def current(self) -> Conversation:
        """The open conversation, saved or not."""
        return self._open.conversation

    @property
    def busy(self) -> bool:
        """Whether a reply is being written in the open conversation."""
        return self._asking.busy

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
        if conversation_id == self.current.id:
            self._open.show_path(self._open.path)
            return

        def load(store: ConversationStore) -> tuple[Conversation, list[Message]]:
            conversation, tree = store.load(conversation_id)
            return conversation, active_path(conversation, tree)

        self._open.save_now()
        self._storage.call(load, self._loaded)

    @Slot(str)
    def send(self, text: str) -> None:
        """Add a message and have it answered. Ignored if empty, or while a reply is written."""
        self._asking.send(text)

    @Slot()
    def stop(self) -> None:
        """Stop the reply that is being written in the open conversation."""
        self._replies.stop(self.current.id)

    @Slot(str)
    def retry(self, message_id: str) -> None:
        """Another reply to the same message: a sibling of the reply, which is kept."""
        self._asking.retry(message_id)

    @Slot(str)
    def continue_reply(self, message_id: str) -> None:
        """Go on inside the last reply, after whatever ended it."""
        self._asking.continue_reply(message_id)

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
    def undo(self) -> None:
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
        self._asking.message_added.connect(self.message_added)
        self._asking.message_changed.connect(self.message_changed)
        self._asking.message_saved.connect(self.message_saved)
        self._asking.draft_restored.connect(self.draft_restored)
        self._asking.failed.connect(self.failed)
        self._asking.asked.connect(self._list.refresh)
        self._asking.busy_changed.connect(self._tell_busy)
        self._list.changed.connect(self.conversations_changed)
        self._list.deleted.connect(self._deleted)
        self._open.shown.connect(self.conversation_opened)
        self._open.tokens_counted.connect(self.tokens_counted)
        self._storage.failed.connect(self.failed)

    def _deleted(self, conversation: Conversation) -> None:
        self.undo_text = Text("Delete")
        self.undo_changed.emit(self.undo_text)
        self.deleted.emit(Text("Deleted “{title}”", {"title": conversation.title}))

    def _show(self, conversation: Conversation, path: list[Message], stored: bool) -> None:
        self._wanted = conversation.id
        self._open.show(conversation, path, stored)
        self._tell_busy()

    def _loaded(self, loaded: tuple[Conversation, list[Message]]) -> None:
        if loaded[0].id == self._wanted:
            self._show(*loaded, stored=True)

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

    @Slot()
    def _tell_busy(self) -> None:
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self._was_busy)
