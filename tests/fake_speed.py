"""The contract of `SpeedService`, and measurements, without measuring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.speed import SpeedResult, SpeedRow, SpeedStep, SpeedWish
from desktop_llm.services.speed import SpeedState


def a_row(
    side: str = "ours", setting: str = "exact", prompt_tokens: int = 64, **facts: Any
) -> SpeedRow:
    usual: dict[str, Any] = {
        "runs": 3,
        "load_s": 0.8,
        "first_s": 0.25,
        "reading": 256.0,
        "writing": 40.0,
        "turn_s": 2.0,
        "turn_low_s": 1.9,
        "turn_high_s": 2.2,
        "peak_bytes": 700_000_000,
        "perplexity": 20.0,
    }
    return SpeedRow(side, setting, prompt_tokens, **(usual | facts))


def a_speed_result(number: str = "one", when: float = 1.8e9, **facts: Any) -> SpeedResult:
    """Two lengths; ours in 8 bits is ahead at the longer one."""
    rows = (
        a_row("ours", "8-bit", 64, turn_s=1.5),
        a_row("ours", "8-bit", 512, turn_s=2.5),
        a_row("stock", "float32", 64, turn_s=3.0),
        a_row("stock", "float32", 512, turn_s=6.0),
        a_row("llamacpp", "Q4_1", 64, turn_s=1.0),
        a_row("llamacpp", "Q4_1", 512, turn_s=3.5),
    )
    usual: dict[str, Any] = {
        "rows": rows,
        "settings": {"model": "Tiny model", "runs": 3},
        "machine": {"processor": "A processor", "cores": 2, "system": "A system"},
        "versions": {"desktop-llm": "0.1.0", "torch": "2.13.0"},
        "id": number,
        "when": when,
    }
    return SpeedResult(**(usual | facts))


class FakeSpeedService(QObject):
    """Measures when `step` and `finish` say so."""

    state_changed = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    history_changed = Signal(object)

    def __init__(self, history: Sequence[SpeedResult] = ()) -> None:
        super().__init__()
        self.state = SpeedState()
        self.history = list(history)
        self.calls: list[tuple[Any, ...]] = []

    def refresh(self) -> None:
        self.calls.append(("refresh",))
        self.history_changed.emit(self.history)

    def measure(self, wishes: Sequence[SpeedWish]) -> None:
        self.calls.append(("measure", list(wishes)))
        self._set_state(SpeedState(wishes[0], None, len(wishes) - 1))

    def stop(self) -> None:
        self.calls.append(("stop",))
        self._set_state(SpeedState())

    def delete(self, number: str) -> None:
        self.calls.append(("delete", number))
        self.show([each for each in self.history if each.id != number])

    def undo_delete(self) -> None:
        self.calls.append(("undo_delete",))

    def export(self, result: SpeedResult, file: Path) -> None:
        self.calls.append(("export", result.id, file))

    def step(self, stage: str, engine: str, prompt_tokens: int, fraction: float) -> None:
        """The measuring is here."""
        step = SpeedStep(stage, engine, prompt_tokens, fraction)
        self._set_state(SpeedState(self.state.wish, step, self.state.waiting))

    def finish(self, result: SpeedResult) -> None:
        """The measuring has ended with `result`."""
        self._set_state(SpeedState())
        self.show([result, *self.history])
        self.finished.emit(result)

    def show(self, history: Sequence[SpeedResult]) -> None:
        self.history = list(history)
        self.history_changed.emit(self.history)

    def _set_state(self, state: SpeedState) -> None:
        self.state = state
        self.state_changed.emit(state)
