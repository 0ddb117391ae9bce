"""InferenceThread seen from the GUI thread: requests in, events and exactly one end out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    DeviceChoice,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadOptions,
    ModelSource,
)
from desktop_llm.services.inference_worker import (
    ChildEngine,
    EngineState,
    InferenceWorker,
    OptionsFor,
)
from desktop_llm.services.tasks import TaskService, end_thread

__all__ = ["EngineState", "InferenceService"]

log = logging.getLogger(__name__)
T = TypeVar("T")

GENTLE_END_MS = 1000
"""How long the engine may take to end by itself, before its process is killed."""


class InferenceService(QObject):
    """The one way to a model. A queued signal is the request queue; stop is the request's Event.

    Every submitted request ends in exactly one of `finished`, `stopped` and `failed`, whatever
    happens to the queue, the engine process or the app; no event of it follows.
    """

    state_changed = Signal(object)
    event_received = Signal(str, object)
    finished = Signal(str, object)
    stopped = Signal(str, object)
    failed = Signal(str, object)
    idle = Signal()
    _start_wanted = Signal()
    _load_wanted = Signal(object, object)
    _accepted = Signal(str)
    _eject_wanted = Signal(bool)
    _wake_wanted = Signal()
    _restart_wanted = Signal()
    _options_wanted = Signal(object)
    _generate_wanted = Signal(object)
    _close_wanted = Signal()

    def __init__(
        self,
        engine: ChildEngine,
        parent: QObject | None = None,
        options_for: OptionsFor = lambda model, options: options,
    ) -> None:
        """`options_for` says on InferenceThread how one model is loaded."""
        super().__init__(parent)
        self.chosen: ModelSource | None = None
        """The model that was asked for last, loaded or not."""
        self._engine = engine
        self._state = EngineState("starting")
        self._open: dict[str, GenerationRequest] = {}
        self._running = ""
        self._closed = False
        self._counting = TaskService("CountThread", self)
        self._thread = QThread(self)
        self._thread.setObjectName("InferenceThread")
        self._worker = InferenceWorker(engine, options_for)
        self._worker.moveToThread(self._thread)
        self._connect()

    @property
    def state(self) -> EngineState:
        """What `state_changed` said last."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether a request runs or waits."""
        return bool(self._open)

    def start(self) -> None:
        """Start the engine process, so that it is ready before the first request."""
        self._thread.start()
        self._start_wanted.emit()

    def load(self, model: ModelSource, adapter: Path | None = None) -> None:
        """Load `model` after the requests that wait; the one loaded before is given up."""
        self.chosen = model
        self._load_wanted.emit(model, adapter)

    def load_anyway(self, model: ModelSource) -> None:
        """`load`, although little memory will be left; not asked again while the app runs."""
        self._accepted.emit(model.name)
        self.load(model)

    def eject(self) -> None:
        """Stop what runs and give the memory back. The next request loads the model again."""
        for request_id in list(self._open):
            self.stop(request_id)
        self._eject_wanted.emit(False)

    def rest(self) -> None:
        """Give the memory back since nobody uses the model; see `EngineState.rested`."""
        if not self.busy:
            self._eject_wanted.emit(True)

    def wake(self) -> None:
        """Load the model again that rests; ignored if none does."""
        self._wake_wanted.emit()

    def cancel_load(self) -> None:
        """End a load at once, by ending the process; requests that wait for it are stopped."""
        if self._state.phase != "loading":
            return
        for request_id in list(self._open):
            self.stop(request_id)
        self._worker.cancelled.set()
        self._engine.kill()
        self._restart_wanted.emit()

    def submit(self, request: GenerationRequest) -> None:
        """Queue `request`. Its model is loaded first if it was chosen but is not in memory."""
        self._open[request.id] = request
        if self._closed:
            self._end(request.id, "stopped", GenerationResult(request.id, ()))
            return
        self._generate_wanted.emit(request)

    def stop(self, request_id: str) -> None:
        """Stop a request: the running one at its next token, a waiting one at once."""
        request = self._open.get(request_id)
        if request is None:
            return
        request.stop.set()
        if request_id != self._running:
            self._end(request_id, "stopped", GenerationResult(request_id, ()))

    def ask(
        self,
        function: Callable[[ChildEngine], T],
        on_done: Callable[[T], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        """Call `function` on CountThread, also while a generation runs, then one of the callbacks.

        Only for what the engine answers from any thread (see `engine.protocol.Engine`). Without a
        model in memory that is NoModelLoaded. Ignored after `shut_down`.
        """
        self._counting.run(partial(function, self._engine), on_done, on_failed)

    def set_options(self, options: LoadOptions) -> None:
        """Use `options` from the next load on.

        A model that is in memory is loaded again, if they or what is set for it are others now.
        """
        self._options_wanted.emit(options)

    def shut_down(self) -> None:
        """End every request, the engine process and the thread; within about a second."""
        if self._closed:
            return
        self._closed = True
        for request in self._open.values():
            request.stop.set()
        if self._thread.isRunning():
            self._close_thread()
        self._counting.shut_down()  # after the engine, which may owe it an answer
        QCoreApplication.sendPostedEvents(self)  # what the worker said at last
        for request_id in list(self._open):
            self._end(request_id, "stopped", GenerationResult(request_id, ()))
        self.idle.emit()

    def _close_thread(self) -> None:
        self._worker.cancelled.set()
        if self._state.phase == "loading":
            self._engine.kill()
        self._close_wanted.emit()
        if not self._thread.wait(GENTLE_END_MS):
            log.warning("the engine was busy at the end of the app and is killed")
            self._engine.kill()
            end_thread(self._thread)

    def _connect(self) -> None:
        worker, queued = self._worker, Qt.ConnectionType.QueuedConnection
        self._start_wanted.connect(worker.start, queued)
        self._load_wanted.connect(worker.load, queued)
        self._accepted.connect(worker.accept, queued)
        self._eject_wanted.connect(worker.eject, queued)
        self._wake_wanted.connect(worker.wake, queued)
        self._restart_wanted.connect(worker.begin_again, queued)
        self._options_wanted.connect(worker.set_options, queued)
        self._generate_wanted.connect(worker.generate, queued)
        self._close_wanted.connect(worker.close, queued)
        worker.state_changed.connect(self._set_state, queued)
        worker.greeted.connect(self._greeted, queued)
        worker.lost.connect(self._lost, queued)
        worker.started.connect(self._started, queued)
        worker.event_received.connect(self._event, queued)
        worker.ended.connect(self._end, queued)

    @Slot(object)
    def _set_state(self, state: EngineState) -> None:
        self._state = replace(state, device=state.device or self._state.device)
        self.state_changed.emit(self._state)

    @Slot(object)
    def _greeted(self, device: DeviceChoice) -> None:
        phase = "idle" if self._state.phase == "starting" else self._state.phase
        self._set_state(replace(self._state, phase=phase, device=device))

    @Slot(object)
    def _lost(self, error: ExpectedError) -> None:
        self._set_state(EngineState("failed", error=error))

    @Slot(str)
    def _started(self, request_id: str) -> None:
        self._running = request_id

    @Slot(str, object)
    def _event(self, request_id: str, event: GenerationEvent) -> None:
        if request_id in self._open:
            self.event_received.emit(request_id, event)

    @Slot(str, str, object)
    def _end(self, request_id: str, end: str, outcome: GenerationResult | ExpectedError) -> None:
        if self._open.pop(request_id, None) is None:
            return  # it has ended already, for instance by a stop while it waited
        {"finished": self.finished, "stopped": self.stopped, "failed": self.failed}[end].emit(
            request_id, outcome
        )
