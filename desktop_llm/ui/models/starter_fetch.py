"""The starter's download, told as one of the other downloads."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.catalogue import catalogue
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_types import DownloadProgress
from desktop_llm.library.starter import NAME, FetchProgress
from desktop_llm.services.models import ModelService
from desktop_llm.ui.models.result_rows import from_catalogue
from desktop_llm.ui.models.starter_details import starter_details


class StarterFetch(QObject):
    """Follows `ModelService`, which fetches the starter from elsewhere than the hub."""

    changed = Signal()
    ready = Signal()
    failed = Signal(object)
    """ExpectedError"""

    def __init__(self, models: ModelService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = NAME
        self._models = models
        details = starter_details(from_catalogue(catalogue()[0]))
        self._plan = details.plan(details.choices[0])
        self.download: Download | None = None
        models.starter_progress.connect(self._progressed)
        models.starter_ready.connect(self._ready)
        models.starter_failed.connect(self._failed)

    @property
    def downloads(self) -> list[Download]:
        """The one that runs, if it does."""
        return [self.download] if self.download else []

    def cancel(self) -> None:
        """Give it up."""
        self._models.cancel_fetch()
        self._end()

    @Slot(object)
    def _progressed(self, progress: FetchProgress) -> None:
        done, total = progress.done_bytes, progress.total_bytes
        told = DownloadProgress(self._plan.choice, done, total, done, total)
        self.download = Download(self._plan, "running", told)
        self.changed.emit()

    @Slot()
    def _ready(self) -> None:
        was_here = self.download is not None
        self._end()
        if was_here:
            self.ready.emit()

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self._end()
        self.failed.emit(error)

    def _end(self) -> None:
        self.download = None
        self.changed.emit()
