"""InferenceService over a real child process, whose engine does what the prompt says."""

from __future__ import annotations

import random
import time
from typing import Any

import psutil
import pytest

from desktop_llm.core.generation import GenerationRequest, TextChunk
from desktop_llm.engine.errors import EngineCrashed
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.services.inference import InferenceService
from tests.unit.engine.scripted_child import COMMAND
from tests.values import a_source

PATIENCE_MS = 60_000


class Served:
    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.engine = ProcessEngine(COMMAND)
        self.service = InferenceService(self.engine)
        self.ends: list[tuple[str, str, Any]] = []
        self.chunks: list[tuple[float, str]] = []
        for name in ("finished", "stopped", "failed"):
            getattr(self.service, name).connect(
                lambda key, outcome, name=name: self.ends.append((key, name, outcome))
            )
        self.service.event_received.connect(self.take)
        self.service.start()
        self.service.load(a_source())
        self.wait(lambda: self.service.state.phase == "ready")

    def take(self, key, event):
        if isinstance(event, TextChunk):
            self.chunks.append((time.monotonic(), key))

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def submit(self, key, prompt):
        self.service.submit(GenerationRequest(key, prompt=prompt))


@pytest.fixture
def served(qtbot):
    made = Served(qtbot)
    yield made
    made.service.shut_down()


def test_text_reaches_the_gui_at_most_25_times_a_second(served):
    begin = time.monotonic()
    served.submit("fast", "say 1500")
    served.wait(lambda: bool(served.ends))
    seconds = served.chunks[-1][0] - begin
    assert len(served.chunks) <= 25 * seconds + 3
    assert served.ends[0][2].completions[0].text == "x" * 1500


def test_a_killed_process_fails_its_request_and_the_next_one_is_answered(served):
    served.submit("killed", "say 0")
    served.wait(lambda: bool(served.chunks))
    psutil.Process(served.engine.pid).kill()
    served.wait(lambda: bool(served.ends))
    assert isinstance(served.ends[0][2], EngineCrashed)
    assert served.service.state.phase == "failed"
    served.submit("next", "say 3")
    served.wait(lambda: len(served.ends) == 2)
    assert served.ends[1][:2] == ("next", "finished")
    assert served.service.state.phase == "ready"


def test_a_process_killed_while_idle_is_told_at_once(served):
    psutil.Process(served.engine.pid).kill()
    served.wait(lambda: served.service.state.phase == "failed")
    served.submit("next", "say 3")
    served.wait(lambda: bool(served.ends))
    assert served.ends[0][:2] == ("next", "finished")


def test_an_endless_load_can_be_cancelled(served):
    served.service.load(a_source("endless"))
    served.wait(lambda: served.service.state.phase == "loading")
    served.service.cancel_load()
    served.wait(lambda: served.service.state.phase == "idle")
    served.service.load(a_source())
    served.wait(lambda: served.service.state.phase == "ready")


@pytest.mark.parametrize("doing", ["say 0", "wait", "load"])
def test_shutting_down_takes_about_a_second_whatever_goes_on(served, doing):
    child = psutil.Process(served.engine.pid)
    if doing == "load":
        served.service.load(a_source("endless"))
        served.wait(lambda: served.service.state.phase == "loading")
    else:
        served.submit("busy", doing)
        served.wait(lambda: bool(served.chunks))
    before = time.monotonic()
    served.service.shut_down()
    assert time.monotonic() - before < 30  # about one second on a machine with nothing else to do
    assert not child.is_running()


def test_stops_and_kills_at_random_moments_leave_one_end_for_every_request(served):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    keys = [f"r{number}" for number in range(25)]
    for key in keys:
        served.submit(key, chance.choice(["say 3", "say 40", "think", "exit 1", "say 0", "wait"]))
        served.qtbot.wait(chance.randrange(30))
        match chance.randrange(6):
            case 0:
                served.engine.kill()
            case 1 | 2:
                served.service.stop(chance.choice(keys))
    for key in keys:
        served.service.stop(key)
    served.wait(lambda: len(served.ends) >= len(keys))
    served.submit("last", "say 3")
    served.wait(lambda: served.ends[-1][0] == "last")
    assert sorted(key for key, *_ in served.ends) == sorted([*keys, "last"])
    assert served.ends[-1][1] == "finished"
