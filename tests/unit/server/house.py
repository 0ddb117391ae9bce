"""The server over a scripted engine, in this process: real sockets, no child, no model."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeVar

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadedModel
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.server.listener import Limits, Listener
from tests.fakes import ScriptedEngine, Step
from tests.values import a_loaded_model, a_source

T = TypeVar("T")
KEY = "sk-of-the-tests-0123456789"
PATIENCE_S = 60.0
USUAL = Limits()


class ScriptedHouse:
    """Does what is asked in turn, on a thread of its own, as the engine process does."""

    def __init__(self, engine: ScriptedEngine, model: LoadedModel | None) -> None:
        self.engine = engine
        self.model = model
        self.rests: LoadedModel | None = None
        self.fault: ExpectedError | None = None
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="Work", daemon=True)
        self._thread.start()

    def in_turn(self, function: Callable[[], T]) -> Future[T]:
        outcome: Future[T] = Future()

        def turn() -> None:
            if outcome.set_running_or_notify_cancel():
                try:
                    outcome.set_result(function())
                except Exception as error:
                    outcome.set_exception(error)

        self._work.put(turn)
        return outcome

    def _run(self) -> None:
        while (turn := self._work.get()) is not None:
            turn()

    def close(self) -> None:
        self._work.put(None)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


class Served:
    """A server that runs; `reached` waits for a state of it."""

    def __init__(self, house: ScriptedHouse, options: ServeOptions, limits: Limits) -> None:
        self.house = house
        self.engine = house.engine
        self._changed = threading.Condition()
        self._state = ServingState()
        self.listener = Listener(house, options, self._change, limits)
        self.listener.start()
        self.address = self.listener.address
        self.port = self.listener.port

    def _change(self, state: ServingState) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    def reached(self, test: Callable[[ServingState], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: test(self._state), PATIENCE_S), self._state


@contextmanager
def serving(
    *scripts: Sequence[Step],
    engine: ScriptedEngine | None = None,
    origins: tuple[str, ...] = (),
    limits: Limits = USUAL,
    **facts: Any,
) -> Iterator[Served]:
    """A server of a model that plays `scripts`; `facts` are the model's."""
    model = a_loaded_model(a_source("tiny"), **facts)
    house = ScriptedHouse(engine or ScriptedEngine(*scripts), model)
    served = Served(house, ServeOptions(KEY, 0, origins), limits)
    try:
        yield served
    finally:
        served.listener.stop()
        house.close()
