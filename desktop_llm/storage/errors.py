"""What can go wrong with the file of conversations, told in three sentences each."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP

MEGABYTE = 1_000_000
WORKING_SPACE = 20 * MEGABYTE
"""Free space, in bytes, that lets a person go on chatting; what `DiskFull` asks for."""


def megabytes(count: int) -> str:
    """`count` bytes as people read them: "20.0 MB"."""
    return f"{count / MEGABYTE:.1f} MB"


class StorageUnwritable(ExpectedError):
    """The folder or the file cannot be created, opened or written."""

    happened = QT_TRANSLATE_NOOP("core", "Conversations cannot be saved: {path} cannot be written.")
    safe = QT_TRANSLATE_NOOP(
        "core", "What was saved before is unchanged, and what you write stays in the window."
    )
    todo = QT_TRANSLATE_NOOP(
        "core", "Make the folder writable or connect its disk again, then try again."
    )

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class DiskFull(ExpectedError):
    """No space is left. `needed` and `free` are words already ("20.0 MB")."""

    happened = QT_TRANSLATE_NOOP(
        "core", "Conversations cannot be saved: the disk of {path} is full ({free} free)."
    )
    safe = QT_TRANSLATE_NOOP(
        "core", "What was saved before is unchanged, and what you write stays in the window."
    )
    todo = QT_TRANSLATE_NOOP("core", "Free at least {needed} on this disk, then try again.")

    def __init__(self, path: str | Path, needed: str, free: str) -> None:
        super().__init__(path=str(path), needed=needed, free=free)


class StorageDamaged(ExpectedError):
    """The file was damaged at the start, was set aside, and a new one was begun."""

    happened = QT_TRANSLATE_NOOP("core", "The file with your conversations is damaged.")
    safe = QT_TRANSLATE_NOOP("core", "It was kept, unchanged, as {moved_to}. A new one was begun.")
    todo = QT_TRANSLATE_NOOP(
        "core", "What could be read of it is in the new one. See also the backups in the menu File."
    )

    def __init__(self, moved_to: str | Path) -> None:
        super().__init__(moved_to=str(moved_to))
        self.moved_to = Path(moved_to)


class StorageUnreadable(ExpectedError):
    """Damage, or a fault of the disk, was met while the app runs."""

    happened = QT_TRANSLATE_NOOP("core", "A part of {path} cannot be read.")
    safe = QT_TRANSLATE_NOOP("core", "The file is left as it is. Other conversations may be whole.")
    todo = QT_TRANSLATE_NOOP(
        "core", "Copy what you need, then restart the app: it checks the file when it starts."
    )

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class SchemaTooNew(ExpectedError):
    """A newer version of the app wrote the file; nothing in it was touched."""

    happened = QT_TRANSLATE_NOOP(
        "core",
        "Your conversations were saved by a newer version of this app "
        "(format {found}, this version knows {known}).",
    )
    safe = QT_TRANSLATE_NOOP("core", "They were not touched.")
    todo = QT_TRANSLATE_NOOP("core", "Install the newer version again to see them.")

    def __init__(self, found: int, known: int) -> None:
        super().__init__(found=found, known=known)


class StorageBusy(ExpectedError):
    """Another process holds the file."""

    happened = QT_TRANSLATE_NOOP("core", "Another program has {path} open.")
    safe = QT_TRANSLATE_NOOP(
        "core", "What was saved before is unchanged, and what you write stays in the window."
    )
    todo = QT_TRANSLATE_NOOP("core", "Close that program, then try again.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class EarlierSaveFailed(ExpectedError):
    """A message belongs to something that is not in the file, since saving that had failed."""

    happened = QT_TRANSLATE_NOOP(
        "core", "This message cannot be saved, because saving what comes before it failed."
    )
    safe = QT_TRANSLATE_NOOP("core", "It stays in the window until you close the app.")
    todo = QT_TRANSLATE_NOOP("core", "Copy it, then send the question again.")


class BackupDamaged(ExpectedError):
    """A copy of the database is not whole, or none of ours."""

    happened = QT_TRANSLATE_NOOP("core", "The backup {path} is damaged.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations are as they were.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another backup.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_UNWRITABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
_UNREADABLE_IO = frozenset(
    {
        sqlite3.SQLITE_IOERR_READ,
        sqlite3.SQLITE_IOERR_SHORT_READ,
        sqlite3.SQLITE_IOERR_CORRUPTFS,
        sqlite3.SQLITE_IOERR_DATA,
    }
)
NO_SHARED_MEMORY = frozenset(
    {
        sqlite3.SQLITE_IOERR_SHMOPEN,
        sqlite3.SQLITE_IOERR_SHMSIZE,
        sqlite3.SQLITE_IOERR_SHMLOCK,
        sqlite3.SQLITE_IOERR_SHMMAP,
    }
)
OF_THE_MACHINE = _BUSY | _UNWRITABLE | {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}
"""Primary codes that say nothing about the file itself."""


def result_code(error: sqlite3.Error) -> int:
    """SQLite's extended result code; 0 if Python raised the error by itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code


def primary_code(error: sqlite3.Error) -> int:
    """The kind of error, without its details; 0 if Python raised it by itself."""
    return result_code(error) & 0xFF


@contextmanager
def typed_errors(path: Path, needed: int = WORKING_SPACE) -> Iterator[None]:
    """Turn what the disk and SQLite can do to us into `ExpectedError`; bugs pass unchanged."""
    try:
        yield
    except sqlite3.Error as error:
        told = _of_sqlite(error, path, needed)
        if told is None:
            raise
        raise told from error
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise disk_full(path, needed) if full else StorageUnwritable(path) from error


def _of_sqlite(error: sqlite3.Error, path: Path, needed: int) -> ExpectedError | None:
    primary = primary_code(error)
    if primary == sqlite3.SQLITE_FULL:
        return disk_full(path, needed)
    if primary == sqlite3.SQLITE_IOERR:
        return _of_disk(result_code(error), path, needed)
    if primary in _DAMAGED:
        return StorageUnreadable(path)
    if primary in _BUSY:
        return StorageBusy(path)
    if primary in _UNWRITABLE:
        return StorageUnwritable(path)
    if result_code(error) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return EarlierSaveFailed()
    return None


def _of_disk(code: int, path: Path, needed: int) -> ExpectedError:
    """SQLite says "full" for ENOSPC while writing only; a quota or a sync may mean the same."""
    if code in _UNREADABLE_IO:
        return StorageUnreadable(path)
    return disk_full(path, needed) if _free(path) < MEGABYTE else StorageUnwritable(path)


def disk_full(path: Path, needed: int) -> DiskFull:
    """The error with its figures; `needed` in bytes."""
    return DiskFull(path, megabytes(needed), megabytes(_free(path)))


def _free(path: Path) -> int:
    """Free bytes on the disk of `path`, or so much that it is not the reason."""
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return MEGABYTE
