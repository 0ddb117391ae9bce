"""The card of an answer: how it came about, and whether it comes out the same again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.conversation import Message
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.ui import icons
from desktop_llm.ui.dialogs.details_facts import Section, as_text, sections
from desktop_llm.ui.dialogs.repetition import InBackground, RepetitionView
from desktop_llm.ui.widgets.named import label, named


class DetailsDialog(QDialog):
    """Stays open beside the conversation. `message` needs the record of its generation."""

    run_requested = Signal(str)
    """The answer shall be written again, exactly."""
    stop_requested = Signal()
    """Or not any more."""

    def __init__(
        self, message: Message, background: InBackground, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.message = message
        self.setObjectName("detailsDialog")
        self.setWindowTitle(self.tr("How this answer came about"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 640)
        self._sections = sections(message)
        self.repetition = RepetitionView(message, background)
        self._run = named(QPushButton(), "detailsRun", self.tr("Run again exactly"))
        self._run.setText(self.tr("Run again exactly"))
        self._run.setIcon(icons.icon("repeat"))
        self._stop = named(QPushButton(self.tr("Stop")), "detailsStop", self.tr("Stop"))
        self._stop.hide()
        self._copy = named(QPushButton(), "detailsCopy", self.tr("Copy as text"))
        self._copy.setText(self.tr("Copy as text"))
        self._close = named(QPushButton(), "detailsClose", self.tr("Close"))
        self._close.setText(self.tr("Close"))
        self._close.setDefault(True)
        self._arrange()
        record = message.generation
        if record is not None and record.engine == "remote":
            self._run.setEnabled(False)
            self._run.setToolTip(self.tr("A server cannot repeat an answer exactly."))
        self._run.clicked.connect(self.run)
        self._stop.clicked.connect(self.stop_requested)
        self.finished.connect(self._give_up)
        self._copy.clicked.connect(self._copy_text)
        self._close.clicked.connect(self.accept)

    def _arrange(self) -> None:
        area = named(QScrollArea(), "detailsFacts", self.tr("How this answer came about"))
        area.setProperty("kind", "reader")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        content = QWidget()
        content.setProperty("pane", "clear")
        inner = QVBoxLayout(content)
        inner.setContentsMargins(0, 0, 12, 0)
        inner.setSpacing(14)
        inner.addWidget(self.repetition)
        for section in self._sections:
            inner.addWidget(_card(section))
        inner.addStretch()
        area.setWidget(content)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self._run, self._stop, self._copy):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 12, 16)
        column.setSpacing(14)
        column.addWidget(area, 1)
        column.addLayout(buttons)
        self._close.setFocus()

    @Slot()
    def run(self) -> None:
        """Have the answer written once more."""
        if self._run.isEnabled():
            self._show_running(True)
            self.repetition.show_running()
            self.run_requested.emit(self.message.id)

    def show_result(self, result: Reproduction) -> None:
        """What came of it."""
        self._show_running(False)
        self.repetition.show_result(result)

    def _show_running(self, running: bool) -> None:
        self._run.setEnabled(not running)
        self._stop.setVisible(running)

    @Slot()
    def _give_up(self) -> None:
        """Nobody looks at what comes of it any more."""
        if not self._run.isEnabled():
            self.stop_requested.emit()

    @Slot()
    def _copy_text(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._sections))


def _card(section: Section) -> QWidget:
    frame = QFrame()
    frame.setProperty("pane", "card")
    grid = QGridLayout(frame)
    grid.setContentsMargins(16, 12, 16, 12)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(6)
    grid.setColumnMinimumWidth(0, 190)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label(section.title, "heading"), 0, 0, 1, 2)
    for row, (name, value) in enumerate(section.lines, 1):
        said = label(value, wrap=True)
        said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        said.setAccessibleName(f"{name}: {value}")
        said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(label(name, "muted"), row, 0, top)
        grid.addWidget(said, row, 1, top)
    return frame
