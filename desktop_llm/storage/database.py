"""The one connection to the database, and how it comes about."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from desktop_llm.core.files import make_private_folder
from desktop_llm.storage.errors import StorageDamaged, primary_code, typed_errors
from desktop_llm.storage.schema import (
    BUSY_S,
    back_up,
    inspect,
    migrate,
    roll_back,
    set_aside,
    shipped_migrations,
)

Value = str | int | float | bytes | None
Row = dict[str, Value]
"""Values by the names of their columns."""

_PRAGMAS = (
    "page_size = 1024",  # a commit writes whole pages; for a new file only
    "locking_mode = EXCLUSIVE",  # before the log is opened: no shared memory, nobody else
    "journal_mode = WAL",
    "synchronous = FULL",
    "fullfsync = ON",  # macOS: a sync reaches the disk and not only its cache
    "checkpoint_fullfsync = ON",
    "cache_size = -8000",
    "mmap_size = 0",
    "temp_store = MEMORY",  # a full folder for temporary files harms nobody
    "cell_size_check = ON",
    "trusted_schema = OFF",
)


class Database:
    """An open file. Only the thread that opened it may use it.

    Everything raises `ExpectedError` for what the disk can do to us (`storage.errors`).
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, notice: StorageDamaged | None = None
    ) -> None:
        self.path = path
        self.notice = notice
        """What the person must be told: the file was damaged and a new one was begun."""
        self._connection = connection

    def query(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """The rows that a SELECT finds."""
        places = [_storable(value) for value in values]
        with typed_errors(self.path):
            try:
                return self._connection.execute(sql, places).fetchall()
            except sqlite3.OperationalError as error:
                if primary_code(error):
                    raise
                # Python's own: a text is not UTF-8. A flipped bit must not hide a conversation.
                self._connection.text_factory = _decode_leniently
                return self._connection.execute(sql, places).fetchall()

    def write(self, sql: str, *values: Value) -> None:
        """Run one statement that changes data; inside `transaction`."""
        with typed_errors(self.path):
            self._connection.execute(sql, [_storable(v) for v in values])

    def write_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each of the rows; inside `transaction`."""
        with typed_errors(self.path):
            self._connection.executemany(sql, ([_storable(v) for v in row] for row in rows))

    def add(self, table: str, row: Row) -> None:
        """Insert `row`, unless there is one with its key; inside `transaction`."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        self.write(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({places})", *row.values())

    def put(self, table: str, key: str, row: Row, kept: Sequence[str] = ()) -> None:
        """Insert `row`, or change the row with the same `key`, whose columns `kept` stay."""
        names, places = ", ".join(row), ", ".join("?" * len(row))
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name not in kept)
        with self.transaction():
            self.write(
                f"INSERT INTO {table} ({names}) VALUES ({places})"
                f" ON CONFLICT ({key}) DO UPDATE SET {changes}",
                *row.values(),
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on the disk when the block has ended; an inner one joins the outer."""
        if self._connection.in_transaction:
            yield
            return
        with typed_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                roll_back(self._connection)
                raise

    @property
    def changes(self) -> int:
        """Rows that were changed since the file was opened."""
        return self._connection.total_changes

    def back_up(self, label: str) -> Path:
        """Copy everything into `backups` beside the file; the copy.

        The log is written back before, so that closing the file later does not make it the newer.
        """
        with typed_errors(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return back_up(self._connection, self.path, label)

    def close(self) -> None:
        """Write the log back into the file and let it go."""
        self._connection.close()


def open_database(path: Path, migrations: Sequence[str] | None = None) -> Database:
    """Open the file, making or migrating it; a damaged one is set aside and told in `notice`.

    Raises `StorageUnwritable`, `DiskFull`, `SchemaTooNew`, `StorageBusy`.
    """
    steps = shipped_migrations() if migrations is None else migrations
    notice = None
    with typed_errors(path):
        make_private_folder(path.parent)
        if path.exists() and not inspect(path, steps):
            notice = StorageDamaged(set_aside(path))
        _make_private(path)
        connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            _configure(connection)
            migrate(connection, path, steps)
            connection.execute("PRAGMA foreign_keys = ON")
        except BaseException:
            connection.close()
            raise
    return Database(path, connection, notice)


def _make_private(path: Path) -> None:
    """The file and, since SQLite copies its mode to them, its logs are for their owner only."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    for file in (path, *path.parent.glob(f"{path.name}-*")):
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)


def _configure(connection: sqlite3.Connection) -> None:
    connection.row_factory = sqlite3.Row
    for setting in _PRAGMAS:
        connection.execute(f"PRAGMA {setting}").fetchall()


def _decode_leniently(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _storable(value: Value) -> Value:
    """Text as UTF-8 can hold it: halves of a split emoji are joined, or become U+FFFD."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
