"""An exchange of conversations that only notes what it was asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal


class FakeExchangeService(QObject):
    """The contract of `ExchangeService`."""

    exported = Signal(object, int)
    imported = Signal(object, object)
    progressed = Signal(int, int)
    busy_changed = Signal(bool)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.busy = False
        self.calls: list[tuple[Any, ...]] = []

    def export(self, ids: Sequence[str], form: str, target: Path) -> None:
        self.calls.append(("export", list(ids), form, target))

    def import_file(self, path: Path) -> None:
        self.calls.append(("import_file", path))

    def cancel(self) -> None:
        self.calls.append(("cancel",))
