"""A conversation with its whole tree, as it goes into files and comes out of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from desktop_llm.core.conversation import Conversation, Message, new_id
from desktop_llm.core.text import Text

Source = Literal["desktop-llm", "chatgpt", "open-webui", "sharegpt"]


@dataclass(frozen=True)
class Archived:
    """A conversation, its messages in the order of writing, and the name of its folder."""

    conversation: Conversation
    messages: tuple[Message, ...]
    folder: str = ""

    @property
    def path(self) -> list[Message]:
        """What is shown: from the root to the active leaf, or to the latest message."""
        by_id = {message.id: message for message in self.messages if message.deleted_at is None}
        wanted = self.conversation.active_leaf
        if wanted not in by_id and by_id:
            wanted = next(reversed(by_id))
        path: list[Message] = []
        while wanted in by_id:
            path.append(by_id.pop(wanted))  # pop: a damaged tree may have a circle
            wanted = path[-1].parent_id
        return path[::-1]


@dataclass(frozen=True)
class Rejected:
    """A conversation of a file that cannot be read: its number from 1, its title, and why."""

    number: int
    title: str
    reason: Text


@dataclass(frozen=True)
class ImportReport:
    """What a file held."""

    source: Source
    kept: int
    rejected: tuple[Rejected, ...] = ()


def renewed(archived: Archived) -> Archived:
    """The same with new identifiers, so that importing twice overwrites nothing."""
    conversation = replace(archived.conversation, id=new_id(), folder_id=None)
    ids = {message.id: new_id() for message in archived.messages}
    messages = tuple(_renewed(message, conversation.id, ids) for message in archived.messages)
    leaf = ids.get(conversation.active_leaf or "")
    return replace(
        archived, conversation=replace(conversation, active_leaf=leaf), messages=messages
    )


def chained(conversation: Conversation, messages: Sequence[Message]) -> Archived:
    """Messages of `conversation` that follow one another, without versions."""
    found: list[Message] = []
    for message in messages:
        parent = found[-1].id if found else None
        found.append(replace(message, conversation_id=conversation.id, parent_id=parent))
    leaf = found[-1].id if found else None
    return Archived(replace(conversation, active_leaf=leaf), tuple(found))


def _renewed(message: Message, conversation_id: str, ids: dict[str, str]) -> Message:
    attachments = tuple(replace(each, id=new_id()) for each in message.attachments)
    record = message.generation
    if record is not None:
        record = replace(record, left_out=tuple(ids[i] for i in record.left_out if i in ids))
    return replace(
        message,
        id=ids[message.id],
        conversation_id=conversation_id,
        parent_id=ids.get(message.parent_id or ""),
        attachments=attachments,
        generation=record,
    )
