"""A worker process's side of the JSON lines: requests in, exactly one answer each out."""

from __future__ import annotations

import json
import os
import queue
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, BinaryIO, ClassVar, TypeVar

from desktop_llm.core.errors import ExpectedError, to_wire
from desktop_llm.core.wire import line

HEARTBEAT_S = 1.0

T = TypeVar("T")
Message = dict[str, Any]
Turn = Callable[[], None]


class GivenUp(Exception):
    """Raised inside a request whose stop was set, by whoever notices: its answer is None."""


class LineServer:
    """Answers a request of kind `load` by what `_do_load(message)` returns or raises.

    Threads: the caller of `serve` works off the requests in their order; `Reader` takes lines and
    sets stop Events at once; a `Beside` for each kind in `beside` answers that meanwhile;
    `Heartbeat` says that the process lives.
    """

    beside: ClassVar[frozenset[str]] = frozenset()
    stoppable: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, lines_in: BinaryIO, lines_out: BinaryIO) -> None:
        self._lines_in = lines_in
        self._lines_out = lines_out
        self._writing = threading.Lock()
        self._work: queue.SimpleQueue[Message | Turn | None] = queue.SimpleQueue()
        self._side: dict[str, queue.SimpleQueue[Message | Turn | None]] = {
            kind: queue.SimpleQueue() for kind in self.beside
        }
        self.stops: dict[int, threading.Event] = {}
        self.stuck = threading.Event()
        """Foreign code runs on that nothing but the end of this process can end."""

    def listen(self) -> None:
        """Take requests from now on; the end of stdin ends the process from any state."""
        _start(self._read, "Reader")
        _start(self._beat, "Heartbeat")

    def serve(self) -> None:
        """Answer requests until the process has to end because it is stuck."""
        for waiting in self._side.values():
            _start(partial(self._work_off, waiting), "Beside")
        self._work_off(self._work)

    def send(self, kind: str, **fields: Any) -> None:
        """Say a line; may be called from any thread."""
        self.send_line(line(kind, **fields))

    def send_line(self, data: bytes) -> None:
        try:
            with self._writing:
                self._lines_out.write(data)
                self._lines_out.flush()
        except OSError:
            os._exit(0)  # nobody listens

    def in_turn(self, function: Callable[[], T]) -> Future[T]:
        """Call `function` where requests are worked off, after those that wait; from any thread.

        A Future that is cancelled before its turn is left out.
        """
        outcome: Future[T] = Future()
        self._work.put(partial(self._take_turn, function, outcome))
        return outcome

    def _take_turn(self, function: Callable[[], T], outcome: Future[T]) -> None:
        if not outcome.set_running_or_notify_cancel():
            return
        try:
            outcome.set_result(function())
        except Exception as error:  # for whoever waits for the outcome
            outcome.set_exception(error)
        if self.stuck.is_set():
            self._work.put(None)

    def answer(self, message: Message) -> None:
        """Carry out one request."""
        number = message["id"]
        try:
            value = getattr(self, "_do_" + message["kind"])(message)
        except GivenUp:
            self.send("result", id=number, value=None)
        except ExpectedError as error:
            leaving = self.stuck.is_set()
            self.send("error", id=number, error=to_wire(error), leaving=leaving)
            if leaving:
                self._work.put(None)
        except Exception:
            self.send("bug", id=number, traceback=traceback.format_exc())
        else:
            self.send("result", id=number, value=value)
        finally:
            self.stops.pop(number, None)

    def _read(self) -> None:
        try:
            for raw in self._lines_in:
                self._sort(json.loads(raw))
        except Exception:
            traceback.print_exc()
        os._exit(0)  # the parent is gone or wants us gone

    def _sort(self, message: Message) -> None:
        match message["kind"]:
            case "stop":
                if event := self.stops.get(message["id"]):
                    event.set()
            case "ping":
                self.send("result", id=message["id"], value=None)
            case kind:
                if kind in self.stoppable:
                    self.stops[message["id"]] = threading.Event()
                self._side.get(kind, self._work).put(message)

    def _beat(self) -> None:
        while True:
            time.sleep(HEARTBEAT_S)
            self.send("alive")

    def _work_off(self, waiting: queue.SimpleQueue[Message | Turn | None]) -> None:
        while (work := waiting.get()) is not None:
            if callable(work):
                work()
            else:
                self.answer(work)


def _start(target: Callable[[], None], name: str) -> None:
    threading.Thread(target=target, name=name, daemon=True).start()
