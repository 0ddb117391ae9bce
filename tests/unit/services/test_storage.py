"""StorageThread: calls in order, answers on the GUI thread, trouble told and never swallowed."""

from __future__ import annotations

import errno
import sqlite3
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from desktop_llm.services.storage import DamageReport, StorageService
from desktop_llm.services.tasks import AppFault
from desktop_llm.storage import backups, salvage
from desktop_llm.storage.backups import list_backups
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.errors import (
    BackupDamaged,
    DiskFull,
    SchemaTooNew,
    StorageBusy,
    StorageUnwritable,
)
from desktop_llm.storage.salvage import Salvaged
from tests.unit.storage.filled import fill, opened, titles
from tests.values import FakeError, a_conversation

PATIENCE_MS = 30_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def service(qtbot: QtBot, path: Path) -> Iterator[StorageService]:
    service = StorageService(path)
    yield service
    service.shut_down()


def answer(qtbot: QtBot, service: StorageService, function: Any) -> Any:
    """What `function` returned, or the ExpectedError that `on_failed` got."""
    answers: list[Any] = []
    service.call(function, answers.append, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE_MS)
    assert len(answers) == 1
    return answers[0]


def test_calls_run_in_order_on_the_thread_and_answers_come_on_the_gui_thread(
    qtbot: QtBot, service: StorageService
) -> None:
    ran: list[tuple[int, str]] = []
    done: list[tuple[int, bool]] = []
    gui = QThread.currentThread()
    for number in range(20):

        def note(store: ConversationStore, number: int = number) -> int:
            ran.append((number, QThread.currentThread().objectName()))
            return number

        service.call(note, lambda n: done.append((n, QThread.currentThread() is gui)))
    service.start()
    qtbot.waitUntil(lambda: len(done) == 20, timeout=PATIENCE_MS)
    assert ran == [(n, "StorageThread") for n in range(20)]
    assert done == [(n, True) for n in range(20)]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the thread's name as Linux keeps it")
def test_the_thread_can_be_told_by_its_name_in_the_system(
    qtbot: QtBot, service: StorageService
) -> None:
    service.start()

    def name(store: ConversationStore) -> str:
        return Path(f"/proc/self/task/{threading.get_native_id()}/comm").read_text().strip()

    assert answer(qtbot, service, name) == "StorageThread"


def test_what_was_called_before_the_end_is_on_the_disk(qtbot: QtBot, path: Path) -> None:
    service = StorageService(path)
    service.start()
    conversations = [a_conversation() for _ in range(30)]
    for conversation in conversations:
        service.call(partial(ConversationStore.save_conversation, conversation=conversation))
    service.shut_down()
    service.shut_down()
    service.call(lambda store: pytest.fail("ran after the end"))
    assert not path.with_name(path.name + "-wal").exists(), "the database was closed"
    again = StorageService(path)
    again.start()
    found = answer(qtbot, again, lambda store: store.list_conversations())
    again.shut_down()
    assert {c.id for c in found} == {c.id for c in conversations}


def test_a_service_that_never_started_can_be_shut_down(qtbot: QtBot, path: Path) -> None:
    StorageService(path).shut_down()
    assert not path.exists()


def test_an_expected_error_goes_to_the_caller_or_to_the_signal(
    qtbot: QtBot, service: StorageService
) -> None:
    def fail(store: ConversationStore) -> None:
        raise FakeError(detail="x")

    service.start()
    assert isinstance(answer(qtbot, service, fail), FakeError)
    with qtbot.waitSignal(service.failed, timeout=PATIENCE_MS) as told:
        service.call(fail)
    assert isinstance(told.args[0], FakeError)


def test_a_bug_reaches_the_excepthook_of_the_gui_thread_with_its_traceback(
    qtbot: QtBot, service: StorageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    caught: list[tuple[BaseException, TracebackType | None, QThread]] = []

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        caught.append((error, trace, QThread.currentThread()))

    def broken_function(store: ConversationStore) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sys, "excepthook", hook)
    service.start()
    assert isinstance(answer(qtbot, service, broken_function), AppFault)
    (error, trace, thread) = caught[0]
    assert isinstance(error, ZeroDivisionError)
    assert thread is QThread.currentThread()
    names = []
    while trace:
        names.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert names[-1] == "broken_function"
    assert answer(qtbot, service, lambda store: 1) == 1, "the thread goes on"


def test_every_call_fails_while_the_database_cannot_be_opened_until_a_retry(
    qtbot: QtBot, path: Path
) -> None:
    path.parent.write_text("a file where the folder should be")
    service = StorageService(path)
    service.start()
    for _ in range(2):
        assert isinstance(answer(qtbot, service, lambda store: 1), StorageUnwritable)
    path.parent.unlink()
    assert isinstance(answer(qtbot, service, lambda store: 1), StorageUnwritable)
    service.retry_open()
    assert answer(qtbot, service, lambda store: 1) == 1
    service.retry_open()
    assert answer(qtbot, service, lambda store: 2) == 2
    service.shut_down()


def test_a_damaged_file_is_told_once_and_the_calls_work(
    qtbot: QtBot, service: StorageService, path: Path
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"nonsense" * 1000)
    told: list[DamageReport] = []
    service.damaged.connect(told.append)
    service.start()
    assert answer(qtbot, service, lambda store: store.list_conversations()) == []
    [report] = told
    assert report.error.moved_to.read_bytes() == b"nonsense" * 1000
    assert report.found == Salvaged()
    assert report.backup is None


def test_what_is_readable_in_a_damaged_file_is_there_at_once_and_the_backup_is_offered(
    qtbot: QtBot, path: Path
) -> None:
    fill(path, conversations=5, messages=20)
    with opened(path) as database:
        copy = ConversationStore(database).backups.make()
    data = bytearray(path.read_bytes())
    del data[-len(data) // 4 :]
    path.write_bytes(data)
    service = StorageService(path)
    told: list[DamageReport] = []
    service.damaged.connect(told.append)
    service.start()
    found = answer(qtbot, service, lambda store: store.list_conversations())
    [report] = told
    assert len(found) == report.found.conversations > 0
    assert report.backup is not None
    assert report.backup.path == copy
    rest = answer(qtbot, service, lambda store: store.backups.take_over(report.backup.path))
    assert report.found.messages + rest.messages == 100
    service.shut_down()


def test_a_backup_takes_the_place_of_the_database_while_the_app_runs(
    qtbot: QtBot, path: Path
) -> None:
    fill(path)
    service = StorageService(path)
    service.start()
    copy = answer(qtbot, service, lambda store: store.backups.make())
    later = a_conversation(title="later")
    answer(qtbot, service, lambda store: store.save_conversation(later))
    ended: list[object] = []
    service.restore(copy, ended.append, ended.append)
    names = [c.title for c in answer(qtbot, service, lambda store: store.list_conversations())]
    assert names == ["Conversation 0"]
    assert ended == [None]
    kept = [backup.label for backup in list_backups(path)]
    assert kept.count("before-restore") == 1
    service.shut_down()


def test_a_backup_that_cannot_be_used_leaves_everything_in_its_place(
    qtbot: QtBot, path: Path, tmp_path: Path
) -> None:
    fill(path)
    service = StorageService(path)
    service.start()
    bad = tmp_path / "bad.sqlite"
    bad.write_bytes(b"SQLite format 3\0" + bytes(4000))
    ended: list[object] = []
    service.restore(bad, ended.append, ended.append)
    found = answer(qtbot, service, lambda store: store.list_conversations())
    assert [conversation.title for conversation in found] == ["Conversation 0"]
    assert [type(error) for error in ended] == [BackupDamaged]
    service.shut_down()


def test_a_file_of_a_newer_version_is_kept_when_a_backup_takes_its_place(
    qtbot: QtBot, path: Path
) -> None:
    fill(path)
    with opened(path) as database:
        copy = ConversationStore(database).backups.make()
    assert copy is not None
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE conversation SET title = 'of tomorrow'")
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    service = StorageService(path)
    service.start()
    assert isinstance(answer(qtbot, service, lambda store: 1), SchemaTooNew)
    ended: list[object] = []
    service.restore(copy, ended.append, ended.append)
    names = [c.title for c in answer(qtbot, service, lambda store: store.list_conversations())]
    assert (names, ended) == (["Conversation 0"], [None])
    service.shut_down()
    [kept] = [b.path for b in list_backups(path) if b.label == "before-restore"]
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT title FROM conversation").fetchone() == ("of tomorrow",)


def test_a_file_that_another_program_holds_is_not_replaced(
    qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "BUSY_S", 0.05)
    fill(path)
    with opened(path) as database:
        copy = ConversationStore(database).backups.make()
    assert copy is not None
    with opened(path) as database:
        ConversationStore(database).save_conversation(a_conversation(title="other"))
        service = StorageService(path)
        service.start()
        ended: list[object] = []
        service.restore(copy, ended.append, ended.append)
        qtbot.waitUntil(lambda: bool(ended), timeout=PATIENCE_MS)
        assert [type(error) for error in ended] == [StorageBusy]
        service.shut_down()
    assert "other" in titles(path)


def test_whatever_ends_the_salvage_the_app_starts_and_it_is_told(
    qtbot: QtBot, service: StorageService, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"nonsense" * 1000)

    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space")

    monkeypatch.setattr(salvage, "_copy", fail)
    told: list[DamageReport] = []
    service.damaged.connect(told.append)
    service.start()
    assert answer(qtbot, service, lambda store: store.list_conversations()) == []
    assert [type(report.problem) for report in told] == [DiskFull]


def test_the_database_is_not_opened_before_the_start(
    qtbot: QtBot, service: StorageService, path: Path
) -> None:
    service.call(lambda store: None)
    assert not path.exists()
    service.start()
    qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
    assert sys.platform == "win32" or stat.S_IMODE(path.stat().st_mode) == 0o600
