"""Secrets, such as the token of an account: in the system's keyring, or for this session only.

A secret is never written to a file of ours, to a log, a command line or an environment. The
keyring may ask the person to unlock it, or not answer at all: every question to it is asked on a
thread of its own and waited for a few seconds. All calls may block that long, so the window asks
on a worker thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

Place = Literal["keyring", "session"]
"""Where a secret is kept: it survives the app in the keyring, and ends with it otherwise."""

HUB_TOKEN = "hub-token"
"""The name of the token for the official hub."""

SERVICE = "Desktop LLM"
LIMIT_S = 5.0


class Keyring(Protocol):
    """What we ask of the system's keyring."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Secrets:
    """Keeps secrets by name; may be used from several threads.

    Once the keyring has failed or stayed silent it is left alone, until it answers after all: who
    has to unlock it may need longer than we wait.
    """

    def __init__(self, keyring: Callable[[], Keyring | None] | None = None) -> None:
        """`keyring` finds the system's keyring; None if there is none that keeps secrets."""
        self._find = keyring or system_keyring
        self._known: dict[str, str] = {}
        self._usable = True
        self._lock = threading.Lock()

    def get(self, name: str) -> str:
        """The secret `name`; "" if there is none."""
        with self._lock:
            if name not in self._known:
                answer = self._ask(partial(_read, name), None, partial(self._keep_late, name))
                if answer is not None:
                    self._known[name] = answer
            return self._known.get(name, "")

    def set(self, name: str, value: str) -> Place:
        """Keep `value`; tells where it is now."""

        def keep(ring: Keyring | None) -> bool:
            if ring is None:
                return False
            ring.set_password(SERVICE, name, value)
            return ring.get_password(SERVICE, name) == value

        with self._lock:
            self._known[name] = value
            kept = self._ask(keep, False, lambda ring, answer: _remove(name, ring))
            return "keyring" if kept else "session"

    def forget(self, name: str) -> bool:
        """Use the secret `name` no more; whether the keyring is known not to have it either."""
        with self._lock:
            self._known[name] = ""
            self._usable = True  # worth another try: nothing must stay behind
            return self._ask(partial(_remove, name), False)

    def _keep_late(self, name: str, ring: Keyring | None, answer: str | None) -> None:
        """What nobody waited for any more is still good for the next one who asks."""
        with self._lock:
            self._usable = True
            self._known.setdefault(name, answer or "")

    def _ask(
        self,
        question: Callable[[Keyring | None], T],
        otherwise: T,
        too_late: Callable[[Keyring | None, T], object] = lambda ring, answer: None,
    ) -> T:
        """`question(keyring)`; `otherwise` if the keyring fails or takes too long.

        `too_late` gets the answer for which nobody waited any more.
        """
        if not self._usable:
            return otherwise
        answers: list[T] = []
        deciding, given_up = threading.Lock(), threading.Event()

        def ask() -> None:
            try:
                ring = self._find()
                answer = question(ring)
                with deciding:
                    if not given_up.is_set():
                        answers.append(answer)
                        return
                too_late(ring, answer)
            except Exception as error:  # of a foreign system service; its words may hold secrets
                log.warning("the keyring failed: %s", type(error).__name__)

        asking = threading.Thread(target=ask, name="Keyring", daemon=True)
        asking.start()
        asking.join(LIMIT_S)
        with deciding:
            given_up.set()
        self._usable = bool(answers)
        return answers[0] if answers else otherwise


def _read(name: str, ring: Keyring | None) -> str | None:
    return (ring.get_password(SERVICE, name) or "") if ring else ""


def _remove(name: str, ring: Keyring | None) -> bool:
    if ring is not None and ring.get_password(SERVICE, name) is not None:
        ring.delete_password(SERVICE, name)
    return True


def system_keyring() -> Keyring | None:
    """The keyring that keeps secrets encrypted; not one that forgets them or writes plain text."""
    import keyring
    from keyring.core import recommended

    found = keyring.get_keyring()
    return found if recommended(found) else None
