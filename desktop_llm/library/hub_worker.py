"""The hub process: the only one that uses the internet, and that knows huggingface_hub.

What a page waits for is answered at once, beside a download that runs. `hub_client` is the other
side.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from desktop_llm.core.paths import Paths, user_paths
from desktop_llm.core.process.server import GivenUp, LineServer, Message
from desktop_llm.core.process.setup import set_up_process
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.hub_types import (
    DownloadPlan,
    DownloadProgress,
    HubAccess,
    LibraryEntry,
    SearchQuery,
)

PROGRESS_S = 0.1
"""At least this long between two reports of a check."""

POLL_S = 0.05
OFFLINE = "HF_HUB_OFFLINE"


def main() -> None:
    """Serve the parent until it closes our stdin; does not return."""
    wanted_offline = os.environ.get(OFFLINE)  # by the person, for everything that uses the hub
    streams = set_up_process(online=True)
    os.environ["HF_HUB_DISABLE_XET"] = "1"  # files come through our own writer, which resumes
    if wanted_offline:
        os.environ[OFFLINE] = wanted_offline
    worker = HubWorker(*streams)
    worker.listen()
    worker.serve()
    os._exit(0)


class HubWorker(LineServer):
    """Downloads and checks in their order, and questions to the hub meanwhile."""

    beside = frozenset({"search", "details", "check_token"})
    stoppable = frozenset({"search", "details", "download", "verify"})

    def _do_search(self, message: Message) -> Any:
        from desktop_llm.library.hub import Hub

        hub, query = Hub(_access(message)), from_plain(SearchQuery, message["query"])
        return self._unless_stopped(message, lambda: hub.search(query, message["page"]))

    def _do_details(self, message: Message) -> Any:
        from desktop_llm.library.hub import Hub

        hub = Hub(_access(message))
        call = lambda: hub.details(message["repo"], message["revision"])  # noqa: E731
        return self._unless_stopped(message, call)

    def _do_check_token(self, message: Message) -> Any:
        from desktop_llm.library.hub import Hub

        return Hub(_access(message)).check_token()

    def _do_download(self, message: Message) -> Any:
        from desktop_llm.library.download import download

        paths, plan, number = user_paths(), from_plain(DownloadPlan, message["plan"]), message["id"]

        def report(progress: DownloadProgress) -> None:
            self.send("progress", id=number, progress=to_plain(progress))

        folder = download(plan, _access(message), paths, report, self.stops[number])
        if folder is None:
            return None
        places = {str(folder), *(str(folder / file.path) for file in plan.files)}
        return to_plain(_entry(paths, plan.repo, lambda entry: entry.path in places))

    def _do_verify(self, message: Message) -> Any:
        from desktop_llm.library.verify import verify

        paths, number, name = user_paths(), message["id"], message["name"]
        last = 0.0

        def report(fraction: float) -> None:
            nonlocal last
            if fraction >= 1.0 or time.monotonic() - last >= PROGRESS_S:
                last = time.monotonic()
                self.send("progress", id=number, fraction=fraction)

        entry = _entry(paths, name, lambda entry: entry.name == name)
        checked = verify(entry, paths, report, self.stops[number])
        return None if checked is None else to_plain(checked)

    def _unless_stopped(self, message: Message, call: Callable[[], Any]) -> Any:
        """What `call` returns, as plain data; nobody waits for a slow hub once stop is set."""
        outcome: list[Any] = []
        thread = threading.Thread(target=lambda: outcome.append(_outcome(call)), daemon=True)
        thread.start()
        stop = self.stops[message["id"]]
        while thread.is_alive():
            if stop.is_set():
                raise GivenUp
            thread.join(POLL_S)
        if isinstance(outcome[0], Exception):
            raise outcome[0]
        return to_plain(outcome[0])


def _outcome(call: Callable[[], Any]) -> Any:
    """What `call` returns or raises."""
    try:
        return call()
    except Exception as error:  # raised again by who waits for it
        return error


def _access(message: Message) -> HubAccess:
    return from_plain(HubAccess, message["access"])


def _entry(paths: Paths, name: str, wanted: Callable[[LibraryEntry], bool]) -> LibraryEntry:
    """The model as the library lists it. Raises ModelNotFound with `name`."""
    from desktop_llm.library.shelf import list_library

    if entry := next(filter(wanted, list_library(paths)), None):
        return entry
    raise ModelNotFound(name)
