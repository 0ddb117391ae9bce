"""Exports and imports go through the storage in small steps, and lose nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Folder, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.errors import ExportFailed
from desktop_llm.documents.exchange.archive import Archived, ImportReport, chained
from desktop_llm.documents.exchange.reading import read_conversations
from desktop_llm.documents.exchange.writing import Form
from desktop_llm.services.exchange import BATCH, ExchangeService
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore
from tests.unit.storage.filled import fill, opened
from tests.values import FakeError, a_conversation, a_message

PATIENCE_MS = 30_000


class HereReader:
    """Reads in this process; `gate` holds it up after the first conversation."""

    gate: threading.Event | None = None

    def conversations(
        self,
        path: Path,
        on_read: Callable[[Archived], None],
        stop: threading.Event | None = None,
    ) -> ImportReport | None:
        def take(archived: Archived) -> None:
            on_read(archived)
            if self.gate:
                self.gate.wait(30)

        report = read_conversations(path, take)
        return None if stop and stop.is_set() else report


class Desk:
    def __init__(self, qtbot: QtBot, path: Path) -> None:
        self.qtbot = qtbot
        self.path = path
        self.storage = StorageService(path)
        self.reader = HereReader()
        self.service = ExchangeService(self.reader, self.storage)
        self.said: list[tuple[Any, ...]] = []
        self.service.exported.connect(lambda *facts: self.said.append(facts))
        self.service.imported.connect(lambda *facts: self.said.append(facts))
        self.service.failed.connect(lambda error: self.said.append((error,)))
        self.storage.start()

    def ended(self) -> tuple[Any, ...]:
        self.qtbot.waitUntil(lambda: not self.service.busy, timeout=PATIENCE_MS)
        return self.said[-1]

    def all(self) -> dict[str, list[str]]:
        self.close()
        with opened(self.path) as database:
            store = ConversationStore(database)
            return {
                conversation.title: [m.content for m in store.load(conversation.id)[1]]
                for conversation in store.list_conversations(limit=-1)
            }

    def close(self) -> None:
        self.service.shut_down()
        self.storage.shut_down()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def desk(qtbot: QtBot, path: Path) -> Iterator[Desk]:
    fill(path, conversations=45, messages=2)
    with opened(path) as database:
        store = ConversationStore(database)
        folder = Folder(new_id(), "Work")
        store.folders.save(folder)
        kept = a_conversation(title="kept", folder_id=folder.id)
        store.save_conversation(kept)
        store.add_message(a_message(content="Hello", conversation_id=kept.id))
    made = Desk(qtbot, path)
    yield made
    made.close()


def test_everything_goes_out_and_comes_back_into_its_folders(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "all.json"
    desk.service.export([], "json", target)
    assert desk.ended() == (target, 46)
    other = Desk(desk.qtbot, tmp_path / "other" / "conversations.sqlite")
    other.service.import_file(target)
    report, ids = other.ended()
    assert (report.kept, len(ids), report.rejected) == (46, 46, ())
    assert other.all() == desk.all()
    with opened(other.path) as database:
        store = ConversationStore(database)
        [folder] = store.folders.list()
        [kept] = [c for c in store.list_conversations(limit=-1) if c.title == "kept"]
    assert (folder.name, kept.folder_id) == ("Work", folder.id)


def test_what_is_in_the_trash_is_not_exported(desk: Desk, tmp_path: Path) -> None:
    def delete(store: ConversationStore) -> None:
        store.trash.put("conversation", store.list_conversations()[0].id)

    desk.storage.call(delete)
    desk.service.export([], "json", tmp_path / "all.json")
    assert desk.ended()[1] == 45


def test_a_folder_that_cannot_be_written_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    desk.service.export([], "json", tmp_path / "file" / "x.json")
    [error] = desk.ended()
    assert isinstance(error, ExportFailed)


def test_good_conversations_are_kept_when_others_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    good = {"conversations": [{"from": "human", "value": "Hi"}]}
    file = tmp_path / "some.json"
    file.write_text(json.dumps([good, {"conversations": [{"from": "?", "value": "x"}]}, good]))
    desk.service.import_file(file)
    report, ids = desk.ended()
    assert (report.kept, len(ids)) == (2, 2)
    assert [each.number for each in report.rejected] == [2]


def test_a_missing_file_is_told_and_the_next_import_works(desk: Desk, tmp_path: Path) -> None:
    desk.service.import_file(tmp_path / "nothing.json")
    [error] = desk.ended()
    assert isinstance(error, ExpectedError)
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"conversations": [{"from": "human", "value": "Hi"}]}))
    desk.service.import_file(file)
    assert desk.ended()[0].kept == 1


def test_a_reply_is_journalled_between_the_steps_of_an_export(desk: Desk, tmp_path: Path) -> None:
    order: list[str] = []

    def note(done: int, total: int) -> None:
        order.append(f"{done} of {total}")
        if not done:
            desk.storage.call(lambda store: order.append("journalled"))

    desk.service.progressed.connect(note)
    desk.service.export([], "json", tmp_path / "all.json")
    desk.ended()
    assert order.index("journalled") < order.index("46 of 46")


def test_what_follows_a_deleted_message_is_not_exported(desk: Desk, tmp_path: Path) -> None:
    talk = a_conversation(title="talk")
    asked = a_message(content="asked", conversation_id=talk.id)
    secret = a_message(content="secret", conversation_id=talk.id, parent_id=asked.id)
    below = a_message(content="below", conversation_id=talk.id, parent_id=secret.id)

    def save(store: ConversationStore) -> None:
        store.save_conversation(talk)
        store.add_messages([asked, secret, below])
        store.trash.put("message", secret.id)

    desk.storage.call(save)
    forms: tuple[Form, ...] = ("json", "markdown")
    for form in forms:
        target = tmp_path / f"one.{form}"
        desk.service.export([talk.id], form, target)
        assert desk.ended() == (target, 1)
        text = target.read_text()
        assert "asked" in text
        assert "secret" not in text
        assert "below" not in text


def test_a_conversation_that_is_gone_by_then_is_left_out(desk: Desk, tmp_path: Path) -> None:
    target = tmp_path / "some.json"
    desk.service.export(["gone"], "json", target)
    assert desk.ended() == (target, 0)


def test_what_came_before_a_failure_is_told_and_can_be_taken_back(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(path: Path, on_read: Callable[[Archived], None], stop: object = None) -> None:
        for _ in range(BATCH):
            on_read(chained(a_conversation(), [a_message()]))
        raise FakeError(detail="x")

    monkeypatch.setattr(desk.reader, "conversations", crash)
    desk.service.import_file(tmp_path / "some.json")
    [error] = desk.ended()
    assert isinstance(error, FakeError)
    report, ids = desk.said[-2]
    assert report.kept == len(ids) == BATCH


def test_an_imported_conversation_without_a_title_is_called_by_its_first_words(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps({"conversations": [{"from": "human", "value": "Why is it so?"}]}))
    desk.service.import_file(file)
    desk.ended()
    assert "Why is it so?" in desk.all()
