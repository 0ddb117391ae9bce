"""The outcome of a comparison: a row for each engine, setting and length, and the ratios.

A ratio is taken between turns of the same round. Beside it stand the perplexities of both sides:
speed that was bought with quality shows.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_llm.bench.race import Measured
from desktop_llm.bench.report import Report
from desktop_llm.bench.rivals import Turn
from desktop_llm.core.text import columns

DECODE_BUDGETS = {64: 2.0, 512: 2.3, 2048: 3.0, 4096: 4.0}
"""Writing speed of ours ÷ stock bfloat16, by the prompt's length."""

TURN_BUDGET, TURN_FROM = 1.0, 512
AGAIN_BUDGET, AGAIN_FROM = 0.1, 4000
EQUAL = 1.005
"""A perplexity so many times another is the same."""

BASELINES = ("stock bfloat16", "stock float32")


@dataclass
class SpeedReport(Report):
    """A report with `rows` for tables and plots."""

    measured: Mapping[str, Measured] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    def conclude(self) -> None:
        """Work out the figures of what was measured."""
        ours = [each for each in self.measured.values() if each.side == "ours"]
        for length in self.lengths:
            present = [each for each in ours if each.turns.get(length)]
            for name in BASELINES:
                self._compare_decoding(length, present, self.measured.get(name))
            self._compare_turns(length, present)
        for each in ours:
            for occasion, ratios in each.again.items():
                name = f"first token {occasion} ÷ first reading: {each.name}"
                self.add(name, ratios, "", AGAIN_BUDGET)

    @property
    def lengths(self) -> list[int]:
        return sorted({length for each in self.measured.values() for length in each.turns})

    def _compare_decoding(
        self, length: int, ours: Sequence[Measured], stock: Measured | None
    ) -> None:
        if stock is None or not stock.turns.get(length) or not ours:
            return
        best = max(ours, key=lambda each: _median(each, length, lambda turn: turn.writing))
        for each in ours:
            name = f"writing after {length}: {each.name} ÷ {stock.name}{_quality(each, stock)}"
            goal = DECODE_BUDGETS.get(length) if stock.setting == "bfloat16" else 1.0
            ratios = _ratios(each, stock, length, lambda turn: turn.writing)
            self.add(name, ratios, "", goal if each is best else None, at_least=True)

    def _compare_turns(self, length: int, ours: Sequence[Measured]) -> None:
        """How many times as fast a whole turn is as the fastest of llama.cpp's."""
        rivals = [
            each
            for each in self.measured.values()
            if each.side == "llamacpp" and each.turns.get(length)
        ]
        if not rivals or not ours:
            return
        rival = min(rivals, key=lambda each: _median(each, length, lambda turn: turn.total_s))
        equal = [e for e in ours if e.perplexity <= rival.perplexity * EQUAL] or list(ours)
        best = min(equal, key=lambda each: _median(each, length, lambda turn: turn.total_s))
        for each in ours:
            name = f"turn of {length}: {each.name}, times as fast as {rival.name}"
            ratios = _ratios(rival, each, length, lambda turn: turn.total_s)
            goal = TURN_BUDGET if each is best and length >= TURN_FROM else None
            self.add(name + _quality(each, rival), ratios, "", goal, at_least=True)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Medians, one row for each engine, setting and length."""
        return [_row(each, length) for each in self.measured.values() for length in each.turns]

    def as_json(self) -> dict[str, Any]:
        return super().as_json() | {"rows": self.rows, "skipped": dict(self.skipped)}

    def __str__(self) -> str:
        heading = ["ENGINE", "PROMPT", "LOAD", "FIRST", "READS", "WRITES", "TURN", "MEMORY", "PPL"]
        table = columns([heading, *(_cells(row) for row in self.rows)])
        missing = [f"left out: {name}: {reason}" for name, reason in self.skipped.items()]
        return "\n".join([table, "", super().__str__(), *missing])


def _median(each: Measured, length: int, of: Callable[[Turn], float]) -> float:
    return statistics.median(map(of, each.turns[length]))


def _ratios(
    above: Measured, below: Measured, length: int, of: Callable[[Turn], float]
) -> Iterable[float]:
    pairs = zip(above.turns[length], below.turns[length], strict=False)
    return [of(a) / of(b) for a, b in pairs if of(b)]


def _quality(one: Measured, other: Measured) -> str:
    if not one.perplexity or not other.perplexity:
        return ""
    return f" (perplexity {one.perplexity:.2f} / {other.perplexity:.2f})"


def _row(each: Measured, length: int) -> dict[str, Any]:
    turns = each.turns[length]
    seconds = [turn.total_s for turn in turns]
    return {
        "side": each.side,
        "setting": each.setting,
        "prompt_tokens": length,
        "runs": len(turns),
        "load_s": round(each.load_s, 3),
        "first_s": round(_median(each, length, lambda turn: turn.first_s), 4),
        "reading": round(_median(each, length, lambda turn: turn.reading), 2),
        "writing": round(_median(each, length, lambda turn: turn.writing), 2),
        "turn_s": round(statistics.median(seconds), 3),
        "turn_low_s": round(min(seconds), 3),
        "turn_high_s": round(max(seconds), 3),
        "peak_bytes": each.peak_bytes,
        "perplexity": round(each.perplexity, 4),
    }


def _cells(row: Mapping[str, Any]) -> list[str]:
    return [
        f"{row['side']} {row['setting']}",
        str(row["prompt_tokens"]),
        f"{row['load_s']:.1f} s",
        f"{row['first_s']:.2f} s",
        f"{row['reading']:.0f}/s",
        f"{row['writing']:.1f}/s",
        f"{row['turn_s']:.2f} s",
        f"{row['peak_bytes'] / 1e6:.0f} MB",
        f"{row['perplexity']:.2f}" if row["perplexity"] else "-",
    ]
