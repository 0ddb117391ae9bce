"""What of a conversation the model will really see: the plan, and the rules it is made by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ContextPolicy = Literal["ask", "drop_oldest", "keep_ends"]
"""When a conversation is too long: stop and ask, drop the oldest, or keep its start and its end."""

Part = Literal["system", "pinned", "kept", "dropped", "draft"]


@dataclass(frozen=True)
class ContextEntry:
    """One message of the conversation in the plan. `message_id` is "" for system and draft."""

    message_id: str
    tokens: int
    """What it takes of the prompt, its share of the template included."""
    part: Part


@dataclass(frozen=True)
class ContextPlan:
    """The entries in the order of the prompt. All numbers are tokens."""

    entries: tuple[ContextEntry, ...]
    limit: int
    """What the model reads and writes together."""
    reserved: int
    """What is kept free for the answer."""

    @property
    def used(self) -> int:
        """The prompt as it will be sent."""
        return sum(entry.tokens for entry in self.entries if entry.part != "dropped")

    @property
    def excess(self) -> int:
        """Tokens that are too many; 0 if it fits."""
        return max(0, self.used + self.reserved - self.limit)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The messages that the model will not see."""
        return tuple(entry.message_id for entry in self.entries if entry.part == "dropped")
