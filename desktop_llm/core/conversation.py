"""Conversations as values: a tree of messages, of which one path is shown.

A version of a message is a sibling (same `parent_id`). The conversation keeps the leaf that is
shown; the path from the root to it is what the model sees. Nothing is overwritten: an edited,
inserted or moved message begins another branch, into which what follows is copied.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Literal

from desktop_llm.core.context import ContextPolicy
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRecord, Sampling

Role = Literal["system", "user", "assistant"]

State = Literal["complete", "streaming", "stopped", "interrupted", "failed"]
"""`interrupted`: the app or the engine ended while the reply was written; it can be continued."""

Vote = Literal["", "up", "down"]
"""What a person thinks of an answer."""

TitleSource = Literal["", "words", "model", "person"]
"""Who gave a conversation its title: its first words, the model when it was idle, the person."""


def new_id() -> str:
    """A new identifier; made by the caller, so that nobody waits for the database to number it."""
    return os.urandom(16).hex()


@dataclass(frozen=True)
class Attachment:
    """A file that a person gave with a message: its text is part of what the model sees."""

    id: str
    name: str
    media_type: str
    sha256: str
    """Of the file, hexadecimal."""
    size: int
    """Bytes of the file it came from."""
    text: str
    in_prompt: bool = True
    """False: the text was read in windows, and only its name goes into later prompts."""


@dataclass(frozen=True)
class FormUse:
    """A message was written by a prompt form (`desktop_llm.forms`): which, and what was entered."""

    form: str
    inputs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One node of the tree. `thinking` is a reasoning model's part before the answer."""

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    content: str
    thinking: str = ""
    state: State = "complete"
    error: ExpectedError | None = None
    created_at: float = field(default_factory=time.time)
    generation: GenerationRecord | None = None
    attachments: tuple[Attachment, ...] = ()
    form: FormUse | None = None
    pinned: bool = False
    """Stays in the model's context whatever is dropped."""
    vote: Vote = ""
    correction: str = ""
    """What the person would have wanted instead of this answer."""
    deleted_at: float | None = None
    """In the trash since then; it and what follows it are not shown."""


@dataclass(frozen=True)
class Folder:
    """A folder of the conversation list; folders do not nest."""

    id: str
    name: str
    position: float = 0.0
    """Their order, smallest first."""


@dataclass(frozen=True)
class Conversation:
    """What the list shows and what a request needs besides the messages."""

    id: str
    title: str = ""
    active_leaf: str | None = None
    system_prompt: str = ""
    sampling: Sampling = field(default_factory=Sampling)
    created_at: float = field(default_factory=time.time)
    updated_at: float = field(default_factory=time.time)
    folder_id: str | None = None
    pinned: bool = False
    """Stands at the top of the list."""
    title_source: TitleSource = ""
    context_policy: ContextPolicy = "ask"
    thinking: bool | None = None
    """Whether a reasoning model shall think first; None leaves it to the model."""
    preset: str = ""
    """The id of the preset that was chosen last."""
    json_schema: str = ""
    """A JSON schema that answers are held to, where the engine can; "" for free text."""
