"""The hub seen from the GUI thread: searches, details of models, and the account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.secrets import HUB_TOKEN, Place, Secrets
from desktop_llm.core.settings import Settings
from desktop_llm.library.access import hub_access, online
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_types import (
    OFFICIAL_HUB,
    HubAccess,
    ModelDetails,
    SearchPage,
    SearchQuery,
)
from desktop_llm.services.tasks import TaskService

Kind = Literal["search", "details"]


class HubService(QObject):
    """Asks the hub process; searches, details and the account wait for their own kind only.

    The newest search and the newest details are answered, older ones are given up.
    """

    page_ready = Signal(object, bool)
    """SearchPage, and whether it is the first of its search."""
    details_ready = Signal(object)
    """ModelDetails."""
    failed = Signal(object)
    """ExpectedError of the newest search."""
    details_failed = Signal(object)
    """ExpectedError of the newest details."""
    busy_changed = Signal(bool)
    """Whether a search is on its way."""
    account_changed = Signal(str, bool)
    """The name of the account whose token is used, "" if there is none; and whether the keyring
    has it, so that it is still there at the next start.
    """

    def __init__(
        self,
        client: HubClient,
        settings: Callable[[], Settings],
        secrets: Secrets,
        parent: QObject | None = None,
    ) -> None:
        """`settings` gives the settings as they are now, on any thread."""
        super().__init__(parent)
        self._client = client
        self._settings = settings
        self._secrets = secrets
        self._tasks = {
            "search": TaskService("HubSearchThread", self),
            "details": TaskService("HubDetailsThread", self),
            "account": TaskService("HubAccountThread", self),
        }
        self._open: dict[Kind, threading.Event] = {}
        self._was_busy = False
        self._query = SearchQuery()
        self._next = ""
        self._account = settings().hub_account

    @property
    def account(self) -> str:
        """What `account_changed` said last."""
        return self._account

    @property
    def busy(self) -> bool:
        return "search" in self._open

    @property
    def has_more(self) -> bool:
        """Whether `more` would bring results."""
        return bool(self._next)

    def access(self) -> HubAccess:
        """How the hub is reached now. May wait for the keyring: for worker threads only."""
        chosen = self._settings().model_copy(update={"hub_account": self._account})
        return hub_access(chosen, self._secrets.get)

    def search(self, query: SearchQuery) -> None:
        """Begin a search; `page_ready(page, True)` or `failed` follows, unless another comes."""
        self._query, self._next = query, ""
        self._ask("search", partial(self._search, query, ""), partial(self._found, True))

    def more(self) -> None:
        """The next results of the search; nothing happens while one is on its way, or at its end.

        After a failure the same results are asked for again.
        """
        if self._next and not self.busy:
            call = partial(self._search, self._query, self._next)
            self._ask("search", call, partial(self._found, False))

    def details(self, repo: str, revision: str = "main") -> None:
        """All about one model; `details_ready` or `details_failed` follows."""

        def call(stop: threading.Event) -> ModelDetails | None:
            return self._client.details(online(self.access()), repo, revision, stop)

        self._ask("details", call, self.details_ready.emit)

    def give_up(self, *kinds: Kind) -> None:
        """Nobody wants what is on its way any more, of `kinds` or, without any, at all."""
        for kind in kinds or tuple(self._open):
            if stop := self._open.pop(kind, None):
                stop.set()
        self._tell_busy()

    def sign_in(
        self,
        token: str,
        on_done: Callable[[str, Place], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        """Check `token` at the official hub and keep it.

        `on_done` gets the account's name, and where the token is: for this session only, if the
        system has no keyring that can be used.
        """

        def check() -> tuple[str, Place]:
            chosen = self._settings()
            access = HubAccess(OFFICIAL_HUB, chosen.proxy, token, chosen.offline)
            name = self._client.check_token(online(access))
            return name, self._secrets.set(HUB_TOKEN, token)

        def done(outcome: tuple[str, Place]) -> None:
            name, place = outcome
            self._set_account(name, place == "keyring")
            on_done(name, place)

        self._tasks["account"].run(check, done, on_failed)

    def sign_out(self, on_done: Callable[[bool], None] = lambda gone: None) -> None:
        """Forget the token, here and in the keyring; `account_changed` follows.

        `on_done` gets whether the keyring does not have it any more either.
        """

        def done(gone: bool) -> None:
            self._set_account("", False)
            on_done(gone)

        self._tasks["account"].run(partial(self._secrets.forget, HUB_TOKEN), done)

    def shut_down(self) -> None:
        """End the hub process and the threads; nothing is told after."""
        self.give_up()
        self._client.shut_down()
        for tasks in self._tasks.values():
            tasks.shut_down()

    def _search(self, query: SearchQuery, page: str, stop: threading.Event) -> SearchPage | None:
        return self._client.search(online(self.access()), query, page, stop)

    def _found(self, first: bool, page: SearchPage) -> None:
        self._next = page.next
        self.page_ready.emit(page, first)

    def _set_account(self, name: str, kept: bool) -> None:
        self._account = name
        self.account_changed.emit(name, kept)

    def _ask(
        self,
        kind: Kind,
        call: Callable[[threading.Event], object],
        tell: Callable[[Any], None],
    ) -> None:
        if before := self._open.pop(kind, None):
            before.set()
        stop = self._open[kind] = threading.Event()
        self._tell_busy()
        failed = self.failed if kind == "search" else self.details_failed
        self._tasks[kind].run(
            lambda: None if stop.is_set() else call(stop),
            partial(self._ended, kind, stop, tell),
            partial(self._ended, kind, stop, failed.emit),
        )

    def _ended(
        self, kind: Kind, stop: threading.Event, tell: Callable[[Any], None], outcome: object
    ) -> None:
        if self._open.get(kind) is stop:
            del self._open[kind]
            self._tell_busy()
            tell(outcome)

    def _tell_busy(self) -> None:
        if self._was_busy != self.busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)
