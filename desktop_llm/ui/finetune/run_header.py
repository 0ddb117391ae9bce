"""The top of an open run: what it is, in which state, and the buttons that steer it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons, theme
from desktop_llm.ui.finetune.run_words import (
    base_words,
    data_words,
    run_name,
    state_icon,
    state_words,
    task_words,
)
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

ICON = 18
STEERED = ("waiting", "preparing", "running", "paused")


class RunHeader(QFrame):
    """Asks by signals. After a click it says that it waits, until the run's state has changed."""

    back_requested = Signal()
    pause_requested = Signal()
    resume_requested = Signal()
    stop_requested = Signal(bool)
    """Whether to keep the result."""
    again_requested = Signal()
    view_chosen = Signal(str)
    """"overview", "compare" or "try"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "top")
        self._run: RunSummary | None = None
        self.back = named(QToolButton(), "backToRuns", self.tr("Back to all runs"))
        self.back.setIcon(icons.icon("arrow-left"))
        self.back.setIconSize(QSize(20, 20))
        self.back.setToolTip(self.tr("Back to all runs"))
        self._name = ElidedLabel()
        self._name.setProperty("kind", "heading")
        self._icon = label()
        self._state = label()
        self._state.setObjectName("runState")
        self._facts = ElidedLabel()
        self._facts.setProperty("kind", "muted")
        self.pause = named(QPushButton(), "pauseTrainingButton", self.tr("Pause"))
        self.pause.setMinimumWidth(110)
        self.stop = named(QPushButton(), "stopTrainingButton", self.tr("Stop"))
        self.again = named(QPushButton(), "runAgainButton", self.tr("Run again"))
        self.again.setText(self.tr("Run again"))
        self.again.setToolTip(self.tr("Begin a new run with the same data and settings."))
        self._make_stop_menu()
        self.views = Segments(
            "runViews",
            self.tr("View of the run"),
            (
                ("overview", self.tr("Overview")),
                ("compare", self.tr("Compare")),
                ("try", self.tr("Try it")),
            ),
        )
        self._arrange()
        self.back.clicked.connect(self.back_requested)
        self.pause.clicked.connect(self.toggle_pause)
        self.again.clicked.connect(self.again_requested)
        self.views.chosen.connect(self.view_chosen)
        theme.notifier().changed.connect(self._tint)

    def _make_stop_menu(self) -> None:
        menu = named(QMenu(self), "stopMenu", self.tr("Stop"))
        self.keep = QAction(self.tr("Stop and keep the result"), menu)
        self.keep.setObjectName("stopKeep")
        self.discard = QAction(self.tr("Stop and discard…"), menu)
        self.discard.setObjectName("stopDiscard")
        menu.addActions([self.keep, self.discard])
        self.keep.triggered.connect(self.stop_and_keep)
        self.discard.triggered.connect(self._ask_to_discard)
        self.stop.setMenu(menu)

    def _arrange(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.back)
        first.addWidget(self._name, 1)
        for button in (self.pause, self.stop, self.again):
            first.addWidget(button)
        second = QHBoxLayout()
        second.setContentsMargins(8, 0, 0, 0)
        second.setSpacing(6)
        second.addWidget(self._icon)
        second.addWidget(self._state)
        second.addSpacing(8)
        second.addWidget(self._facts, 1)
        second.addWidget(self.views)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 24, 8)
        column.setSpacing(4)
        column.addLayout(first)
        column.addLayout(second)

    def show_run(self, run: RunSummary) -> None:
        """Show `run` as it is now."""
        before = self._run
        waits = before is not None and (before.id, before.state) == (run.id, run.state)
        self._run = run
        self._name.set_whole_text(run_name(run))
        self._state.setText(state_words(run.state))
        self._facts.set_whole_text(
            " · ".join([task_words(run.job), base_words(run.job), data_words(run.job.data)])
        )
        steered = run.alive and run.state in STEERED
        self.pause.setVisible(steered)
        self.stop.setVisible(steered)
        self.again.setVisible(not steered)
        if not waits:
            self._steer(run)
        has_result = run.card is not None and not run.alive
        is_classifier = run.job.task == "classify"
        self.views.setVisible(has_result)
        self.views.set_offered("compare", not is_classifier)
        self.views.set_offered("try", is_classifier)
        self._tint()

    def _steer(self, run: RunSummary) -> None:
        """The buttons that steer a run, ready to be pressed."""
        paused = run.state == "paused"
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause.setAccessibleName(self.pause.text())
        self.pause.setIcon(icons.icon("play" if paused else "pause"))
        self.pause.setEnabled(run.state in ("running", "paused"))
        self.stop.setText(self.tr("Stop"))
        self.stop.setIcon(icons.icon("stop"))
        self.stop.setEnabled(True)

    @Slot()
    def toggle_pause(self) -> None:
        """Pause a run that goes on, or let it go on."""
        if self._run is None or not self.pause.isEnabled() or not self._run.alive:
            return
        self.pause.setEnabled(False)
        if self._run.state == "paused":
            self.pause.setText(self.tr("Resuming…"))
            self.resume_requested.emit()
        else:
            self.pause.setText(self.tr("Pausing…"))
            self.pause_requested.emit()

    @Slot()
    def stop_and_keep(self) -> None:
        """End the run after the step that runs; what it has learned becomes the result."""
        self._stopping()
        self.stop_requested.emit(True)

    @Slot()
    def _ask_to_discard(self) -> None:
        box = QMessageBox(self)
        box.setObjectName("discardQuestion")
        box.setWindowTitle(self.tr("Discard the run?"))
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(self.tr("Stop the run and throw away what it has learned?"))
        box.setInformativeText(self.tr("Your data and the base model stay as they are."))
        discard = box.addButton(self.tr("Discard"), QMessageBox.ButtonRole.DestructiveRole)
        discard.setObjectName("discardButton")
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.setModal(True)
        discard.clicked.connect(self._discard)
        box.finished.connect(box.deleteLater)
        box.show()

    @Slot()
    def _discard(self) -> None:
        self._stopping()
        self.stop_requested.emit(False)

    def _stopping(self) -> None:
        self.stop.setEnabled(False)
        self.pause.setEnabled(False)
        self.stop.setText(self.tr("Stopping…"))

    @Slot()
    def _tint(self) -> None:
        if self._run is not None:
            name, tint = state_icon(self._run)
            self._icon.setPixmap(icons.pixmap(name, ICON, self.devicePixelRatio(), tint))
