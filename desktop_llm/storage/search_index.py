"""Full-text search over titles and messages, kept in the transactions that change them.

FTS5 finds candidates in the order of their writing, newest first; whether they are hits, and where,
is then read off their texts, so that the index may know more than there is, but never less. It
stores no text and can be made anew at any time: after a migration, a change of the rules or damage.
"""

from __future__ import annotations

import logging
import sqlite3
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Literal

from desktop_llm.core.conversation import Conversation
from desktop_llm.storage.database import Database, Value
from desktop_llm.storage.errors import StorageUnreadable
from desktop_llm.storage.rows import CONVERSATION_COLUMNS, conversation_of
from desktop_llm.storage.search_text import (
    SHORTEST_INSIDE,
    Query,
    any_of,
    fold,
    head,
    index_entry,
    phrases,
    tokens,
)

log = logging.getLogger(__name__)

Source = Literal["message", "conversation"]

DAMAGE = (StorageUnreadable, sqlite3.DatabaseError)
"""What FTS5 raises when its tables do not agree; it has no code of its own for some of it."""

ATTACHMENT_CHARACTERS = 100_000
"""How much of an attachment is searched, from its beginning."""
_RULES = f"1 {unicodedata.unidata_version}"
"""Which rules the index was made by: ours, and Python's about letters."""
_STEP = 2000
"""Messages that are indexed in one transaction when the index is made."""
_BATCH = 250
"""Candidates that are looked at together."""
_MOST_WORDS = 500
"""With more different words in a condition it costs more than it saves."""
_MOST_TOKENS = 12
"""Of a piece, and pieces of a query, in a condition: enough to leave few candidates."""

_TEXT = (
    "content || coalesce((SELECT group_concat(char(10) || name || char(10)"
    f" || substr(attachment.text, 1, {ATTACHMENT_CHARACTERS}), '') FROM message_attachment"
    " JOIN attachment ON attachment.id = attachment_id WHERE message_seq = message.seq), '')"
)
_ENTRIES: dict[Source, str] = {
    "message": f"SELECT seq, {_TEXT} FROM message",
    "conversation": "SELECT -seq, title FROM conversation",
}
"""Every searched text with its number in the index: positive for messages, negative for titles."""
_DONE: dict[Source, str] = {
    "message": "seq <= (SELECT coalesce(done, 9223372036854775807) FROM search_state)",
    "conversation": "TRUE",
}
"""What is in the index: FTS5 keeps count, and must not be told to forget what it does not know."""
_EMPTY = (
    "DELETE FROM search_index_idx",
    "DELETE FROM search_index_data",
    "REPLACE INTO search_index_data VALUES (1, x''), (10, x'00000000000000')",
    "REPLACE INTO search_index_config VALUES ('version', 4)",
)
"""Makes the tables of FTS5 those of an empty index; it would refuse even to drop a damaged one."""
_NOT_IN_TRASH = "NOT EXISTS (SELECT 1 FROM trash WHERE kind = 'conversation' AND trash.id = {id})"
_TITLE_CANDIDATES = {
    True: "search_index CROSS JOIN conversation ON conversation.seq = -search_index.rowid"
    " WHERE search_index MATCH ?1 AND search_index.rowid < 0",
    False: "conversation WHERE ?1 = ''",
}
_MESSAGE_CANDIDATES = {
    True: "search_index CROSS JOIN message ON message.seq = search_index.rowid"
    " WHERE search_index MATCH ?1 AND search_index.rowid < ?2 AND search_index.rowid > 0",
    False: "message WHERE ?1 = '' AND seq < ?2",
}
"""By whether there is a condition for FTS5. The order of the joins is not left to SQLite."""
_HIDDEN = (
    "WITH RECURSIVE hidden(id) AS"
    " (SELECT id FROM message WHERE conversation_id = ? AND deleted_at IS NOT NULL UNION"
    " SELECT message.id FROM message JOIN hidden ON parent_id = hidden.id) SELECT id FROM hidden"
)


@dataclass(frozen=True)
class SearchHit:
    """A title or a message that has what was searched."""

    conversation: Conversation
    message_id: str | None
    """None: the title."""
    snippet: str
    """One line of plain text."""
    spans: tuple[tuple[int, int], ...]
    """From where to where in the snippet what was searched stands, in characters."""


class SearchIndex:
    """What every title and message can be found by; deleted things stay in it, but do not hit.

    Whoever changes a text calls `leave` before and `enter` after, in one transaction.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def search(self, text: str, limit: int = 200) -> list[SearchHit]:
        """Titles and messages that have every word of `text`, the newest first."""
        query = Query(text)
        if not query.pieces:
            return []
        try:
            self.complete()
            return self._search(query, limit)
        except DAMAGE:
            log.warning("the search index is damaged", exc_info=True)
            self.begin_anew()
            self.complete()
            return self._search(query, limit)

    def enter(self, source: Source, condition: str, *values: Value) -> None:
        """Index the texts of the rows of `source` that meet the SQL condition."""
        try:
            self._enter(source, f"{condition} AND {_DONE[source]}", *values)
        except DAMAGE:
            log.warning("the search index is damaged", exc_info=True)
            self.begin_anew()

    def leave(self, source: Source, condition: str, *values: Value) -> None:
        """Take out the texts of rows that are about to change or to vanish."""
        found = self._tokens(source, f"{condition} AND {_DONE[source]}", *values)
        try:
            self._database.write_many(
                "INSERT INTO search_index (search_index, rowid, tokens) VALUES ('delete', ?, ?)",
                [(number, index_entry(row)) for number, row in found],
            )
        except DAMAGE:
            log.warning("the search index is damaged", exc_info=True)
            self.begin_anew()

    def complete(self) -> None:
        """Index what is not yet: everything after a migration, nothing as a rule."""
        while self.complete_step():
            pass

    def complete_step(self) -> bool:
        """Index some of what is not yet, which is kept if the app ends then; whether it was any."""
        rules, done = self._database.query("SELECT rules, done FROM search_state")[0]
        if rules != _RULES:
            self.begin_anew()
            return True
        if done is None:
            return False
        step = f"seq > ?1 ORDER BY seq LIMIT {_STEP}"
        with self._database.transaction():
            self._enter("message", step, done)
            last = f"SELECT max(seq) FROM (SELECT seq FROM message WHERE {step})"
            self._database.write(f"UPDATE search_state SET done = ({last})", done)
        return True

    def begin_anew(self) -> None:
        """Empty the index, whatever state it is in, but for the titles; `complete` fills it."""
        log.info("the search index is made anew")
        made = self._database.query("SELECT sql FROM sqlite_schema WHERE name = 'search_index'")
        with self._database.transaction():
            for statement in (*_EMPTY, "DROP TABLE search_index", made[0]["sql"]):
                self._database.write(statement)
            self._database.write("DELETE FROM search_word")
            self._database.write("UPDATE search_state SET rules = ?, done = 0", _RULES)
            self._enter("conversation", "TRUE")

    def _enter(self, source: Source, condition: str, *values: Value) -> None:
        found = self._tokens(source, condition, *values)
        self._database.write_many(
            "INSERT INTO search_index (rowid, tokens) VALUES (?, ?)",
            [(number, index_entry(row)) for number, row in found],
        )
        known = sorted(set().union(*(row for _, row in found)))
        self._database.write_many(
            "INSERT OR IGNORE INTO search_word VALUES (?)",
            [(token,) for token in known if len(token) >= SHORTEST_INSIDE],
        )

    def _tokens(
        self, source: Source, condition: str, *values: Value
    ) -> list[tuple[int, list[str]]]:
        """The numbers in the index and the tokens of texts that have any."""
        rows = self._database.query(f"{_ENTRIES[source]} WHERE {condition}", *values)
        return [(number, row) for number, text in rows if (row := tokens(fold(text)))]

    def _condition(self, query: Query) -> str | None:
        """What FTS5 must find in a text with a hit; "" if it cannot help, None if no text can."""
        parts = []
        for piece in query.pieces[:_MOST_TOKENS]:
            row, start = tokens(piece), head(piece)
            if len(start) >= SHORTEST_INSIDE:
                words = self._words(start, ending=len(row) > 1)
                if not words:
                    return None
                if len(words) <= _MOST_WORDS:
                    parts.append(any_of(words))
                row = row[1:]
            if row:
                parts += phrases(row[:_MOST_TOKENS])
        return " AND ".join(parts)

    def _words(self, part: str, ending: bool) -> list[str]:
        """Words with `part` in them, or at their end; one more than `_MOST_WORDS` at most."""
        condition = "substr(text, -length(?1)) = ?1" if ending else "instr(text, ?1)"
        rows = self._database.query(
            f"SELECT text FROM search_word WHERE {condition} LIMIT {_MOST_WORDS + 1}", part
        )
        return [row[0] for row in rows]

    def _search(self, query: Query, limit: int) -> list[SearchHit]:
        condition = self._condition(query)
        if condition is None:
            return []
        found = [
            *islice(self._titles(query, condition), limit),
            *islice(self._messages(query, condition), limit),
        ]
        found.sort(key=lambda row: row["time"], reverse=True)
        conversation = cache(self._conversation)
        return [
            SearchHit(
                conversation(row["conversation"]), row["message"], *query.snippet(row["text"])
            )
            for row in found[:limit]
        ]

    def _titles(self, query: Query, condition: str) -> Iterator[sqlite3.Row]:
        rows = self._database.query(
            f"SELECT id AS conversation, NULL AS message, title AS text, updated_at AS time"
            f" FROM {_TITLE_CANDIDATES[bool(condition)]}"
            f" AND {_NOT_IN_TRASH.format(id='conversation.id')} ORDER BY updated_at DESC",
            condition,
        )
        return (row for row in rows if query.hits(row["text"]))

    def _messages(self, query: Query, condition: str) -> Iterator[sqlite3.Row]:
        hidden, below, size = cache(self._hidden), 2**63 - 1, _BATCH
        number = "search_index.rowid" if condition else "seq"
        while True:
            rows = self._database.query(
                f"SELECT seq, conversation_id AS conversation, id AS message, {_TEXT} AS text,"
                f" created_at AS time FROM {_MESSAGE_CANDIDATES[bool(condition)]}"
                f" AND {_NOT_IN_TRASH.format(id='conversation_id')}"
                f" AND deleted_at IS NULL ORDER BY {number} DESC LIMIT ?3",
                condition,
                below,
                size,
            )
            for row in rows:
                if query.hits(row["text"]) and row["message"] not in hidden(row["conversation"]):
                    yield row
            if len(rows) < size:
                return
            below, size = rows[-1]["seq"], 2 * size

    def _hidden(self, conversation_id: str) -> frozenset[str]:
        """Messages that are deleted or follow a deleted one."""
        return frozenset(row[0] for row in self._database.query(_HIDDEN, conversation_id))

    def _conversation(self, conversation_id: str) -> Conversation:
        sql = f"SELECT {', '.join(CONVERSATION_COLUMNS)} FROM conversation WHERE id = ?"
        return conversation_of(self._database.query(sql, conversation_id)[0])
