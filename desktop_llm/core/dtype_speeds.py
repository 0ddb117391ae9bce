"""How fast this processor is in each number format: what the engine measured, kept in the cache.

The engine measures and writes (`engine.dtype_choice`); the window reads what will be chosen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import DtypeName
from desktop_llm.core.machine import processor_name

CACHE_NAME = "cpu-dtype.json"
DTYPES: tuple[DtypeName, ...] = ("float32", "bfloat16")
KEPT_16, EIGHT_BITS = "16-bit", "8-bit"
"""Weights of 16 and 8 bits that are computed with in float32, measured beside the formats."""
NEW_TOKENS = 128
"""A typical turn: a prompt of 256 tokens, read at once, and 128 tokens written one by one."""


@dataclass(frozen=True)
class DtypeSpeeds:
    """Seconds that the matrix products take, by the name of the format (or EIGHT_BITS)."""

    one_row: dict[str, float]
    many_rows: dict[str, float]

    def turn(self, dtype: str) -> float:
        """Seconds of a typical turn's products."""
        return self.many_rows[dtype] + NEW_TOKENS * self.one_row[dtype]

    def faster(self) -> DtypeName:
        """The format in which a typical turn ends first; bfloat16 if equal, for its memory."""
        return "bfloat16" if self.turn("bfloat16") <= self.turn("float32") else "float32"

    def ratio(self) -> float:
        """How many times as fast the faster format is."""
        slow, fast = sorted((self.turn("float32"), self.turn("bfloat16")), reverse=True)
        return slow / fast


def read_speeds(file: Path) -> dict[str, DtypeSpeeds]:
    """What was measured, oldest first; a missing or damaged file, or part of it, is left out."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    found = {key: _parse(value) for key, value in data.items()}
    return {key: speeds for key, speeds in found.items() if speeds}


def add_speeds(file: Path, key: str, speeds: DtypeSpeeds) -> None:
    """Remember `speeds` under `key`, which begins with the processor's name. Raises OSError."""
    known = {**read_speeds(file), key: speeds}
    plain = {name: asdict(value) for name, value in known.items()}
    write_atomically(file, json.dumps(plain, indent=1))


def measured_dtype(cache_dir: Path) -> DtypeName | None:
    """The format that was faster when this processor was measured last; None if it never was."""
    known = read_speeds(cache_dir / CACHE_NAME).items()
    ours = [speeds for key, speeds in known if key.startswith(processor_name())]
    return ours[-1].faster() if ours else None


def _parse(data: Any) -> DtypeSpeeds | None:
    try:
        speeds = DtypeSpeeds(**data)
        times = [part[dtype] for part in (speeds.one_row, speeds.many_rows) for dtype in DTYPES]
    except (TypeError, KeyError):
        return None
    return speeds if all(isinstance(t, float) and 0 < t < 1000 for t in times) else None
