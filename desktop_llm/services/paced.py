"""Reports of progress at a pace that the window can show."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

UPDATE_S = 0.1
"""Between two reports, so that there are at most ten a second."""


class Paced(Generic[T]):
    """Passes reports on, at most one in `UPDATE_S`; `flush` passes on the last one."""

    def __init__(self, report: Callable[[T], None]) -> None:
        self._report = report
        self._told_at = -UPDATE_S
        self._held: tuple[T, ...] = ()

    def __call__(self, progress: T) -> None:
        self._held = (progress,)
        if time.monotonic() - self._told_at >= UPDATE_S:
            self.flush()

    def flush(self) -> None:
        """Pass on what was held back."""
        for progress in self._held:
            self._told_at = time.monotonic()
            self._report(progress)
        self._held = ()
