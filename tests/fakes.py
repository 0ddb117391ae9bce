"""Stand-ins for the slow and the uncertain: an engine that plays a script, services that record.

`tests.values` makes the values that go through them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from desktop_llm.core.context import ContextPlan
from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    Completion,
    DeviceChoice,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    PromptProgress,
    PromptToken,
    StopReason,
    TextChunk,
    TokenCounts,
    TokenLogprob,
)
from desktop_llm.core.remote_server import ListedModel
from desktop_llm.engine.errors import EngineCrashed
from desktop_llm.services.chat_prompt import prompt_messages
from desktop_llm.services.context import PreparedPrompt
from tests.fake_chat import FakeChatService as FakeChatService
from tests.values import a_device, a_loaded_model, a_record, a_result

Step = str | TextChunk | PromptProgress | threading.Event | Exception
"""Text to say, an event to report, an Event to wait for (or until stopped), an error to raise."""

PATIENCE = 30.0
"""Seconds after which a script gives up waiting; only a broken test gets there."""


class ScriptedEngine:
    """An `Engine` that plays `scripts`, one for each request; the last one is played again.

    Also has what `ProcessEngine` adds: `start`, `kill`, `shut_down`, the callbacks.
    `kill` makes a blocked call fail with `crash`, as the end of a child process does.
    """

    def __init__(
        self,
        *scripts: Sequence[Step],
        load_steps: Sequence[LoadProgress | threading.Event | Exception] = (),
        crash: ExpectedError | None = None,
    ) -> None:
        self._scripts = list(scripts) or [["Hello", " from", " the", " fake."]]
        self._crash = crash or EngineCrashed("killed by the test")
        self._killed = threading.Event()
        self.on_hello: Callable[[DeviceChoice], None] | None = None
        self.on_lost: Callable[[ExpectedError], None] | None = None
        self.load_steps = list(load_steps)
        self.calls: list[str] = []
        self.requests: list[GenerationRequest] = []
        self.loaded: ModelSource | None = None
        self.options: LoadOptions | None = None
        self.threads: set[str] = set()
        self.counted: list[str] = []
        """All that `count_texts` was given."""
        self.template_fault: ExpectedError | None = None
        """Raised wherever the chat template is needed."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(score=False, embed=False)

    def start(self, options: LoadOptions | None = None) -> None:
        self._note("start")
        self._killed.clear()
        if self.on_hello:
            self.on_hello(a_device())

    def kill(self) -> None:
        self.calls.append("kill")
        self.loaded = None
        self._killed.set()

    def list_remote(self, address: str, key: str) -> list[ListedModel]:
        self._note("list_remote")
        return []

    def shut_down(self) -> None:
        self._note("shut_down")
        self.loaded = None

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        self._note(f"load {model.name}")
        self._killed.clear()
        self.loaded, self.options = None, options
        for step in self.load_steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, threading.Event):
                self._wait(step, threading.Event())
            else:
                on_progress(step)
        self.loaded = model
        return a_loaded_model(model)

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        self._note("generate")
        self.requests.append(request)
        chunks: list[TextChunk] = []
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        for step in script:
            if isinstance(step, threading.Event):
                self._wait(step, request.stop)
            if request.stop.is_set():
                return self._result(request, chunks, "stopped")
            if isinstance(step, Exception):
                raise step
            if isinstance(step, str):
                step = TextChunk(step)
            if isinstance(step, TextChunk):
                chunks.append(TextChunk(**(vars(step) | {"new_tokens": len(chunks) + 1})))
                on_event(chunks[-1])
            elif isinstance(step, PromptProgress):
                on_event(step)
        return self._result(request, chunks, "end")

    def score(self, text: str) -> list[TokenLogprob]:
        return [TokenLogprob(i, word, -1.0) for i, word in enumerate(text.split()[1:])]

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        """One token per word."""
        return len(self.explain(messages))

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        self.counted += texts
        return TokenCounts(tuple(len(text.split()) for text in texts), 0, 0)

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        if self.template_fault is not None:
            raise self.template_fault
        words = [word for message in messages for word in message.content.split()]
        return [PromptToken(number, word) for number, word in enumerate(words)]

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        """Windows of so many characters."""
        starts = range(0, max(1, len(text)), window - overlap)
        return [(start, min(len(text), start + window)) for start in starts]

    def template(self) -> str:
        return "{{ messages }}"

    def unload(self) -> None:
        self._note("unload")
        self.loaded = None

    def rest(self) -> None:
        self._note("rest")
        self.loaded = None

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.threads.add(QThread.currentThread().objectName())

    def _wait(self, event: threading.Event, stop: threading.Event) -> None:
        for _ in range(int(PATIENCE / 0.005)):
            if self._killed.is_set():
                raise self._crash
            if stop.is_set() or event.wait(0.005):
                return
        raise TimeoutError("nobody released the script")

    @staticmethod
    def _result(
        request: GenerationRequest, chunks: list[TextChunk], reason: StopReason
    ) -> GenerationResult:
        answer = "".join(c.text for c in chunks if not c.thinking)
        thinking = "".join(c.text for c in chunks if c.thinking)
        tokens = tuple(token for c in chunks for token in c.tokens)
        record = a_record(reason, new_tokens=len(chunks), sampling=request.sampling)
        return GenerationResult(request.id, (Completion(answer, record, thinking, tokens),))


class FakeInferenceService(QObject):
    """The contract of `InferenceService`; a test plays the engine by `say`, `finish`, `fail`."""

    state_changed = Signal(object)
    event_received = Signal(str, object)
    finished = Signal(str, object)
    stopped = Signal(str, object)
    failed = Signal(str, object)
    idle = Signal()

    def __init__(self, state: Any = None) -> None:
        super().__init__()
        self.state = state
        self.chosen: ModelSource | None = None
        self.calls: list[tuple[Any, ...]] = []
        self.requests: list[GenerationRequest] = []
        self.said: dict[str, str] = {}
        self.engine = ScriptedEngine()
        """Answers `ask`."""

    def start(self) -> None:
        self.calls.append(("start",))

    def load(self, model: ModelSource, adapter: Path | None = None) -> None:
        self.chosen = model
        self.calls.append(("load", model, adapter))

    def load_anyway(self, model: ModelSource) -> None:
        self.calls.append(("load_anyway", model))

    @property
    def busy(self) -> bool:
        return ("busy",) in self.calls

    def rest(self) -> None:
        self.calls.append(("rest",))

    def wake(self) -> None:
        self.calls.append(("wake",))

    def eject(self) -> None:
        self.calls.append(("eject",))

    def cancel_load(self) -> None:
        self.calls.append(("cancel_load",))

    def submit(self, request: GenerationRequest) -> None:
        self.calls.append(("submit", request))
        self.requests.append(request)

    def stop(self, request_id: str) -> None:
        self.calls.append(("stop", request_id))

    def ask(
        self,
        function: Callable[[Any], Any],
        on_done: Callable[[Any], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        try:
            value = function(self.engine)
        except ExpectedError as error:
            on_failed(error)
        else:
            on_done(value)

    def set_options(self, options: LoadOptions) -> None:
        self.calls.append(("set_options", options))

    def shut_down(self) -> None:
        self.calls.append(("shut_down",))
        self.idle.emit()

    def set_state(self, state: Any) -> None:
        self.state = state
        self.state_changed.emit(state)

    @property
    def last(self) -> str:
        """The id of the latest request."""
        return self.requests[-1].id

    def say(self, text: str, request_id: str = "", thinking: bool = False) -> None:
        key = request_id or self.last
        if not thinking:
            self.said[key] = self.said.get(key, "") + text
        self.event_received.emit(key, TextChunk(text, thinking=thinking, new_tokens=1))

    def finish(self, request_id: str = "", stop_reason: StopReason = "end") -> None:
        key = request_id or self.last
        self.finished.emit(key, a_result(key, self.said.get(key, ""), stop_reason))

    def end_stopped(self, request_id: str = "") -> None:
        key = request_id or self.last
        self.stopped.emit(key, a_result(key, self.said.get(key, ""), "stopped"))

    def fail(self, error: ExpectedError, request_id: str = "") -> None:
        self.failed.emit(request_id or self.last, error)


class FakeContextService(QObject):
    """The contract of `ContextService`: a test shows a plan, and answers what was asked for."""

    planned = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.plan: ContextPlan | None = None
        self.calls: list[tuple[Any, ...]] = []
        self.tokens: list[PromptToken] | ExpectedError = []
        """How `explain` answers."""

    def show(self, plan: ContextPlan | None) -> None:
        self.plan = plan
        self.planned.emit(plan)

    def watch(self, *subject: Any) -> None:
        self.calls.append(("watch", *subject))

    def shut_down(self) -> None:
        self.calls.append(("shut_down",))

    def ask(
        self,
        function: Callable[..., Any],
        on_done: Callable[[Any], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> bool:
        """No model is there that could count."""
        return False

    def when_loaded(self, go_on: Callable[[], None], on_failed: object) -> None:
        go_on()

    def wait_no_more(self) -> None:
        self.calls.append(("wait_no_more",))

    def prepare(
        self,
        conversation: Conversation,
        system_prompt: str,
        path: Sequence[Message],
        on_ready: Callable[[PreparedPrompt], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        on_ready(PreparedPrompt(prompt_messages(system_prompt, path), (), system_prompt))

    def explain(
        self,
        on_done: Callable[[list[PromptToken]], None],
        on_failed: Callable[[ExpectedError], None],
        template: str | None = None,
        messages: Sequence[ChatMessage] = (),
    ) -> None:
        self.calls.append(("explain", template, tuple(messages)))
        if isinstance(self.tokens, ExpectedError):
            on_failed(self.tokens)
        else:
            on_done(self.tokens)

    def own_template(
        self, on_done: Callable[[str], None], on_failed: Callable[[ExpectedError], None]
    ) -> None:
        on_done("{{ messages }}")


class FakeModelService(QObject):
    """The contract of `ModelService`, with the models that the test puts into `models`."""

    models_changed = Signal(object)
    starter_progress = Signal(object)
    starter_ready = Signal()
    starter_failed = Signal(object)

    def __init__(self, models: Sequence[ModelSource] = (), starter_missing: bool = False) -> None:
        super().__init__()
        self.models = list(models)
        self.starter_missing = starter_missing
        self.calls: list[tuple[Any, ...]] = []

    def refresh(self) -> None:
        self.calls.append(("refresh",))
        self.models_changed.emit(self.models)

    def fetch_starter(self) -> None:
        self.calls.append(("fetch_starter",))

    def cancel_fetch(self) -> None:
        self.calls.append(("cancel_fetch",))

    def default_model(self) -> ModelSource | None:
        return self.models[0] if self.models else None
