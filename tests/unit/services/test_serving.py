"""Switching the server, its key, and what happens when its process ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import openai
import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.core.settings import Settings
from desktop_llm.engine.errors import EngineCrashed, ModelMissing
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.server.errors import PortTaken
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.serving import MOST_CRASHES, ServingService
from tests.fakes import FakeInferenceService
from tests.unit.server.test_process import COMMAND, answer
from tests.values import a_source

ON = ServingState("http://127.0.0.1:8321/v1", 8321)


class FakeEngine:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.on_serving: Callable[[ServingState, ExpectedError | None], None] | None = None
        self.calls: list[ServeOptions | None] = []

    def serve(self, options: ServeOptions) -> None:
        self.calls.append(options)

    def stop_serving(self) -> None:
        self.calls.append(None)

    def say(self, state: ServingState, error: ExpectedError | None = None) -> None:
        assert self.on_serving
        self.on_serving(state, error)


class Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.engine = FakeEngine()
        self.inference = FakeInferenceService(EngineState("idle"))
        self.settings = Settings(server_origins="http://a:1 http://b:2")
        self.service = ServingService(
            self.engine,
            self.inference,  # type: ignore[arg-type]
            lambda: self.settings,
            Secrets(lambda: None),
        )

    def switch_on(self) -> None:
        self.service.switch(True)
        self.qtbot.waitUntil(lambda: bool(self.engine.calls))
        self.engine.say(ON)
        self.qtbot.waitUntil(lambda: self.service.status.phase == "on")


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Bench]:
    made = Bench(qtbot)
    yield made
    made.service.shut_down()


def test_it_is_off_until_it_is_switched_on_and_then_by_the_settings(bench: Bench) -> None:
    assert (bench.service.status.phase, bench.engine.calls) == ("off", [])
    bench.switch_on()
    (options,) = bench.engine.calls
    assert options and options.origins == ("http://a:1", "http://b:2")
    assert options.key == bench.service.status.key and len(options.key) > 40
    assert bench.service.status.kept_in == "session"
    bench.service.switch(False)
    assert bench.engine.calls[-1] is None
    assert bench.service.status.phase == "off"
    bench.engine.say(ON)  # was on its way
    bench.qtbot.wait(0)
    assert bench.service.status.phase == "off"


def test_the_key_stays_until_a_new_one_is_made(bench: Bench) -> None:
    bench.switch_on()
    bench.service.switch(False)
    bench.engine.calls.clear()
    bench.switch_on()
    first = bench.service.status.key
    bench.service.renew_key()
    bench.qtbot.waitUntil(lambda: bench.service.status.key != first)
    keys = [options.key for options in bench.engine.calls if options]
    assert keys == [first, bench.service.status.key]


def test_new_settings_hold_at_once(bench: Bench) -> None:
    bench.switch_on()
    bench.settings = Settings(server_port=9000)
    bench.service.apply()
    options = bench.engine.calls[-1]
    assert options and (options.port, options.origins) == (9000, ())


def test_what_keeps_it_from_starting_is_told(bench: Bench) -> None:
    bench.switch_on()
    bench.engine.say(ServingState(), PortTaken(8321))
    bench.qtbot.waitUntil(lambda: bench.service.status.phase == "failed")
    assert isinstance(bench.service.status.error, PortTaken)
    assert not bench.service.wanted and bench.engine.calls[-1] is None


def test_a_process_that_ends_is_started_with_its_model_but_not_for_ever(bench: Bench) -> None:
    bench.inference.chosen = a_source()
    bench.switch_on()
    crash = EngineState("failed", error=EngineCrashed("killed"))
    for _ in range(MOST_CRASHES):
        bench.inference.set_state(crash)
        assert bench.service.status.phase == "starting"
        assert bench.inference.calls[-1][0] == "load"
    bench.inference.calls.clear()
    bench.inference.set_state(crash)
    assert (bench.service.status.phase, bench.inference.calls) == ("failed", [])


def test_it_is_busy_while_somebody_waits(bench: Bench) -> None:
    bench.switch_on()
    assert not bench.service.busy
    bench.engine.say(replace(ON, waiting=1))
    bench.qtbot.waitUntil(lambda: bench.service.busy)


class Whole:
    """The services over a real process, and clients that wait in threads."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.engine = ProcessEngine(COMMAND)
        self.inference = InferenceService(self.engine)
        settings = Settings(server_port=0)
        keys = Secrets(lambda: None)
        self.service = ServingService(self.engine, self.inference, lambda: settings, keys)
        self.clients = ThreadPoolExecutor(1)
        self.inference.start()
        self.service.switch(True)
        self.wait(lambda: self.service.status.phase == "on")

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=60_000)

    def load_and_rest(self, name: str) -> None:
        self.inference.load(a_source(name))
        self.wait(lambda: self.inference.state.phase == "ready")
        self.inference.rest()
        self.wait(lambda: self.inference.state.rested)

    def ask(self, name: str) -> Future[str]:
        status = self.service.status
        asked = self.clients.submit(answer, status.state.address, name, status.key)
        self.wait(asked.done)
        return asked

    def close(self) -> None:
        self.inference.shut_down()
        self.service.shut_down()
        self.clients.shutdown()


@pytest.fixture
def whole(qtbot: QtBot) -> Iterator[Whole]:
    made = Whole(qtbot)
    yield made
    made.close()


def test_a_client_wakes_the_model_that_rests_and_gets_its_answer(whole: Whole) -> None:
    whole.load_and_rest("first")
    assert whole.ask("first").result() == "xxx"
    whole.wait(lambda: whole.inference.state.phase == "ready")
    whole.inference.rest()
    whole.wait(lambda: whole.inference.state.rested)
    with pytest.raises(openai.NotFoundError):
        whole.ask("another").result()
    assert whole.inference.state.rested


def test_a_model_that_cannot_be_woken_is_told_but_not_what_was_ejected(whole: Whole) -> None:
    whole.load_and_rest("once")
    for _ in range(2):
        with pytest.raises(openai.InternalServerError, match="ModelMissing"):
            whole.ask("once").result()
        whole.wait(lambda: isinstance(whole.inference.state.error, ModelMissing))
    whole.inference.eject()
    whole.wait(lambda: whole.inference.state.phase == "idle")
    with pytest.raises(openai.InternalServerError, match="No model is loaded"):
        whole.ask("once").result()
