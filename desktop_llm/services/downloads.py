"""The queue of downloads: one at a time, in the hub process; kept over the end of the app."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import Paths
from desktop_llm.library.access import online
from desktop_llm.library.download_list import Download, DownloadList
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_errors import HubProcessCrashed, HubProcessHung
from desktop_llm.library.hub_types import DownloadPlan, DownloadProgress, HubAccess, LibraryEntry
from desktop_llm.services.paced import Paced
from desktop_llm.services.tasks import TaskService

__all__ = ["Download", "DownloadService"]

log = logging.getLogger(__name__)

SAVE_MS = 5000
"""How often the progress of what runs is written down."""


class DownloadService(QObject):
    """Fetches what is asked for, in the order of `downloads`; the hub process does the work.

    A download is waiting, running, paused, failed or done; what was waiting or running when the
    app ended comes back paused. If the hub process dies under a download, it is begun once more.
    """

    changed = Signal(object)
    """Download: a new one, or one that has a new state or new progress."""
    list_changed = Signal()
    """One was added, removed, or has another place in the order."""
    finished = Signal(object)
    """LibraryEntry of the model that is complete and checked."""
    _progressed = Signal(object, object)

    def __init__(
        self,
        paths: Paths,
        client: HubClient,
        access: Callable[[], HubAccess],
        tasks: TaskService,
        parent: QObject | None = None,
    ) -> None:
        """`access` says how the hub is reached now, on DownloadThread; `tasks` write the list."""
        super().__init__(parent)
        self._client = client
        self._access = access
        self._tasks = tasks
        self._list = DownloadList(paths)
        self._saves = 0
        self.downloads: list[Download] = self._list.load()
        listed = {each.id for each in self.downloads}
        self._tasks.run(partial(self._list.clear_forgotten, listed))
        self._thread = TaskService("DownloadThread", self)
        self._running = ""
        self._stop = threading.Event()
        self._closed = False
        self._progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)
        self._saving = QTimer(self)
        self._saving.setInterval(SAVE_MS)
        self._saving.timeout.connect(self._save)

    def find(self, plan_id: str) -> Download | None:
        """The download with this id."""
        return next((each for each in self.downloads if each.id == plan_id), None)

    def add(self, plan: DownloadPlan) -> None:
        """Fetch `plan` after those that wait. One that is there already goes on."""
        if before := self.find(plan.id):
            if before.state != "done":
                self.resume(plan.id)
                return
            self.downloads.remove(before)
        self.downloads.append(Download(plan))
        self.list_changed.emit()
        self._set(self.downloads[-1])
        self._go_on()

    def pause(self, plan_id: str) -> None:
        """Stop fetching and keep what is there; the next one begins."""
        download = self.find(plan_id)
        if download is None or download.state not in ("waiting", "running"):
            return
        self._set(replace(download, state="paused"))
        self._stop_running(plan_id)

    def pause_all(self) -> None:
        """As `pause` for each, for instance since the app works offline now."""
        for download in list(self.downloads):
            self.pause(download.id)

    def resume(self, plan_id: str) -> None:
        """Go on with what was paused or has failed."""
        download = self.find(plan_id)
        if download is None or download.state not in ("paused", "failed"):
            return
        self._set(replace(download, state="waiting", error=None))
        self._go_on()

    def cancel(self, plan_id: str) -> None:
        """Forget a download, and delete its part if it is not complete."""
        download = self.find(plan_id)
        if download is None:
            return
        self.downloads.remove(download)
        self._stop_running(plan_id)
        if download.state != "done":
            self._thread.run(partial(self._list.remove_part, plan_id))  # after it has stopped
        self.list_changed.emit()
        self._save()

    def move_up(self, plan_id: str) -> None:
        """Fetch this one before the one that is before it now."""
        at = next((i for i, each in enumerate(self.downloads) if each.id == plan_id), 0)
        if at == 0:
            return
        before, this = self.downloads[at - 1 : at + 1]
        self.downloads[at - 1 : at + 1] = [this, before]
        self.list_changed.emit()
        self._save()

    def shut_down(self) -> None:
        """Pause what runs, write the list, and end the hub process and the thread."""
        self._closed = True
        self._saving.stop()
        self._stop.set()
        for at, download in enumerate(self.downloads):
            if download.state in ("waiting", "running"):
                self.downloads[at] = replace(download, state="paused")
        self._saves += 1
        self._list.save(self._saves, self.downloads)
        self._client.shut_down()
        self._thread.shut_down()

    def _go_on(self) -> None:
        """Begin the first that waits, unless one is being fetched."""
        waiting = next((each for each in self.downloads if each.state == "waiting"), None)
        if self._running or waiting is None or self._closed:
            return
        self._running = waiting.id
        self._stop = threading.Event()
        self._saving.start()
        self._set(replace(waiting, state="running"))
        self._thread.run(
            partial(self._fetch, waiting.plan, self._stop),
            partial(self._fetched, self._stop),
            partial(self._not_fetched, self._stop),
        )

    def _fetch(self, plan: DownloadPlan, stop: threading.Event) -> LibraryEntry | None:
        """On DownloadThread."""
        access = online(self._access())
        relay = Paced(partial(self._progressed.emit, stop))
        try:
            return self._client.download(plan, access, relay, stop)
        except (HubProcessCrashed, HubProcessHung) as error:
            if stop.is_set():
                return None
            log.warning("a download begins again: %s", type(error).__name__)
            return self._client.download(plan, access, relay, stop)
        finally:
            relay.flush()

    @Slot(object, object)
    def _progress(self, stop: threading.Event, progress: DownloadProgress) -> None:
        download = self.find(self._running) if stop is self._stop else None
        if download is not None:
            self._set(replace(download, progress=progress), save=False)

    def _fetched(self, stop: threading.Event, entry: LibraryEntry | None) -> None:
        download = self._ended()
        if entry is not None and download is not None:
            self._set(replace(download, state="done", error=None))
        if entry is not None:
            self.finished.emit(entry)
        self._go_on()

    def _not_fetched(self, stop: threading.Event, error: ExpectedError) -> None:
        download = self._ended()
        if download is not None and download.state == "running":
            self._set(replace(download, state="failed", error=error))
        self._go_on()

    def _ended(self) -> Download | None:
        """Nothing is fetched now; what was, if it is still wanted."""
        download = self.find(self._running)
        self._running = ""
        self._saving.stop()
        return download

    def _stop_running(self, plan_id: str) -> None:
        if plan_id == self._running:
            self._stop.set()

    def _set(self, download: Download, save: bool = True) -> None:
        at = next(i for i, each in enumerate(self.downloads) if each.id == download.id)
        self.downloads[at] = download
        self.changed.emit(download)
        if save:
            self._save()

    @Slot()
    def _save(self) -> None:
        self._saves += 1
        self._tasks.run(partial(self._list.save, self._saves, list(self.downloads)))
