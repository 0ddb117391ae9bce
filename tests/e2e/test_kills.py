"""Kill -9 while an answer is written: what was shown as saved is there, no process is left."""

from __future__ import annotations

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.conversation import Message
from desktop_llm.core.paths import user_paths
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LOSS_S = 1.0
SLACK_S = 1.0
"""A busy machine may be late to commit; the driver's lines are late as well."""


class Screen:
    """What the driver said, with the time at which it was heard."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[tuple[float, list[str]]] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._news:
                self.lines.append((time.monotonic(), line.split()))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_for(self, word: str, count: int = 1, seconds: float = 120) -> list[str]:
        """The `count`-th line that begins with `word`."""
        with self._news:
            said = self._news.wait_for(
                lambda: len(self.said(word)) >= count or not self._reader.is_alive(), seconds
            )
        assert said and len(self.said(word)) >= count, f"no {word}: {self.lines[-5:]}"
        return self.said(word)[count - 1][1]

    def wait_for_new(self, word: str, count: int, seconds: float = 120) -> list[str]:
        """The line that says something else than the ones before for the `count`-th time."""
        with self._news:
            self._news.wait_for(lambda: len(self._different(word)) >= count, seconds)
        return self._different(word)[count - 1]

    def _different(self, word: str) -> list[list[str]]:
        return list({words[1]: words for _, words in self.said(word)}.values())

    def said(self, word: str) -> list[tuple[float, list[str]]]:
        return [line for line in self.lines if line[1][0] == word]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()


@contextmanager
def driver(environment: dict[str, str], enough: Path) -> Iterator[Screen]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.window_driver", str(enough)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    screen = Screen(process)
    try:
        yield screen
    finally:
        screen.end()
        assert process.stdout is not None
        process.stdout.close()


def messages(folder: Path) -> dict[str, Message]:
    """All that the database has, once it has been found sound and opened as the app does it."""
    file = user_paths(folder).database
    with sqlite3.connect(file) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
    database = open_database(file)
    try:
        store = ConversationStore(database)
        store.recover()
        found = [store.load(c.id)[1] for c in store.list_conversations()]
    finally:
        database.close()
    return {message.id: message for tree in found for message in tree}


def assert_nothing_saved_is_lost(screen: Screen, kept: dict[str, Message]) -> None:
    for _, (_, message_id, digest) in screen.said("SAVED"):
        content = kept[message_id].content
        assert hashlib.sha256(content.encode()).hexdigest() == digest


def wait_until_gone(pid: int) -> None:
    for _ in range(200):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(0.05)
    pytest.fail(f"engine process {pid} outlived the window")


def kill_window(environment: dict[str, str], folder: Path, moment: float) -> None:
    with driver(environment, folder / "enough") as screen:
        engine = int(screen.wait_for("ENGINE")[1])
        screen.wait_for("STREAM")
        time.sleep(moment)
        screen.process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
    wait_until_gone(engine)
    kept = messages(folder)
    assert_nothing_saved_is_lost(screen, kept)
    if screen.said("END"):
        return  # the answer was short
    shown = [line for line in screen.said("STREAM") if line[0] < killed - LONGEST_LOSS_S - SLACK_S]
    reply = kept[screen.said("STREAM")[-1][1][1]]
    assert reply.state == "interrupted"
    assert len(reply.content) >= int(shown[-1][1][2]) if shown else True


def kill_engine(environment: dict[str, str], folder: Path, moments: list[float]) -> None:
    """The window lives on: each reply keeps its text, and the next question is answered."""
    enough = folder / "enough"
    with driver(environment, enough) as screen:
        for number, moment in enumerate(moments, start=1):
            pid = int(screen.wait_for_new("ENGINE", number)[1])
            time.sleep(moment)
            psutil.Process(pid).kill()
        enough.touch()
        screen.wait_for("DONE")
    assert screen.said("END")[-1][1][2] == "complete"
    kept = messages(folder)
    assert_nothing_saved_is_lost(screen, kept)
    for _, (_, message_id, state) in screen.said("END"):
        assert kept[message_id].state == state
    states = {state for _, (_, _, state) in screen.said("END")[:-1]}
    assert states <= {"interrupted", "failed", "complete"}


def moments(count: int, longest: float) -> list[float]:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    source = random.Random(seed)
    return [source.uniform(0, longest) for _ in range(count)]


def test_nothing_shown_as_saved_is_lost_when_the_window_is_killed(
    app_environment: dict[str, str], ready_folder: Path
) -> None:
    for moment in moments(3, 4.0):
        kill_window(app_environment, ready_folder, moment)


def test_the_window_outlives_its_engine(
    app_environment: dict[str, str], ready_folder: Path
) -> None:
    kill_engine(app_environment, ready_folder, moments(2, 2.0))


@pytest.mark.soak
def test_fifty_kills_of_the_window(app_environment: dict[str, str], ready_folder: Path) -> None:
    for moment in moments(50, 6.0):
        kill_window(app_environment, ready_folder, moment)


@pytest.mark.soak
def test_twenty_kills_of_the_engine(app_environment: dict[str, str], ready_folder: Path) -> None:
    kill_engine(app_environment, ready_folder, moments(20, 4.0))
