"""Secrets go to a keyring that keeps them, else they last for the session."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import keyring
import pytest

from desktop_llm.core import secrets
from desktop_llm.core.secrets import Secrets, system_keyring

CANARY = "hf_canary0123456789"


class FakeKeyring:
    """Keeps secrets as a system would, or fails as one."""

    def __init__(self, error: Exception | None = None) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.error = error
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self._ask()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._ask()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._ask()
        del self.kept[service, username]

    def _ask(self) -> None:
        self.asked += 1
        if self.error:
            raise self.error


@pytest.fixture
def ring() -> FakeKeyring:
    return FakeKeyring()


def test_a_secret_is_still_in_the_keyring_at_the_next_start(ring):
    assert Secrets(lambda: ring).set("hub", CANARY) == "keyring"
    assert Secrets(lambda: ring).get("hub") == CANARY


def test_without_a_keyring_a_secret_lasts_for_the_session():
    mine = Secrets(lambda: None)
    assert mine.set("hub", CANARY) == "session"
    assert mine.get("hub") == CANARY
    assert Secrets(lambda: None).get("hub") == ""


def test_a_keyring_that_fails_means_this_session_and_its_words_are_not_logged(caplog):
    broken = FakeKeyring(RuntimeError(f"cannot keep {CANARY}"))
    mine = Secrets(lambda: broken)
    assert mine.set("hub", CANARY) == "session"
    assert mine.get("hub") == CANARY
    assert CANARY not in caplog.text


def test_a_keyring_that_failed_is_left_alone(caplog):
    broken = FakeKeyring(RuntimeError("locked"))
    mine = Secrets(lambda: broken)
    assert mine.get("one") == ""
    asked = broken.asked
    assert mine.get("two") == ""
    assert mine.set("three", CANARY) == "session"
    assert broken.asked == asked


def test_a_keyring_that_forgets_at_once_means_this_session(ring, monkeypatch):
    monkeypatch.setattr(ring, "set_password", lambda *words: None)
    assert Secrets(lambda: ring).set("hub", CANARY) == "session"


@pytest.fixture
def silent() -> Iterator[Callable[[], FakeKeyring]]:
    """A keyring that does not answer until the end of the test."""
    end = threading.Event()

    def find() -> FakeKeyring:
        end.wait(60)
        raise RuntimeError

    yield find
    end.set()


def test_a_keyring_that_does_not_answer_is_waited_for_once(silent, monkeypatch, caplog):
    monkeypatch.setattr(secrets, "LIMIT_S", 0.2)
    mine = Secrets(silent)
    assert mine.set("hub", CANARY) == "session"
    monkeypatch.setattr(secrets, "LIMIT_S", 60)
    before = time.monotonic()
    assert mine.get("other") == ""
    assert mine.get("hub") == CANARY
    assert time.monotonic() - before < 30


def test_a_keyring_that_is_unlocked_too_late_keeps_nothing(ring, monkeypatch):
    unlocked, removed = threading.Event(), threading.Event()
    original = ring.delete_password

    def find() -> Any:
        unlocked.wait(60)
        return ring

    def delete(service: str, username: str) -> None:
        original(service, username)
        removed.set()

    monkeypatch.setattr(secrets, "LIMIT_S", 0.2)
    monkeypatch.setattr(ring, "delete_password", delete)
    mine = Secrets(find)
    assert mine.set("hub", CANARY) == "session"  # that is what the person was told
    unlocked.set()
    assert removed.wait(60)
    assert ring.kept == {}
    assert mine.get("hub") == CANARY


def test_a_keyring_that_is_unlocked_late_still_gives_its_secret(ring, monkeypatch):
    Secrets(lambda: ring).set("hub", CANARY)
    unlocked = threading.Event()

    def find() -> Any:
        unlocked.wait(60)
        return ring

    monkeypatch.setattr(secrets, "LIMIT_S", 0.2)
    mine = Secrets(find)
    assert mine.get("hub") == ""
    unlocked.set()
    end = time.monotonic() + 60
    while not mine.get("hub") and time.monotonic() < end:
        threading.Event().wait(0.01)
    assert mine.get("hub") == CANARY
    monkeypatch.setattr(secrets, "LIMIT_S", 60)
    assert mine.set("other", CANARY) == "keyring"  # it is worth asking again


def test_a_late_answer_does_not_bring_back_what_was_forgotten(ring, monkeypatch):
    Secrets(lambda: ring).set("hub", CANARY)
    unlocked, read = threading.Event(), threading.Event()
    original = ring.get_password

    def slow(service: str, username: str) -> str | None:
        found: str | None = original(service, username)
        unlocked.wait(60)
        read.set()
        return found

    monkeypatch.setattr(secrets, "LIMIT_S", 0.2)
    mine = Secrets(lambda: ring)
    monkeypatch.setattr(ring, "get_password", slow)
    assert mine.get("hub") == ""
    monkeypatch.setattr(ring, "get_password", original)
    monkeypatch.setattr(secrets, "LIMIT_S", 60)
    assert mine.forget("hub")
    unlocked.set()
    assert read.wait(60)
    assert mine.get("hub") == ""


def test_forgetting_tells_whether_the_keyring_did(ring, caplog):
    mine = Secrets(lambda: ring)
    mine.set("hub", CANARY)
    ring.error = RuntimeError("locked")
    assert not mine.forget("hub")
    assert mine.get("hub") == ""
    ring.error = None
    assert mine.forget("hub")
    assert Secrets(lambda: None).forget("hub")  # there is nothing to forget


def test_forgetting_asks_a_keyring_again_that_has_failed(ring):
    Secrets(lambda: ring).set("hub", CANARY)
    mine = Secrets(lambda: ring)
    ring.error = RuntimeError("locked")
    assert mine.get("hub") == ""
    ring.error = None
    mine.forget("hub")
    assert ring.kept == {}


def test_a_forgotten_secret_is_gone_from_the_keyring_too(ring):
    mine = Secrets(lambda: ring)
    mine.set("hub", CANARY)
    mine.forget("hub")
    assert mine.get("hub") == ""
    assert ring.kept == {}
    mine.forget("hub")  # twice is harmless


def test_a_secret_is_asked_for_once(ring):
    Secrets(lambda: ring).set("hub", CANARY)
    mine = Secrets(lambda: ring)
    mine.get("hub")
    asked = ring.asked
    assert mine.get("hub") == CANARY
    assert ring.asked == asked


def test_only_a_keyring_that_keeps_secrets_well_is_used(monkeypatch):
    encrypted, plain_text = SimpleNamespace(priority=5), SimpleNamespace(priority=0.5)
    monkeypatch.setattr(keyring, "get_keyring", lambda: encrypted)
    assert system_keyring() is encrypted
    monkeypatch.setattr(keyring, "get_keyring", lambda: plain_text)
    assert system_keyring() is None


def test_a_secret_does_not_show_in_words(ring):
    mine = Secrets(lambda: ring)
    mine.set("hub", CANARY)
    assert CANARY not in repr(mine)
