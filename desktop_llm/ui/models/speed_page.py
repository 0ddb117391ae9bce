"""The Speed page: how fast models run here, beside other engines with the same weights."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.speed import SpeedResult
from desktop_llm.services.speed import SpeedState
from desktop_llm.ui.context import Services
from desktop_llm.ui.models.speed_empty import STEPS
from desktop_llm.ui.models.speed_results import SpeedResults
from desktop_llm.ui.models.speed_setup import SpeedSetup
from desktop_llm.ui.models.speed_words import step_words
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import named


class SpeedPage(QWidget):
    """The measuring goes on while other pages are shown."""

    told = Signal(str, str, object)
    """A short message, the words of its button ("" for none), and what that does."""
    failed = Signal(object)
    """ExpectedError."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speed = services.speed
        self._models = services.models
        self.setup = SpeedSetup()
        self.results = SpeedResults(services.tasks)
        self._what = ElidedLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(260)
        self._stop = named(QPushButton(self.tr("Stop")), "speedStop", self.tr("Stop"))
        self._strip = QFrame()
        self._arrange()
        self._connect()
        self.setup.set_models(self._models.models)
        self.results.set_history(self._speed.history)
        self._show_state(self._speed.state)
        self._speed.refresh()

    def _arrange(self) -> None:
        self._strip.setProperty("pane", "bottom")
        strip = QHBoxLayout(self._strip)
        strip.setContentsMargins(24, 6, 24, 6)
        strip.setSpacing(12)
        strip.addWidget(self._what, 1)
        strip.addWidget(self._bar, 1)
        strip.addWidget(self._stop)
        halves = QHBoxLayout()
        halves.setSpacing(0)
        halves.addWidget(self.setup)
        halves.addWidget(self.results, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(halves, 1)
        column.addWidget(self._strip)

    def _connect(self) -> None:
        speed = self._speed
        self._models.models_changed.connect(self.setup.set_models)
        self.setup.measure_requested.connect(speed.measure)
        self._stop.clicked.connect(speed.stop)
        speed.state_changed.connect(self._show_state)
        speed.history_changed.connect(self.results.set_history)
        speed.finished.connect(self._finished)
        speed.failed.connect(self._failed)
        self.results.copied.connect(self._copied)
        self.results.export_requested.connect(self._ask_file)
        self.results.delete_requested.connect(self._delete)

    @property
    def words(self) -> str:
        """What is being done; "" while nothing is."""
        return self._what.whole_text if not self._strip.isHidden() else ""

    @Slot(object)
    def _show_state(self, state: SpeedState) -> None:
        if state.wish is None:
            self.setup.set_busy(False)
            self.results.empty.show_nothing()
            if self._stop.hasFocus():
                self.setup.button.setFocus()
            self._strip.hide()
            return
        self._strip.show()
        if self.setup.button.hasFocus():
            self._stop.setFocus()  # and back again, since either is gone while the other is there
        self.setup.set_busy(True)
        words = step_words(state.step)
        fraction = state.step.fraction if state.step else None
        self.results.empty.show_progress(self._title(state.wish.model), words, fraction)
        if state.waiting:
            text = self.tr("{step} ({n} more models wait)", "", state.waiting)
            words = text.format(step=words, n=state.waiting)
        self._what.set_whole_text(words)
        self._bar.setAccessibleName(words)
        self._bar.setRange(0, STEPS if fraction is not None else 0)
        self._bar.setValue(round((fraction or 0) * STEPS))

    def _title(self, name: str) -> str:
        titles = {each.name: each.title for each in self._models.models}
        return titles.get(name) or name

    @Slot(object)
    def _finished(self, result: SpeedResult) -> None:
        text = self.tr("The speed of {model} was measured.")
        self.told.emit(text.format(model=result.model), "", None)

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self.failed.emit(error)

    @Slot()
    def _copied(self) -> None:
        self.told.emit(self.tr("The measurement is in the clipboard."), "", None)

    @Slot(str)
    def _delete(self, number: str) -> None:
        self._speed.delete(number)
        text, undo = self.tr("The measurement was deleted."), self.tr("Undo")
        self.told.emit(text, undo, self._speed.undo_delete)

    @Slot(object)
    def _ask_file(self, result: SpeedResult) -> None:
        dialog = QFileDialog(self, self.tr("Export the measurement"))
        dialog.setObjectName("speedExportDialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("JSON files (*.json)"))
        dialog.setDefaultSuffix("json")
        dialog.fileSelected.connect(lambda name: self._speed.export(result, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
