"""Which model is trained: one that is here, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder
from desktop_llm.library import starter
from desktop_llm.library.models import list_encoders
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services.models import ModelService
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.job import TaskName
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import named


class ModelChoice(QWidget):
    """The picker, a button for a folder, and one for the starter where there is no model.

    What runs on TaskThread may answer after the page was made anew in another language.
    """

    chosen = Signal(object)
    """ModelSource"""
    changed = Signal()
    """Other models are here now."""
    failed = Signal(object)
    """ExpectedError"""

    def __init__(
        self, models: ModelService, tasks: TaskService, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._models, self._tasks = models, tasks
        self._own: ModelSource | None = None
        self._encoders: list[ModelSource] | None = None
        self.picker = named(ComboBox(), "baseModelPicker", self.tr("Base model"))
        self.picker.setPlaceholderText(self.tr("No model yet"))
        self.picker.setMinimumWidth(200)
        browse = named(QPushButton(), "chooseModelFolder", self.tr("Choose a folder"))
        browse.setText(self.tr("Choose a folder…"))
        browse.setToolTip(self.tr("A model in the Hugging Face layout, with safetensors files."))
        self._fetch = named(QPushButton(), "fetchBaseModel", self.tr("Download the starter"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.picker, 1)
        row.addWidget(self._fetch)
        row.addWidget(browse)
        self._set_fetching(None)
        self.picker.activated.connect(self._picked)
        browse.clicked.connect(self._ask)
        self._fetch.clicked.connect(self._fetch_starter)
        models.models_changed.connect(self._listed)
        models.starter_progress.connect(self._set_fetching)
        models.starter_failed.connect(self._not_fetched)

    @property
    def model(self) -> ModelSource | None:
        """What is shown as chosen."""
        found = self.picker.currentData()
        return found if isinstance(found, ModelSource) else None

    def show_models(self, task: TaskName, wanted: ModelSource | None) -> None:
        """Offer what `task` can train; `wanted`, else the best that is here, is chosen."""
        if task == "classify" and self._encoders is None:
            self._encoders = []
            self._tasks.run(list_encoders, self._encoders_listed)
        encoders = self._encoders or []
        if wanted and wanted not in (*self._models.models, *encoders):
            self._own = wanted
        offered = suitable(self._models, task) + (encoders if task == "classify" else [])
        if self._own and self._own not in offered:
            offered = [*offered, self._own]
        self._offer(offered)
        best = encoders if task == "classify" else []
        candidates = (wanted, *best, self._models.default_model(), *offered)
        chosen = next((model for model in candidates if model in offered), None)
        self.picker.setCurrentIndex(offered.index(chosen) if chosen else -1)
        self._fetch.setVisible(self._models.starter_missing and not offered)

    def _offer(self, models: Sequence[ModelSource]) -> None:
        if models == [self.picker.itemData(number) for number in range(self.picker.count())]:
            return
        self.picker.clear()
        for number, model in enumerate(models):
            self.picker.addItem(model.title or model.name, model)
            self.picker.setItemData(number, str(model.path), Qt.ItemDataRole.ToolTipRole)

    @Slot()
    def _listed(self) -> None:
        self._encoders = None
        self._set_fetching(None)
        self.changed.emit()

    def _encoders_listed(self, encoders: list[ModelSource]) -> None:
        if isValid(self) and encoders != self._encoders:
            self._encoders = encoders
            self.changed.emit()

    @Slot()
    def _picked(self) -> None:
        if self.model:
            self.chosen.emit(self.model)

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose the folder of a model"))
        dialog.setObjectName("modelFolderDialog")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.take_folder)
        dialog.open()

    @Slot(str)
    def take_folder(self, name: str) -> None:
        """Look at the folder `name`; `chosen` or `failed` follows."""
        look = partial(inspect_model_folder, Path(name))
        self._tasks.run(look, self._inspected, self._refused)

    def _inspected(self, folder: ModelFolder) -> None:
        if isValid(self):
            self._own = ModelSource(str(folder.path), folder.path, folder.path.name)
            self.chosen.emit(self._own)

    def _refused(self, error: ExpectedError) -> None:
        if isValid(self):
            self.failed.emit(error)

    @Slot()
    def _fetch_starter(self) -> None:
        self._fetch.setEnabled(False)
        self._models.fetch_starter()

    @Slot(object)
    def _not_fetched(self, error: ExpectedError) -> None:
        self._set_fetching(None)
        if self._fetch.isVisible():
            self.failed.emit(error)

    @Slot(object)
    def _set_fetching(self, progress: FetchProgress | None) -> None:
        self._fetch.setEnabled(progress is None)
        words = self.tr("Download the starter")
        if progress:
            share = progress.done_bytes / max(progress.total_bytes, 1)
            percent = QLocale().toString(round(100 * share))
            words = self.tr("Downloading: {percent} %").format(percent=percent)
        self._fetch.setText(words)


def suitable(models: ModelService, task: TaskName) -> list[ModelSource]:
    """The models that `task` can begin with: whole ones, and classifiers for classifying only."""
    return [
        model
        for model in models.models
        if model.adapter is None
        and model.remote is None
        and (model.kind == "chat" or task == "classify")
        and not (model.name == starter.NAME and models.starter_missing)
    ]
