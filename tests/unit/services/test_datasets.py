"""DataService over a task process that answers when the test lets it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.services.datasets import DataService
from desktop_llm.training.job import DataFile, DataSpec
from desktop_llm.training.result import Prediction
from tests.values import FakeError, a_source

PATIENCE_MS = 20_000


def spec(name: str) -> DataSpec:
    return DataSpec((DataFile(Path("/data") / name),))


class ScriptedWorkshop:
    """Answers with the name of the file, once `release` is set or the request is given up."""

    def __init__(self):
        self.asked: list[str] = []
        self.release = threading.Event()
        self.deaf = False
        self.killed = threading.Event()
        self.error: Exception | None = None
        self.calls: list[str] = []

    def check(self, spec, task, on_progress, stop):
        name = spec.files[0].path.name
        self.asked.append(name)
        on_progress(0.5)
        self._wait(stop)
        return None if stop.is_set() else f"{name} {task}"

    def tokens(self, spec, task, model, max_length, stop):
        self.asked.append(f"tokens {max_length}")
        self._wait(stop)
        return None if stop.is_set() else f"tokens {max_length}"

    def predict(self, model, texts):
        if self.error:
            raise self.error
        return [Prediction(text, {text: 1.0}) for text in texts]

    def export(self, run, out):
        return out

    def kill(self):
        self.calls.append("kill")
        self.killed.set()

    def shut_down(self):
        self.calls.append("shut_down")
        self.killed.set()

    def _wait(self, stop):
        while not self.release.wait(0.005):
            if self.killed.is_set():
                self.killed.clear()
                raise FakeError(detail="killed")
            if stop.is_set() and not self.deaf:
                return
        if self.error:
            raise self.error


class Data:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.workshop = ScriptedWorkshop()
        self.service = DataService(self.workshop)  # type: ignore[arg-type]
        self.heard: list[tuple[Any, ...]] = []
        for name in ("checked", "tokens_ready", "busy_changed", "progress", "failed"):
            getattr(self.service, name).connect(
                lambda fact, name=name: self.heard.append((name, fact))
            )

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def said(self, name):
        return [fact for key, fact in self.heard if key == name]


@pytest.fixture
def data(qtbot):
    made = Data(qtbot)
    yield made
    made.service.shut_down()


def test_a_check_is_answered_with_its_progress(data):
    data.service.check(spec("a"), "sft")
    data.wait(lambda: data.said("progress") == [0.5])
    data.workshop.release.set()
    data.wait(lambda: data.said("checked") == ["a sft"])
    assert data.said("busy_changed") == [True, False]


def test_of_several_checks_only_the_newest_is_carried_out_and_answered(data):
    data.service.check(spec("a"), None)
    data.wait(lambda: data.workshop.asked == ["a"])
    for name in ("b", "c", "d"):
        data.service.check(spec(name), None)
    data.wait(lambda: data.workshop.asked == ["a", "d"])
    data.workshop.release.set()
    data.wait(lambda: bool(data.said("checked")))
    assert data.said("checked") == ["d None"]
    assert data.workshop.asked == ["a", "d"]
    assert data.said("busy_changed") == [True, False]
    assert data.workshop.calls == []


def test_a_new_check_gives_up_the_token_report_of_the_old_data(data):
    data.service.tokens(spec("a"), "sft", a_source(), 512)
    data.wait(lambda: data.workshop.asked == ["tokens 512"])
    data.service.check(spec("b"), None)
    data.wait(lambda: "b" in data.workshop.asked)
    data.workshop.release.set()
    data.wait(lambda: bool(data.said("checked")))
    assert data.said("tokens_ready") == []


def test_a_check_is_answered_while_a_token_report_takes_its_time(data):
    data.service.check(spec("a"), None)
    data.service.tokens(spec("a"), "sft", a_source(), 64)
    data.service.tokens(spec("a"), "sft", a_source(), 128)
    data.wait(lambda: {"a", "tokens 128"} <= set(data.workshop.asked))
    data.workshop.release.set()
    data.wait(lambda: data.said("tokens_ready") == ["tokens 128"])
    data.wait(lambda: data.said("checked") == ["a None"])


def test_a_check_that_hangs_after_it_was_given_up_costs_the_process(data):
    data.service._patience.setInterval(10)
    data.workshop.deaf = True
    data.service.check(spec("a"), None)
    data.wait(lambda: data.workshop.asked == ["a"])
    data.service.check(spec("b"), None)
    data.wait(lambda: "kill" in data.workshop.calls)
    data.wait(lambda: data.workshop.asked == ["a", "b"])
    data.workshop.release.set()
    data.wait(lambda: data.said("checked") == ["b None"])
    assert data.said("failed") == []


def test_what_is_wrong_with_the_data_is_told(data):
    data.workshop.error = FakeError(detail="no data")
    data.workshop.release.set()
    data.service.check(spec("a"), None)
    data.wait(lambda: data.said("failed") == [data.workshop.error])
    assert not data.service.busy


def test_a_prediction_reaches_whoever_asked(data):
    done: list[Any] = []
    failed: list[Any] = []
    data.service.predict(a_source(), ["good"], done.append, failed.append)
    data.wait(lambda: bool(done))
    assert done == [[Prediction("good", {"good": 1.0})]]
    data.workshop.error = FakeError(detail="no model")
    data.service.predict(a_source(), ["good"], done.append, failed.append)
    data.wait(lambda: failed == [data.workshop.error])
    assert data.said("failed") == []


def test_an_export_says_where_it_is(data):
    done: list[Any] = []
    data.service.export(Path("/run"), Path("/out"), done.append, done.append)
    data.wait(lambda: done == [Path("/out")])


def test_nothing_is_said_after_the_end(data):
    data.service.check(spec("a"), None)
    data.wait(lambda: data.workshop.asked == ["a"])
    data.heard.clear()
    data.service.shut_down()
    assert data.workshop.calls == ["shut_down"]
    assert data.heard in ([], [("busy_changed", False)])
