"""What a person does to the messages of the open conversation, saved and undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Conversation, Message, Role, Vote, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.services import chat_changes
from desktop_llm.services.chat_asking import Asking
from desktop_llm.services.chat_changes import Change
from desktop_llm.services.chat_list import as_listed
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_prompt import first_words, whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.storage import StorageService
from desktop_llm.services.undo import Deleted, UndoStack, UndoStep
from desktop_llm.storage.conversations import ConversationStore

DELETE_MESSAGE = Text(QT_TRANSLATE_NOOP("core", "Delete the message"))
DELETE_VERSION = Text(QT_TRANSLATE_NOOP("core", "Delete the version"))
MESSAGE_DELETED = Text(QT_TRANSLATE_NOOP("core", "The message was deleted."))
VERSION_DELETED = Text(QT_TRANSLATE_NOOP("core", "The version was deleted."))


class Editing(QObject):
    """Every change is shown at once and saved in one transaction.

    If that fails, `unsaved` asks for the conversation to be read again, so that the view is what is
    on the disk. While a reply is written the messages before it stay as they are.
    """

    message_saved = Signal(str)
    deleted = Signal(object)
    """Text that tells what was deleted."""
    failed = Signal(object)
    unsaved = Signal(str)
    """The id of a conversation that is not on the disk as it is shown."""
    restored = Signal(str)
    """The id of a conversation of which a deletion was undone."""
    changed = Signal(object)
    """Conversation that is newer on the disk now."""
    forked = Signal(object, object)
    """Conversation and Tree that are on the disk now."""

    def __init__(
        self,
        opened: OpenConversation,
        asking: Asking,
        replies: Replies,
        undo: UndoStack,
        storage: StorageService,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._open = opened
        self._asking = asking
        self._replies = replies
        self._undo = undo
        self._storage = storage

    # Going about in the tree

    def siblings(self, message_id: str) -> list[Message]:
        """The versions of a message, itself included, with the text so far."""
        tree = self._open.tree
        return self._replies.now(tree.siblings(message_id)) if message_id in tree else []

    def show_version(self, message_id: str, step: Literal[-1, 1]) -> None:
        """Show the version before or after this one, if there is one."""
        versions = [message.id for message in self.siblings(message_id)]
        if message_id in versions:
            place = versions.index(message_id) + step
            if 0 <= place < len(versions):
                self.choose_version(versions[place])

    def choose_version(self, message_id: str) -> None:
        """Show a message, and what followed it the last time."""
        if message_id in self._open.tree:
            self._open.show_leaf(self._open.tree.latest(message_id))

    def branch_here(self, message_id: str) -> None:
        """End the path with a message: what is sent next goes on from there."""
        if message_id in self._open.tree:
            self._open.show_leaf(message_id)

    # Changes, each of them as another version

    def edit(self, message_id: str, text: str, ask: bool) -> None:
        """A version with another text. `ask`: it is answered; else what follows is copied to it."""
        if not self._may_change(message_id):
            return
        text, message = whole_characters(text), self._open.tree[message_id]
        if ask and message.role == "user":
            new = replace(message, id=new_id(), content=text, created_at=time.time())
            self._asking.answer(new)
        else:
            self._make(chat_changes.edited(self._open.tree, message_id, text, time.time()))

    def insert(self, after_id: str | None, role: Role, text: str) -> None:
        """A message that nobody generates, after another one or at the beginning."""
        text = whole_characters(text)
        if self._may_change(after_id) or (after_id is None and not self._asking.busy):
            key = self._open.conversation.id
            self._make(chat_changes.inserted(self._open.tree, key, after_id, role, text))

    def change_role(self, message_id: str, role: Role) -> None:
        """Let somebody else have said a message."""
        if self._may_change(message_id) and self._open.tree[message_id].role != role:
            self._make(chat_changes.with_role(self._open.tree, message_id, role, time.time()))

    def fork(self, message_id: str) -> None:
        """The path up to a message as a conversation of its own, which is opened."""
        if not self._may_change(message_id):
            return
        source = self._open.conversation
        conversation, tree = chat_changes.forked(self._open.tree, source, message_id, time.time())
        self._save(tree, conversation, lambda: self.forked.emit(conversation, tree))

    # Deleting

    def delete_version(self, message_id: str) -> None:
        """Delete a message and what follows it; a version beside it is shown."""
        self._delete(chat_changes.without_version, message_id, (DELETE_VERSION, VERSION_DELETED))

    def delete_message(self, message_id: str) -> None:
        """Delete a message only; what follows it is kept."""
        self._delete(chat_changes.without, message_id, (DELETE_MESSAGE, MESSAGE_DELETED))

    # Marks

    def pin(self, message_id: str, pinned: bool) -> None:
        """Let a message stay in the model's context, or not."""
        self._mark(message_id, pinned=pinned)

    def rate(self, message_id: str, vote: Vote) -> None:
        """What the person thinks of an answer."""
        self._mark(message_id, vote=vote)

    def correct(self, message_id: str, text: str) -> None:
        """What the person would have wanted instead; "" takes it back."""
        self._mark(message_id, correction=whole_characters(text))

    def _mark(self, message_id: str, **changes: Any) -> None:
        if message_id not in self._open.tree:
            return
        message = replace(self._open.tree[message_id], **changes)
        self._open.update(message)
        self._open.plan_soon()
        self._storage.call(
            lambda store: store.save_message(message),
            lambda _: self.message_saved.emit(message_id),
            partial(self._not_saved, message.conversation_id),
        )

    def _may_change(self, message_id: str | None) -> bool:
        """Whether there is such a message, and nothing is being written."""
        if not self._asking.busy:
            self._asking.forget_unsaved()
        return message_id in self._open.tree and not self._asking.busy

    def _make(self, change: Change) -> None:
        """Show `change` and save it."""
        conversation = self._show(change)
        self._save(change.added, conversation, lambda: self._tell_saved(change.added))

    def _show(self, change: Change) -> Conversation:
        tree = self._open.tree
        for message in (*change.added, *([change.deleted] if change.deleted else [])):
            tree.put(message)
        tree.show(change.leaf)
        before = self._open.conversation
        now = replace(
            before,
            title=before.title or first_words(tree.path),
            title_source=before.title_source or "words",
            active_leaf=tree.leaf,
            updated_at=time.time(),
        )
        self._open.conversation = now
        self._open.forget_changes()
        self._open.show_path()
        return now

    def _save(
        self,
        added: Sequence[Message] | Tree,
        conversation: Conversation,
        on_saved: Callable[[], None],
        also: Callable[[ConversationStore], None] = lambda store: None,
    ) -> None:
        def save(store: ConversationStore) -> Conversation:
            newest = as_listed(conversation, store)
            with store.transaction():
                store.save_conversation(newest)
                store.add_messages(list(added))
                also(store)
            return newest

        def saved(newest: Conversation) -> None:
            self.changed.emit(newest)
            on_saved()

        self._storage.call(save, saved, partial(self._not_saved, self._open.conversation.id))

    def _tell_saved(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self.message_saved.emit(message.id)

    def _delete(
        self,
        change_of: Callable[[Tree, str, float], Change],
        message_id: str,
        words: tuple[Text, Text],
    ) -> None:
        tree, key = self._open.tree, self._open.conversation.id
        running = self._replies.running_in(key)
        if running and not (running.saved and all(m.id in tree for m in running.messages)):
            return  # what is asked just now is not there yet to be deleted
        self._asking.forget_unsaved()
        if message_id not in tree:
            return
        if running and any(tree.is_below(m.id, message_id) for m in running.messages):
            self._replies.stop(key)
            if message_id not in tree:
                return  # a sample that was not begun is given up by that
            change_of = chat_changes.without_version
        leaf = tree.leaf
        change = change_of(tree, message_id, time.time())
        conversation = self._show(change)
        step = self._step(change, leaf, key, words[0])

        def put_away(store: ConversationStore) -> None:
            store.trash.put("message", message_id)

        def has_deleted() -> None:
            self._undo.push(step)
            self._tell_saved(change.added)
            self.deleted.emit(words[1])

        self._save(change.added, conversation, has_deleted, put_away)

    def _step(self, change: Change, leaf: str | None, key: str, name: Text) -> UndoStep:
        """How to take `change` back: its copies go, unless they have been worked on since."""
        deleted, copies = change.deleted, change.added
        assert deleted is not None

        def take_back(store: ConversationStore) -> None:
            conversation, messages = store.load(key)
            if chat_changes.untouched(copies, messages):
                for copy in copies:
                    if copy.parent_id == deleted.parent_id:
                        store.trash.remove("message", copy.id)
            store.save_conversation(replace(conversation, active_leaf=leaf))

        things: tuple[Deleted, ...] = (("message", deleted.id),)
        return UndoStep(name, things, lambda: self.restored.emit(key), take_back)

    def _not_saved(self, conversation_id: str, error: ExpectedError) -> None:
        self.failed.emit(error)
        self.unsaved.emit(conversation_id)
