"""What was deleted: whole and restorable, until somebody or 30 days remove it for good."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal

from desktop_llm.storage.database import Database
from desktop_llm.storage.search_index import SearchIndex

Kind = Literal["conversation", "message", "folder", "preset"]

TRASH_DAYS = 30
"""How long what was deleted can be restored."""

_BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT ?1 UNION"
    " SELECT message.id FROM message JOIN below ON parent_id = below.id) SELECT id FROM below"
)
"""A message and all that follows it; a loop in SQLite, not a recursion, so depth is no matter."""


@dataclass(frozen=True)
class TrashEntry:
    """One deleted thing. Of a message the title is how its text begins."""

    kind: Kind
    id: str
    title: str
    deleted_at: float
    """Seconds since 1970."""
    conversation_id: str = ""
    """Of a message: the conversation in which it was."""


class Trash:
    """Conversations, messages, folders and presets on their way out.

    A deleted message hides what follows it, and takes it along when it is removed for good. The
    conversations of a deleted folder keep it in mind; removing the folder makes them forget it.
    """

    def __init__(self, database: Database, index: SearchIndex) -> None:
        self._database = database
        self._index = index

    def put(self, kind: Kind, thing_id: str) -> None:
        """Delete something so that it can be restored; what was never saved is left alone."""
        now = time.time()
        with self._database.transaction():
            if kind == "message":
                self._database.write(
                    "UPDATE message SET deleted_at = ? WHERE id = ?", now, thing_id
                )
            else:
                self._database.write(
                    f"INSERT OR REPLACE INTO trash SELECT ?, id, ? FROM {kind} WHERE id = ?",
                    kind,
                    now,
                    thing_id,
                )

    def restore(self, kind: Kind, thing_id: str) -> None:
        """Take something out of the trash, as it was; nothing happens if it is not in there."""
        with self._database.transaction():
            if kind == "message":
                self._database.write("UPDATE message SET deleted_at = NULL WHERE id = ?", thing_id)
            else:
                self._database.write("DELETE FROM trash WHERE kind = ? AND id = ?", kind, thing_id)

    def entries(self) -> list[TrashEntry]:
        """What can be restored, the last deleted first.

        Messages of a deleted conversation are not told: they come back with it or not at all.
        """
        rows = self._database.query(
            "SELECT kind, id, (CASE kind"
            " WHEN 'conversation' THEN (SELECT title FROM conversation WHERE id = trash.id)"
            " WHEN 'folder' THEN (SELECT name FROM folder WHERE id = trash.id)"
            " ELSE (SELECT name FROM preset WHERE id = trash.id) END), deleted_at, ''"
            " FROM trash"
            " UNION ALL SELECT 'message', id, substr(content, 1, 200), deleted_at, conversation_id"
            " FROM message WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM trash"
            " WHERE kind = 'conversation' AND trash.id = message.conversation_id)"
            " ORDER BY deleted_at DESC"
        )
        return [
            TrashEntry(kind, thing_id, " ".join((title or "").split()), at, conversation_id)
            for kind, thing_id, title, at, conversation_id in rows
        ]

    def remove(self, kind: Kind, thing_id: str) -> None:
        """Delete something for good, in the trash or not."""
        with self._database.transaction():
            self._remove(kind, thing_id)
            self._sweep()

    def purge(self, before: float) -> None:
        """Remove for good what was deleted before that time, in seconds since 1970."""
        old = self._database.query(
            "SELECT kind, id FROM trash WHERE deleted_at < ?1"
            " UNION ALL SELECT 'message', id FROM message WHERE deleted_at < ?1",
            before,
        )
        with self._database.transaction():
            for kind, thing_id in old:
                self._remove(kind, thing_id)
            if old:
                self._sweep()

    def _remove(self, kind: Kind, thing_id: str) -> None:
        if kind == "message":
            self._remove_message(thing_id)
        elif kind == "conversation":
            self._remove_conversation(thing_id)
        else:
            self._database.write(f"DELETE FROM {kind} WHERE id = ?", thing_id)
        if kind == "folder":
            self._database.write(
                "UPDATE conversation SET folder_id = NULL WHERE folder_id = ?", thing_id
            )
        self._database.write("DELETE FROM trash WHERE kind = ? AND id = ?", kind, thing_id)

    def _sweep(self) -> None:
        """Attachments go with the last message that has them."""
        self._database.write(
            "DELETE FROM attachment WHERE id NOT IN (SELECT attachment_id FROM message_attachment)"
        )

    def _remove_conversation(self, conversation_id: str) -> None:
        self._index.leave("message", "conversation_id = ?1", conversation_id)
        self._index.leave("conversation", "id = ?1", conversation_id)
        self._database.write("DELETE FROM conversation WHERE id = ?", conversation_id)
        self._database.write("DELETE FROM draft WHERE conversation_id = ?", conversation_id)

    def _remove_message(self, message_id: str) -> None:
        """All that follows goes too. A conversation that showed it shows what came before it."""
        self._index.leave("message", f"id IN ({_BELOW})", message_id)
        self._database.write(
            "UPDATE conversation SET active_leaf = (SELECT parent_id FROM message WHERE id = ?1)"
            " WHERE id = (SELECT conversation_id FROM message WHERE id = ?1)"
            f" AND active_leaf IN ({_BELOW})",
            message_id,
        )
        self._database.write(f"DELETE FROM message WHERE id IN ({_BELOW})", message_id)
