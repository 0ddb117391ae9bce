"""Dialogues of training sets: ShareGPT's `conversations` of `from` and `value`, or `messages`.

The `messages` form is also what `training_lines` writes.
"""

from __future__ import annotations

from typing import Any

from desktop_llm.core.conversation import Conversation, Message, Role, new_id
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.exchange.archive import Archived, chained
from desktop_llm.documents.exchange.foreign import Unreadable, moment, nothing_in_it, text_of

_ROLES: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "system": "system",
}
_UNKNOWN_SPEAKER = QT_TRANSLATE_NOOP("core", "Message {number} has an unknown speaker: {speaker}.")
_NO_TURN = QT_TRANSLATE_NOOP("core", "Message {number} is not a message.")


def is_sharegpt(data: Any) -> bool:
    """Whether an entry of a file looks like one of these."""
    return isinstance(data, dict) and any(
        isinstance(data.get(name), list) for name in ("conversations", "messages", "items")
    )


def read(data: dict[str, Any]) -> Archived:
    """Raises Unreadable with the reason."""
    turns = next(data[name] for name in ("conversations", "messages", "items") if name in data)
    messages = [_message(number, turn) for number, turn in enumerate(turns, 1)]
    system = text_of(data.get("system"))
    if messages and messages[0].role == "system":
        system = messages.pop(0).content
    messages = [message for message in messages if message.content.strip()]
    if not messages:
        raise nothing_in_it()
    title = str(data.get("title") or "")
    conversation = Conversation(
        new_id(),
        title=title,
        system_prompt=system,
        created_at=moment(data.get("create_time")),
        title_source="person" if title else "",
    )
    return chained(conversation, messages)


def _message(number: int, turn: Any) -> Message:
    if not isinstance(turn, dict):
        raise Unreadable(Text(_NO_TURN, {"number": number}))
    speaker = str(turn.get("from", turn.get("role", "")))
    role = _ROLES.get(speaker.lower())
    if role is None:
        raise Unreadable(Text(_UNKNOWN_SPEAKER, {"number": number, "speaker": speaker[:40]}))
    text = text_of(turn.get("value", turn.get("content")))
    return Message(new_id(), "", None, role, text)
