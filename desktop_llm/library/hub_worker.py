"""The hub process: the only one that uses the internet, and that knows huggingface_hub.

What a page waits for is answered at once, beside a download that runs. `hub_client` is the other
side.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
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
"""At least this long between two reports of progress, but for the last one of a stage."""

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

        paths, plan = user_paths(), from_plain(DownloadPlan, message["plan"])
        report, stop = self._reporter(message["id"]), self.stops[message["id"]]
        folder = download(plan, _access(message), paths, report, stop)
        return None if folder is None else to_plain(_entry_at(folder, paths))

    def _do_verify(self, message: Message) -> Any:
        from desktop_llm.library.verify import verify

        paths, number = user_paths(), message["id"]
        entry = _entry_called(message["name"], paths)

        def report(fraction: float) -> None:
            self.send("progress", id=number, fraction=fraction)

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

    def _reporter(self, number: int) -> Callable[[DownloadProgress], None]:
        """Tells how far a download is, now and then."""
        sent: tuple[float, object] = (0.0, None)

        def report(progress: DownloadProgress) -> None:
            nonlocal sent
            step = (progress.stage, progress.file, progress.done == progress.total)
            if time.monotonic() - sent[0] >= PROGRESS_S or step != sent[1]:
                sent = (time.monotonic(), step)
                self.send("progress", id=number, progress=to_plain(progress))

        return report


def _outcome(call: Callable[[], Any]) -> Any:
    """What `call` returns or raises."""
    try:
        return call()
    except Exception as error:  # raised again by who waits for it
        return error


def _access(message: Message) -> HubAccess:
    return from_plain(HubAccess, message["access"])


def _entry_at(folder: Path, paths: Paths) -> LibraryEntry:
    """The model in `folder` as the library lists it."""
    from desktop_llm.library.shelf import list_library

    found = (e for e in list_library(paths) if folder in (Path(e.path), Path(e.path).parent))
    if entry := next(found, None):
        return entry
    raise ModelNotFound(str(folder))


def _entry_called(name: str, paths: Paths) -> LibraryEntry:
    from desktop_llm.library.shelf import list_library

    for entry in list_library(paths):
        if entry.name == name:
            return entry
    raise ModelNotFound(name)
