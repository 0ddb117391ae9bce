"""What happens on InferenceThread: one engine, asked by queued signals."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from PySide6.QtCore import QObject, QThread, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    DeviceChoice,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
)
from desktop_llm.engine.errors import EngineCrashed, EngineHung, NoModelLoaded
from desktop_llm.engine.protocol import Engine
from desktop_llm.services.tasks import AppFault

Phase = Literal["starting", "idle", "loading", "ready", "failed"]
End = Literal["finished", "stopped", "failed"]
OptionsFor = Callable[[ModelSource, LoadOptions], LoadOptions]
"""How one model is loaded where these options hold for all."""


PROGRESS_S = 1 / 25
"""At least this long between two reports on the same stage of loading."""


@dataclass(frozen=True)
class EngineState:
    """Where the engine is. `failed` carries the error, and the next request starts it again."""

    phase: Phase
    progress: LoadProgress | None = None
    model: LoadedModel | None = None
    error: ExpectedError | None = None
    device: DeviceChoice | None = None
    """Known as soon as the engine process has said hello."""
    rested: bool = False
    """`idle`, since nobody used the model for a while; the next request loads it again."""


class ChildEngine(Engine, Protocol):
    """An engine in a process of its own; `kill` may be called from any thread.

    `rest` is `unload` for a while, since nobody uses the model. The callbacks run on a thread of
    the engine: `on_hello` when the process can work, `on_lost` when it ended while nobody waited
    for it.
    """

    on_hello: Callable[[DeviceChoice], None] | None
    on_lost: Callable[[ExpectedError], None] | None

    def start(self, options: LoadOptions | None = None) -> None: ...

    def rest(self) -> None: ...

    def kill(self) -> None: ...

    def shut_down(self) -> None: ...


class InferenceWorker(QObject):
    """Lives on InferenceThread. Every slot blocks until the engine has answered."""

    state_changed = Signal(object)
    greeted = Signal(object)
    """DeviceChoice, as soon as the engine process can work; also in the middle of a load."""
    lost = Signal(object)
    """ExpectedError of an engine process that ended while it had nothing to do."""
    started = Signal(str)
    event_received = Signal(str, object)
    ended = Signal(str, str, object)
    """Request id, `End`, and the GenerationResult or the ExpectedError."""

    def __init__(self, engine: ChildEngine, options_for: OptionsFor) -> None:
        super().__init__()
        self.cancelled = threading.Event()
        """Set by the GUI thread to give up loading, before it kills the process."""
        self._gone = threading.Event()
        self._engine = engine
        self._engine.on_hello = self.greeted.emit
        self._engine.on_lost = self._lose
        self._options = self._used = LoadOptions()
        self._options_for = options_for
        self._chosen: tuple[ModelSource, Path | None] | None = None
        self._model: LoadedModel | None = None
        self._rests: ModelSource | None = None
        self._accepted: set[str] = set()
        """Models that take nearly all memory, which the person wants nevertheless, by name."""
        self._stage = ""
        self._last_progress = 0.0

    @Slot()
    def start(self) -> None:
        self._tell("starting")
        try:
            self._engine.start(self._options)
        except ExpectedError as error:
            self._tell("failed", error=error)

    @Slot(object, object)
    def load(self, source: ModelSource, adapter: Path | None) -> None:
        self._chosen = (source, adapter)
        if self.cancelled.is_set():
            return
        try:
            self._load()
        except ExpectedError:
            return  # the state says so

    @Slot(str)
    def accept(self, name: str) -> None:
        self._accepted.add(name)

    @Slot(bool)
    def eject(self, rested: bool = False) -> None:
        self._model = None
        self._rests = self._chosen[0] if self._chosen and rested else None
        try:
            if rested:
                self._engine.rest()
            else:
                self._engine.unload()
        except ExpectedError as error:
            self._tell("failed", error=error)
        else:
            self._tell("idle", rested=rested)

    @Slot()
    def wake(self) -> None:
        if self._chosen and self._chosen[0] == self._rests:
            self.load(*self._chosen)

    @Slot()
    def begin_again(self) -> None:
        """After the GUI thread has killed the process."""
        self.cancelled.clear()
        self._model = None
        self.start()

    @Slot(object)
    def set_options(self, options: LoadOptions) -> None:
        self._options = options
        if not (self._model and self._chosen):
            return
        if self._wanted(self._chosen[0]) != self._used:
            self.load(*self._chosen)

    @Slot(object)
    def generate(self, request: GenerationRequest) -> None:
        try:
            result = self._generate(request)
        except ExpectedError as error:
            if self.cancelled.is_set():
                self.ended.emit(request.id, "stopped", GenerationResult(request.id, ()))
                return
            if isinstance(error, EngineCrashed | EngineHung):
                self._model = None
                self._tell("failed", error=error)
            self.ended.emit(request.id, "failed", error)
        except Exception:
            self.ended.emit(request.id, "failed", AppFault())
            raise  # a bug, for the crash net
        else:
            self.ended.emit(request.id, _end_of(request, result), result)

    @Slot()
    def close(self) -> None:
        self._engine.shut_down()
        QThread.currentThread().quit()

    def _generate(self, request: GenerationRequest) -> GenerationResult:
        if request.stop.is_set():
            return GenerationResult(request.id, ())
        if not self._model or self._gone.is_set():
            self._load()
        self.started.emit(request.id)
        return self._engine.generate(
            request, lambda event: self.event_received.emit(request.id, event)
        )

    def _load(self) -> None:
        if not self._chosen:
            raise NoModelLoaded
        self._model = None
        self._gone.clear()
        self._tell("loading", progress=LoadProgress("starting"))
        try:
            self._used = self._wanted(self._chosen[0])
            self._model = self._engine.load(*self._chosen, self._used, self._progress)
        except Exception as error:
            if not self.cancelled.is_set():
                told = error if isinstance(error, ExpectedError) else AppFault()
                self._tell("failed", error=told)
            raise
        self._rests = None
        self._tell("ready")

    def _wanted(self, model: ModelSource) -> LoadOptions:
        """How `model` is loaded, as the person has set and answered."""
        options = self._options_for(model, self._options)
        asks = options.ask_if_tight and model.name not in self._accepted
        return replace(options, ask_if_tight=asks)

    def _progress(self, progress: LoadProgress) -> None:
        """Steps of one stage come faster than anybody can see: most of them are left out."""
        now = time.monotonic()
        if progress.stage != self._stage or now - self._last_progress >= PROGRESS_S:
            self._stage, self._last_progress = progress.stage, now
            self._tell("loading", progress=progress)

    def _lose(self, error: ExpectedError) -> None:
        """On the engine's thread."""
        self._gone.set()
        self.lost.emit(error)

    def _tell(
        self,
        phase: Phase,
        progress: LoadProgress | None = None,
        error: ExpectedError | None = None,
        rested: bool = False,
    ) -> None:
        device = self._model.device if self._model else None
        self.state_changed.emit(EngineState(phase, progress, self._model, error, device, rested))


def _end_of(request: GenerationRequest, result: GenerationResult) -> End:
    reasons = {completion.record.stop_reason for completion in result.completions}
    return "stopped" if "stopped" in reasons or not result.completions else "finished"
