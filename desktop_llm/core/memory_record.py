"""What models really took of this machine's memory, and what their estimates learn from it.

The engine process reports, after the first answer of a model, by how much it grew. The ratio of
that to the estimate is kept in the cache folder. It corrects the next estimate of the same model in
the same form; a model that was never loaded gets the median of those of the same form and about the
same size, since what an estimate misses is partly fixed and partly proportional to the weights.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from desktop_llm.core.files import write_atomically
from desktop_llm.core.memory_fit import MemoryEstimate

log = logging.getLogger(__name__)

CACHE_NAME = "memory-seen.json"
LEAST, MOST = 0.5, 2.0
"""Ratios beyond these say more about the measurement than about the model."""

SIMILAR = 4.0
"""Models whose estimates differ by more than this factor teach nothing about each other."""

KEPT = 200
"""Measurements; the oldest go first."""


@dataclass(frozen=True)
class Seen:
    """One measurement, in bytes. `form`: engine, number format and bits (`form_of`)."""

    name: str
    form: str
    context: int
    """Tokens of prompt and answer that were in memory."""
    estimated: int
    """By the uncorrected estimate for that context."""
    measured: int

    @property
    def ratio(self) -> float:
        return min(max(self.measured / self.estimated, LEAST), MOST)


BITS = "-bit"


def form_of(engine: str, dtype: str, bits: int) -> str:
    """What decides, beside its size, how much of memory a model takes."""
    return f"{engine}|{bits}{BITS}" if bits else f"{engine}|{dtype}"


class MemoryRecord:
    """What was seen, oldest first."""

    def __init__(self, seen: tuple[Seen, ...] = ()) -> None:
        self.seen = seen

    def correct(self, needed: MemoryEstimate, form: str, context: int) -> MemoryEstimate:
        """`needed` (uncorrected, of a model in `form` with `context` tokens) as it is known now."""
        ratio = self.ratio(needed, form, context)
        return replace(needed, correction=round((ratio - 1) * needed.total))

    def ratio(self, needed: MemoryEstimate, form: str, context: int) -> float:
        """What the estimate has to be multiplied with; 1.0 where nothing is known."""
        alike = [seen for seen in self.seen if seen.form == form]
        if own := [seen for seen in alike if seen.name == needed.name]:
            return min(own, key=lambda seen: _distance(seen.context, context)).ratio
        near = [seen for seen in alike if _distance(seen.estimated, needed.total) < SIMILAR]
        models = {seen.name: seen.ratio for seen in near}
        return median(models.values()) if models else 1.0

    def bits_of(self, name: str) -> int:
        """Of the weights of the model `name`, as Transformers had them last; 0: in its format."""
        for seen in reversed(self.seen):
            engine, _, kept = seen.form.partition("|")
            if (seen.name, engine) == (name, "transformers"):
                bits = kept.removesuffix(BITS)
                return int(bits) if kept.endswith(BITS) and bits.isdecimal() else 0
        return 0

    def with_seen(self, new: Seen) -> MemoryRecord:
        """With one more; it replaces an older one of the same model, form and length."""
        kept = [seen for seen in self.seen if _key(seen) != _key(new)]
        return MemoryRecord((*kept, new)[-KEPT:])


def read_record(cache_dir: Path | None) -> MemoryRecord:
    """What is kept in `cache_dir`; what is damaged or absurd is left out."""
    if cache_dir is None:
        return MemoryRecord()
    try:
        data = json.loads((cache_dir / CACHE_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return MemoryRecord()
    rows = data if isinstance(data, list) else []
    return MemoryRecord(tuple(seen for row in rows[-KEPT:] if (seen := _parse(row))))


def remember(cache_dir: Path, seen: Seen) -> None:
    """Keep one more measurement. A full disk must not keep anybody from chatting."""
    record = read_record(cache_dir).with_seen(seen)
    try:
        rows = [vars(each) for each in record.seen]
        write_atomically(cache_dir / CACHE_NAME, json.dumps(rows, indent=1))
    except OSError as error:
        log.warning("what a model took of memory cannot be kept: %s", type(error).__name__)


def _key(seen: Seen) -> tuple[str, str, int]:
    return seen.name, seen.form, max(seen.context, 1).bit_length()


def _distance(one: int, other: int) -> float:
    """By which factor two counts differ, at least 1."""
    return math.exp(abs(math.log(max(one, 1) / max(other, 1))))


def _parse(row: Any) -> Seen | None:
    try:
        seen = Seen(**row)
    except TypeError:
        return None
    words = isinstance(seen.name, str) and isinstance(seen.form, str)
    counts = (seen.context, seen.estimated, seen.measured)
    sensible = all(type(count) is int and 0 <= count < 1 << 50 for count in counts)
    return seen if words and sensible and seen.estimated and seen.measured else None
