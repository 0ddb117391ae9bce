"""Measurements on the disk: one a line, the oldest first. Called on a worker thread."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from desktop_llm.core.files import write_atomically
from desktop_llm.core.speed import SpeedResult
from desktop_llm.core.wire import from_plain, to_plain

log = logging.getLogger(__name__)

NAME = "speed.jsonl"
KEPT = 500


class SpeedHistory:
    """A line that cannot be read is kept as it is: another version may have written it."""

    def __init__(self, data: Path) -> None:
        self._file = data / NAME
        self._turn = threading.Lock()

    def read(self) -> list[SpeedResult]:
        """Newest first. Raises OSError."""
        found = [result for line in self._lines() if (result := _read(line))]
        return sorted(found, key=lambda result: result.when, reverse=True)

    def add(self, result: SpeedResult) -> list[SpeedResult]:
        """Raises OSError."""
        line = json.dumps(to_plain(result), ensure_ascii=False)
        return self._change(lambda lines: [*lines, line][-KEPT:])

    def remove(self, number: str) -> list[SpeedResult]:
        """Raises OSError."""

        def stays(line: str) -> bool:
            result = _read(line)
            return result is None or result.id != number

        return self._change(lambda lines: [line for line in lines if stays(line)])

    def _change(self, change: Callable[[list[str]], list[str]]) -> list[SpeedResult]:
        with self._turn:
            lines = change(self._lines())
            write_atomically(self._file, "".join(f"{line}\n" for line in lines))
        return self.read()

    def _lines(self) -> list[str]:
        try:
            text = self._file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return []
        return [line for line in text.split("\n") if line.strip()]


def _read(line: str) -> SpeedResult | None:
    try:
        return from_plain(SpeedResult, json.loads(line))
    except (ValueError, ValidationError):
        log.warning("a measurement in the history cannot be read")
        return None
