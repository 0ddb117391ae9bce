"""The conversation that is open: its tree of messages, its settings, what is planned of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_llm.core.context import ContextPolicy
from desktop_llm.core.conversation import Attachment, Conversation, Message, new_id
from desktop_llm.core.generation import Sampling
from desktop_llm.services.chat_list import ConversationList
from desktop_llm.services.chat_prompt import whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.context import ContextService

PLAN_DELAY_MS = 100
SAVE_DELAY_MS = 400


class OpenConversation(QObject):
    """Holds what is shown. Text that is being written is newer in `messages` than in `tree`."""

    shown = Signal(object, object)
    """Conversation and its messages: another one, or another path of the same."""
    versions_changed = Signal(object)
    message_changed = Signal(object)

    def __init__(
        self,
        context: ContextService,
        replies: Replies,
        saved: ConversationList,
        model_prompt: Callable[[], str],
    ) -> None:
        super().__init__(replies)
        self.conversation = Conversation(new_id())
        self.tree = Tree()
        self.stored = False
        """Whether it is on the disk; a conversation is from its first message on."""
        self.versions: dict[str, tuple[int, int]] = {}
        """Number and count of the versions of shown messages that have several."""
        self._draft = Message("", self.conversation.id, None, "user", "")
        self._context = context
        self._replies = replies
        self._saved = saved
        self._model_prompt = model_prompt
        self._plan_timer = QTimer(self, singleShot=True, interval=PLAN_DELAY_MS)
        self._plan_timer.timeout.connect(self._plan)
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_DELAY_MS)
        self._save_timer.timeout.connect(self._save)
        replies.ended.connect(self._end)
        replies.given_up.connect(self._give_up)

    @property
    def path(self) -> list[Message]:
        """What is shown, from the root to the leaf."""
        return self.tree.path

    @property
    def messages(self) -> list[Message]:
        """The path with the text so far of what is being written."""
        return self._replies.now(self.tree.path)

    @property
    def system_prompt(self) -> str:
        """The conversation's own, else what was set for the model."""
        own = self.conversation.system_prompt
        return own if own.strip() else self._model_prompt()

    def show(self, conversation: Conversation, tree: Tree, stored: bool) -> None:
        """Open `conversation` in place of the one before, whose settings are saved."""
        self.save_now()
        self.conversation, self.tree, self.stored = conversation, tree, stored
        for message in self._replies.now(list(tree)):
            if message is not tree[message.id]:
                tree.put(message)
        self.show_path()

    def show_path(self) -> None:
        """The tree or its leaf has changed: tell the path."""
        self.shown.emit(self.conversation, self.messages)
        self.tell_versions()
        self.plan_soon()

    def show_leaf(self, leaf: str | None) -> None:
        """Show another path, and open the conversation with it from now on."""
        self.tree.show(leaf)
        self.show_path()
        self.change(replace(self.conversation, active_leaf=self.tree.leaf))

    def tell_versions(self) -> None:
        """Tell the numbers of versions, if they are others now."""
        versions = self.tree.versions()
        if versions != self.versions:
            self.versions = versions
            self.versions_changed.emit(versions)

    def update(self, message: Message) -> None:
        """A message of the tree is another one now."""
        self.tree.put(message)
        (now,) = self._replies.now([message])
        self.message_changed.emit(now)

    def now_saved_as(self, conversation: Conversation) -> None:
        """It is on the disk; settings may have been changed meanwhile, and are kept."""
        self.stored = True
        self.conversation = replace(
            self.conversation,
            title=self.conversation.title or conversation.title,
            title_source=self.conversation.title_source or conversation.title_source,
            active_leaf=conversation.active_leaf,
            updated_at=conversation.updated_at,
        )

    def renamed(self, conversation: Conversation) -> None:
        """Its title, its place in the list or its pin were changed there."""
        if conversation.id == self.conversation.id:
            self.conversation = replace(
                self.conversation,
                title=conversation.title,
                title_source=conversation.title_source,
                pinned=conversation.pinned,
                folder_id=conversation.folder_id,
            )

    def set_system_prompt(self, text: str) -> None:
        """What this conversation's model is told before everything else."""
        self.change(replace(self.conversation, system_prompt=whole_characters(text)))

    def set_sampling(self, sampling: Sampling) -> None:
        """How this conversation's next replies choose their tokens."""
        self.change(replace(self.conversation, sampling=sampling))

    def set_policy(self, policy: ContextPolicy) -> None:
        """What happens when this conversation is too long for the model."""
        self.change(replace(self.conversation, context_policy=policy))

    def set_thinking(self, thinking: bool | None) -> None:
        """Whether a reasoning model thinks before it answers; None leaves it to the model."""
        self.change(replace(self.conversation, thinking=thinking))

    def set_json_schema(self, schema: str) -> None:
        """What the next replies are held to, where the engine can; "" for free text."""
        self.change(replace(self.conversation, json_schema=schema))

    def change(self, conversation: Conversation) -> None:
        """Other settings, saved a moment after the last change."""
        if conversation == self.conversation:
            return
        self.conversation = conversation
        self.plan_soon()
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

    def draft_changed(self, text: str, attachments: Sequence[Attachment]) -> None:
        """What stands in the composer is planned for, too."""
        self._draft = replace(self._draft, content=text, attachments=tuple(attachments))
        self.plan_soon()

    @Slot()
    def plan_soon(self) -> None:
        """Plan the next prompt, when a few more changes have come together."""
        if not self._plan_timer.isActive():
            self._plan_timer.start()

    def stop_planning(self) -> None:
        """The app ends."""
        self._plan_timer.stop()

    @Slot(object)
    def _end(self, message: Message) -> None:
        if message.id in self.tree:
            (now,) = self._replies.now([self.tree[message.id]])
            self.update(now)
        self.plan_soon()

    @Slot(object)
    def _give_up(self, message: Message) -> None:
        if message.id in self.tree:
            shown = self.tree.shows(message.id)
            self.tree.discard(message.id)
            if shown:
                self.show_path()
            self.tell_versions()

    @Slot()
    def _save(self) -> None:
        now = self.conversation
        self._saved.change(
            now.id,
            active_leaf=now.active_leaf,
            system_prompt=now.system_prompt,
            sampling=now.sampling,
            context_policy=now.context_policy,
            thinking=now.thinking,
            json_schema=now.json_schema,
            preset=now.preset,
        )

    @Slot()
    def _plan(self) -> None:
        path = self.messages
        if self._draft.content or self._draft.attachments or not path:
            path.append(self._draft)
        self._context.watch(self.conversation, self.system_prompt, path)
