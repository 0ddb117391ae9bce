"""The model of the chat page: one open conversation, the list of all, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Attachment, Conversation, Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.core.text import Text
from desktop_llm.services.chat_asking import Asking
from desktop_llm.services.chat_drafts import Drafts
from desktop_llm.services.chat_edit import Editing
from desktop_llm.services.chat_exact import Repeating
from desktop_llm.services.chat_list import ConversationList
from desktop_llm.services.chat_open import OpenConversation
from desktop_llm.services.chat_opening import Opening
from desktop_llm.services.chat_presets import PresetShelf, with_preset
from desktop_llm.services.chat_prompt import whole_characters
from desktop_llm.services.chat_replies import Replies
from desktop_llm.services.chat_reply import LiveStats, ReplySteps
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.services.chat_titles import Titles
from desktop_llm.services.chat_trash import TrashCan
from desktop_llm.services.context import ContextService
from desktop_llm.services.errors import AnswerNotOpen
from desktop_llm.services.inference import InferenceService
from desktop_llm.services.storage import StorageService
from desktop_llm.services.undo import UndoStack
from desktop_llm.storage.presets import Preset
from desktop_llm.storage.trash import TrashEntry

__all__ = ["ChatService", "LiveStats", "ReplySteps", "Reproduction"]


def _no_model(record: GenerationRecord | None) -> bool:
    return True


class ChatService(QObject):
    """What a person does with conversations, on the GUI thread; nothing here waits.

    Most of it is done by its parts (`Opening`, `Asking`, `Editing`, `ConversationList` …), whose
    methods are this object's own, too (`_hand_out`). A message that could not be saved is shown
    with the state "failed" and its error, and its text is handed back by `draft_restored`.
    `conversation_opened` is emitted again when another path of the same conversation is shown.
    """

    conversations_changed = Signal(object)
    """list[Conversation], all of them, the latest changed first."""
    folders_changed = Signal(object)
    hits_found = Signal(object)
    busy_conversations_changed = Signal(object)
    """frozenset of the ids of conversations in which an answer is being written."""
    presets_changed = Signal(object)
    conversation_opened = Signal(object, object)
    versions_changed = Signal(object)
    """dict of message id to (number from 1, count), where there are several."""
    jump_requested = Signal(str)
    message_added = Signal(object)
    text_appended = Signal(str, str, bool)
    """Also of samples that are written beside the one that is shown."""
    message_changed = Signal(object)
    message_saved = Signal(str)
    live_changed = Signal(object)
    busy_changed = Signal(bool)
    deleted = Signal(object)
    undo_changed = Signal(object)
    reproduced = Signal(object)
    failed = Signal(object)
    draft_restored = Signal(str)
    draft_loaded = Signal(str, object)

    def __init__(
        self,
        inference: InferenceService,
        storage: StorageService,
        context: ContextService,
        parent: QObject | None = None,
        model_prompt: Callable[[], str] = str,
        use_recorded: Callable[[GenerationRecord | None], bool] = _no_model,
        words: Callable[[Text], str] = str,
        model_sampling: Callable[[], Sampling] = Sampling,
    ) -> None:
        """`model_prompt` is used where a conversation has no system prompt of its own.

        `use_recorded`: see `Repeating`; `words` translates; `model_sampling` is what new
        conversations begin with.
        """
        super().__init__(parent)
        self._was_busy = False
        self._told_busy: frozenset[str] = frozenset()
        self._storage = storage
        self._context = context
        self._undo = UndoStack(storage, self)
        self._replies = Replies(inference, storage, self)
        self._drafts = Drafts(storage, self)
        self._list = ConversationList(storage, self._undo, self)
        self._presets = PresetShelf(storage, self._undo, self)
        self._trash = TrashCan(storage, self._undo, self)
        self._open = OpenConversation(context, self._replies, self._list, model_prompt)
        self._opening = Opening(self._open, self._drafts, storage, model_sampling, self)
        self._asking = Asking(
            *(self._open, self._replies, self._drafts, context, storage, words, self)
        )
        self._editing = Editing(
            *(self._open, self._asking, self._replies, self._undo, storage, self)
        )
        self._titles = Titles(self._open, self._replies, inference, storage)
        self._repeating = Repeating(inference, use_recorded, self)
        self._hand_out()
        self._connect()

    def _hand_out(self) -> None:
        """What the parts do for whoever holds this object."""
        opened, opening, listed = self._open, self._opening, self._list
        asking, editing = self._asking, self._editing
        self.new_conversation, self.open = opening.new_conversation, opening.open
        self.open_at, self.use_model_settings = opening.open_at, opening.use_model_settings
        self.send, self.retry = asking.send, asking.retry
        self.continue_reply = asking.continue_reply
        self.siblings, self.show_version = editing.siblings, editing.show_version
        self.choose_version, self.branch_here = editing.choose_version, editing.branch_here
        self.edit, self.insert, self.fork = editing.edit, editing.insert, editing.fork
        self.change_role, self.pin = editing.change_role, editing.pin
        self.delete_version, self.delete_message = editing.delete_version, editing.delete_message
        self.rate, self.correct = editing.rate, editing.correct
        self.search, self.set_pinned, self.move = listed.search, listed.set_pinned, listed.move
        self.make_folder, self.rename_folder = listed.make_folder, listed.rename_folder
        self.place_folder, self.delete_folder = listed.place_folder, listed.delete_folder
        self.save_preset, self.delete_preset = self._presets.save, self._presets.delete
        self.trash_entries, self.restore = self._trash.entries, self._trash.restore
        self.remove_for_good, self.undo = self._trash.remove, self._undo.undo
        self.place_changed = self._drafts.change_place
        self.set_system_prompt, self.set_sampling = opened.set_system_prompt, opened.set_sampling
        self.set_context_policy, self.set_thinking = opened.set_policy, opened.set_thinking
        self.set_json_schema = opened.set_json_schema

    @property
    def current(self) -> Conversation:
        """The open conversation, saved or not."""
        return self._open.conversation

    @property
    def system_prompt(self) -> str:
        """What the model is told first in the open conversation, wherever it comes from."""
        return self._open.system_prompt

    @property
    def busy(self) -> bool:
        """Whether a reply is being written in the open conversation."""
        return self._asking.busy

    @property
    def busy_conversations(self) -> frozenset[str]:
        """The conversations in which an answer is being written."""
        return self._replies.conversations

    @property
    def messages(self) -> list[Message]:
        """The path that is shown, from the root to the leaf, with the text so far."""
        return self._open.messages

    @property
    def leaf(self) -> str | None:
        """The id of the last of these messages; costs nothing, however many there are."""
        return self._open.tree.leaf

    @property
    def versions(self) -> dict[str, tuple[int, int]]:
        """What `versions_changed` said last."""
        return self._open.versions

    @property
    def undo_text(self) -> Text | None:
        """What `undo` would take back."""
        return self._undo.text

    @property
    def draft(self) -> str:
        """What stands in the composer."""
        return self._drafts.text

    def start(self) -> None:
        """Load the list and open a new conversation."""
        self.refresh_list()
        self._undo.clear()
        self._drafts.start()
        self.new_conversation()

    @Slot()
    def refresh_list(self) -> None:
        """Read again what is not part of a conversation, and tell it."""
        self._list.refresh()
        self._presets.refresh()

    @Slot()
    def stop(self) -> None:
        """Stop the reply that is being written in the open conversation."""
        self._replies.stop(self.current.id)
        self._context.wait_no_more()
        self._repeating.give_way()

    @Slot(str, str)
    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title; an empty one is ignored."""
        title = " ".join(title.split())
        if not title:
            return
        named: dict[str, Any] = {"title": title, "title_source": "person"}
        if conversation_id == self.current.id:
            self._open.conversation = replace(self.current, **named)
        self._list.change(conversation_id, **named)

    @Slot(str)
    def delete(self, conversation_id: str) -> None:
        """Put a conversation into the trash; `undo` takes it out again."""
        self.delete_many([conversation_id])

    def delete_many(self, conversation_ids: Sequence[str]) -> None:
        """Put conversations into the trash; `undo` takes all of them out again."""
        reopen = ""
        for conversation_id in conversation_ids:
            self._replies.stop(conversation_id)
            if conversation_id in (self.current.id, self._opening.wanted):
                reopen = conversation_id
                self.new_conversation()
        self._list.delete(conversation_ids, reopen)

    @Slot(str)
    def reproduce(self, message_id: str) -> None:
        """Write an answer again from its record; `reproduced` follows."""
        if message_id in self._open.tree:
            self._titles.give_way()
            self._repeating.reproduce(self._open.tree.path_to(message_id))
        else:
            self.reproduced.emit(Reproduction(message_id, False, "", error=AnswerNotOpen()))

    @Slot()
    def stop_reproducing(self) -> None:
        """Write no answer again any more; `reproduced` tells it."""
        self._repeating.give_way()

    @Slot(object)
    def set_preset(self, preset: Preset) -> None:
        """Use what a preset says, and keep the rest."""
        try:
            self._open.change(with_preset(self.current, preset))
        except ExpectedError as error:
            self.failed.emit(error)

    @Slot(str)
    def draft_changed(self, text: str, attachments: Sequence[Attachment] = ()) -> None:
        """What stands in the composer: kept on the disk, and planned with the conversation."""
        text = whole_characters(text)
        self._drafts.change_text(text)
        self._open.draft_changed(text, attachments)

    def shut_down(self) -> None:
        """Save what runs as interrupted. Call it before the other services are shut down."""
        self._open.save_now()
        self._drafts.save_now()
        self._replies.shut_down()
        self._titles.give_way()
        self._open.stop_planning()

    def _connect(self) -> None:
        self._connect_replies()
        self._connect_changes()
        for deletes in (self._list, self._presets, self._editing):
            deletes.deleted.connect(self.deleted)
        for fails in (self._replies, self._asking, self._editing, self._undo, self._storage):
            fails.failed.connect(self.failed)
        self._replies.saved.connect(self.message_saved)
        self._asking.message_saved.connect(self.message_saved)
        self._editing.message_saved.connect(self.message_saved)
        self._undo.changed.connect(self.undo_changed)
        self._list.changed.connect(self.conversations_changed)
        self._list.folders_changed.connect(self.folders_changed)
        self._list.hits_found.connect(self.hits_found)
        self._presets.changed.connect(self.presets_changed)
        self._open.shown.connect(self.conversation_opened)
        self._open.shown.connect(self._tell_busy)
        self._opening.jump_requested.connect(self.jump_requested)
        self._open.versions_changed.connect(self.versions_changed)
        self._repeating.reproduced.connect(self.reproduced)
        self._drafts.loaded.connect(self.draft_loaded)
        self._drafts.restored.connect(self.draft_restored)

    def _connect_replies(self) -> None:
        self._replies.text_appended.connect(self._text)
        self._replies.live_changed.connect(self._live)
        self._replies.ended.connect(self._tell_busy)
        self._replies.begun.connect(self._repeating.give_way)
        self._asking.message_added.connect(self.message_added)
        self._asking.draft_restored.connect(self.draft_restored)
        self._asking.busy_changed.connect(self._tell_busy)
        self._open.message_changed.connect(self.message_changed)

    def _connect_changes(self) -> None:
        """What one part changes on the disk, the others show."""
        self._asking.asked.connect(self._list.put)
        self._editing.changed.connect(self._list.put)
        self._editing.changed.connect(self._opening.has_saved)
        self._editing.unsaved.connect(self._opening.read_again)
        self._editing.restored.connect(self._opening.reopen)
        self._editing.forked.connect(self._opening.show_fork)
        self._list.restored.connect(self._opening.reopen)
        self._list.conversation_changed.connect(self._open.renamed)
        self._titles.titled.connect(self._open.renamed)
        self._titles.titled.connect(self._list.put)
        self._trash.restored.connect(self._restored)
        self._trash.removed.connect(self._removed)

    @Slot(object)
    def _restored(self, entry: TrashEntry) -> None:
        self.refresh_list()
        if entry.kind == "message":
            self._opening.reopen(entry.conversation_id, entry.id)

    @Slot(object)
    def _removed(self, entry: TrashEntry) -> None:
        self.refresh_list()
        self._opening.read_again(entry.conversation_id)

    @Slot(object, str, bool)
    def _text(self, message: Message, text: str, thinking: bool) -> None:
        if message.conversation_id == self.current.id:
            self.text_appended.emit(message.id, text, thinking)

    @Slot(str, object)
    def _live(self, conversation_id: str, stats: LiveStats) -> None:
        if conversation_id == self.current.id:
            self.live_changed.emit(stats)

    @Slot()
    def _tell_busy(self) -> None:
        if self.busy != self._was_busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self._was_busy)
        if self.busy_conversations != self._told_busy:
            self._told_busy = self.busy_conversations
            self.busy_conversations_changed.emit(self._told_busy)
