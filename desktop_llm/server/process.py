"""The engine process with a server in it: both take their turns with the one model in memory."""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from desktop_llm.core.errors import ExpectedError, to_wire
from desktop_llm.core.generation import LoadedModel, ModelSource
from desktop_llm.core.logs import start_log
from desktop_llm.core.paths import user_paths
from desktop_llm.core.process.server import Message, Turn
from desktop_llm.core.process.setup import set_up_process
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.engine.protocol import Engine
from desktop_llm.engine.worker import EngineFactory, Worker, all_engines
from desktop_llm.server.errors import ServingFailed

if TYPE_CHECKING:
    from desktop_llm.server.listener import Listener

T = TypeVar("T")

LOG_NAME = "server.log"
NEWS_S = 0.2
"""At least this long between two lines about the requests that come and go."""


def main(make_engine: EngineFactory = all_engines) -> None:
    """Serve the parent until it closes our stdin; does not return. Tests bring other engines."""
    ServingWorker(*set_up_process()).run(make_engine)
    os._exit(0)


class ServingWorker(Worker):
    """Also serves over HTTP, from a line `serve` with options on, until one without.

    What comes of it is said in lines of kind `news`: `serving`, and `error` where it failed. Turns
    of clients wait while the model rests: the parent is told that they do, and loads it again.
    """

    beside = Worker.beside | {"serve"}
    model: LoadedModel | None = None
    """What is in memory now."""
    rests: LoadedModel | None = None
    """What was unloaded only since nobody used it."""
    fault: ExpectedError | None = None
    """Why the last load failed."""
    _listener: Listener | None = None
    _options: ServeOptions | None = None
    _news: ServingState = ServingState()
    _telling: threading.Timer | None = None

    def __init__(self, lines_in: BinaryIO, lines_out: BinaryIO) -> None:
        super().__init__(lines_in, lines_out)
        self._asleep: list[Turn] = []
        """Turns that wait for the model to be loaded again; of the main thread alone."""

    @property
    def engine(self) -> Engine:
        return self._engine

    def answer(self, message: Message) -> None:
        if message["kind"] != "serve":
            super().answer(message)
            return
        try:
            options = message["options"]
            self._serve(from_plain(ServeOptions, options) if options else None)
        except ExpectedError as error:
            self._say(error)
        except Exception as error:
            traceback.print_exc()
            self._say(ServingFailed(type(error).__name__))

    def _serve(self, options: ServeOptions | None) -> None:
        """On the thread of this kind of message. The server's libraries come with its first use."""
        if options == self._options:
            return
        if self._listener:
            self._listener.stop()
        self._listener, self._options, self._news = None, None, ServingState()
        if options:
            from desktop_llm.server.listener import Listener

            start_log(user_paths().logs, LOG_NAME)
            listener = Listener(self, options, self._on_change)
            listener.start()
            self._listener, self._options = listener, options
            self._news = ServingState(listener.address, listener.port)
        self._say()

    def _on_change(self, state: ServingState) -> None:
        """On the server's thread and the engine's: many changes make one line."""
        self._news = replace(state, address=self._news.address, port=self._news.port)
        if self._telling is None:
            self._telling = threading.Timer(NEWS_S, self._say_later)
            self._telling.daemon = True
            self._telling.start()

    def _say_later(self) -> None:
        self._telling = None  # first: what changes from now on needs another line
        self._say()

    def _say(self, error: ExpectedError | None = None) -> None:
        told = to_wire(error) if error else None
        self.send("news", serving=to_plain(self._news), error=told)

    def _do_load(self, message: Message) -> Any:
        self.model = self.fault = None
        if self.rests and self.rests.source != from_plain(ModelSource, message["model"]):
            self.rests = None
        try:
            loaded = super()._do_load(message)
            self.model, self.rests = from_plain(LoadedModel, loaded), None
        except ExpectedError as error:
            self.fault = error
            raise
        finally:
            self._wake()
        return loaded

    def _do_unload(self, message: Message) -> Any:
        self.rests = (self.model or self.rests) if message.get("rest") else None
        self.model = self.fault = None
        self._wake()
        return super()._do_unload(message)

    def _take_turn(self, function: Callable[[], T], outcome: Future[T]) -> None:
        turn = partial(super()._take_turn, function, outcome)
        if self.rests:
            self._asleep.append(turn)
        else:
            turn()

    def _wake(self) -> None:
        """Let the turns that waited for the model come, whether it is there or not."""
        for turn in self._asleep:
            self._work.put(turn)
        self._asleep = []
