"""One run, open: live while it trains, and its result when it is done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.events import ENDED, ProgressEvent, RunEvent
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui.context import Services
from desktop_llm.ui.finetune.compare import Comparison
from desktop_llm.ui.finetune.interrupted_card import InterruptedCard
from desktop_llm.ui.finetune.loss_card import LossCard
from desktop_llm.ui.finetune.notes import Notes, Weight
from desktop_llm.ui.finetune.result_view import ResultView
from desktop_llm.ui.finetune.run_header import RunHeader
from desktop_llm.ui.finetune.run_history import RunHistory
from desktop_llm.ui.finetune.run_progress import RunProgress
from desktop_llm.ui.finetune.samples_view import SamplesView
from desktop_llm.ui.finetune.try_it import TryIt
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.named import named

COLUMN = 1000
"""Wider than this, a plot and a sentence are no better."""


class RunView(QWidget):
    """Shows the run `run_id`; what it draws comes from its events alone."""

    back_requested = Signal()
    again_requested = Signal(str)
    chat_requested = Signal(str)
    export_requested = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._training = services.training
        self._models = services.models
        self._run: RunSummary | None = None
        self._wanted_view = "overview"
        self.history = RunHistory()
        self.header = RunHeader()
        self.banner = ErrorBanner()
        self.interrupted = InterruptedCard()
        self.progress = RunProgress()
        self.result = ResultView()
        self.notes = Notes()
        self.loss = LossCard(services.tasks)
        self.samples = SamplesView()
        self.comparison = Comparison(services.inference)
        self.try_it = TryIt(services.data)
        self._stack = QStackedWidget(self)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        area = QScrollArea(self._stack)
        page = QWidget(area.viewport())
        inner = QWidget(page)
        inner.setProperty("pane", "clear")
        inner.setMaximumWidth(COLUMN)
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(12)
        for widget in (
            self.banner,
            self.interrupted,
            self.progress,
            self.result,
            self.notes,
            self.loss,
            self.samples,
        ):
            cards.addWidget(widget)
        cards.addStretch()
        page.setProperty("pane", "clear")
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 16, 24, 16)
        row.addStretch(1)
        row.addWidget(inner, 10_000)
        row.addStretch(1)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.overview = named(area, "runOverview", self.tr("Overview of the run"))
        for view in (area, self.comparison, self.try_it):
            self._stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._stack, 1)

    def _connect(self) -> None:
        header, training = self.header, self._training
        header.back_requested.connect(self.back_requested)
        header.pause_requested.connect(lambda: training.pause(self.run_id))
        header.resume_requested.connect(self._resume)
        header.stop_requested.connect(lambda keep: training.stop(self.run_id, keep))
        header.again_requested.connect(lambda: self.again_requested.emit(self.run_id))
        header.view_chosen.connect(self.show_view)
        self.interrupted.resume_requested.connect(self._resume)
        self.result.chat_requested.connect(lambda: self.chat_requested.emit(self.run_id))
        self.result.compare_requested.connect(lambda: self.show_view("compare"))
        self.result.try_requested.connect(lambda: self.show_view("try"))
        self.result.export_requested.connect(lambda: self.export_requested.emit(self.run_id))
        training.event_received.connect(self._event)
        training.run_changed.connect(self._changed)
        training.runs_changed.connect(self._runs_changed)
        self._models.models_changed.connect(self._show_result_model)

    @property
    def run_id(self) -> str:
        """The run that is shown; "" for none."""
        return self._run.id if self._run else ""

    @property
    def view(self) -> str:
        """Which view of the run is shown: "overview", "compare" or "try"."""
        return ("overview", "compare", "try")[self._stack.currentIndex()]

    def show_run(self, run: RunSummary) -> None:
        """Open `run` from its first event on."""
        if run.id != self.run_id:
            self._wanted_view = "overview"
        self._run = run
        self.history = RunHistory()
        self.loss.show_history(self.history)
        self.samples.show_history(self.history)
        self._stack.setCurrentIndex(0)
        self.header.views.set_value("overview")
        self._refresh()
        self.overview.setFocus()
        self.overview.verticalScrollBar().setValue(0)
        self._training.open(run.id)

    @Slot(str)
    def show_view(self, view: str) -> None:
        """Turn to a view of the result, as soon as the list of models has it."""
        self._wanted_view = view
        source = self._result_model()
        if view != "overview" and source is None:
            self._models.refresh()
            return
        self._turn(view, source)

    def _turn(self, view: str, source: ModelSource | None) -> None:
        self.header.views.set_value(view)
        if self._run and source and view == "compare":
            self.comparison.show_run(self._run, source)
            self._stack.setCurrentWidget(self.comparison)
            self.comparison.prompt.setFocus()
        elif source and view == "try":
            self.try_it.show_model(source)
            self._stack.setCurrentWidget(self.try_it)
            self.try_it.text.setFocus()
        else:
            self._stack.setCurrentIndex(0)

    def _result_model(self) -> ModelSource | None:
        return result_model(self._models.models, self.run_id)

    @Slot()
    def _show_result_model(self) -> None:
        """The list of models changed: the result may be in it now."""
        source = self._result_model()
        if self._wanted_view != self.view and source is not None:
            self._turn(self._wanted_view, source)

    @Slot(str, object)
    def _event(self, run_id: str, event: RunEvent) -> None:
        if run_id != self.run_id:
            return
        self.history.add(event)
        if isinstance(event, ProgressEvent):
            self._refresh_progress()
            return
        self.loss.refresh()
        self.samples.refresh()
        self._refresh()

    @Slot(object)
    def _changed(self, run: RunSummary) -> None:
        if run.id == self.run_id:
            self._run = run
            self._refresh()

    @Slot(object)
    def _runs_changed(self, runs: list[RunSummary]) -> None:
        for run in runs:
            self._changed(run)

    @Slot()
    def _resume(self) -> None:
        self._training.resume(self.run_id)

    def _refresh_progress(self) -> None:
        if self._run is not None:
            self.progress.show_run(self._run, self.history.progress)

    def _refresh(self) -> None:
        """Everything that is not drawn by the cards themselves."""
        run = self._run
        if run is None:
            return
        self.header.show_run(run)
        is_interrupted = run.state == "interrupted"
        self.interrupted.setVisible(is_interrupted)
        if is_interrupted:
            self.interrupted.show_run(run, self.history.checkpoint)
        self.progress.setVisible(run.alive and run.state not in ENDED)
        self._refresh_progress()
        self.result.setVisible(run.card is not None)
        if run.card is not None:
            self.result.show_run(run, exportable=run.job.settings.method == "lora")
        self._tell_error(run)
        self._say_notes(run)
        self.loss.setVisible(bool(self.history.losses or self.history.evals) or run.alive)

    def _tell_error(self, run: RunSummary) -> None:
        if run.state != "failed" or run.error is None:
            self.banner.clear()
            return
        if self.banner.error is not run.error:
            self.banner.show_error(run.error, False)
        self.banner.details = self.history.error.details if self.history.error else ""

    def _say_notes(self, run: RunSummary) -> None:
        said: list[tuple[Weight, str]] = [("note", words(text)) for text in self.history.advice]
        if self.history.note is not None and not run.alive:
            said.append(("note", words(self.history.note)))
        self.notes.say(said)


def result_model(models: list[ModelSource], run_id: str) -> ModelSource | None:
    """The result of a run in the list of models."""
    return next((model for model in models if model.name == f"run:{run_id}"), None)
