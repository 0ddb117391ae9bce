"""What the events of one run add up to: curves, samples, advice. Plain values, no widgets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from desktop_llm.core.text import Text
from desktop_llm.training.events import (
    AdviceEvent,
    CheckpointEvent,
    ErrorEvent,
    EvalEvent,
    LossEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    StateEvent,
)

Curve = list[tuple[int, float]]
"""Steps, ascending, each with a value."""


class RunHistory:
    """A run that was resumed goes back to its checkpoint: later steps replace what was there."""

    def __init__(self) -> None:
        self.losses: Curve = []
        self.rates: Curve = []
        self.evals: Curve = []
        self.samples: dict[int, dict[str, str]] = {}
        """Step → prompt → answer."""
        self.prompts: list[str] = []
        self.advice: list[Text] = []
        self.note: Text | None = None
        """Why the run is in its state, where that is not plain."""
        self.progress: ProgressEvent | None = None
        self.checkpoint: int | None = None
        self.best: int | None = None
        self.error: ErrorEvent | None = None
        self._by_kind: dict[type[Any], Callable[[Any], None]] = {
            LossEvent: self._loss,
            EvalEvent: self._eval,
            SampleEvent: self._sample,
            AdviceEvent: self._advise,
            ProgressEvent: self._progressed,
            CheckpointEvent: self._checkpointed,
            ErrorEvent: self._failed,
            StateEvent: self._state,
        }

    def add(self, event: RunEvent) -> None:
        """Take one more event; unknown kinds change nothing."""
        if take := self._by_kind.get(type(event)):
            take(event)

    def _loss(self, event: LossEvent) -> None:
        _put(self.losses, event.step, event.loss)
        _put(self.rates, event.step, event.learning_rate)

    def _eval(self, event: EvalEvent) -> None:
        _put(self.evals, event.step, event.loss)
        if event.best:
            self.best = event.step

    def _sample(self, event: SampleEvent) -> None:
        if event.prompt not in self.prompts:
            self.prompts.append(event.prompt)
        for later in [step for step in self.samples if step > event.step]:
            del self.samples[later]
        self.samples.setdefault(event.step, {})[event.prompt] = event.text

    def _advise(self, event: AdviceEvent) -> None:
        if event.text not in self.advice:
            self.advice.append(event.text)

    def _progressed(self, event: ProgressEvent) -> None:
        self.progress = event

    def _checkpointed(self, event: CheckpointEvent) -> None:
        self.checkpoint = event.step

    def _failed(self, event: ErrorEvent) -> None:
        self.error = event

    def _state(self, event: StateEvent) -> None:
        self.note = event.note
        if event.state in ("preparing", "running"):
            self.error = None


def _put(curve: Curve, step: int, value: float) -> None:
    """Append a point; what is at the same step or beyond belongs to an earlier attempt."""
    while curve and curve[-1][0] >= step:
        curve.pop()
    curve.append((step, value))


def nearest(curve: Sequence[tuple[int, float]], step: float) -> tuple[int, float] | None:
    """The point of `curve` that is closest to `step`."""
    if not curve:
        return None
    place = bisect_left(curve, (step, float("-inf")))
    around = curve[max(0, place - 1) : place + 1]
    return min(around, key=lambda point: abs(point[0] - step))
