"""The card with the plot of a measurement, and a legend that names the engines."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QLocale, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop_llm.core.speed import Quantity, SpeedResult
from desktop_llm.services.tasks import TaskService
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.models.speed_strokes import StrokeSample, strokes
from desktop_llm.ui.models.speed_words import engine_words
from desktop_llm.ui.widgets.named import label, named

if TYPE_CHECKING:
    from types import ModuleType

    from desktop_llm.ui.models.speed_plot import SpeedPlot

HEIGHT = 240
MARGINS = 12, 12, 8, 8


class SpeedCard(QFrame):
    """pyqtgraph is imported on TaskThread, when the card is shown for the first time."""

    def __init__(self, tasks: TaskService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "speedPlot", "")
        self.setProperty("pane", "card")
        self._tasks = tasks
        self._asked = False
        self._result: SpeedResult | None = None
        self.plot: SpeedPlot | None = None
        self.quantity = Segments(
            "speedQuantity",
            self.tr("What the plot shows"),
            (
                ("turn_s", self.tr("Whole turn")),
                ("first_s", self.tr("First token")),
                ("reading", self.tr("Reading")),
                ("writing", self.tr("Writing")),
            ),
        )
        self._legend = QGridLayout()
        self._legend.setHorizontalSpacing(8)
        self._legend.setVerticalSpacing(2)
        self._entries: list[tuple[QWidget, QWidget]] = []
        self._room = QWidget()
        self._room.setFixedHeight(HEIGHT)
        inner = QVBoxLayout(self._room)
        inner.setContentsMargins(0, 0, 0, 0)
        self._arrange()
        self.quantity.chosen.connect(self._draw)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.quantity)
        head.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(*MARGINS)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._room)
        column.addLayout(self._legend)

    def show_result(self, result: SpeedResult) -> None:
        """Show another measurement."""
        self._result = result
        for entry in self._entries:
            for widget in entry:
                widget.deleteLater()
        self._entries = [
            (StrokeSample(stroke), label(engine_words(*engine), "small"))
            for engine, stroke in strokes(result).items()
        ]
        self._place_entries()
        self._draw()

    def _place_entries(self) -> None:
        """As many beside each other as there is room for."""
        while self._legend.takeAt(0):
            pass
        for column in range(self._legend.columnCount()):
            self._legend.setColumnStretch(column, 0)
        gap = self._legend.horizontalSpacing()
        sizes = [sample.width() + name.sizeHint().width() for sample, name in self._entries]
        room = self.width() - MARGINS[0] - MARGINS[2]
        columns = max(1, room // (max(sizes, default=1) + 2 * gap))
        for place, (sample, name) in enumerate(self._entries):
            row, column = divmod(place, columns)
            self._legend.addWidget(sample, row, 2 * column)
            self._legend.addWidget(name, row, 2 * column + 1)
        self._legend.setColumnStretch(2 * columns, 1)

    @property
    def summary(self) -> str:
        """What the plot says, in words."""
        result = self._result
        if result is None or not result.rows:
            return ""
        longest = max(result.lengths)
        rows = [row for row in result.rows if row.prompt_tokens == longest]
        best = min(rows, key=lambda row: row.turn_s)
        text = self.tr("At {n} tokens the fastest whole turn takes {s} s: {engine}.")
        engine = engine_words(best.side, best.setting)
        return text.format(n=QLocale().toString(longest), s=f"{best.turn_s:.2f}", engine=engine)

    @Slot()
    def _draw(self) -> None:
        self.setAccessibleName(self.summary)
        if self.plot is None:
            return
        quantity = cast(Quantity, self.quantity.value)
        per_second = quantity in ("reading", "writing")
        upright = self.tr("tokens per second") if per_second else self.tr("seconds")
        labels = {"left": upright, "bottom": self.tr("tokens of the prompt")}
        self.plot.show_result(self._result, quantity, labels)

    def _imported(self, module: ModuleType) -> None:
        if self.plot is None:
            self.plot = module.SpeedPlot(self._room)
            layout = self._room.layout()
            if layout is not None:
                layout.addWidget(self.plot)
            self._draw()

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_entries()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self._tasks.run(
                lambda: import_module("desktop_llm.ui.models.speed_plot"), self._imported
            )
