"""The command line with the real starter model; with a tiny one where words do not matter."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.generation import ModelSource
from tests.conftest import TEST_CACHE
from tests.unit.engine.tiny_models import save_model

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "desktop_llm"]


@pytest.fixture
def started(starter_model: ModelSource) -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of a few thousand random numbers, which is in memory at once."""
    return save_model(tmp_path_factory.mktemp("tiny") / "model").path


def call(
    *arguments: str, stdin: str | None = None, model: Path | str = "starter"
) -> subprocess.CompletedProcess[str]:
    options = ("--model", str(model), "--data-dir", str(TEST_CACHE), "--offline")
    return subprocess.run(
        [*COMMAND, *arguments, *options],
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=500,
    )


def start(
    processes: list[subprocess.Popen[bytes]],
    *arguments: str,
    terminal: int | None = None,
    model: Path | str = "starter",
) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*COMMAND, *arguments, "--model", str(model), "--data-dir", str(TEST_CACHE)],
        cwd=ROOT,
        stdin=terminal if terminal is not None else subprocess.DEVNULL,
        stdout=terminal if terminal is not None else pipe,
        stderr=terminal if terminal is not None else pipe,
        start_new_session=True,
    )
    processes.append(process)
    return process


def test_chat_answers_and_the_same_seed_answers_the_same(tiny: Path) -> None:
    question = ("--seed", "5", "--max-tokens", "10", "What is the capital of France?")
    first, second = (json.loads(call("chat", "--json", *question, model=tiny).stdout) for _ in "12")
    assert first["text"] == second["text"] != ""
    assert first["seed"] == 5
    assert Path(first["model"]).name == tiny.name
    assert first["stop_reason"] in ("end", "length")
    assert first["prompt_tokens"] > 5
    assert 0 < first["new_tokens"] <= 10


def test_greedy_chat_knows_the_capital_of_france(starter_model: ModelSource) -> None:
    result = call(
        "chat",
        "--temperature=0",
        "--repetition-penalty=1",
        "--max-tokens=12",
        "-",
        stdin="What is the capital of France?\n",
    )
    assert result.returncode == 0, result.stderr
    assert "Paris" in result.stdout
    assert result.stderr == ""
    logs = (TEST_CACHE / "logs").glob("*.log")
    assert not any("capital of France" in log.read_text() for log in logs)


def test_the_run_of_the_article_gives_five_samples(starter_model: ModelSource) -> None:
    short = ("--max-length", "24")  # of the article's 50, for the time it takes
    result = call("generate", "--json", "--preset", "hello", "--seed", "1", *short)
    samples = json.loads(result.stdout)["samples"]
    assert len(samples) == 5
    assert len({sample["text"] for sample in samples}) > 1
    for sample in samples:
        assert sample["prompt_tokens"] + sample["new_tokens"] <= 24
        assert "<|" not in sample["text"]


def test_samples_are_printed_numbered_and_without_special_tokens(tiny: Path) -> None:
    text = "Hello, how are you?"
    result = call("generate", text, "--num-samples", "2", "--max-tokens", "12", model=tiny)
    assert result.stdout.startswith("1: Hello, how are you?")
    assert "\n2: Hello, how are you?" in result.stdout
    assert "<|" not in result.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_keeps_what_was_written_and_leaves_no_process(
    started: list[subprocess.Popen[bytes]],
) -> None:
    process = start(started, "generate", "--max-tokens", "2000", "Once upon a time")
    assert process.stdout
    assert process.stdout.read(len("Once upon a time") + 4)  # it writes
    (child,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest.endswith(b"\n")
    assert errors == b""
    child.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_ctrl_c_while_loading_ends_at_once_with_one_line(
    started: list[subprocess.Popen[bytes]],
) -> None:
    process = start(started, "chat", "Hi")
    while not (children := psutil.Process(process.pid).children()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == b"desktop-llm: stopped.\n"
    assert not psutil.wait_procs(children, timeout=60)[1]


class Terminal:
    """What a person sees and types."""

    def __init__(self) -> None:
        self.ours, self.theirs = os.openpty()
        self._unread = b""

    def read_until(self, end: bytes) -> bytes:
        """What is shown from where the last call ended, up to and with `end`."""
        while end not in self._unread:
            self._unread += os.read(self.ours, 4096)
        seen, _, self._unread = self._unread.partition(end)
        return seen + end

    def type(self, line: bytes) -> None:
        os.write(self.ours, line + b"\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_conversation_in_a_terminal_goes_back_and_forth(
    started: list[subprocess.Popen[bytes]], tiny: Path
) -> None:
    terminal = Terminal()
    process = start(started, "chat", "--max-tokens", "8", terminal=terminal.theirs, model=tiny)
    os.close(terminal.theirs)
    for question in (b"Hello!", b"How are you?"):
        terminal.read_until(b"> ")
        terminal.type(question)
        terminal.read_until(question)
        assert len(terminal.read_until(b"per second").splitlines()) >= 2  # any answer, its speed
    terminal.read_until(b"> ")
    terminal.type(b"/quit")
    assert process.wait(60) == 0
    os.close(terminal.ours)
