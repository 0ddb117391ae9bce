"""The Fine-tune page: "New" prepares a run, "Runs" has what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui.context import Services
from desktop_llm.ui.finetune.draft import Prepared
from desktop_llm.ui.finetune.new_run import NewRun
from desktop_llm.ui.finetune.run_list import RunList
from desktop_llm.ui.finetune.run_view import RunView, result_model
from desktop_llm.ui.finetune.run_words import run_name
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.named import named
from desktop_llm.ui.widgets.toast import Toast

NEW, RUNS = 0, 1


@dataclass(frozen=True)
class Place:
    """Where a person is on the page, so that it can be made anew in another language."""

    tab: int = NEW
    run_id: str = ""
    view: str = "overview"
    prepared: Prepared | None = None
    """The contents of "New"."""


class FineTunePage(QWidget):
    """Shows `TrainingService`; holds no run of its own."""

    chat_requested = Signal(object)
    """ModelSource of a result, which is being loaded into a new conversation."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._training = services.training
        self._to_chat = ""
        self._known: set[str] | None = None
        self.new = NewRun(services)
        self.runs = RunList()
        self.run = RunView(services)
        self.banner = ErrorBanner()
        self._stack = QStackedWidget()
        self.tabs = named(QTabWidget(self), "fineTuneTabs", self.tr("Fine-tune"))
        self._arrange()
        self.toast = Toast(self)
        self._connect()
        self.runs.set_runs(self._training.runs)

    def _arrange(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        runs = QWidget()
        inner = QVBoxLayout(runs)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self._stack, 1)
        holder = QVBoxLayout()
        holder.setContentsMargins(24, 0, 24, 0)
        holder.addWidget(self.banner)
        self.tabs.addTab(self.new, self.tr("New"))
        self.tabs.addTab(runs, self.tr("Runs"))
        self._stack.addWidget(self.runs)
        self._stack.addWidget(self.run)
        self.setProperty("pane", "surface")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addLayout(holder)

    def _connect(self) -> None:
        training, runs, run = self._training, self.runs, self.run
        training.runs_changed.connect(self._runs_changed)
        training.run_changed.connect(self._run_changed)
        training.failed.connect(self._failed)
        self.new.start_requested.connect(self._begin)
        runs.open_requested.connect(self.open_run)
        runs.resume_requested.connect(self._resume)
        runs.again_requested.connect(self._run_again)
        runs.rename_requested.connect(training.rename)
        runs.delete_requested.connect(self._delete)
        runs.export_requested.connect(self._export)
        runs.new_requested.connect(self.show_new)
        run.back_requested.connect(self.show_runs)
        run.again_requested.connect(self._run_again)
        run.chat_requested.connect(self.chat_with)
        run.export_requested.connect(self._export)
        self.toast.action_chosen.connect(training.undo_delete)
        self._services.models.models_changed.connect(self._models_changed)

    # Where the person is

    def place(self) -> Place:
        """To be given to `restore` of another page."""
        shown = self.run.run_id if self._stack.currentWidget() is self.run else ""
        return Place(self.tabs.currentIndex(), shown, self.run.view, self.new.state())

    def restore(self, place: Place) -> None:
        """Go where another page was."""
        if place.prepared is not None:
            self.new.restore(place.prepared)
        self.tabs.setCurrentIndex(place.tab)
        if place.run_id and self._find(place.run_id):
            self._show_run(place.run_id)
            self.run.show_view(place.view)

    @Slot()
    def show_new(self) -> None:
        """Prepare a run."""
        self.tabs.setCurrentIndex(NEW)

    def add_files(self, files: Sequence[Path]) -> None:
        """Prepare a run with these files."""
        self.show_new()
        self.new.add_files(files)

    @Slot()
    def show_runs(self) -> None:
        """All runs."""
        self.tabs.setCurrentIndex(RUNS)
        self.runs.select(self.run.run_id)
        self._stack.setCurrentWidget(self.runs)
        self.runs.view.setFocus()

    @Slot(str)
    def open_run(self, run_id: str) -> None:
        """One run."""
        if self._find(run_id):
            self.tabs.setCurrentIndex(RUNS)
            self._show_run(run_id)

    @Slot(str)
    def try_result(self, run_id: str) -> None:
        """The pane in which a classifier is tried."""
        self.open_run(run_id)
        self.run.show_view("try")

    def _show_run(self, run_id: str) -> None:
        run = self._find(run_id)
        if run is not None:
            self.run.show_run(run)
            self._stack.setCurrentWidget(self.run)

    def _find(self, run_id: str) -> RunSummary | None:
        return next((run for run in self._training.runs if run.id == run_id), None)

    # What the person does

    @Slot(object)
    def _begin(self, job: TrainingJob) -> None:
        self.banner.clear()
        self._known = {run.id for run in self._training.runs}
        self._training.begin(job)

    @Slot(str)
    def _resume(self, run_id: str) -> None:
        self.banner.clear()
        self._training.resume(run_id)
        self.open_run(run_id)

    @Slot(str)
    def _run_again(self, run_id: str) -> None:
        self.new.set_job(self._training.run_again(run_id))
        self.show_new()

    @Slot(str)
    def _delete(self, run_id: str) -> None:
        run = self._find(run_id)
        if run is not None:
            self._training.delete(run_id)
            self.toast.tell(self.tr("Deleted “{name}”").format(name=run_name(run)), self.tr("Undo"))

    @Slot(str)
    def _export(self, run_id: str) -> None:
        dialog = QFileDialog(self, self.tr("Export as PEFT folder"))
        dialog.setObjectName("exportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Export"))
        dialog.selectFile(run_id)
        dialog.fileSelected.connect(lambda path: self._export_to(run_id, Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _export_to(self, run_id: str, out: Path) -> None:
        def done(folder: Path) -> None:
            self.toast.tell(self.tr("Exported to {folder}").format(folder=folder))

        self._training.export(run_id, out, done)

    @Slot(str)
    def chat_with(self, run_id: str) -> None:
        """Load the result and talk with it in a new conversation."""
        source = result_model(self._services.models.models, run_id)
        if source is None:  # the list is older than the result
            self._to_chat = run_id
            self._services.models.refresh()
            return
        self._to_chat = ""
        self._services.inference.load(source)
        self._services.chat.new_conversation()
        self.chat_requested.emit(source)

    # What the services tell

    @Slot(object)
    def _models_changed(self, models: list[ModelSource]) -> None:
        if self._to_chat and result_model(models, self._to_chat):
            self.chat_with(self._to_chat)
        self._to_chat = ""

    @Slot(object)
    def _runs_changed(self, runs: list[RunSummary]) -> None:
        self.runs.set_runs(runs)
        if self.run.run_id and not any(run.id == self.run.run_id for run in runs):
            self._stack.setCurrentWidget(self.runs)  # it was deleted

    @Slot(object)
    def _run_changed(self, run: RunSummary) -> None:
        self.runs.set_run(run)
        if self._known is not None and run.id not in self._known:
            self._known = None  # the one that was begun
            self.open_run(run.id)

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self._known = None
        self.banner.show_error(error, False)
