"""The models that the picker offers, results of training included; the starter's download."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.library import starter
from desktop_llm.library.models import list_models
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.results import is_result, list_results


class ModelService(QObject):
    """Looks at the disk on TaskThread.

    The list has the starter first, also while it is missing, then the results of training runs,
    newest first, then the models of the Hugging Face cache, then what servers offer.
    """

    models_changed = Signal(object)
    """list[ModelSource]."""
    starter_progress = Signal(object)
    """FetchProgress, at most once for each percent."""
    starter_ready = Signal()
    starter_failed = Signal(object)
    """ExpectedError. A fetch that was cancelled tells nothing."""
    _progressed = Signal(object)

    def __init__(
        self,
        paths: Paths,
        tasks: TaskService,
        last_model: Callable[[], str],
        parent: QObject | None = None,
        served: Callable[[], Sequence[ModelSource]] = tuple,
    ) -> None:
        """`last_model` gives the name of the model that was used last.

        `served` gives the models that servers offer, on the GUI thread.
        """
        super().__init__(parent)
        self.models: list[ModelSource] = []
        self.starter_missing = True
        self._paths = paths
        self._tasks = tasks
        self._last_model = last_model
        self._served = served
        self._stop: threading.Event | None = None
        self._progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def refresh(self) -> None:
        """Look at the disk again; `models_changed` follows."""
        self._tasks.run(self._list, self._listed)

    def fetch_starter(self) -> None:
        """Get the starter model; `starter_ready` or `starter_failed` follows. One at a time."""
        if self._stop is not None:
            return
        stop = self._stop = threading.Event()
        report = _each_percent(self._progressed.emit)
        self._tasks.run(
            partial(starter.fetch, self._paths, report, stop),
            partial(self._fetched, stop),
            partial(self._not_fetched, stop),
        )

    def cancel_fetch(self) -> None:
        """Give up the fetch that runs, and leave nothing of it."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def default_model(self) -> ModelSource | None:
        """The one to chat with: the last used if it is here, the starter, another, a result.

        One on a server only if it was used last: text leaves this computer for it.
        """
        chats = [model for model in self.models if model.kind == "chat"]
        usable = [m for m in chats if m.name != starter.NAME or not self.starter_missing]
        for model in usable:
            if model.name == self._last_model():
                return model
        local = [model for model in usable if model.remote is None]
        return min(local or chats, key=is_result, default=None)

    def shut_down(self) -> None:
        """End a fetch that runs. Call it before the tasks are shut down."""
        self.cancel_fetch()

    def _list(self) -> list[ModelSource]:
        """On TaskThread."""
        installed, results = list_models(self._paths), list_results(self._paths.runs)
        first = 1 if installed and installed[0].name == starter.NAME else 0
        return installed[:first] + results + installed[first:]

    def _listed(self, models: list[ModelSource]) -> None:
        self.starter_missing = all(model.name != starter.NAME for model in models)
        missing = [starter.locate(self._paths)] if self.starter_missing else []
        self.models = [*missing, *models, *self._served()]
        self.models_changed.emit(self.models)

    @Slot(object)
    def _progress(self, progress: FetchProgress) -> None:
        if self._stop is not None:
            self.starter_progress.emit(progress)

    def _fetched(self, stop: threading.Event, _: ModelSource | None) -> None:
        if self._stop is not stop:
            self.refresh()  # cancelled, perhaps too late
            return
        self._stop = None
        self._tasks.run(self._list, self._listed_with_starter)

    def _not_fetched(self, stop: threading.Event, error: ExpectedError) -> None:
        if self._stop is stop:
            self._stop = None
            self.starter_failed.emit(error)

    def _listed_with_starter(self, models: list[ModelSource]) -> None:
        """The list first: who hears `starter_ready` may pick it at once."""
        self._listed(models)
        self.starter_ready.emit()


def _each_percent(report: Callable[[FetchProgress], None]) -> Callable[[FetchProgress], None]:
    """Only reports that a progress bar can show."""
    last = -1

    def pass_on(progress: FetchProgress) -> None:
        nonlocal last
        percent = 100 * progress.done_bytes // max(progress.total_bytes, 1)
        if percent != last:
            last = percent
            report(progress)

    return pass_on
