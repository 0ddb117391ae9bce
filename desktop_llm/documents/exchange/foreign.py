"""What the readers of other apps' files share: values that may be anything, and trees."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.exchange.archive import Archived

_NOTHING = QT_TRANSLATE_NOOP("core", "It has no messages with text.")
_LATEST = 253_402_300_000.0
"""The end of the year 9999, in seconds since 1970."""

Node = tuple[Message | None, Any]
"""A message, None where there is nothing to show, and what the file says of its parent."""


class Unreadable(Exception):
    """One conversation of a file cannot be read; the others can."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def nothing_in_it() -> Unreadable:
    """A conversation without a single message."""
    return Unreadable(Text(_NOTHING))


def moment(value: Any, otherwise: float | None = None) -> float:
    """Seconds since 1970, whether given in seconds, milliseconds or nanoseconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        while value > _LATEST:
            value /= 1000
        if value > 0:
            return float(value)
    return time.time() if otherwise is None else otherwise


def text_of(value: Any) -> str:
    """Text, or the texts of a list of parts; "" for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in value)
        return "\n\n".join(part for part in parts if isinstance(part, str) and part)
    return ""


def tree_of(conversation: Conversation, nodes: dict[str, Node], current: Any) -> Archived:
    """The messages of `nodes` as a tree; what has nothing to show is passed over.

    Parents come before their children, circles are cut, and a node without a known parent begins a
    branch of its own. Raises Unreadable if nothing is left.
    """
    parents = {name: str(parent) for name, (_, parent) in nodes.items() if parent is not None}
    order: list[str] = []
    placed: set[str] = set()
    for name in nodes:
        chain: list[str] = []
        step: str | None = name
        while step in nodes and step not in placed:
            placed.add(step)
            chain.append(step)
            step = parents.get(step)
        order += reversed(chain)
    messages: list[Message] = []
    shown: dict[str, str | None] = {}
    """The message that stands for a node: its own, or that of the nearest node above it."""
    for name in order:
        message, _ = nodes[name]
        above = shown.get(parents.get(name, ""))
        shown[name] = above if message is None else message.id
        if message is not None:
            messages.append(replace(message, conversation_id=conversation.id, parent_id=above))
    if not messages:
        raise nothing_in_it()
    leaf = shown.get(str(current)) or messages[-1].id
    return Archived(replace(conversation, active_leaf=leaf), tuple(messages))
