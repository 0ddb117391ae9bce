"""DocumentService over a task process that reads when the test lets it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.text import Text
from desktop_llm.documents.document import Document, Limits
from desktop_llm.documents.errors import DocumentTooLong, FileMissing
from desktop_llm.services import documents
from desktop_llm.services.documents import DocumentService, Reading
from tests.values import FakeError

PATIENCE_MS = 20_000


class ScriptedWorkshop:
    """A file's text is its name; those called `bad` fail. Waits for `release`."""

    def __init__(self):
        self.release = threading.Event()
        self.asked: list[str] = []
        self.deaf = False
        self.killed = threading.Event()

    def read_document(self, path, on_progress, stop):
        self.asked.append(path.name)
        on_progress(0.5)
        while not self.release.wait(0.005):
            if self.killed.is_set():
                raise FakeError(detail="killed")
            if stop.is_set() and not self.deaf:
                return None
        if path.name == "bad":
            raise FileMissing(path)
        note = Text("{rows} rows", {"rows": 3})
        return Document(path.name, "text/plain", 9, "0" * 64, f"text of {path.name}", (note,))

    def kill(self):
        self.killed.set()


class Reader:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.workshop = ScriptedWorkshop()
        self.service = DocumentService(self.workshop)  # type: ignore[arg-type]
        self.heard: list[Reading] = []
        self.busy: list[bool] = []
        self.progress: list[tuple[int, float]] = []
        self.service.finished.connect(self.heard.append)
        self.service.busy_changed.connect(self.busy.append)
        self.service.progress.connect(lambda *each: self.progress.append(each))

    def read(self, *names: str) -> int:
        return self.service.read([Path("/files") / name for name in names])

    def wait(self, count: int = 1) -> Reading:
        self.qtbot.waitUntil(lambda: len(self.heard) >= count, timeout=PATIENCE_MS)
        return self.heard[count - 1]


@pytest.fixture
def reader(qtbot) -> Any:
    made = Reader(qtbot)
    yield made
    made.workshop.release.set()
    made.service.shut_down()


def test_good_files_are_kept_whatever_happens_to_the_others(reader):
    reader.workshop.release.set()
    number = reader.read("one", "bad", "two")
    reading = reader.wait()
    assert reading.id == number
    assert [each.attachment.text for each in reading.attached] == ["text of one", "text of two"]
    assert [str(note) for note in reading.attached[0].notes] == ["3 rows"]
    assert [type(error) for error in reading.errors] == [FileMissing]


def test_it_tells_when_it_is_busy_and_how_far_it_is(reader):
    number = reader.read("one", "two")
    assert reader.service.busy
    reader.qtbot.waitUntil(lambda: reader.progress == [(number, 0.25)], timeout=PATIENCE_MS)
    reader.workshop.release.set()
    reader.wait()
    assert reader.busy == [True, False]
    assert reader.progress == [(number, 0.25), (number, 0.75)]


def test_readings_are_answered_one_after_the_other(reader):
    first, second = reader.read("one"), reader.read("two")
    reader.workshop.release.set()
    reader.wait(2)
    assert [reading.id for reading in reader.heard] == [first, second]


def test_nothing_is_told_of_a_reading_that_is_cancelled(reader):
    cancelled = reader.read("one", "two")
    reader.qtbot.waitUntil(lambda: reader.workshop.asked == ["one"], timeout=PATIENCE_MS)
    reader.service.cancel(cancelled)
    assert not reader.service.busy
    number = reader.read("three")
    reader.workshop.release.set()
    assert reader.wait().id == number
    assert len(reader.heard) == 1
    assert "two" not in reader.workshop.asked


def test_a_reading_that_cannot_be_stopped_is_ended_by_force(reader, monkeypatch):
    reader.service._patience.setInterval(10)
    reader.workshop.deaf = True
    number = reader.read("one")
    reader.qtbot.waitUntil(lambda: reader.workshop.asked == ["one"], timeout=PATIENCE_MS)
    reader.service.cancel(number)
    reader.qtbot.waitUntil(reader.workshop.killed.is_set, timeout=PATIENCE_MS)
    assert reader.heard == []


def test_a_pasted_text_becomes_an_attachment(reader):
    reader.service.take_text("Pasted text", "a\r\nb\x00 \ud83d")
    (attached,) = reader.wait().attached
    assert attached.pasted
    assert attached.attachment.name == "Pasted text"
    assert attached.attachment.text == "a\nb \ufffd"
    assert attached.attachment.size == len("a\nb \ufffd".encode())


def test_a_pasted_text_that_is_far_too_long_is_refused(reader, monkeypatch):
    monkeypatch.setattr(documents, "DEFAULT_LIMITS", Limits(text=10))
    reader.service.take_text("Pasted text", "x" * 11)
    assert [type(error) for error in reader.wait().errors] == [DocumentTooLong]
