"""The file before it is used: is it whole, is it ours, is it of this version.

`inspect` opens it read-only, so that a damaged or newer file stays as it was, byte for byte.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from desktop_llm.core.files import make_private_folder, sync_folder
from desktop_llm.storage.errors import (
    NO_SHARED_MEMORY,
    OF_THE_MACHINE,
    WORKING_SPACE,
    SchemaTooNew,
    primary_code,
    result_code,
    typed_errors,
)

log = logging.getLogger(__name__)

APPLICATION_ID = 0x444C4C4D
"""Says whose file it is; also in the first migration."""
SMALL = 50_000_000
"""Below this many bytes the indexes are checked too, in about 0.3 s; that takes twice as long."""
BUSY_S = 2.0
"""How long to wait for a process that is just ending to let the file go."""


def shipped_migrations() -> list[str]:
    """The migrations of this version in order; the schema's version is their number."""
    folder = Path(__file__).parent / "migrations"
    return [file.read_text("utf-8") for file in sorted(folder.glob("[0-9]*.sql"))]


def inspect(path: Path, migrations: Sequence[str]) -> bool:
    """Whether the file is whole and ours. Raises `SchemaTooNew` if there are more `migrations`."""
    # Without a log beside it the file is complete in itself, and nothing need be created to read.
    mode = "ro" if _beside(path, "-wal").exists() else "ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(uri, timeout=BUSY_S, uri=True)) as connection:
            version = pragma(connection, "user_version")
            ours = pragma(connection, "application_id") == APPLICATION_ID
            if ours and version > len(migrations):
                raise SchemaTooNew(version, len(migrations))
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            if tables and not (ours and version):
                return False
            for table in _tables(tuple(migrations[:version])):
                connection.execute(table)  # damage in a name is none to SQLite's own check
            thorough = path.stat().st_size < SMALL
            check = "integrity_check(1)" if thorough else "quick_check(1)"
            return bool(pragma(connection, check) == "ok")
    except UnicodeDecodeError:  # SQLite's message quotes the damage
        return False
    except sqlite3.DatabaseError as error:
        if result_code(error) in NO_SHARED_MEMORY:
            # Reading beside a log takes 32 kB on the disk; the app itself can do without.
            log.warning("the database could not be checked: %s", type(error).__name__)
            return True
        # A broken header has many codes, even that of a faulty statement.
        if primary_code(error) in OF_THE_MACHINE:
            raise
        return False


@cache
def _tables(migrations: tuple[str, ...]) -> list[str]:
    """For each table that these make a query that names its columns; without the search index."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.executescript("\n".join(migrations))
        columns = made.execute(
            "SELECT entry.name, group_concat(column.name) FROM sqlite_schema AS entry"
            " JOIN pragma_table_info(entry.name) AS column WHERE entry.type = 'table'"
            " AND entry.name NOT LIKE 'search_index%' GROUP BY entry.name"
        )
        return [f"SELECT {names} FROM {table} LIMIT 0" for table, names in columns]


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Apply the `migrations` that the file lacks, all or none; a file in use is copied before.

    Raises `SchemaTooNew` if there are more than these.
    """
    version = pragma(connection, "user_version")
    if version > len(migrations):
        raise SchemaTooNew(version, len(migrations))
    if version == len(migrations):
        return
    if version:
        back_up(connection, path, f"schema{version}")
    script = "\n".join(migrations[version:])
    try:
        connection.executescript(
            f"BEGIN EXCLUSIVE;\n{script}\nPRAGMA user_version = {len(migrations)};\nCOMMIT;"
        )
    except BaseException:
        roll_back(connection)
        raise


def roll_back(connection: sqlite3.Connection) -> None:
    """End a failed transaction, unless SQLite has done so by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def back_up(connection: sqlite3.Connection, path: Path, label: str) -> Path:
    """Copy the database into `backups` beside it; the copy appears when it is complete."""
    folder = make_private_folder(path.parent / "backups")
    target = _unused(folder / f"{path.stem}-{label}-{_now()}{path.suffix}")
    unfinished = target.with_name(f".{target.name}")
    with typed_errors(path, path.stat().st_size + WORKING_SPACE):
        os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
        try:
            with closing(sqlite3.connect(unfinished)) as copy:
                connection.backup(copy)
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)
    return target


def set_aside(path: Path) -> Path:
    """Rename a damaged file and its log, and return the new name.

    The log goes first: left beside a new file, it would be replayed into it.
    """
    target = _unused(path.with_name(f"{path.name}.corrupt-{_now()}"))
    for ending in ("-wal", "-shm", ""):
        if _beside(path, ending).exists():
            _beside(path, ending).replace(_beside(target, ending))
    sync_folder(path.parent)
    log.error("damaged database set aside as %s", target.name)
    return target


def pragma(connection: sqlite3.Connection, name: str) -> Any:
    """The first value that a PRAGMA returns."""
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H%M%S")


def _unused(path: Path) -> Path:
    """`path`, or with a number behind it if something is there."""
    candidate, number = path, 2
    while candidate.exists():
        candidate, number = path.with_name(f"{path.name}-{number}"), number + 1
    return candidate
