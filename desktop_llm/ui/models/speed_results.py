"""A measurement: its plot, its table, and what can be done with it; those before it in a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.speed import SpeedResult
from desktop_llm.services.tasks import TaskService
from desktop_llm.ui import icons
from desktop_llm.ui.models.speed_card import SpeedCard
from desktop_llm.ui.models.speed_empty import SpeedEmpty
from desktop_llm.ui.models.speed_rows import (
    ENGINE,
    FIRST,
    LOAD,
    MEMORY,
    PROMPT,
    QUALITY,
    READS,
    TURN,
    WRITES,
    SpeedRows,
)
from desktop_llm.ui.models.speed_words import day_words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.row_table import RowTable
from desktop_llm.ui.widgets.scrolled import scrolled

WIDTHS = {
    ENGINE: (164, 3),
    PROMPT: (66, 0),
    LOAD: (68, 0),
    FIRST: (86, 0),
    READS: (70, 0),
    WRITES: (66, 0),
    TURN: (88, 0),
    MEMORY: (74, 0),
    QUALITY: (82, 0),
}


class SpeedResults(QStackedWidget):
    """Says that there is nothing yet until the history has something."""

    copied = Signal()
    export_requested = Signal(object)
    """SpeedResult."""
    delete_requested = Signal(str)

    def __init__(self, tasks: TaskService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: list[SpeedResult] = []
        self.picker = named(ComboBox(), "speedHistory", self.tr("Measurements"))
        self.card = SpeedCard(tasks)
        self.rows = SpeedRows()
        self.rows.setParent(self)
        self.table = named(
            RowTable(WIDTHS, ("speedHeader", self.tr("Columns of the figures")), self),
            "speedTable",
            self.tr("Figures of the measurement"),
        )
        self.table.setModel(self.rows)
        self.table.setMinimumHeight(160)
        rows = self.table.verticalHeader()
        rows.setDefaultSectionSize(self.table.fontMetrics().height() + 14)
        self._below = label(kind="small", wrap=True)
        self._below.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.empty = SpeedEmpty()
        self.addWidget(self.empty)
        self.addWidget(self._filled())
        self.picker.currentIndexChanged.connect(self._show)

    @property
    def result(self) -> SpeedResult | None:
        """What is shown."""
        place = self.picker.currentIndex()
        return self._history[place] if 0 <= place < len(self._history) else None

    @Slot(object)
    def set_history(self, history: Sequence[SpeedResult]) -> None:
        """Show `history`; the newest one if it is new, else what was shown stays."""
        before, known = self.result, {each.id for each in self._history}
        self._history = list(history)
        ids = [each.id for each in history]
        is_new = bool(ids) and ids[0] not in known
        chosen = 0 if is_new or before is None or before.id not in ids else ids.index(before.id)
        self.picker.blockSignals(True)
        self.picker.clear()
        for each in history:
            words = self.tr("{model}, {day}", "a measurement")
            self.picker.addItem(words.format(model=each.model, day=day_words(each)))
        self.picker.setCurrentIndex(chosen if history else -1)
        self.picker.blockSignals(False)
        self._show()

    @Slot()
    def copy_text(self) -> None:
        """The whole measurement as text, for sharing."""
        if self.result is not None:
            text = self.result.as_text(day_words(self.result))
            QGuiApplication.clipboard().setText(text)
            self.copied.emit()

    @Slot()
    def _show(self) -> None:
        result = self.result
        self.setCurrentIndex(0 if result is None else 1)
        self.rows.show_result(result)
        if result is not None:
            self.card.show_result(result)
            self._below.setText(self._made_by(result))

    def _made_by(self, result: SpeedResult) -> str:
        """The machine and the settings, and what is missing."""
        machine, versions = result.machine, result.versions
        parts = [
            self.tr("{processor}, {cores} cores.").format(
                processor=machine.get("processor", "?"), cores=machine.get("cores", "?")
            ),
            ", ".join(f"{name} {versions[name]}" for name in USED if name in versions) + ".",
            self.tr("Medians; perplexity of a text that is not in the prompts: less is better."),
        ]
        for name, reason in result.skipped.items():
            parts.append(self.tr("Left out: {name} ({reason}).").format(name=name, reason=reason))
        return " ".join(parts)

    def _filled(self) -> QScrollArea:
        """The plot keeps its height, and a low window scrolls."""
        page = QWidget()
        bar = QHBoxLayout()
        bar.setSpacing(8)
        self.picker.setMinimumWidth(220)
        bar.addWidget(self.picker, 1)
        for name, text, slot in (
            ("speedCopy", self.tr("Copy as text"), self.copy_text),
            ("speedExport", self.tr("Export…"), self._export),
        ):
            button = named(QPushButton(text), name, text)
            button.clicked.connect(slot)
            bar.addWidget(button)
        delete = self.tr("Delete this measurement")
        trash = named(QToolButton(), "speedDelete", delete, delete)
        trash.setIcon(icons.icon("trash"))
        trash.clicked.connect(self._delete)
        bar.addWidget(trash)
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self.card)
        column.addWidget(self.table, 1)
        column.addWidget(self._below)
        return scrolled(page)

    @Slot()
    def _export(self) -> None:
        if self.result is not None:
            self.export_requested.emit(self.result)

    @Slot()
    def _delete(self) -> None:
        if self.result is not None:
            self.delete_requested.emit(self.result.id)


USED = ("desktop-llm", "torch", "transformers", "gguf", "xllamacpp")
"""Versions that matter for speed."""
