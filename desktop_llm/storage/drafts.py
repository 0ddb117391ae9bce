"""What stands in the composer of each conversation, and where the person was reading."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

from desktop_llm.storage.database import Database
from desktop_llm.storage.presets import object_of


@dataclass(frozen=True)
class Draft:
    """`place` is what JSON can hold; the window knows its meaning. The id "" is the new chat."""

    conversation_id: str
    text: str = ""
    place: dict[str, Any] = field(default_factory=dict)


class Drafts:
    """Drafts on disk; also of conversations that are not saved yet."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, conversation_id: str) -> Draft:
        """What was saved, or an empty draft."""
        rows = self._database.query(
            "SELECT text, place FROM draft WHERE conversation_id = ?", conversation_id
        )
        if not rows:
            return Draft(conversation_id)
        return Draft(conversation_id, rows[0]["text"], object_of(rows[0]["place"]))

    def save(self, draft: Draft) -> None:
        """Add or replace the draft of a conversation."""
        row = vars(draft) | {"place": json.dumps(draft.place), "updated_at": time.time()}
        self._database.put("draft", "conversation_id", row)

    def forget(self, conversation_id: str) -> None:
        """Remove a draft, if there is one."""
        with self._database.transaction():
            self._database.write("DELETE FROM draft WHERE conversation_id = ?", conversation_id)
