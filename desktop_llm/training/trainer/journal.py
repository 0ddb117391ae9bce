"""What the trainer tells: events in the run folder, progress not too often, and its own clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any

import psutil

from desktop_llm.core.text import Text
from desktop_llm.training.events import (
    AdviceEvent,
    ProgressEvent,
    RunEvent,
    RunState,
    StateEvent,
)
from desktop_llm.training.run_folder import RunFolder

PROGRESS_EVERY = 0.5
"""Seconds between two progress events."""

REMEMBERED_STEPS = 20
"""The speed is that of so many last steps."""


class Journal:
    """Writes the events of one process's work on a run. `step`: optimizer steps done."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.step = 0
        self.memory: Callable[[], int] = lambda: int(psutil.Process().memory_info().rss)
        self._told = float("-inf")
        self._paused = 0.0
        self._steps: deque[tuple[float, int]] = deque(maxlen=REMEMBERED_STEPS)

    def seconds(self) -> float:
        """A clock that stands still in pauses."""
        return time.monotonic() - self._paused

    def add_pause(self, seconds: float) -> None:
        self._paused += seconds

    def add(self, kind: Callable[..., RunEvent], **facts: Any) -> None:
        """Append an event of this step. Raises RunFolderGone, RunDiskFull."""
        self.run.append(kind(time=time.time(), step=self.step, **facts))

    def state(self, state: RunState, note: Text | None = None) -> None:
        self.add(StateEvent, state=state, note=note)

    def advise(self, text: Text) -> None:
        self.add(AdviceEvent, text=text)

    def stage(self, stage: str, done: int, total: int) -> None:
        """Progress of something other than training. At most twice a second."""
        if self._is_time():
            self.run.append(
                ProgressEvent(time.time(), done, total, 0.0, 0.0, None, self.memory(), stage)
            )

    def step_done(
        self, total: int, epoch: float, seconds: float, tokens: int, later: float = 0.0
    ) -> None:
        """Progress of the training: the step that ended took `seconds` for `tokens`.

        `later`: seconds that will be spent on other things than steps.
        """
        self._steps.append((seconds, tokens))
        if not self._is_time() and self.step < total:
            return
        spent = sum(seconds for seconds, _ in self._steps) or 1e-9
        speed = sum(tokens for _, tokens in self._steps) / spent
        left = (total - self.step) * spent / len(self._steps) + later
        self.add(
            ProgressEvent,
            total=total,
            epoch=epoch,
            tokens_per_s=speed,
            seconds_left=left,
            memory_bytes=self.memory(),
        )

    def _is_time(self) -> bool:
        now = time.monotonic()
        if now - self._told < PROGRESS_EVERY:
            return False
        self._told = now
        return True
