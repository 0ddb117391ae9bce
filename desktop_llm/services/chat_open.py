"""The conversation that is open: its path of messages, its settings, its length in tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.services.chat_list import ConversationList
from desktop_llm.services.chat_prompt import prompt_messages
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.inference import EngineState, InferenceService

COUNT_DELAY_MS = 300
SAVE_DELAY_MS = 400


class OpenConversation(QObject):
    """Holds what is shown. `path` goes from the root to the leaf; running text is in `messages`."""

    shown = Signal(object, object)
    """Conversation and its messages: another one, or another path of the same."""
    tokens_counted = Signal(int)

    def __init__(
        self,
        inference: InferenceService,
        replies: Replies,
        saved: ConversationList,
        model_prompt: Callable[[], str],
    ) -> None:
        super().__init__(replies)
        self.conversation = Conversation(new_id())
        self.path: list[Message] = []
        self.stored = False
        """Whether it is on the disk; a conversation is from its first message on."""
        self._draft = ""
        self._inference = inference
        self._replies = replies
        self._saved = saved
        self._model_prompt = model_prompt
        self._count_timer = QTimer(self, singleShot=True, interval=COUNT_DELAY_MS)
        self._count_timer.timeout.connect(self._count)
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_DELAY_MS)
        self._save_timer.timeout.connect(self._save)
        replies.ended.connect(self.count_soon)
        inference.state_changed.connect(self._follow)
        inference.tokens_counted.connect(self._counted)

    @property
    def messages(self) -> list[Message]:
        """The path with the text so far of what is being written."""
        return self._replies.now(self.path)

    @property
    def system_prompt(self) -> str:
        """The conversation's own, else what was set for the model."""
        own = self.conversation.system_prompt
        return own if own.strip() else self._model_prompt()

    def show(self, conversation: Conversation, path: list[Message], stored: bool) -> None:
        """Open `conversation` in place of the one before, whose settings are saved."""
        self.save_now()
        self.conversation, self.stored = conversation, stored
        self.show_path(self._replies.now(path))
        self.count_soon()

    def show_path(self, path: list[Message]) -> None:
        """Show another path of the same conversation."""
        self.path = path
        self.shown.emit(self.conversation, self.messages)

    def place(self, message_id: str) -> int | None:
        """The place of a message in the path."""
        found = (i for i, message in enumerate(self.path) if message.id == message_id)
        return next(found, None)

    def now_saved_as(self, conversation: Conversation) -> None:
        """It is on the disk; settings may have been changed meanwhile, and are kept."""
        self.stored = True
        self.conversation = replace(
            self.conversation,
            title=self.conversation.title or conversation.title,
            active_leaf=conversation.active_leaf,
            updated_at=conversation.updated_at,
        )

    def change(self, conversation: Conversation) -> None:
        """Other settings, saved a moment after the last change."""
        if conversation == self.conversation:
            return
        self.conversation = conversation
        self.count_soon()
        if self.stored:
            self._save_timer.start()

    def save_now(self) -> None:
        """Save settings that wait for it."""
        if self._save_timer.isActive():
            self._save_timer.stop()
            self._save()

    def forget_changes(self) -> None:
        """What waits to be saved is saved otherwise, or not wanted any more."""
        self._save_timer.stop()

    def draft_changed(self, text: str) -> None:
        """What stands in the composer counts too."""
        self._draft = text
        self.count_soon()

    @Slot()
    def count_soon(self) -> None:
        """Count the tokens of the next prompt, when nothing has changed for a moment."""
        self._count_timer.start()

    def stop_counting(self) -> None:
        """The app ends."""
        self._count_timer.stop()

    @Slot()
    def _save(self) -> None:
        now = self.conversation
        self._saved.change(now.id, system_prompt=now.system_prompt, sampling=now.sampling)

    @Slot(object)
    def _follow(self, state: EngineState) -> None:
        if state.phase == "ready":
            self.count_soon()

    @Slot()
    def _count(self) -> None:
        draft = Message("", self.conversation.id, None, "user", self._draft)
        prompt = prompt_messages(self.system_prompt, [*self.messages, draft])
        self._inference.count_tokens(self.conversation.id, prompt)

    @Slot(str, int)
    def _counted(self, key: str, tokens: int) -> None:
        if key == self.conversation.id:
            self.tokens_counted.emit(tokens)
