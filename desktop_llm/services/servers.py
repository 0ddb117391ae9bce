"""The servers whose models are offered beside those of this computer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadOptions, ModelSource
from desktop_llm.core.remote_server import (
    ListedModel,
    RemoteServer,
    is_here,
    new_server_id,
    remote_models,
    secret_name,
    tidy_address,
)
from desktop_llm.core.secrets import Place, Secrets
from desktop_llm.core.settings import Settings
from desktop_llm.services.tasks import TaskService

ListRemote = Callable[[str, str], list[ListedModel]]
"""Asks the server at an address, with a key, for its models; blocks."""

OnFailed = Callable[[ExpectedError], None]


class ServerService(QObject):
    """Keeps the list; whoever made this writes it down when `changed` comes.

    A key is in the keyring under its address, so that it is never sent to another one, whatever
    becomes of the list.
    """

    changed = Signal(object)
    """list[RemoteServer]"""

    def __init__(
        self,
        list_remote: ListRemote,
        settings: Callable[[], Settings],
        secrets: Secrets,
        parent: QObject | None = None,
    ) -> None:
        """`settings` gives the settings as they are now."""
        super().__init__(parent)
        self.servers: list[RemoteServer] = list(settings().servers)
        self._list_remote = list_remote
        self._settings = settings
        self._secrets = secrets
        self._tasks = TaskService("ServerThread", self)

    def models(self) -> list[ModelSource]:
        """What is offered; of other computers nothing while one works offline."""
        offline = self._settings().offline
        return remote_models([s for s in self.servers if not offline or is_here(s.address)])

    def find(self, server_id: str) -> RemoteServer | None:
        """The server with that id."""
        return next((each for each in self.servers if each.id == server_id), None)

    def ask(
        self,
        typed: str,
        key: str | None,
        on_done: Callable[[str, list[ListedModel]], None],
        on_failed: OnFailed,
    ) -> None:
        """Ask a server for its models; `on_done` gets its tidied address, too.

        `key` None: the one that is kept for this address.
        """

        def call() -> tuple[str, list[ListedModel]]:
            address = tidy_address(typed)
            own = self._kept_key(address) if key is None else key
            return address, self._list_remote(address, own)

        self._tasks.run(call, lambda answer: on_done(*answer), on_failed)

    def save(self, server: RemoteServer, key: str | None, on_done: Callable[[Place], None]) -> None:
        """Add `server`, or change the one with its id; one without an id is given one.

        `key` None: as it was, if the address is; "": none. `on_done` gets where the key is.
        """
        server_id = server.id or new_server_id(server.title, {each.id for each in self.servers})
        known = self.find(server_id)
        same = known is not None and secret_name(known.address) == secret_name(server.address)
        has_key = bool(key) if key is not None else bool(same and known and known.has_key)
        saved = server.model_copy(update={"id": server_id, "has_key": has_key})
        before = list(self.servers)
        after = [saved if each.id == server_id else each for each in before]
        self.servers = after if known else [*before, saved]

        def keep() -> Place:
            self._forget_unused(before)
            return self._secrets.set(saved.secret, key) if key else "keyring"

        def kept(place: Place) -> None:
            self.changed.emit(self.servers)
            on_done(place)

        self._tasks.run(keep, kept)

    def remove(self, server_id: str) -> None:
        """Offer nothing of that server any more, and forget its key. Ask the person first."""
        before = list(self.servers)
        self.servers = [each for each in before if each.id != server_id]
        self.changed.emit(self.servers)
        self._tasks.run(partial(self._forget_unused, before))

    def applied_to(self, model: ModelSource, options: LoadOptions) -> LoadOptions:
        """`options` with the key that `model` needs. Waits for the keyring: for worker threads."""
        if model.remote is None:
            return options
        return replace(options, api_key=self._kept_key(model.remote.address))

    def shut_down(self) -> None:
        """End the thread, after the engine process, which may owe it an answer."""
        self._tasks.shut_down()

    def _kept_key(self, address: str) -> str:
        name = secret_name(address)
        wanted = any(each.secret == name for each in self.servers)
        return self._secrets.get(name) if wanted else ""

    def _forget_unused(self, before: list[RemoteServer]) -> None:
        """Keys that no server of the list needs any more. May wait for the keyring."""
        needed = {each.secret for each in self.servers}
        for name in {each.secret for each in before} - needed:
            self._secrets.forget(name)
