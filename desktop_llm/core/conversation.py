"""Conversations as values: a tree of messages, of which one path is shown.

A version of a message is a sibling (same `parent_id`). The conversation keeps the leaf that is
shown; the path from the root to it is what the model sees.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Literal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import GenerationRecord, Sampling

Role = Literal["system", "user", "assistant"]

State = Literal["complete", "streaming", "stopped", "interrupted", "failed"]
"""`interrupted`: the app or the engine ended while the reply was written; it can be continued."""


def new_id() -> str:
    """A new identifier; made by the caller, so that nobody waits for the database to number it."""
    return uuid.uuid4().hex


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
