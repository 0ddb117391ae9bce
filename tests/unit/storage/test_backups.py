"""Backups: made when something changed, thinned with age, put back whole."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from desktop_llm.storage import schema
from desktop_llm.storage.backups import (
    Backup,
    list_backups,
    newest_good,
    put_back,
    superfluous,
)
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.errors import BackupDamaged
from tests.unit.storage.filled import fill, leave_unclean, opened, titles
from tests.values import a_conversation


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time that copies are named by; the test moves it."""
    now = [datetime(2026, 1, 1, 12)]
    monkeypatch.setattr(schema, "_now", lambda: now[0].strftime("%Y-%m-%dT%H%M%S"))
    return now


def test_a_copy_is_made_only_when_something_has_changed(
    database_path: Path, clock: list[datetime]
) -> None:
    fill(database_path)
    with opened(database_path) as database:
        store = ConversationStore(database)
        backups = store.backups
        assert backups.make() is not None
        assert backups.make() is None
        store.save_conversation(a_conversation(title="later"))
        clock[0] += timedelta(minutes=30)
        assert backups.is_due
        assert backups.make() is not None
    assert len(list_backups(database_path)) == 2


def test_a_changed_file_without_a_copy_is_copied_in_the_next_session(database_path: Path) -> None:
    fill(database_path)
    with opened(database_path) as database:
        assert ConversationStore(database).backups.is_due


def test_the_copy_of_the_end_of_a_session_is_not_made_again_in_the_next(
    database_path: Path,
) -> None:
    fill(database_path)
    with opened(database_path) as database:
        store = ConversationStore(database)
        store.recover()
        store.save_conversation(a_conversation())
        assert store.backups.make() is not None
    with opened(database_path) as database:
        store = ConversationStore(database)
        store.recover()
        assert not store.backups.is_due


def test_what_a_killed_app_has_left_half_done_is_removed(database_path: Path) -> None:
    fill(database_path)
    folder = database_path.parent / "backups"
    (folder / ".salvage-x").mkdir(parents=True)
    (folder / ".salvage-x" / "copy.sqlite").touch()
    (folder / ".conversations-auto-2026-01-02T030405.sqlite").touch()
    with opened(database_path) as database:
        made = ConversationStore(database).backups.make()
    assert list(folder.iterdir()) == [made]


def test_names_that_are_none_of_ours_are_passed_over(database_path: Path) -> None:
    folder = database_path.parent / "backups"
    folder.mkdir(parents=True)
    (folder / "conversations-auto-2026-99-99T999999.sqlite").touch()
    (folder / "conversations-auto-2026-01-02T030405.sqlite").touch()
    assert [backup.made_at.day for backup in list_backups(database_path)] == [2]


def test_four_hundred_days_leave_twelve_days_ten_weeks_and_nine_months() -> None:
    first = datetime(2025, 1, 1, 18)
    kept: list[Backup] = []
    for day in range(400):
        for hour in (0, 2, 4):
            made = first + timedelta(days=day, hours=hour)
            kept.insert(0, Backup(Path(f"{made:%Y%m%d%H}"), made, "auto", 1))
            gone = set(superfluous(kept))
            kept = [backup for backup in kept if backup not in gone]
    last = first + timedelta(days=399)
    ages = sorted({(last.date() - backup.made_at.date()).days for backup in kept})
    assert ages[:12] == list(range(12))
    assert ages[-1] > 210, "the oldest is of the ninth month"
    months = {(b.made_at.year, b.made_at.month) for b in kept}
    assert len(months) >= 9
    assert len(kept) <= 12 + 10 + 9 + 4
    assert sum(backup.made_at.date() == last.date() for backup in kept) <= 4


def test_copies_before_a_migration_stay() -> None:
    old = [
        Backup(Path(str(n)), datetime(2020, 1, 1) - timedelta(days=n), "auto", 1) for n in range(99)
    ]
    before = Backup(Path("schema"), datetime(2000, 1, 1), "schema1", 1)
    assert before not in superfluous([*old, before])


def test_a_copy_from_before_a_restoration_stays_for_thirty_days() -> None:
    noon = datetime(2026, 5, 5, 12)
    before = Backup(Path("before"), noon, "before-restore", 1)

    def later(days: int) -> list[Backup]:
        moments = [noon + timedelta(days=days, minutes=30 * n) for n in range(1, 9)]
        return [Backup(Path(str(moment)), moment, "auto", 1) for moment in reversed(moments)]

    assert before not in superfluous([*later(0), before])
    assert before not in superfluous([*later(29), *later(0), before])
    assert before in superfluous([*later(31), *later(0), before])


def test_what_is_put_back_is_what_was_there_then(
    database_path: Path, clock: list[datetime]
) -> None:
    fill(database_path, conversations=2)
    with opened(database_path) as database:
        ConversationStore(database).save_conversation(a_conversation(title="kept"))
        then = ConversationStore(database).backups.make()
        assert then is not None
        ConversationStore(database).save_conversation(a_conversation(title="too late"))
    put_back(then, database_path)
    assert titles(database_path) == {"Conversation 0", "Conversation 1", "kept"}
    assert database_path.stat().st_mode & 0o077 == 0


def test_a_kill_while_a_backup_is_put_back_leaves_the_old_or_the_new(
    database_path: Path, clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database_path)
    with opened(database_path) as database:
        then = ConversationStore(database).backups.make()
    assert then is not None
    leave_unclean(database_path)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Path, "replace", die)
        put_back(then, database_path)
    assert titles(database_path) == {"Conversation 0", "in the log"}


def test_a_backup_that_is_gone_is_told_and_changes_nothing(database_path: Path) -> None:
    fill(database_path)
    with pytest.raises(BackupDamaged):
        put_back(database_path.with_name("gone.sqlite"), database_path)
    assert titles(database_path) == {"Conversation 0"}


def test_a_damaged_backup_changes_nothing_and_an_older_one_is_offered(
    database_path: Path, clock: list[datetime]
) -> None:
    fill(database_path)
    with opened(database_path) as database:
        backups = ConversationStore(database).backups
        good = backups.make()
        clock[0] += timedelta(days=1)
        ConversationStore(database).save_conversation(a_conversation(title="newer"))
        bad = backups.make()
    assert good and bad
    data = bytearray(bad.read_bytes())
    for place in random.Random(1).sample(range(100, len(data)), 200):
        data[place] ^= 0xFF
    bad.write_bytes(data)
    with pytest.raises(BackupDamaged):
        put_back(bad, database_path)
    assert "newer" in titles(database_path)
    newest = newest_good(database_path)
    assert newest is not None
    assert newest.path == good
