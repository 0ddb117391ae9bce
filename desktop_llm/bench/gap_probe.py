"""How long the GUI does not come round: the time between two turns of its event loop."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from desktop_llm.bench.report import Report, percentile

TICK_MS = 5
P99_MS = 16
P999_MS = 60


class GapProbe(QObject):
    """A timer that should fire every 5 ms; what it is late is what a person would feel.

    A gap is the time between two firings, so that it is never below the tick itself. Time in which
    the processor was given to others counts, as it does for the person.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last: float | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Forget what was measured and begin."""
        self.gaps_ms.clear()
        self._last = None
        self._timer.start(TICK_MS)

    def stop(self) -> list[float]:
        """End, and return the gaps in milliseconds."""
        self._timer.stop()
        return list(self.gaps_ms)

    @Slot()
    def _tick(self) -> None:
        now = time.perf_counter()
        if self._last is not None:
            self.gaps_ms.append((now - self._last) * 1000)
        self._last = now


def add_gaps(report: Report, when: str, gaps_ms: list[float], held_to_budget: bool = True) -> None:
    """Put the distribution of gaps into `report`."""
    if not gaps_ms:
        return
    report.add(f"gap {when}, p50", percentile(gaps_ms, 50), "ms")
    report.add(
        f"gap {when}, p99", percentile(gaps_ms, 99), "ms", P99_MS if held_to_budget else None
    )
    report.add(
        f"gap {when}, p99.9", percentile(gaps_ms, 99.9), "ms", P999_MS if held_to_budget else None
    )
    report.add(f"gap {when}, max", max(gaps_ms), "ms")
