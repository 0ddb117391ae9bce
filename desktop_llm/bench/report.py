"""Figures with what produced them: the machine, the versions, the settings."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.machine import describe, versions
from desktop_llm.core.text import columns


@dataclass(frozen=True)
class Figure:
    """One measured quantity: the median of `values`, and the range of them."""

    name: str
    values: tuple[float, ...]
    unit: str
    budget: float | None = None
    at_least: bool = False
    """The budget is a floor, as for a speed, and not a ceiling."""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def within(self) -> bool | None:
        """Whether the median keeps the budget; None where there is none."""
        if self.budget is None:
            return None
        return self.median >= self.budget if self.at_least else self.median <= self.budget

    def as_json(self) -> dict[str, Any]:
        return {
            "median": round(self.median, 4),
            "low": round(min(self.values), 4),
            "high": round(max(self.values), 4),
            "runs": len(self.values),
            "unit": self.unit,
            "budget": self.budget,
            "within": self.within,
        }

    def cells(self) -> tuple[str, str, str, str]:
        several = len(self.values) > 1
        spread = f"{_short(min(self.values))}-{_short(max(self.values))}" if several else ""
        sign = "≥" if self.at_least else "≤"
        budget = "" if self.budget is None else f"{sign} {_short(self.budget)}"
        verdict = {True: " ok", False: " MISSED", None: ""}[self.within]
        return self.name, f"{_short(self.median)} {self.unit}", spread, budget + verdict


@dataclass
class Report:
    """The outcome of one `bench` command; `tell` hears what is measured next, as it takes long."""

    title: str
    settings: dict[str, Any]
    tell: Callable[[str], None] = lambda words: None
    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        values: float | Iterable[float],
        unit: str,
        budget: float | None = None,
        at_least: bool = False,
    ) -> None:
        """Record a figure; several values are repetitions of the same measurement."""
        several = (values,) if isinstance(values, int | float) else tuple(values)
        if several:
            self.figures.append(Figure(name, tuple(map(float, several)), unit, budget, at_least))

    def as_json(self) -> dict[str, Any]:
        return {
            "bench": self.title,
            "figures": {figure.name: figure.as_json() for figure in self.figures},
            "settings": self.settings,
            "machine": describe(),
            "versions": versions(),
        }

    def __str__(self) -> str:
        machine, rows = describe(), [figure.cells() for figure in self.figures]
        heading = ("WHAT", "MEDIAN", "RANGE", "BUDGET")
        lines = [
            columns([heading, *rows]),
            "",
            f"{machine['processor']}, {machine['cores']} cores, {machine['system']}",
            ", ".join(f"{name} {number}" for name, number in versions().items()),
            ", ".join(f"{name} {value}" for name, value in self.settings.items()),
        ]
        return "\n".join(lines)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` percent of all `values` do not exceed."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered), int(rank)) - 1)]


def _short(value: float) -> str:
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}"
