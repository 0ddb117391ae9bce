"""Copies of the database: made while it is used, thinned with age, put back in its place.

Kept are the newest of each of the last 12 days, 10 weeks and 9 months that have one, and the last
four, as Anki does it. Copies made before a migration are never removed, and those made before
another was put back not before 30 days, since they are the only way back from that.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from desktop_llm.core.files import sync_folder
from desktop_llm.storage.database import Database
from desktop_llm.storage.errors import (
    OF_THE_MACHINE,
    BackupDamaged,
    StorageUnreadable,
    primary_code,
    typed_errors,
)
from desktop_llm.storage.salvage import Salvaged, salvage
from desktop_llm.storage.schema import (
    BUSY_S,
    back_up,
    inspect,
    set_aside,
    shipped_migrations,
)
from desktop_llm.storage.search_index import SearchIndex

log = logging.getLogger(__name__)

AUTOMATIC, BEFORE_RESTORE = "auto", "before-restore"
LAST, DAYS, WEEKS, MONTHS = 4, 12, 10, 9
UNDO = timedelta(days=30)
_NAME = re.compile(r"-(?P<label>auto|before-restore|schema\d+)-(?P<time>\d{4}-\d\d-\d\dT\d{6})")


@dataclass(frozen=True)
class Backup:
    """A copy of the database on the disk."""

    path: Path
    made_at: datetime
    """Local time, from its name: the file's own time changes when it is copied."""
    label: str
    size: int
    """Bytes."""


class Backups:
    """The copies of one database, and whether another one is due."""

    def __init__(self, database: Database, index: SearchIndex) -> None:
        self._database = database
        self._index = index
        newest = next(iter(list_backups(database.path)), None)
        self._saved = database.changes if newest and _is_newer(newest, database.path) else -1

    @property
    def is_due(self) -> bool:
        """Whether something has changed since the last copy."""
        return self._database.changes != self._saved

    def make(self) -> Path | None:
        """Copy the database if something has changed, and remove copies that are one too many."""
        if not self.is_due:
            return None
        clear_unfinished(self._database.path)
        changes = self._database.changes
        made = self._database.back_up(AUTOMATIC)
        self._saved = changes
        for backup in superfluous(list_backups(self._database.path)):
            backup.path.unlink(missing_ok=True)
        return made

    def before_restoring(self) -> Path:
        """Copy the database as it is now, whatever has changed."""
        return self._database.back_up(BEFORE_RESTORE)

    def take_over(self, source: Path) -> Salvaged:
        """Add what another database has and this one has not: a damaged file, or a copy."""
        with self._database.transaction():
            found = salvage(source, self._database)
            if found != Salvaged():
                self._index.begin_anew()
        return found


def list_backups(database: Path) -> list[Backup]:
    """The copies of the database at that path, the newest first."""
    found = []
    for path in (database.parent / "backups").glob(f"{database.stem}-*{database.suffix}"):
        match = _NAME.search(path.name)
        with suppress(ValueError, FileNotFoundError):  # somebody else's names; thinned meanwhile
            if match:
                made_at = datetime.strptime(match["time"], "%Y-%m-%dT%H%M%S")
                found.append(Backup(path, made_at, match["label"], path.stat().st_size))
    return sorted(found, key=lambda each: (each.made_at, each.path.name), reverse=True)


def clear_unfinished(database: Path) -> None:
    """Remove what a killed app has left of copies that were never complete."""
    folder = database.parent / "backups"
    for path in (*folder.glob(f".{database.stem}-*"), *folder.glob(".salvage-*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def newest_good(database: Path) -> Backup | None:
    """The newest copy that is whole."""
    migrations = shipped_migrations()
    for backup in list_backups(database):
        try:
            with typed_errors(database):
                if inspect(backup.path, migrations):
                    return backup
        except Exception:  # whatever is wrong with it, there may be an older one
            log.warning("backup %s cannot be used", backup.path.name, exc_info=True)
    return None


def superfluous(backups: Iterable[Backup]) -> list[Backup]:
    """Which of `backups`, the newest first, may go."""
    old = [backup for backup in backups if not backup.label.startswith("schema")]
    kept = set(old[:LAST])
    kept |= {
        backup
        for backup in old
        if backup.label == BEFORE_RESTORE and old[0].made_at - backup.made_at < UNDO
    }
    for count, period in ((DAYS, _day), (WEEKS, _week), (MONTHS, _month)):
        kept |= _newest_of_each(old, period, count)
    return [backup for backup in old if backup not in kept]


def keep_unopened(database: Path) -> None:
    """Copy a database that the app cannot use, before another takes its place.

    Where even that cannot be done because of damage, the file is set aside. Raises the errors of
    `storage.errors`, such as StorageBusy if another program has it open.
    """
    if not database.exists():
        return
    with typed_errors(database):
        try:
            with closing(
                sqlite3.connect(database, timeout=BUSY_S, isolation_level=None)
            ) as connection:
                connection.execute("BEGIN")
                connection.execute("SELECT 1 FROM sqlite_schema")  # a copy waits for ever for it
                back_up(connection, database, BEFORE_RESTORE)
        except (sqlite3.DatabaseError, StorageUnreadable) as error:
            if isinstance(error, sqlite3.Error) and primary_code(error) in OF_THE_MACHINE:
                raise
            set_aside(database)


def put_back(backup: Path, database: Path) -> None:
    """Let `backup` take the place of the database, which nobody has open.

    Raises BackupDamaged, or the errors of the disk; the database is untouched then.
    """
    if not backup.is_file():
        raise BackupDamaged(backup)
    with typed_errors(database, backup.stat().st_size):
        if not inspect(backup, shipped_migrations()):
            raise BackupDamaged(backup)
        if database.with_name(f"{database.name}-wal").exists():  # an end without a checkpoint
            with closing(sqlite3.connect(database, timeout=BUSY_S)) as old:
                old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        unfinished = database.with_name(f".{database.name}.restored")
        try:
            shutil.copyfile(backup, unfinished)
            unfinished.chmod(0o600)
            descriptor = os.open(unfinished, os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            for ending in ("-wal", "-shm"):  # of the other file; or it would be replayed into this
                database.with_name(database.name + ending).unlink(missing_ok=True)
            unfinished.replace(database)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_folder(database.parent)


def _newest_of_each(
    backups: Iterable[Backup], period: Callable[[datetime], object], count: int
) -> set[Backup]:
    """The newest of each of the last `count` periods in which there is one."""
    found: dict[object, Backup] = {}
    for backup in backups:
        found.setdefault(period(backup.made_at), backup)
    return set(list(found.values())[:count])


def _day(moment: datetime) -> object:
    return moment.date()


def _week(moment: datetime) -> object:
    return moment.isocalendar()[:2]


def _month(moment: datetime) -> object:
    return moment.year, moment.month


def _is_newer(backup: Backup, database: Path) -> bool:
    files = [database, database.with_name(database.name + "-wal")]
    found = [file.stat() for file in files if file.exists()]  # an empty log was just begun
    changed = max((each.st_mtime for each in found if each.st_size), default=0.0)
    return backup.path.stat().st_mtime >= changed
