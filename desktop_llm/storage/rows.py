"""Values of `core` as rows of the database, and back."""

from __future__ import annotations

import hashlib
import json
import logging
import struct
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any

from desktop_llm.core.conversation import Attachment, Conversation, FormUse, Message
from desktop_llm.core.errors import ExpectedError, UnknownError, from_wire, to_wire
from desktop_llm.core.frozen import made
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.storage.database import Row

log = logging.getLogger(__name__)

CONVERSATION_COLUMNS = tuple(field.name for field in fields(Conversation))
_ELSEWHERE = ("generation", "attachments")
"""Fields of a message that have tables of their own."""
MESSAGE_COLUMNS = tuple(field.name for field in fields(Message) if field.name not in _ELSEWHERE)
GENERATION_COLUMNS = tuple(field.name for field in fields(GenerationRecord))
ATTACHMENT_COLUMNS = ("given_id", "name", "media_type", "sha256", "size", "text", "in_prompt")
CHANGING_COLUMNS = ("pinned", "vote", "correction", "deleted_at")
"""What people change of a message that is written, also while a reply is still growing."""


def conversation_row(conversation: Conversation) -> Row:
    """The columns of `conversation`."""
    return vars(conversation) | {"sampling": _json(to_plain(conversation.sampling))}


def conversation_of(row: Sequence[Any]) -> Conversation:
    """The conversation in `row`, whose columns are CONVERSATION_COLUMNS."""
    values = dict(zip(CONVERSATION_COLUMNS, row, strict=True))
    values["sampling"] = _sampling(values["sampling"])
    values["pinned"] = bool(values["pinned"])
    values["thinking"] = _switch(values["thinking"])
    return Conversation(**values)


def attachment_row(attachment: Attachment) -> Row:
    """What copies of an attachment share: all but how a message uses it."""
    own: Row = {
        "given_id": attachment.id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "sha256": attachment.sha256,
        "size": attachment.size,
        "text": attachment.text,
    }
    return own | {"id": hashlib.sha256(_json(own).encode()).hexdigest()}


def attachment_of(row: Sequence[Any]) -> Attachment:
    """The attachment in `row`, whose columns are ATTACHMENT_COLUMNS."""
    values = dict(zip(("id", *ATTACHMENT_COLUMNS[1:]), row, strict=True))
    return Attachment(**values | {"in_prompt": bool(values["in_prompt"])})


def message_row(message: Message) -> Row:
    """The columns of `message`; its generation and its attachments have tables of their own."""
    error = None if message.error is None else _json(to_wire(message.error))
    form = None if message.form is None else _json(to_plain(message.form))
    return {name: getattr(message, name) for name in MESSAGE_COLUMNS} | {
        "error": error,
        "form": form,
    }


def message_of(
    row: Sequence[Any],
    generation: GenerationRecord | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """The message in `row`, whose columns are MESSAGE_COLUMNS."""
    values = dict(zip(MESSAGE_COLUMNS, row, strict=True))
    values["error"] = _error(values["error"])
    values["form"] = _form(values["form"])
    values["pinned"] = bool(values["pinned"])
    return made(Message, values | {"generation": generation, "attachments": attachments})


def generation_row(message_seq: int, record: GenerationRecord) -> Row:
    """The columns of the record of a message."""
    return vars(record) | {
        "message_seq": message_seq,
        "sampling": _json(to_plain(record.sampling)),
        "seed": str(record.seed),
        "token_ids": struct.pack(f"<{len(record.token_ids)}I", *record.token_ids),
        "versions": _json(record.versions),
        "left_out": _json(list(record.left_out)),
    }


def generation_of(row: Sequence[Any]) -> GenerationRecord | None:
    """The record in `row`, whose columns are GENERATION_COLUMNS; None if it is damaged."""
    values = dict(zip(GENERATION_COLUMNS, row, strict=True))
    ids = values["token_ids"]
    try:
        values["sampling"] = _sampling(values["sampling"])
        values["seed"] = int(values["seed"])
        values["token_ids"] = struct.unpack(f"<{len(ids) // 4}I", ids)
        values["versions"] = dict(_versions(values["versions"]))
        values["left_out"] = _names(values["left_out"])
        values["thinking"] = _switch(values["thinking"])
        values["template_overridden"] = bool(values["template_overridden"])
    except (ValueError, struct.error):
        log.warning("unreadable record of how a reply came about")
        return None
    return made(GenerationRecord, values)


# A conversation holds the same few settings and versions in all of its replies.


@lru_cache
def _names(text: str) -> tuple[str, ...]:
    return tuple(map(str, json.loads(text)))


@lru_cache
def _versions(text: str) -> dict[str, str]:
    return from_plain(dict[str, str], json.loads(text))


@lru_cache
def _sampling(text: str) -> Sampling:
    try:
        return from_plain(Sampling, json.loads(text))
    except ValueError:
        log.warning("unreadable sampling settings, defaults used")
        return Sampling()


def _form(text: str | None) -> FormUse | None:
    try:
        return None if text is None else from_plain(FormUse, json.loads(text))
    except ValueError:
        log.warning("unreadable form of a message")
        return None


def _switch(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _error(text: str | None) -> ExpectedError | None:
    """What was saved; another version may know other errors than this one."""
    if text is None:
        return None
    data: dict[str, Any] = {}
    try:
        data = json.loads(text)
        return from_wire(data)
    except (KeyError, TypeError, ValueError):
        return UnknownError(str(data.get("type", "?")))


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))
