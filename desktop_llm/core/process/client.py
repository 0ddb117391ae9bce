"""A worker process seen from its users: started when it is needed, and again after its end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.process.child import Message
from desktop_llm.core.process.connection import Connection
from desktop_llm.core.wire import from_plain

T = TypeVar("T")

SILENCE_LIMIT_S = 60.0


class WorkerClient:
    """Keeps one worker process; may be used from several threads.

    `crashed` (of how it ended) and `hung` make the errors that a waiting request raises; `on_lost`
    is told of a worker that ended while nobody waited, `on_start` may speak to a new one first.
    """

    def __init__(
        self,
        command: Sequence[str],
        crashed: Callable[[str], ExpectedError],
        hung: Callable[[], ExpectedError],
        *,
        on_start: Callable[[Connection], None] = lambda connection: None,
        on_hello: Callable[[Message], None] = lambda message: None,
        on_lost: Callable[[ExpectedError], None] = lambda error: None,
        on_news: Callable[[Message], None] = lambda message: None,
        silence_limit_s: float = SILENCE_LIMIT_S,
    ) -> None:
        self._command = command
        self._crashed = crashed
        self._hung = hung
        self._on_start = on_start
        self._on_hello = on_hello
        self._on_lost = on_lost
        self._on_news = on_news
        self._silence_limit_s = silence_limit_s
        self._starting = threading.Lock()
        self._closed = False
        self.connection: Connection | None = None
        """The last process; None before the first."""

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return self.connection.child.pid if self.connection else None

    def running(self) -> Connection:
        """A process that takes requests; the one before it is gone by then."""
        with self._starting:
            if self._closed:
                raise self._crashed("ended by the app")
            if self.connection is not None and self.connection.usable:
                return self.connection
            if self.connection is not None:
                self.connection.kill()
                self.connection.close()
            self.connection = Connection(
                self._command,
                self._on_hello,
                self._on_lost,
                self._silence_limit_s,
                self._crashed,
                self._hung,
                self._on_news,
            )
            self._on_start(self.connection)
            return self.connection

    def ask(
        self,
        kind: str,
        answer: type[T],
        on_message: Callable[[Message], None] | None = None,
        stop: threading.Event | None = None,
        **fields: Any,
    ) -> T | None:
        """Send a request and wait for its answer; None if `stop` was set. Raises its errors."""
        connection = self.running()

        def relay(message: Message) -> None:
            if on_message:
                connection.read(on_message, message)

        value = connection.request(kind, relay, stop, **fields)
        if value is None:  # given up
            return None
        return connection.read(partial(from_plain, answer), value)

    def kill(self) -> None:
        """End the process at once, whatever it does; the next request starts another one."""
        if connection := self.connection:
            connection.kill()

    def shut_down(self) -> None:
        """End the process for good, within about a second; requests that wait raise `crashed`."""
        self._closed = True
        with self._starting:
            if self.connection is not None:
                self.connection.close()
