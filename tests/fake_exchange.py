"""Export, import and backups that only note what they were asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.storage.backups import Backup


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


class FakeBackupService(QObject):
    """The contract of `BackupService`, with the backups that the test puts into `backups`."""

    restored = Signal()
    taken_over = Signal(object)
    changed = Signal()
    failed = Signal(object)
    not_made = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.backups: list[Backup] = []
        self.calls: list[tuple[Any, ...]] = []

    def make(self) -> None:
        self.calls.append(("make",))

    def list_backups(self, on_done: Callable[[list[Backup]], None]) -> None:
        on_done(self.backups)

    def restore(self, backup: Path) -> None:
        self.calls.append(("restore", backup))

    def take_over(self, backup: Path) -> None:
        self.calls.append(("take_over", backup))
