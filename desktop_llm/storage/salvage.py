"""What can still be read of another database: a damaged one, or a backup, row by row.

Nothing is taken over that is there already, so that it can be done again, and in any order.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_llm.core.files import make_private_folder
from desktop_llm.storage.database import Database
from desktop_llm.storage.errors import (
    WORKING_SPACE,
    BackupDamaged,
    EarlierSaveFailed,
    typed_errors,
)

log = logging.getLogger(__name__)

BEYOND = 20_000
"""Row numbers that are tried after the last readable row of a table whose end is unknown."""
LONGEST = 1_000_000
"""Rows of a table that are looked for at most."""
MOST_PAGES = 20_000_000
"""Pages that a header may promise and be believed; a hole in a file takes no room."""
_PAGE_SIZES = frozenset(1 << power for power in range(9, 16))
_WITHOUT_NUMBER = frozenset({"trash", "draft", "message_attachment"})
"""Tables without row numbers: what lies behind a damage is lost. They are short."""
_UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""SQLite's messages quote the damage, and Python cannot always read them."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Salvaged:
    """What was taken over."""

    conversations: int = 0
    messages: int = 0


def salvage(source: Path, database: Database) -> Salvaged:
    """Add to `database` what `source` has and it has not: all of it or, on a full disk, nothing.

    The source is not touched. Rows that cannot be read, or do not fit, are passed over; messages
    without their conversation get one. Raises BackupDamaged if there is no source, and the errors
    of `storage.errors` for what happens to `database`.
    """
    if not source.is_file():
        raise BackupDamaged(source)
    with (
        typed_errors(database.path, source.stat().st_size + WORKING_SPACE),
        _copy(source, database.path) as copy,
        closing(_open(copy)) as found,
        database.transaction(),
    ):
        if not _has_tables(found):
            return Salvaged()
        taker = _Taker(found, database)
        for table in ("folder", "preset", "conversation"):
            taker.take(table)
        messages = taker.take_messages()
        taker.take_attachments()
        taker.take_trash()
        taker.take_drafts()
        return Salvaged(len(taker.added["conversation"]), messages)


class _Taker:
    """Copies tables from one connection into the database, in one transaction."""

    def __init__(self, source: sqlite3.Connection, database: Database) -> None:
        self._source = source
        self._database = database
        self._known: dict[str, set[str]] = {}
        self._seqs: dict[Any, int] = {}
        """New numbers of messages that were taken over, by their old numbers and by their ids."""
        self._is_new = not database.query("SELECT 1 FROM conversation LIMIT 1")
        self.added: defaultdict[str, set[Any]] = defaultdict(set)
        """The ids of what was added, by kind."""

    def take(self, table: str) -> None:
        """The rows of a table that does not depend on others."""
        for row in _rows(self._source, table):
            self._take(table, row)

    def take_attachments(self) -> None:
        """The attachments of the messages that were taken over."""
        links = [row for row in self._links() if row["message_seq"] is not None]
        wanted = {row.get("attachment_id") for row in links}
        for row in _rows(self._source, "attachment"):
            if row.get("id") in wanted:
                self._insert("attachment", {"given_id": row["id"], **row})
        for row in links:
            self._insert("message_attachment", row)

    def _links(self) -> Iterator[Row]:
        """Which message has which attachment; in the first version these said it themselves."""
        for row in _rows(self._source, "message_attachment"):
            yield row | {"message_seq": self._seqs.get(row.get("message_seq"))}
        for number, row in enumerate(_rows(self._source, "attachment")):
            if "message_id" in row:
                seq = self._seqs.get(row["message_id"])
                yield {"message_seq": seq, "position": number, "attachment_id": row["id"]}

    def take_trash(self) -> None:
        """Of what was added: that it was deleted. What was there already is not deleted by this."""
        for row in _rows(self._source, "trash"):
            row = {"kind": "conversation", "id": row.get("conversation_id"), **row}
            if row["id"] in self.added[str(row["kind"])]:
                self._insert("trash", row)

    def take_drafts(self) -> None:
        """Those of added conversations; for those that were there, what was typed may be sent."""
        for row in _rows(self._source, "draft"):
            key = row.get("conversation_id")
            if key in self.added["conversation"] or (key == "" and self._is_new):
                self._insert("draft", row)

    def take_messages(self) -> int:
        """Messages with their records; a parent that cannot be found is left out."""
        journal = self._journal()
        parents = [
            (row["id"], row.get("parent_id"))
            for row in _rows(self._source, "message")
            if self._insert_message(row, journal)
        ]
        for message_id, parent in parents:
            if self._exists("message", parent):
                self._database.write(
                    "UPDATE message SET parent_id = ? WHERE id = ?", parent, message_id
                )
        for row in _rows(self._source, "generation"):
            seq = self._seqs.get(row.get("message_seq"))
            if seq is not None:
                self._insert("generation", row | {"message_seq": seq})
        return len(parents)

    def _insert_message(self, row: Row, journal: dict[Any, tuple[str, str]]) -> bool:
        conversation = row.get("conversation_id")
        if not isinstance(conversation, str):
            return False
        text, thinking = journal.get(row.get("id"), ("", ""))
        changes = {
            "content": f"{row.get('content') or ''}{text}",
            "thinking": f"{row.get('thinking') or ''}{thinking}",
            "parent_id": None,  # it may come later
            "state": "interrupted" if row.get("state") == "streaming" else row.get("state"),
        }
        if not self._exists("conversation", conversation):
            self._take("conversation", _nameless(conversation, row))
        if not self._insert("message", row | changes):
            return False
        [[seq]] = self._database.query("SELECT seq FROM message WHERE id = ?", row["id"])
        self._seqs[row.get("seq")] = self._seqs[row["id"]] = seq
        return True

    def _journal(self) -> dict[Any, tuple[str, str]]:
        """What a reply had gained when the app ended."""
        found: dict[Any, tuple[str, str]] = {}
        for row in _rows(self._source, "stream_chunk"):
            text, thinking = found.get(row.get("message_id"), ("", ""))
            more = (f"{text}{row.get('text', '')}", f"{thinking}{row.get('thinking', '')}")
            found[row.get("message_id")] = more
        return found

    def _take(self, table: str, row: Row) -> None:
        if self._insert(table, row):
            self.added[table].add(row.get("id"))

    def _insert(self, table: str, row: Row) -> bool:
        """Whether the row was added; not if it is there already or does not fit."""
        own = {name: value for name, value in row.items() if name in self._columns(table)}
        names, places = ", ".join(own), ", ".join("?" * len(own))
        before = self._database.changes
        with suppress(sqlite3.IntegrityError, sqlite3.InterfaceError, EarlierSaveFailed):
            self._database.write(
                f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})", *own.values()
            )
        return self._database.changes > before

    def _columns(self, table: str) -> set[str]:
        if table not in self._known:
            rows = self._database.query(f"PRAGMA table_info({table})")
            self._known[table] = {row["name"] for row in rows} - {"seq"}
        return self._known[table]

    def _exists(self, table: str, thing_id: Any) -> bool:
        return isinstance(thing_id, str) and bool(
            self._database.query(f"SELECT 1 FROM {table} WHERE id = ?", thing_id)
        )


def _nameless(conversation_id: str, message: Row) -> Row:
    """A conversation for messages that have lost theirs."""
    moment = message.get("created_at")
    moment = moment if isinstance(moment, float) else 0.0
    return {
        "id": conversation_id,
        "title": "",
        "system_prompt": "",
        "sampling": "{}",
        "created_at": moment,
        "updated_at": moment,
    }


def _has_tables(source: sqlite3.Connection) -> bool:
    try:
        return bool(source.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    except _UNREADABLE:
        return False


def _rows(source: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Every row that can be read: in order as far as that goes, one by one behind a damage."""
    if table in _WITHOUT_NUMBER:
        with suppress(*_UNREADABLE):
            yield from map(dict, source.execute(f"SELECT * FROM {table}"))
        return
    last = 0
    try:
        for row in source.execute(f"SELECT rowid AS number, * FROM {table} ORDER BY rowid"):
            last = row["number"]
            yield dict(row)
    except _UNREADABLE:
        log.warning("table %s cannot be read behind row %d", table, last)
        yield from _rows_behind(source, table, last)


def _rows_behind(source: sqlite3.Connection, table: str, last: int) -> Iterator[Row]:
    silent = 0
    for number in range(last + 1, last + LONGEST):
        try:
            row = source.execute(f"SELECT * FROM {table} WHERE rowid = ?", [number]).fetchone()
        except _UNREADABLE:
            row = None
        silent = 0 if row else silent + 1
        if row:
            yield dict(row)
        elif silent > BEYOND:
            return


@contextmanager
def _copy(source: Path, target: Path) -> Iterator[Path]:
    """A copy to read, with the log that belongs to it: reading a log writes."""
    folder = make_private_folder(target.parent / "backups")
    with tempfile.TemporaryDirectory(prefix=".salvage-", dir=folder) as place:
        copy = Path(place) / "copy.sqlite"
        shutil.copyfile(source, copy)
        _lengthen(copy)
        journal = source.with_name(source.name + "-wal")
        if journal.exists():
            shutil.copyfile(journal, copy.with_name(copy.name + "-wal"))
        yield copy


def _lengthen(path: Path) -> None:
    """A file that was cut off is refused as a whole: missing pages are replaced by empty ones."""
    with path.open("r+b") as file:
        header = file.read(32)
        size = int.from_bytes(header[16:18], "big")
        pages = int.from_bytes(header[28:32], "big")
        there = file.seek(0, os.SEEK_END)
        if len(header) == 32 and size in _PAGE_SIZES and pages <= MOST_PAGES:
            file.truncate(max(there, pages * size))


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection
