"""The file: private, durable, migrated whole or not at all, and never lost silently."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError, UnknownError, from_wire, to_wire
from desktop_llm.storage import errors
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from desktop_llm.storage.rows import GENERATION_COLUMNS
from desktop_llm.storage.schema import pragma, shipped_migrations
from tests.unit.storage.filled import REPOSITORY, contents, fill, leave_unclean, opened, titles
from tests.values import a_conversation, a_message, a_record

SECOND_MIGRATION = """
CREATE TABLE tag (id TEXT PRIMARY KEY, name TEXT NOT NULL);
ALTER TABLE conversation ADD COLUMN colour INTEGER NOT NULL DEFAULT 0;
"""


def test_the_file_is_made_with_the_settings_that_keep_it_whole(database_path: Path) -> None:
    with opened(database_path) as database:
        connection = database._connection
        found = {
            name: pragma(connection, name)
            for name in (
                "journal_mode",
                "synchronous",
                "foreign_keys",
                "mmap_size",
                "locking_mode",
                "fullfsync",
                "user_version",
            )
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "mmap_size": 0,
        "locking_mode": "exclusive",
        "fullfsync": 1,
        "user_version": len(shipped_migrations()),
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a person's folders private itself")
def test_nobody_else_can_read_the_files_whatever_the_umask(database_path: Path) -> None:
    before = os.umask(0)
    try:
        with opened(database_path) as database:
            ConversationStore(database).save_conversation(a_conversation())
            files = [database_path.parent, *database_path.parent.iterdir()]
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}
    finally:
        os.umask(before)
    assert modes == {
        database_path.parent.name: 0o700,
        database_path.name: 0o600,
        database_path.name + "-wal": 0o600,
    }


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps a person's folders private itself")
def test_a_file_that_others_could_read_is_made_private(database_path: Path) -> None:
    fill(database_path)
    leave_unclean(database_path)
    for file in database_path.parent.iterdir():
        file.chmod(0o644)
    with opened(database_path):
        modes = {stat.S_IMODE(f.stat().st_mode) for f in database_path.parent.iterdir()}
    assert modes == {0o600}


def test_every_record_field_has_its_column(database_path: Path) -> None:
    with opened(database_path) as database:
        columns = [row["name"] for row in database.query("PRAGMA table_info(generation)")]
    assert sorted(columns) == sorted(("message_seq", *GENERATION_COLUMNS))


def test_an_older_file_is_migrated_after_a_copy_of_it_was_made(database_path: Path) -> None:
    fill(database_path, conversations=2)
    steps = [*shipped_migrations(), SECOND_MIGRATION]
    with opened(database_path, steps) as database:
        assert pragma(database._connection, "user_version") == len(steps)
        assert [row[0] for row in database.query("SELECT colour FROM conversation")] == [0, 0]
    backup = next((database_path.parent / "backups").iterdir())
    assert titles(backup) == {"Conversation 0", "Conversation 1"}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600 or os.name == "nt"
    with opened(database_path, steps):
        pass
    assert list((database_path.parent / "backups").iterdir()) == [backup], "nothing to migrate"


def test_a_migration_that_fails_changes_nothing(database_path: Path) -> None:
    fill(database_path)
    broken = SECOND_MIGRATION + "INSERT INTO nowhere VALUES (1);"
    with pytest.raises(sqlite3.OperationalError):
        open_database(database_path, [*shipped_migrations(), broken])
    with opened(database_path) as database:
        tables = [row["name"] for row in database.query("SELECT name FROM sqlite_schema")]
    assert "tag" not in tables
    assert titles(database_path) == {"Conversation 0"}


def test_a_migration_killed_anywhere_leaves_the_old_version_or_the_new(
    database_path: Path,
) -> None:
    fill(database_path, conversations=3)
    rows = "".join(f"INSERT INTO tag VALUES ('{n}', 'name {n}');\n" for n in range(200))
    steps = [*shipped_migrations(), SECOND_MIGRATION + rows]
    original = database_path.read_bytes()
    found = set()
    for moment in (1, 30, 100, 300, 1000, 2000, 3000, 10**6):
        database_path.write_bytes(original)
        _kill_while_migrating(database_path, steps, moment)
        with closing(sqlite3.connect(database_path)) as connection:
            version = pragma(connection, "user_version")
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema")}
            assert pragma(connection, "integrity_check") == "ok"
            assert ("tag" in tables) == (version == len(steps))
        found.add(version)
        with opened(database_path, steps) as database:
            assert database.notice is None
            assert len(database.query("SELECT * FROM tag")) == 200
            assert len(ConversationStore(database).list_conversations()) == 3
    assert found == {len(steps) - 1, len(steps)}, "both outcomes were seen"


def _kill_while_migrating(path: Path, steps: list[str], moment: int) -> None:
    """Run the migration in a child that kills itself after `moment` of SQLite's own steps."""
    child = f"""
import os, sqlite3
from pathlib import Path
from desktop_llm.storage.database import open_database

connect = sqlite3.connect

def watched(*arguments, **options):
    connection = connect(*arguments, **options)
    def begun(statement):
        if statement.startswith("BEGIN EXCLUSIVE"):
            connection.set_progress_handler(lambda: os.kill(os.getpid(), 9), {moment})
    connection.set_trace_callback(begun)
    return connection

sqlite3.connect = watched
open_database(Path({str(path)!r}), {steps!r})
"""
    subprocess.run([sys.executable, "-c", child], cwd=REPOSITORY, check=False)


@pytest.mark.parametrize("unclean", [False, True])
def test_a_newer_file_is_refused_and_stays_as_it_was(database_path: Path, unclean: bool) -> None:
    fill(database_path)
    with closing(sqlite3.connect(database_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    if unclean:
        fill_log_of_newer(database_path)
    before = contents(database_path.parent)
    with pytest.raises(errors.SchemaTooNew) as refusal:
        open_database(database_path)
    assert refusal.value.facts == {"found": 99, "known": len(shipped_migrations())}
    assert contents(database_path.parent) == before


def fill_log_of_newer(path: Path) -> None:
    child = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA locking_mode = EXCLUSIVE');"
        "c.execute('CREATE TABLE newer (x)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", child, str(path)], check=True)
    assert path.with_name(path.name + "-wal").stat().st_size > 0


def test_a_file_that_another_process_holds_is_busy(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_llm.storage.schema.BUSY_S", 0.05)
    monkeypatch.setattr("desktop_llm.storage.database.BUSY_S", 0.05)
    fill(database_path)
    child = (
        "import sys; from pathlib import Path; from desktop_llm.storage.database import *\n"
        "database = open_database(Path(sys.argv[1]))\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", child, str(database_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
    )
    try:
        assert holder.stdout
        holder.stdout.readline()
        with pytest.raises(errors.StorageBusy):
            open_database(database_path)
    finally:
        holder.communicate()
    assert titles(database_path) == {"Conversation 0"}


def test_a_full_disk_is_told_with_figures_and_what_was_saved_stays(database_path: Path) -> None:
    fill(database_path)
    with opened(database_path) as database:
        connection, store = database._connection, ConversationStore(database)
        pages = pragma(connection, "page_count")
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        with pytest.raises(errors.DiskFull) as told:
            store.save_conversation(a_conversation(title="x" * 100_000))
        assert told.value.facts["needed"] == "20.0 MB"
        assert str(told.value.facts["free"]).endswith(" MB")
        connection.execute("PRAGMA max_page_count = 100000").fetchall()
        store.save_conversation(a_conversation(title="works again"))
    assert titles(database_path) == {"Conversation 0", "works again"}


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux counts for this process")
def test_a_long_reply_in_a_long_conversation_is_written_about_once(database_path: Path) -> None:
    fill(database_path, messages=1800)  # one million characters
    with opened(database_path) as database:
        store = ConversationStore(database)
        conversation = store.list_conversations()[0]
        part, seconds = " token" * 20, 100  # 2,000 tokens at 20 a second, journalled each second
        before = bytes_written()
        message = a_message(content="", conversation_id=conversation.id, state="streaming")
        store.add_message(message)
        for _ in range(seconds):
            store.append_stream(message.id, part)
        record = a_record(token_ids=tuple(range(2000)))
        store.finish_message(replace(message, content=part * seconds, generation=record))
    for count, written in bytes_written().items():
        assert written - before[count] <= 10 * len(part) * seconds + 2**20, count


def bytes_written() -> dict[str, int]:
    """Bytes handed to the system (wchar), and those that it put on a disk (write_bytes)."""
    lines = Path("/proc/self/io").read_text().splitlines()
    counts = dict(line.split(": ") for line in lines)
    return {name: int(counts[name]) for name in ("wchar", "write_bytes")}


@pytest.mark.parametrize(
    "error",
    [
        errors.StorageUnwritable(Path("/x")),
        errors.DiskFull(Path("/x"), "20.0 MB", "0.0 MB"),
        errors.StorageDamaged(Path("/x")),
        errors.StorageUnreadable(Path("/x")),
        errors.SchemaTooNew(3, 1),
        errors.StorageBusy(Path("/x")),
        errors.EarlierSaveFailed(),
        UnknownError("X"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_fill_their_sentences_and_cross_process_boundaries(error: ExpectedError) -> None:
    assert "{" not in str(error)
    assert len(error.sentences()) == 3
    assert str(from_wire(to_wire(error))) == str(error)
