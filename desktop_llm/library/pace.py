"""How far a download is, how fast, and how long it will take."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from desktop_llm.library.hub_types import DownloadProgress, HubFile, Stage

SMOOTH_S = 5.0
"""The speed is that of about the last seconds."""
REPORT_S = 0.1
MEASURE_S = 0.25

OnProgress = Callable[[DownloadProgress], None]


class Speed:
    """Bytes per second, smoothed; a line that stalls makes it fall."""

    def __init__(self, now: float) -> None:
        self._since, self._count = now, 0
        self._rate = self._weight = 0.0

    def add(self, count: int, now: float) -> None:
        self._count += count
        passed = now - self._since
        if passed < MEASURE_S:
            return
        share = 1 - math.exp(-passed / SMOOTH_S)
        self._rate += share * (self._count / passed - self._rate)
        self._weight += share * (1 - self._weight)
        self._since, self._count = now, 0

    @property
    def bytes_per_s(self) -> float:
        """0 until there is something to go by."""
        return self._rate / self._weight if self._weight else 0.0


class Pace:
    """Tells `on_progress` of `files`, about ten times a second at most; `done` never goes back.

    `begun` bytes are there already, as far as is known before they are looked at.
    """

    def __init__(self, files: Sequence[HubFile], on_progress: OnProgress, begun: int = 0) -> None:
        self._total = sum(file.size for file in files)
        self._tell = on_progress
        self._known = {file.path: 0 for file in files}
        self._done = min(begun, self._total)
        self._told_at = -math.inf
        self._speed: Speed | None = None

    def at(self, file: HubFile, done: int, stage: Stage, came: int | None = None) -> None:
        """`done` bytes of a file are there or known; `came`: what the speed is measured by."""
        now = time.monotonic()
        begins = done == 0 or self._known[file.path] == 0
        self._known[file.path] = done
        self._done = max(self._done, sum(self._known.values()))
        if came is not None:
            self._speed = self._speed or Speed(now)
            self._speed.add(came, now)
        if begins or done == file.size or now - self._told_at >= REPORT_S:
            self._told_at = now
            self._tell(self._progress(file, done, stage))

    def _progress(self, file: HubFile, done: int, stage: Stage) -> DownloadProgress:
        speed = self._speed.bytes_per_s if self._speed else 0.0
        left = (self._total - self._done) / speed if speed > 1 else None
        return DownloadProgress(
            file=file.path,
            file_done=done,
            file_total=file.size,
            done=self._done,
            total=self._total,
            stage=stage,
            bytes_per_s=speed,
            seconds_left=left,
        )
