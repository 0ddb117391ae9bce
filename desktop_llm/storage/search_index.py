"""Search in everything that was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_llm.core.conversation import Conversation
from desktop_llm.storage.database import Database, Value

Source = Literal["message", "conversation"]


@dataclass(frozen=True)
class SearchHit:
    """A title or a message that has the searched text."""

    conversation: Conversation
    message_id: str | None
    """None: the title."""
    snippet: str
    spans: tuple[tuple[int, int], ...] = ()


class SearchIndex:
    """What every title and message can be found by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, text: str, limit: int = 200) -> list[SearchHit]:
        """Hits, the newest first."""
        return []

    def leave(self, source: Source, condition: str, *values: Value) -> None:
        """Nothing yet."""

    def enter(self, source: Source, condition: str, *values: Value) -> None:
        """Nothing yet."""
