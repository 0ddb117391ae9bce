"""Programs that are killed while they write, what they said until then, and what the disk has."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from desktop_llm.core.conversation import Message
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database, open_database
from tests.e2e.saying import fingerprint

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LOSS_S = 1.0
SLACK_S = 1.0
"""A busy machine may be late to commit; the lines are late as well."""


class Screen:
    """What the program said, with the time at which it was heard."""

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
                if line.endswith("\n"):  # else it was killed while it said it
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
def running(
    module: str, *arguments: object, environment: Mapping[str, str] = os.environ
) -> Iterator[Screen]:
    """A module as a program of its own, which is killed at the end at the latest."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
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


@contextmanager
def reopened(path: Path) -> Iterator[tuple[Database, ConversationStore]]:
    """The database, once it has been found sound, opened and recovered as the app does it."""
    with closing(sqlite3.connect(path)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    database = open_database(path)
    try:
        assert database.notice is None
        store = ConversationStore(database)
        store.recover()
        yield database, store
    finally:
        database.close()


def all_messages(database: Database, store: ConversationStore) -> dict[str, Message]:
    """All that there are, also of conversations in the trash."""
    ids = [row["id"] for row in database.query("SELECT id FROM conversation")]
    return {message.id: message for key in ids for message in store.load(key)[1]}


def assert_kept(screen: Screen, kept: Mapping[str, Message]) -> None:
    """What was shown as saved is there, as it was."""
    for _, (_, message_id, digest) in screen.said("SAVED"):
        assert fingerprint(kept[message_id].content) == digest


def seeded(seed: int | None = None) -> random.Random:
    """Chance whose seed is printed, so that a failure can be had again."""
    seed = random.randrange(2**32) if seed is None else seed
    print(f"seed {seed}")
    return random.Random(seed)
