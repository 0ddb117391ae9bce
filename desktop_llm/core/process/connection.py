"""One life of a worker process, seen from the window: requests, their answers, its death."""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from desktop_llm.core.errors import ExpectedError, from_wire
from desktop_llm.core.process.child import ChildProcess, Message
from desktop_llm.core.wire import line

T = TypeVar("T")

POLL_S = 0.02
"""How often a waiting call looks at its stop Event."""


class WorkerBug(RuntimeError):
    """An unexpected exception in the worker process; the message is its traceback."""


class Connection:
    """Sends requests to a child and hands out the answers; safe to use from several threads.

    `on_hello` gets the hello line, `on_news` what belongs to no request, `on_lost` the error of a
    child that ended while no request was waiting; all run on the reading thread.
    `silence_limit_s`: without any line for so long the child counts as hung, and is killed, unless
    a line with a longer `silence_s` was the last of those that have one. `crashed` (of how it
    ended) and `hung` are what is raised.
    """

    def __init__(
        self,
        command: Sequence[str],
        on_hello: Callable[[Message], None],
        on_lost: Callable[[ExpectedError], None],
        silence_limit_s: float,
        crashed: Callable[[str], ExpectedError],
        hung: Callable[[], ExpectedError],
        on_news: Callable[[Message], None] = lambda message: None,
    ) -> None:
        self._on_hello = on_hello
        self._on_lost = on_lost
        self._silence_limit_s = silence_limit_s
        self._crashed = crashed
        self._hung = hung
        self._on_news = on_news
        self._numbers = itertools.count(1)
        self._inboxes: dict[int, queue.SimpleQueue[Message | None]] = {}
        self._heard = 0
        self._announced_s = 0.0
        self._wanted_end = False
        self._ended = threading.Event()
        self._how_ended = ""
        self.greeted = False
        self.leaving = False
        """The child has said that it ends itself after this answer."""
        self.child = ChildProcess(command, self._receive, self._end)
        self.child.start()

    @property
    def usable(self) -> bool:
        """Whether a new request has a chance."""
        return not (self.leaving or self._wanted_end or self._ended.is_set())

    def tell(self, kind: str, **fields: Any) -> None:
        """Send a line that has no answer."""
        self.child.send(line(kind, **fields))

    def request(
        self,
        kind: str,
        on_message: Callable[[Message], None] | None = None,
        stop: threading.Event | None = None,
        **fields: Any,
    ) -> Any:
        """Ask, wait, and return the answer's value; what comes before it goes to `on_message`.

        `stop` is forwarded within `POLL_S`. Raises ExpectedError: the child's own, `crashed` or
        `hung`; WorkerBug for a fault in the child.
        """
        number = next(self._numbers)
        inbox = self._inboxes[number] = queue.SimpleQueue()
        if self._ended.is_set():
            inbox.put(None)
        self.tell(kind, id=number, **fields)
        try:
            for message in iter(lambda: self._next(inbox, number, stop), None):
                if message.get("kind") in ("result", "error", "bug"):
                    return self.read(_value, message)
                if on_message:
                    on_message(message)
        except BaseException:
            self.tell("stop", id=number)  # if it still works on this, nobody wants it any more
            raise
        finally:
            del self._inboxes[number]
        raise self._failure()

    def read(self, parse: Callable[[Message], T], message: Message) -> T:
        """`parse(message)`; a child that does not keep to the protocol is killed."""
        try:
            return parse(message)
        except (KeyError, TypeError, ValueError) as error:
            self.kill()
            raise self._crashed("its answer was unreadable") from error

    def kill(self) -> None:
        """End the child now; whoever waits for an answer gets `crashed`."""
        self._wanted_end = True
        self.child.kill()

    def close(self) -> None:
        """Let the child end, wait for it, and kill it if it takes more than a second."""
        self._wanted_end = True
        self.child.close()

    def _next(
        self,
        inbox: queue.SimpleQueue[Message | None],
        number: int,
        stop: threading.Event | None,
    ) -> Message | None:
        """The next line of a request, or None when the child has ended."""
        silence = _Silence()
        while True:
            if stop is not None and stop.is_set():
                self.tell("stop", id=number)
                stop = None
            try:
                return inbox.get(timeout=POLL_S)
            except queue.Empty:
                limit = max(self._silence_limit_s, self._announced_s)
                if silence.seconds(self._heard) > limit:
                    self.kill()
                    raise self._hung() from None

    def _receive(self, message: Message) -> None:
        self._heard += 1
        if message.get("kind") == "hello":
            self.greeted = True
            self._on_hello(message)
        if message.get("kind") == "news":
            self._on_news(message)
        if "silence_s" in message:
            self._announced_s = float(message["silence_s"])
        if message.get("leaving"):
            self.leaving = True
        number = message.get("id")
        inbox = self._inboxes.get(number) if isinstance(number, int) else None
        if inbox is not None:
            inbox.put(message)

    def _end(self, how: str) -> None:
        self._how_ended = how
        self._ended.set()
        waiting = list(self._inboxes.values())
        for inbox in waiting:
            inbox.put(None)
        if not (waiting or self._wanted_end or self.leaving):
            self._on_lost(self._failure())

    def _failure(self) -> ExpectedError:
        error = self._crashed("ended by the app" if self._wanted_end else self._how_ended)
        if self.child.tail:
            error.add_note(self.child.tail)
        return error


class _Silence:
    """Time without a line, counted in small steps: a computer that slept was not silent."""

    def __init__(self) -> None:
        self._silent_s = 0.0
        self._heard = -1
        self._looked = time.monotonic()

    def seconds(self, heard: int) -> float:
        now = time.monotonic()
        if heard != self._heard:
            self._heard = heard
            self._silent_s = 0.0
        else:
            self._silent_s += min(now - self._looked, 1.0)
        self._looked = now
        return self._silent_s


def _value(message: Message) -> Any:
    if message["kind"] == "error":
        raise from_wire(message["error"])
    if message["kind"] == "bug":
        raise WorkerBug(message["traceback"])
    return message["value"]
