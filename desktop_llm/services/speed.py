"""Measurements of engines, run in a process of their own, and those that were made before."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError
from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_llm.core.conversation import new_id
from desktop_llm.core.errors import ExpectedError, from_wire
from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.core.process.child import ChildProcess, Message, worker_command
from desktop_llm.core.speed import SpeedResult, SpeedStep, SpeedWish
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.services.errors import MeasurementFailed, MeasurementNotKept
from desktop_llm.services.speed_history import SpeedHistory
from desktop_llm.services.tasks import TaskService

log = logging.getLogger(__name__)
T = TypeVar("T")


class Child(Protocol):
    """See `ChildProcess`."""

    def start(self) -> None: ...

    def close(self, grace_s: float = 1.0) -> None: ...


StartChild = Callable[[Sequence[str], Callable[[Message], None], Callable[[str], None]], Child]


@dataclass(frozen=True)
class SpeedState:
    """`wish` is what is measured now; None: nothing. `waiting`: models after it."""

    wish: SpeedWish | None = None
    step: SpeedStep | None = None
    waiting: int = 0


class SpeedService(QObject):
    """One measurement at a time; those of further models wait."""

    state_changed = Signal(object)
    """SpeedState."""
    finished = Signal(object)
    """SpeedResult, which is in the history by then."""
    failed = Signal(object)
    """ExpectedError. What was waiting is dropped."""
    history_changed = Signal(object)
    """list[SpeedResult], newest first."""
    _heard = Signal(object, object)
    _ended = Signal(object, str)

    def __init__(
        self, paths: Paths, start_child: StartChild = ChildProcess, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.state = SpeedState()
        self.history: list[SpeedResult] = []
        self._start_child = start_child
        self._history = SpeedHistory(paths.data)
        self._tasks = TaskService("SpeedThread", self)
        self._waiting: deque[SpeedWish] = deque()
        self._child: Child | None = None
        self._run = object()
        """Of the child whose messages count."""
        self._outcome: SpeedResult | ExpectedError | None = None
        self._deleted: list[SpeedResult] = []
        queued = Qt.ConnectionType.QueuedConnection  # the child's threads emit them
        self._heard.connect(self._hear, queued)
        self._ended.connect(self._end, queued)

    def refresh(self) -> None:
        """Read the history; `history_changed` follows."""
        self._change(self._history.read)

    def measure(self, wishes: Sequence[SpeedWish]) -> None:
        """Measure these, one after another, after what is measured now."""
        self._waiting.extend(wishes)
        if self._child is None:
            self._next()
        else:
            self._set_state(self.state.step)

    def stop(self) -> None:
        """Give up what is measured now, and what waits."""
        self._waiting.clear()
        self._run = object()
        self._close_child()
        self._set_state(None, None)

    def delete(self, number: str) -> None:
        """Take a measurement out of the history; `undo_delete` brings it back."""
        self._deleted += [result for result in self.history if result.id == number]
        self._change(partial(self._history.remove, number))

    def undo_delete(self) -> None:
        """Bring back the measurement that was deleted last."""
        if self._deleted:
            self._change(partial(self._history.add, self._deleted.pop()))

    def export(self, result: SpeedResult, file: Path) -> None:
        """Write `result` as JSON; `failed` if that cannot be."""
        text = json.dumps(to_plain(result), ensure_ascii=False, indent=1)
        self._tasks.run(
            partial(_told, partial(write_atomically, file, text)), None, self.failed.emit
        )

    def shut_down(self) -> None:
        """End what is measured and the thread."""
        child, self._child = self._child, None
        self._waiting.clear()
        self._run = object()
        if child is not None:
            child.close()
        self._tasks.shut_down()

    def _next(self) -> None:
        wish = self._waiting.popleft()
        run = self._run = object()
        self._outcome = None
        self._child = self._start_child(
            [*worker_command("bench"), *wish.arguments()],
            partial(self._heard.emit, run),
            partial(self._ended.emit, run),
        )
        self._set_state(None, wish)
        self._child.start()

    @Slot(object, object)
    def _hear(self, run: object, message: dict[str, Any]) -> None:
        if run is not self._run:
            return
        try:
            if "step" in message:
                self._set_state(from_plain(SpeedStep, message["step"]))
            elif "rows" in message:
                self._outcome = from_plain(SpeedResult, message)
            elif "error" in message:
                self._outcome = _error(message)
        except ValidationError:
            log.warning("a message of the measurement cannot be read")

    @Slot(object, str)
    def _end(self, run: object, how: str) -> None:
        if run is not self._run:
            return
        self._close_child()
        outcome = self._outcome or MeasurementFailed(how)
        if isinstance(outcome, ExpectedError):
            self._waiting.clear()
            self._set_state(None, None)
            self.failed.emit(outcome)
            return
        result = outcome.dated(new_id(), time.time())
        self._change(partial(self._history.add, result), partial(self.finished.emit, result))
        if self._waiting:
            self._next()
        else:
            self._set_state(None, None)

    def _close_child(self) -> None:
        """On SpeedThread, since a child has a moment to end by itself."""
        child, self._child = self._child, None
        if child is not None:
            self._tasks.run(child.close)

    def _set_state(self, step: SpeedStep | None, wish: SpeedWish | str | None = "same") -> None:
        chosen = self.state.wish if isinstance(wish, str) else wish
        self.state = SpeedState(chosen, step, len(self._waiting))
        self.state_changed.emit(self.state)

    def _change(
        self,
        change: Callable[[], list[SpeedResult]],
        then: Callable[[], object] = lambda: None,
    ) -> None:
        def changed(history: list[SpeedResult]) -> None:
            self.history = history
            self.history_changed.emit(history)
            then()

        self._tasks.run(partial(_told, change), changed, self.failed.emit)


def _told(work: Callable[[], T]) -> T:
    """`work`, whose OSError is told."""
    try:
        return work()
    except OSError as error:
        raise MeasurementNotKept(error.strerror or type(error).__name__) from error


def _error(message: dict[str, Any]) -> ExpectedError:
    try:
        return from_wire(message["error"])
    except (KeyError, TypeError):  # one that only the measuring process knows
        return MeasurementFailed(str(message.get("words", "")))
