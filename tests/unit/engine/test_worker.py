"""The engine process, spoken to in its own lines."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from desktop_llm.core.generation import GenerationRequest, LoadOptions
from desktop_llm.core.process.setup import SAFE_ENVIRONMENT
from desktop_llm.core.wire import line, to_plain
from tests.unit.engine.scripted_child import COMMAND
from tests.values import a_source

PATIENCE_S = 60.0


class Spoken:
    """A worker and the pipe to it."""

    def __init__(self, command: list[str] = COMMAND) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def say(self, kind: str, **fields: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(line(kind, **fields))
        self.process.stdin.flush()

    def hear(self, *kinds: str) -> dict[str, Any]:
        """The next line of one of `kinds`."""
        assert self.process.stdout
        for raw in self.process.stdout:
            message: dict[str, Any] = json.loads(raw)
            if message["kind"] in kinds:
                return message
        raise EOFError

    def load(self) -> None:
        self.say(
            "load",
            id=1,
            model=to_plain(a_source()),
            adapter=None,
            options=to_plain(LoadOptions()),
        )
        assert self.hear("result")["id"] == 1

    def generate(self, number: int, prompt: str) -> None:
        request = GenerationRequest("r", prompt=prompt)
        self.say("generate", id=number, request=to_plain(request))

    def end(self) -> int:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        status = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        return status


@pytest.fixture
def worker() -> Iterator[Spoken]:
    spoken = Spoken()
    yield spoken
    if spoken.process.poll() is None:
        spoken.process.kill()
    spoken.end()


def test_the_end_of_stdin_ends_the_process_in_the_middle_of_work(worker: Spoken) -> None:
    worker.load()
    worker.generate(2, "wait")
    worker.hear("text")
    assert worker.end() == 0


def test_the_hello_names_the_device_for_the_options(worker: Spoken) -> None:
    worker.say("start", options=to_plain(LoadOptions(device="cuda")))
    assert worker.hear("hello")["hello"]["device"]["kind"] == "cuda"


def test_a_ping_is_answered_while_a_generation_runs(worker: Spoken) -> None:
    worker.load()
    worker.generate(2, "wait")
    worker.say("ping", id=3)
    assert worker.hear("result")["id"] == 3
    worker.say("stop", id=2)
    assert worker.hear("result")["id"] == 2


def test_a_stop_reaches_a_request_that_still_waits(worker: Spoken) -> None:
    worker.load()
    worker.generate(2, "wait")
    worker.generate(3, "wait")
    worker.say("stop", id=3)
    worker.say("stop", id=2)
    assert [worker.hear("result")["id"] for _ in range(2)] == [2, 3]


def test_a_stop_for_what_has_ended_already_is_ignored(worker: Spoken) -> None:
    worker.load()
    worker.say("stop", id=99)
    worker.generate(2, "say 1")
    assert worker.hear("result", "bug")["kind"] == "result"


def test_it_says_that_it_lives_without_being_asked(worker: Spoken) -> None:
    assert [worker.hear("alive")["kind"] for _ in range(2)] == ["alive", "alive"]


def test_every_request_gets_one_end_also_when_it_is_nonsense(worker: Spoken) -> None:
    worker.say("generate", id=1, request={"id": 5})
    assert "ValidationError" in worker.hear("bug")["traceback"]
    worker.say("dance", id=2)
    assert worker.hear("bug")["id"] == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_in_the_terminal_is_left_to_the_parent(worker: Spoken) -> None:
    worker.load()
    os.kill(worker.process.pid, signal.SIGINT)
    worker.generate(2, "say 1")
    assert worker.hear("result")["id"] == 2


def test_the_environment_is_safe_before_libraries_are_imported() -> None:
    program = (
        "import os, sys, json; from desktop_llm.engine import worker\n"
        "assert not {'torch', 'transformers', 'huggingface_hub'} & sys.modules.keys()\n"
        "def make(on_stuck):\n"
        "    print(json.dumps(dict(os.environ)), file=sys.stderr)\n"
        "    os._exit(0)\n"
        "worker.main(make)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr
        environment = json.loads(process.stderr.read())
    assert environment.items() >= SAFE_ENVIRONMENT.items()
