"""The chat service as widgets see it: remembers calls; a test emits the signals it wants."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.text import Text
from tests.values import a_conversation


def _recorded(name: str) -> Callable[..., None]:
    """A method that only notes its call: the name, the arguments, then those given by name."""

    def record(self: FakeChatService, *arguments: Any, **named: Any) -> None:
        self.calls.append((name, *arguments, *([named] if named else [])))

    return record


class FakeChatService(QObject):
    """The contract of `ChatService`. `calls` has tuples of a name and the arguments."""

    conversations_changed = Signal(object)
    """list[Conversation], all of them, also while something is searched."""
    folders_changed = Signal(object)
    """list[Folder], in their order."""
    hits_found = Signal(object)
    """list[SearchHit]; empty when nothing is searched any more."""
    busy_conversations_changed = Signal(object)
    """frozenset[str]: the conversations in which an answer is being written."""
    presets_changed = Signal(object)
    """list[Preset], of both kinds."""
    conversation_opened = Signal(object, object)
    """Conversation, list[Message]: another one, or another path of the same."""
    versions_changed = Signal(object)
    """dict of message id to (number from 1, count), where there are several."""
    jump_requested = Signal(str)
    message_added = Signal(object)
    text_appended = Signal(str, str, bool)
    """Also of answers that are written beside the one that is shown."""
    message_changed = Signal(object)
    message_saved = Signal(str)
    live_changed = Signal(object)
    busy_changed = Signal(bool)
    deleted = Signal(object)
    """Text for the toast."""
    undo_changed = Signal(object)
    """Text | None: what `undo` would take back."""
    reproduced = Signal(object)
    failed = Signal(object)
    draft_restored = Signal(str)
    """Text that could not be sent, to be put before what was typed since."""
    draft_loaded = Signal(str, object)
    """What stood in the composer of the conversation that was opened, and its place."""

    def __init__(self, conversation: Conversation | None = None) -> None:
        super().__init__()
        self.current = conversation or a_conversation()
        self.busy = False
        self.messages: list[Message] = []
        self.versions: dict[str, tuple[int, int]] = {}
        self.conversations: list[Conversation] = []
        self.undo_text: Text | None = None
        self.busy_conversations: frozenset[str] = frozenset()
        self.draft = ""
        self.system_prompt = ""
        self.sisters: dict[str, list[Message]] = {}
        """What `siblings` answers."""
        self.trash: list[Any] = []
        """What `trash_entries` hands on."""
        self.calls: list[tuple[Any, ...]] = []

    def show(self, messages: Sequence[Message]) -> None:
        """Open the current conversation with `messages`."""
        self.messages = list(messages)
        self.conversation_opened.emit(self.current, self.messages)

    def set_busy(self, busy: bool) -> None:
        self.busy_conversations = frozenset({self.current.id} if busy else ())
        self.busy = busy
        self.busy_changed.emit(busy)

    def set_versions(self, versions: dict[str, tuple[int, int]]) -> None:
        self.versions = versions
        self.versions_changed.emit(versions)

    def set_undo(self, text: Text | None) -> None:
        self.undo_text = text
        self.undo_changed.emit(text)

    def siblings(self, message_id: str) -> list[Message]:
        return self.sisters.get(message_id, [])

    def trash_entries(self, on_done: Callable[[list[Any]], None]) -> None:
        self.calls.append(("trash_entries",))
        on_done(self.trash)

    def make_folder(self, name: str) -> str:
        """The id is given at once; `folders_changed` follows when it is saved."""
        self.calls.append(("make_folder", name))
        return "new folder"

    def draft_changed(self, text: str, attachments: Sequence[Any] = ()) -> None:
        self.draft = text
        given = (tuple(attachments),) if attachments else ()
        self.calls.append(("draft_changed", text, *given))

    start = _recorded("start")
    shut_down = _recorded("shut_down")
    new_conversation = _recorded("new_conversation")
    open = _recorded("open")
    open_at = _recorded("open_at")
    search = _recorded("search")
    # Asking
    send = _recorded("send")
    stop = _recorded("stop")
    retry = _recorded("retry")
    continue_reply = _recorded("continue_reply")
    reproduce = _recorded("reproduce")
    stop_reproducing = _recorded("stop_reproducing")
    # The tree
    show_version = _recorded("show_version")
    choose_version = _recorded("choose_version")
    edit = _recorded("edit")
    branch_here = _recorded("branch_here")
    fork = _recorded("fork")
    insert = _recorded("insert")
    change_role = _recorded("change_role")
    delete_version = _recorded("delete_version")
    delete_message = _recorded("delete_message")
    pin = _recorded("pin")
    rate = _recorded("rate")
    correct = _recorded("correct")
    # The conversation
    set_system_prompt = _recorded("set_system_prompt")
    set_sampling = _recorded("set_sampling")
    set_context_policy = _recorded("set_context_policy")
    set_thinking = _recorded("set_thinking")
    set_json_schema = _recorded("set_json_schema")
    set_preset = _recorded("set_preset")
    save_preset = _recorded("save_preset")
    delete_preset = _recorded("delete_preset")
    place_changed = _recorded("place_changed")
    # The list and the trash
    rename = _recorded("rename")
    delete = _recorded("delete")
    delete_many = _recorded("delete_many")
    set_pinned = _recorded("set_pinned")
    move = _recorded("move")
    rename_folder = _recorded("rename_folder")
    place_folder = _recorded("place_folder")
    delete_folder = _recorded("delete_folder")
    restore = _recorded("restore")
    remove_for_good = _recorded("remove_for_good")
    refresh_list = _recorded("refresh_list")
    use_model_settings = _recorded("use_model_settings")
    undo = _recorded("undo")
