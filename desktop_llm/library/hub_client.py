"""The hub process seen from the window: it searches, fetches and checks models.

Free of huggingface_hub. `hub_worker` is the other side.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from desktop_llm.core import model_folder  # noqa: F401 - the errors of the process by their names
from desktop_llm.core.process.child import Message, worker_command
from desktop_llm.core.process.client import SILENCE_LIMIT_S, WorkerClient
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.library import errors  # noqa: F401
from desktop_llm.library.hub_errors import HubProcessCrashed, HubProcessHung
from desktop_llm.library.hub_types import (
    DownloadPlan,
    DownloadProgress,
    HubAccess,
    LibraryEntry,
    ModelDetails,
    SearchPage,
    SearchQuery,
)

log = logging.getLogger(__name__)
T = TypeVar("T")


class HubClient:
    """Asks a hub process, which is started at the first request and again after its end.

    All calls wait for their answers and may come from several threads; downloads and checks are
    worked off one after the other, each kind of question is answered meanwhile. They raise
    ExpectedError: those of `hub_errors`. A call whose `stop` is set returns None, soon.
    """

    def __init__(
        self, command: Sequence[str] | None = None, silence_limit_s: float = SILENCE_LIMIT_S
    ) -> None:
        self._worker = WorkerClient(
            command or worker_command("hub-worker"),
            HubProcessCrashed,
            HubProcessHung,
            on_lost=lambda error: log.warning("the hub process ended"),
            silence_limit_s=silence_limit_s,
        )

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return self._worker.pid

    def search(
        self,
        access: HubAccess,
        query: SearchQuery,
        page: str = "",
        stop: threading.Event | None = None,
    ) -> SearchPage | None:
        """Some results, from the beginning or from where `SearchPage.next` says."""
        fields = {"access": to_plain(access), "query": to_plain(query), "page": page}
        return self._worker.ask("search", SearchPage, None, stop, **fields)

    def details(
        self,
        access: HubAccess,
        repo: str,
        revision: str = "main",
        stop: threading.Event | None = None,
    ) -> ModelDetails | None:
        """Everything about one model."""
        fields = {"access": to_plain(access), "repo": repo, "revision": revision}
        return self._worker.ask("details", ModelDetails, None, stop, **fields)

    def check_token(self, access: HubAccess) -> str:
        """The name of the account that the token belongs to. Raises TokenRejected."""
        return self._worker.ask("check_token", str, access=to_plain(access)) or ""

    def download(
        self,
        plan: DownloadPlan,
        access: HubAccess,
        on_progress: Callable[[DownloadProgress], None] = lambda progress: None,
        stop: threading.Event | None = None,
    ) -> LibraryEntry | None:
        """Fetch what is missing of `plan`; the model as the library has it then."""

        def relay(message: Message) -> None:
            on_progress(from_plain(DownloadProgress, message["progress"]))

        fields = {"plan": to_plain(plan), "access": to_plain(access)}
        return self._worker.ask("download", LibraryEntry, relay, stop, **fields)

    def verify(
        self,
        name: str,
        on_progress: Callable[[float], None] = lambda fraction: None,
        stop: threading.Event | None = None,
    ) -> LibraryEntry | None:
        """Compute the hashes of the model `name`; how the library has it then."""

        def relay(message: Message) -> None:
            on_progress(float(message["fraction"]))

        return self._worker.ask("verify", LibraryEntry, relay, stop, name=name)

    def kill(self) -> None:
        """End the process at once, whatever it does; the next call starts another one."""
        self._worker.kill()

    def shut_down(self) -> None:
        """End the process for good, within about a second; calls that wait raise."""
        self._worker.shut_down()
