"""The division into a training part and an evaluation part: by seed, and without leaks."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desktop_llm.training.data.fingerprint import row_key
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import DataSpec, TaskName

Group = list[int]
"""Rows (their numbers) with the same contents; they stay together."""


def split(
    examples: Sequence[Example], spec: DataSpec, task: TaskName
) -> tuple[list[Example], list[Example]]:
    """The training and the evaluation part, each in the order of `examples`."""
    train, held_out = divide([mark(example) for example in examples], spec, task)
    return [examples[i] for i in train], [examples[i] for i in held_out]


@dataclass(frozen=True, slots=True)
class Mark:
    """All that dividing needs to know of a row."""

    key: bytes
    label: str | None
    held_out: bool


def mark(example: Example) -> Mark:
    """What `divide` needs to know of `example`."""
    return Mark(row_key(example), example.label, example.held_out)


def divide(rows: Sequence[Mark], spec: DataSpec, task: TaskName) -> tuple[list[int], list[int]]:
    """The numbers of the training rows and of the evaluation rows.

    Without evaluation files a share of `spec.eval_fraction` is held out: at least one row and
    never all; none if all rows are alike. A classifier's labels have the same share each, and
    none is in the evaluation part only.
    """
    own = [i for i, row in enumerate(rows) if row.held_out]
    groups: dict[bytes, Group] = defaultdict(list)
    for i, row in enumerate(rows):
        if not row.held_out:
            groups[row.key].append(i)
    shuffled = list(groups.values())
    random.Random(spec.seed).shuffle(shuffled)
    chosen = _first(shuffled, spec.max_rows)
    if not own and not spec.eval_files:
        own = _held_out(chosen, rows, spec.eval_fraction, by_label=task == "classify")
    apart = set(own)
    return sorted(i for group in chosen for i in group if i not in apart), sorted(own)


def _first(groups: list[Group], rows: int) -> list[Group]:
    """As many of `groups` as have `rows` rows together (0: all); the last may be shortened."""
    if not rows:
        return groups
    chosen, left = [], rows
    for group in groups:
        if left > 0:
            chosen.append(group[:left])
            left -= len(chosen[-1])
    return chosen


def _held_out(
    groups: list[Group], rows: Sequence[Mark], fraction: float, *, by_label: bool
) -> list[int]:
    strata: dict[str | None, list[Group]] = defaultdict(list)
    for group in groups:
        strata[rows[group[0]].label if by_label else None].append(group)
    found: list[int] = []
    wanted = 0.0
    for label in sorted(strata, key=str):
        wanted += max(0.0, fraction) * sum(map(len, strata[label]))
        found += (taken := _take(strata[label], round(wanted)))
        wanted -= len(taken)
    if not found:
        largest = max(strata.values(), key=len, default=[])
        found = min(largest, key=len) if len(largest) > 1 else []
    return found


def _take(groups: Iterable[Group], wanted: int) -> list[int]:
    """Whole groups with at most `wanted` rows together; one group is left in any case."""
    _, *others = groups
    taken: list[int] = []
    for group in others:
        if len(taken) + len(group) <= wanted:
            taken += group
    return taken
