"""The contract of `ServerService`, for windows without a network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.remote_server import ListedModel, RemoteServer, tidy_address


class FakeServerService(QObject):
    """Answers `ask` with `answer` at once, and does what it is told with the list."""

    changed = Signal(object)

    def __init__(self, servers: Sequence[RemoteServer] = ()) -> None:
        super().__init__()
        self.servers = list(servers)
        self.answer: list[ListedModel] | ExpectedError = []
        self.calls: list[tuple[Any, ...]] = []

    def find(self, server_id: str) -> RemoteServer | None:
        return next((each for each in self.servers if each.id == server_id), None)

    def ask(
        self,
        typed: str,
        key: str | None,
        on_done: Callable[[str, list[ListedModel]], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        self.calls.append(("ask", typed, key))
        try:
            address = tidy_address(typed)
        except ExpectedError as error:
            on_failed(error)
            return
        if isinstance(self.answer, ExpectedError):
            on_failed(self.answer)
        else:
            on_done(address, self.answer)

    def save(self, server: RemoteServer, key: str | None, on_done: Callable[[str], None]) -> None:
        self.calls.append(("save", server, key))
        others = [each for each in self.servers if each.id != server.id]
        self.servers = [*others, server]
        self.changed.emit(self.servers)
        on_done("keyring")

    def remove(self, server_id: str) -> None:
        self.calls.append(("remove", server_id))
        self.servers = [each for each in self.servers if each.id != server_id]
        self.changed.emit(self.servers)
