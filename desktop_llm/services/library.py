"""Everything on this machine that is a model: the list, and what can be done with each."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import Paths
from desktop_llm.library import shelf
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_types import LibraryEntry, ModelChoices
from desktop_llm.library.registry import Record, Registry
from desktop_llm.library.verify import verify
from desktop_llm.services.own_models import everything
from desktop_llm.services.paced import Paced
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.results import PREFIX

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What takes a while in the library; `fraction` is None while its length is unknown."""

    kind: Literal["verify", "import"]
    name: str
    """Of the model; of an import, the path."""
    fraction: float | None = None


class LibraryService(QObject):
    """Looks at the disk on LibraryThread; checks and imports one after another on ImportThread.

    `ModelService` has the models that can be chatted with; this has all of them.
    """

    library_changed = Signal(object)
    """list[LibraryEntry]."""
    work_changed = Signal(object)
    """Work, or None when it has ended."""
    verified = Signal(object)
    """LibraryEntry, after its files were checked."""
    imported = Signal(object)
    """LibraryEntry."""
    removed = Signal(str, object)
    """The name of what is gone, and the bytes that this freed."""
    default_chosen = Signal(str)
    choices_changed = Signal(str)
    """The name of a model for which something else was set."""
    failed = Signal(object)
    """ExpectedError of whatever was asked for."""
    _started = Signal(object, object)
    _progressed = Signal(object, object)

    def __init__(
        self,
        paths: Paths,
        checker: HubClient,
        remove_run: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        """`checker` has a hub process of its own, since a check must not wait for downloads.

        `remove_run` is how a result of training is removed.
        """
        super().__init__(parent)
        self.entries: list[LibraryEntry] = []
        self._paths = paths
        self._checker = checker
        self._remove_run = remove_run
        self._registry = Registry.of(paths)
        self._tasks = TaskService("LibraryThread", self)
        self._works = TaskService("ImportThread", self)
        self._tasks.failed.connect(self.failed)
        self._works.failed.connect(self.failed)
        self._stop = threading.Event()
        self._work: Work | None = None
        self._listing = self._stale = False
        self._started.connect(self._start, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)

    @property
    def work(self) -> Work | None:
        """What `work_changed` said last."""
        return self._work

    def find(self, name: str) -> LibraryEntry | None:
        """The entry of that name in `entries`."""
        return next((entry for entry in self.entries if entry.name == name), None)

    @Slot()
    def refresh(self) -> None:
        """Look at the disk again; `library_changed` follows, once for wishes that come together."""
        if self._listing:
            self._stale = True
            return
        self._listing, self._stale = True, False
        self._tasks.run(partial(everything, self._paths), self._listed, self._not_listed)

    def verify(self, name: str) -> None:
        """Compute the hashes of all its files; `verified` or `failed` follows."""

        def call(report: Callable[[float], None], stop: threading.Event) -> LibraryEntry | None:
            entry = self.find(name)
            if entry is not None and entry.kind == "own":  # the hub process knows of no runs
                return verify(entry, self._paths, report, stop)
            try:
                return self._checker.verify(name, report, stop)
            finally:
                self._checker.kill()  # gives the memory back: checks are rare

        self._begin(Work("verify", name), call, self.verified.emit)

    def import_path(self, path: Path, copy: bool) -> None:
        """Take in a folder or a .gguf file, where it is or as a copy; `imported` or `failed`."""

        def call(report: Callable[[float], None], stop: threading.Event) -> LibraryEntry | None:
            return shelf.import_model(path, self._paths, copy, report, stop)

        self._begin(Work("import", str(path)), call, self.imported.emit)

    def stop_work(self) -> None:
        """Give up the check or the import that runs."""
        self._stop.set()

    def remove(self, name: str, trash_own: bool = False) -> None:
        """Remove a model; `removed` or `failed` follows. Ask the person first.

        A hub model is deleted, since it can be fetched again. A person's own files are only
        forgotten, or with `trash_own` sent to the system's trash.
        """
        if name.startswith(PREFIX):
            self._remove_run(name.removeprefix(PREFIX))
            return

        def call() -> int:
            return shelf.remove(self._known(name), self._paths, trash_own)

        def done(freed: int) -> None:
            self.removed.emit(name, freed)
            self.refresh()

        self._tasks.run(call, done)

    def set_choices(self, name: str, choices: ModelChoices) -> None:
        """What the person set for one model; `choices_changed` follows."""
        self._update(name, lambda: self.choices_changed.emit(name), choices=choices)

    def set_default(self, name: str) -> None:
        """Load this one when the window opens; "" for the one that was used last."""
        self.default_chosen.emit(name)

    def touch(self, name: str) -> None:
        """The model was loaded just now."""
        self._update(name, last_used=time.time())

    def shut_down(self) -> None:
        """End what runs, the process that checks, and the threads; nothing is told after."""
        self._stop.set()
        self._checker.shut_down()
        self._works.shut_down()
        self._tasks.shut_down()

    def _known(self, name: str) -> LibraryEntry:
        if entry := self.find(name):
            return entry
        raise ModelNotFound(name)

    def _update(
        self, name: str, on_done: Callable[[], None] = lambda: None, **changes: Any
    ) -> None:
        """Change what is remembered of a model, and the list with it."""

        def done(record: Record) -> None:
            self.entries = [
                replace(entry, choices=record.choices, last_used=record.last_used)
                if entry.name == name
                else entry
                for entry in self.entries
            ]
            self.library_changed.emit(self.entries)
            on_done()

        self._tasks.run(partial(self._registry.update, name, **changes), done)

    def _listed(self, entries: list[LibraryEntry]) -> None:
        self._listing = False
        self.entries = entries
        self.library_changed.emit(entries)
        if self._stale:
            self.refresh()

    def _not_listed(self, error: ExpectedError) -> None:
        self._listing = False
        self.failed.emit(error)

    def _begin(
        self,
        work: Work,
        call: Callable[[Callable[[float], None], threading.Event], LibraryEntry | None],
        tell: Callable[[LibraryEntry], None],
    ) -> None:
        """Do `work` after what runs on ImportThread; it can be stopped from its beginning on."""
        stop = threading.Event()
        report = Paced(partial(self._progressed.emit, stop))

        def run() -> LibraryEntry | None:
            self._started.emit(stop, work)
            return call(report, stop)

        def done(entry: LibraryEntry | None) -> None:
            self._set_work(None)
            if entry is not None:
                tell(entry)
            self.refresh()

        def failed(error: ExpectedError) -> None:
            self._set_work(None)
            self.failed.emit(error)
            self.refresh()  # a check that failed is worth seeing

        self._works.run(run, done, failed)

    @Slot(object, object)
    def _start(self, stop: threading.Event, work: Work) -> None:
        self._stop = stop
        self._set_work(work)

    @Slot(object, object)
    def _progress(self, stop: threading.Event, fraction: float) -> None:
        if self._work is not None and stop is self._stop:
            self._set_work(replace(self._work, fraction=fraction))

    def _set_work(self, work: Work | None) -> None:
        self._work = work
        self.work_changed.emit(work)
