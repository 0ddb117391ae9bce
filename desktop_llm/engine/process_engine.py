"""An engine in a process of its own: the same interface, and a crash is only a message here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from desktop_llm.core.errors import ExpectedError, from_wire
from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    DeviceChoice,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    PromptToken,
    TokenCounts,
    TokenLogprob,
)
from desktop_llm.core.process.child import Message, worker_command
from desktop_llm.core.process.client import SILENCE_LIMIT_S, WorkerClient
from desktop_llm.core.process.connection import Connection
from desktop_llm.core.remote_server import ListedModel
from desktop_llm.core.serving import ServeOptions, ServingState
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.engine.errors import EngineCrashed, EngineHung, EngineKilled, NoModelLoaded
from desktop_llm.engine.lines import Hello, read_event
from desktop_llm.engine.remote import errors as _remote  # noqa: F401 - they come by their names

T = TypeVar("T")

Loading = tuple[ModelSource, Path | None, LoadOptions]


class ProcessEngine:
    """Forwards to the engine of a child process, which it starts, watches and starts again.

    `load`, `generate`, `score`, `embed` and `unload` wait for one another; `kill`, `shut_down` and
    what is only about tokens may be called from other threads meanwhile. When the child dies, the
    call that waits raises EngineCrashed (what it said last is in the error's notes) or EngineHung;
    the next call starts another one and loads the model again.

    `on_hello` is told the device as soon as a child can work, `on_lost` the error of a child that
    died while nobody waited for it, `on_serving` how the server does, and why if it could not
    start. All are called on a thread of this engine.
    """

    def __init__(
        self,
        command: Sequence[str] | None = None,
        on_hello: Callable[[DeviceChoice], None] | None = None,
        on_lost: Callable[[ExpectedError], None] | None = None,
        silence_limit_s: float = SILENCE_LIMIT_S,
    ) -> None:
        self.on_hello = on_hello
        self.on_lost = on_lost
        self.on_serving: Callable[[ServingState, ExpectedError | None], None] | None = None
        self.hello: Hello | None = None
        self._options = LoadOptions()
        self._serving: ServeOptions | None = None
        self._work = threading.Lock()
        self._loaded: Loading | None = None
        self._loaded_in: Connection | None = None
        self._worker = WorkerClient(
            command or worker_command("engine-worker"),
            crashed,
            EngineHung,
            on_start=self._begin,
            on_hello=self._greet,
            on_lost=self._lose,
            on_news=self._tell_serving,
            silence_limit_s=silence_limit_s,
        )

    @property
    def capabilities(self) -> Capabilities:
        return self.hello.capabilities if self.hello else Capabilities()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._worker.pid

    def start(self, options: LoadOptions | None = None) -> None:
        """Start the child, without waiting, so that its libraries are in memory when needed.

        `options` are for its choice of a device, which `on_hello` reports.
        """
        self._options = options or self._options
        self._worker.running()

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        with self._work:
            self._options = options
            return self._load((model, adapter, options), on_progress)

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        with self._work:
            connection = self._with_model()

            def relay(message: Message) -> None:
                on_event(connection.read(read_event, message))

            value = connection.request("generate", relay, request.stop, request=to_plain(request))
            return connection.read(partial(from_plain, GenerationResult), value)

    def score(self, text: str) -> list[TokenLogprob]:
        with self._work:
            connection = self._with_model()
            value = connection.request("score", text=text)
            return connection.read(_token_logprobs, value)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        with self._work:
            connection = self._with_model()
            value = connection.request("embed", texts=list(texts))
            return connection.read(partial(from_plain, list[list[float]]), value)

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        turns = _plain_messages(messages)
        return self._beside(
            "count_tokens", int, messages=turns, thinking=thinking, continue_last=continue_last
        )

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        return self._beside("count_texts", TokenCounts, texts=list(texts))

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        return self._beside(
            "explain",
            list[PromptToken],
            messages=_plain_messages(messages),
            template=template,
            thinking=thinking,
            continue_last=continue_last,
        )

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        kind = list[tuple[int, int]]
        return self._beside("split_text", kind, text=text, window=window, overlap=overlap)

    def template(self) -> str:
        return self._beside("template", str)

    def list_remote(self, address: str, key: str) -> list[ListedModel]:
        """The models of a server; needs no model in memory, and may wait for it 20 seconds."""
        connection = self._worker.running()
        value = connection.request("list_remote", address=address, key=key)
        return connection.read(partial(from_plain, list[ListedModel]), value)

    def unload(self) -> None:
        self._unload(rest=False)

    def rest(self) -> None:
        """`unload`, since nobody uses the model: a client of the server may wait for it again."""
        self._unload(rest=True)

    def serve(self, options: ServeOptions) -> None:
        """Serve the model in memory over HTTP; returns at once, `on_serving` is told the outcome.

        Goes on, by other options if they are given, until `stop_serving`: a child that is started
        after a crash serves as well.
        """
        self._set_serving(options)

    def stop_serving(self) -> None:
        """Take no more requests and end those that run; returns at once."""
        self._set_serving(None)

    def kill(self) -> None:
        """End the child at once, whatever it does; the next call starts another one."""
        self._worker.kill()

    def shut_down(self) -> None:
        """End the child for good, within about a second; calls that wait raise EngineCrashed."""
        self._worker.shut_down()

    def _beside(self, kind: str, answer: type[T], **fields: Any) -> T:
        """Ask the child that has the model in memory, whatever it is working on."""
        connection = self._worker.connection
        if connection is None or connection is not self._loaded_in or not connection.usable:
            raise NoModelLoaded
        return connection.read(partial(from_plain, answer), connection.request(kind, **fields))

    def _unload(self, rest: bool) -> None:
        with self._work:
            self._loaded = self._loaded_in = None
            connection = self._worker.connection
            if connection is not None and connection.usable:
                connection.request("unload", rest=rest)

    def _load(self, loading: Loading, on_progress: Callable[[LoadProgress], None]) -> LoadedModel:
        self._loaded = self._loaded_in = None
        connection = self._worker.running()
        if not connection.greeted:
            on_progress(LoadProgress("starting"))

        def relay(message: Message) -> None:
            on_progress(connection.read(_progress, message))

        model, adapter, options = loading
        value = connection.request(
            "load",
            relay,
            model=to_plain(model),
            adapter=str(adapter) if adapter else None,
            options=to_plain(options),
        )
        loaded = connection.read(partial(from_plain, LoadedModel), value)
        self._loaded, self._loaded_in = loading, connection
        return loaded

    def _with_model(self) -> Connection:
        """A child with the model in memory: loaded again if the one that had it is gone."""
        if self._loaded is None:
            raise NoModelLoaded
        connection = self._worker.running()
        if connection is self._loaded_in:
            return connection
        loading = self._loaded
        try:
            self._load(loading, lambda progress: None)
        finally:
            self._loaded = loading  # still what the person chose
        return self._loaded_in or connection

    def _begin(self, child: Connection) -> None:
        child.tell("start", options=to_plain(self._options))
        if self._serving is not None:
            child.tell("serve", options=to_plain(self._serving))

    def _set_serving(self, options: ServeOptions | None) -> None:
        self._serving = options
        if (child := self._worker.connection) is not None and child.usable:
            child.tell("serve", options=to_plain(options) if options else None)

    def _tell_serving(self, message: Message) -> None:
        state = from_plain(ServingState, message["serving"])
        error = from_wire(message["error"]) if message["error"] else None
        if self._serving is not None and state.port:  # the next child takes the same one
            self._serving = replace(self._serving, port=state.port)
        if self.on_serving:
            self.on_serving(state, error)

    def _greet(self, message: Message) -> None:
        self.hello = from_plain(Hello, message["hello"])
        if self.on_hello:
            self.on_hello(self.hello.device)

    def _lose(self, error: ExpectedError) -> None:
        if self.on_lost:
            self.on_lost(error)


def crashed(how: str) -> EngineCrashed:
    """The error for a child that ended by `how`: the name of a signal, or what it said last.

    Nobody but the system, when memory runs out, sends SIGKILL: `kill` says that the app did it.
    """
    return EngineKilled(how) if how == "SIGKILL" else EngineCrashed(how)


def _progress(message: Message) -> LoadProgress:
    return from_plain(LoadProgress, message["progress"])


def _token_logprobs(value: Any) -> list[TokenLogprob]:
    return from_plain(list[TokenLogprob], value)


def _plain_messages(messages: Sequence[ChatMessage]) -> list[Any]:
    return [to_plain(message) for message in messages]
