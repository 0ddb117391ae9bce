"""Where the requests of the API wait: in the engine's own queue, with those of the window."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
)
from desktop_llm.core.serving import MAX_WAITING, ServingState
from desktop_llm.engine.errors import NoModelLoaded
from desktop_llm.engine.protocol import Engine
from desktop_llm.server.asking import check_model
from desktop_llm.server.failures import Refusal, not_loaded

T = TypeVar("T")


class House(Protocol):
    """The process that has the engine, and does one thing after the other with it."""

    model: LoadedModel | None
    """What is in memory now."""
    rests: LoadedModel | None
    """What nobody has used for a while; `in_turn` loads it again."""
    fault: ExpectedError | None
    """Why the last load failed."""

    @property
    def engine(self) -> Engine: ...

    def in_turn(self, function: Callable[[], T]) -> Future[T]: ...


class Desk:
    """Takes requests on the server's loop; counts them, and turns away who comes to a full queue.

    `on_change` gets the state after every change, on the thread where it happened.
    """

    def __init__(self, house: House, on_change: Callable[[ServingState], None]) -> None:
        self._house = house
        self._on_change = on_change
        self._lock = threading.Lock()
        self._stops: set[threading.Event] = set()
        self._running = self._waiting = self._served = 0

    def loaded(self, asked: str) -> LoadedModel:
        """The model that is served, if it is the one that is `asked` for."""
        if (model := self.model) is None:
            raise not_loaded(self._house.fault or NoModelLoaded())
        check_model(asked, model)
        return model

    @property
    def model(self) -> LoadedModel | None:
        """What is in memory, or rests."""
        return self._house.model or self._house.rests

    @property
    def engine(self) -> Engine:
        """For what it answers at any time (see `engine.protocol.Engine`)."""
        return self._house.engine

    def stop_all(self) -> None:
        """End what runs and what waits; may be called from any thread."""
        for stop in list(self._stops):
            stop.set()

    async def generate(
        self, request: GenerationRequest, asked: str, goes_on: bool = False
    ) -> AsyncIterator[GenerationEvent | GenerationResult]:
        """The events of `request` and at last its result. Closing the iterator stops it.

        `goes_on`: the client was let in before, with the first part of what it asks.
        """
        loop = asyncio.get_running_loop()
        said: asyncio.Queue[Any] = asyncio.Queue()

        def tell(news: object) -> None:
            with contextlib.suppress(RuntimeError):  # the server was switched off meanwhile
                loop.call_soon_threadsafe(said.put_nowait, news)

        def work() -> GenerationResult:
            self._check(asked)
            return self._house.engine.generate(request, tell)

        future = self._queue(work, request.stop, goes_on)
        future.add_done_callback(tell)
        try:
            while not isinstance(news := await said.get(), Future):
                yield news
            result: GenerationResult = news.result()
            if request.stop.is_set():
                raise Refusal(503, "The server was switched off.", "stopped")
            yield result
        finally:
            request.stop.set()
            future.cancel()

    async def in_turn(
        self, function: Callable[[Engine], T], asked: str, goes_on: bool = False
    ) -> T:
        """`function` of the engine, when it is this request's turn; `goes_on` as above."""

        def work() -> T:
            self._check(asked)
            return function(self._house.engine)

        return await asyncio.wrap_future(self._queue(work, threading.Event(), goes_on))

    def _check(self, asked: str) -> None:
        """At a request's turn: meanwhile another model may have been loaded, or none."""
        if self._house.model is None:
            raise not_loaded(self._house.fault or NoModelLoaded())
        self.loaded(asked)

    def _queue(self, work: Callable[[], T], stop: threading.Event, goes_on: bool) -> Future[T]:
        with self._lock:
            if not goes_on and self._running + self._waiting > MAX_WAITING:
                raise Refusal(
                    429, f"{MAX_WAITING} requests wait already. Try again later.", "queue_full"
                )
            self._waiting += 1
            self._stops.add(stop)
        self._tell()

        def turn() -> T:
            self._count(waiting=-1, running=1)
            try:
                if stop.is_set():
                    raise Refusal(503, "The server was switched off.", "stopped")
                return work()
            finally:
                self._stops.discard(stop)
                self._count(running=-1, served=1)

        def left(future: Future[T]) -> None:
            if future.cancelled():
                self._stops.discard(stop)
                self._count(waiting=-1)

        future = self._house.in_turn(turn)
        future.add_done_callback(left)
        return future

    def _count(self, waiting: int = 0, running: int = 0, served: int = 0) -> None:
        with self._lock:
            self._waiting += waiting
            self._running += running
            self._served += served
        self._tell()

    def _tell(self) -> None:
        self._on_change(
            ServingState(running=self._running, waiting=self._waiting, served=self._served)
        )
