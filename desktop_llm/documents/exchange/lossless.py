"""Our own JSON: everything that is known of conversations, to be read again without loss.

A file holds `{"format": "desktop-llm-conversations", "version": 1, "conversations": […]}`; each of
them the fields of `Conversation`, its `messages` and the name of its `folder`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.errors import ExpectedError, UnknownError, from_wire, to_wire
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.documents.exchange.archive import Archived
from desktop_llm.documents.exchange.foreign import moment


@dataclass(frozen=True)
class _PlainMessage(Message):
    """What pydantic can check of a message; the rest is read by hand."""

    error: None = None
    generation: None = None


FORMAT = "desktop-llm-conversations"
VERSION = 1


def to_data(archived: Archived) -> dict[str, Any]:
    """`archived` as plain JSON data."""
    conversation = vars(archived.conversation) | {
        "sampling": to_plain(archived.conversation.sampling)
    }
    messages = [_message_data(message) for message in archived.messages]
    return {**conversation, "folder": archived.folder, "messages": messages}


def of_data(data: dict[str, Any]) -> Archived:
    """What `to_data` made, checked. Raises ValueError, TypeError or KeyError for anything else.

    Fields that a newer version added are left out.
    """
    known = {key: value for key, value in data.items() if key in Conversation.__dataclass_fields__}
    conversation = from_plain(Conversation, known | {"sampling": _sampling(known)})
    began = moment(conversation.created_at)
    ended = moment(conversation.updated_at, began)
    conversation = replace(conversation, created_at=began, updated_at=ended)
    messages = tuple(_message_of(each) for each in data["messages"])
    ids = {message.id for message in messages}
    if len(ids) != len(messages) or any(m.conversation_id != conversation.id for m in messages):
        raise ValueError("messages do not belong together")
    return Archived(conversation, messages, str(data.get("folder", "")))


def pieces(conversations: Iterable[Archived]) -> Iterator[str]:
    """The text of a file, conversation by conversation."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "conversations": [\n'
    between = ""
    for archived in conversations:
        yield between + json.dumps(to_data(archived), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _message_data(message: Message) -> dict[str, Any]:
    fields: dict[str, Any] = dict(vars(message))
    fields["error"] = None if message.error is None else to_wire(message.error)
    for name in ("generation", "form"):
        value = getattr(message, name)
        fields[name] = None if value is None else to_plain(value)
    fields["attachments"] = [to_plain(each) for each in message.attachments]
    return fields


def _message_of(data: dict[str, Any]) -> Message:
    known = {key: value for key, value in data.items() if key in Message.__dataclass_fields__}
    error = known.pop("error", None)
    record = known.pop("generation", None)
    message = from_plain(_PlainMessage, known | {"error": None, "generation": None})
    if record is not None:
        names = GenerationRecord.__dataclass_fields__
        record = from_plain(GenerationRecord, {k: v for k, v in record.items() if k in names})
        if not all(0 <= token < 2**32 for token in record.token_ids):
            raise ValueError("token ids")
    for part in (message, record, *message.attachments):
        _check_numbers(part)
    fields = vars(message) | {"error": _error(error), "generation": record}
    fields["created_at"] = moment(message.created_at)
    state = "interrupted" if message.state == "streaming" else message.state
    return Message(**fields | {"state": state})


def _check_numbers(part: Any) -> None:
    """Raises ValueError or OverflowError for numbers that no database holds."""
    for name, value in vars(part).items() if part else ():
        is_number = isinstance(value, int | float) and name != "seed"  # stored as text
        if is_number and not (math.isfinite(value) and abs(value) < 2**63):
            raise ValueError(name)


def _error(data: Any) -> ExpectedError | None:
    """What ended an answer; another version may know other errors than this one."""
    if data is None:
        return None
    try:
        return from_wire(data)
    except (KeyError, TypeError, AttributeError):
        kind = data.get("type") if isinstance(data, dict) else None
        return UnknownError(str(kind or "?"))


def _sampling(data: dict[str, Any]) -> dict[str, Any]:
    given = data.get("sampling") or {}
    return {key: value for key, value in given.items() if key in Sampling.__dataclass_fields__}
