"""A stand-in for the service that switches the server."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.services.serving import ServerStatus


class FakeServingService(QObject):
    """The contract of `ServingService`; a test says how the server is by `show`."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.status = ServerStatus()
        self.calls: list[tuple[Any, ...]] = []

    @property
    def wanted(self) -> bool:
        return self.status.phase in ("starting", "on")

    def switch(self, on: bool) -> None:
        self.calls.append(("switch", on))

    def renew_key(self) -> None:
        self.calls.append(("renew_key",))

    def show(self, status: ServerStatus) -> None:
        self.status = status
        self.changed.emit(status)
