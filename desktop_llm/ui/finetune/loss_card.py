"""The card around the plot: legend with figures, and the same in words for screen readers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_llm.services.tasks import TaskService
from desktop_llm.ui import theme
from desktop_llm.ui.finetune.run_history import Curve, RunHistory, nearest
from desktop_llm.ui.finetune.run_words import number
from desktop_llm.ui.widgets.named import label, named

if TYPE_CHECKING:
    from types import ModuleType

    from desktop_llm.ui.finetune.loss_plot import LossPlot

REDRAW_MS = 250
HEIGHT = 280


class LegendLine(QWidget):
    """A short stroke in the colour of a curve; `tint` names a colour of the theme."""

    def __init__(self, tint: str, dotted: bool = False) -> None:
        super().__init__()
        self._tint = tint
        self._dotted = dotted
        self.setFixedSize(QSize(20, 12))
        theme.notifier().changed.connect(self.update)

    # Qt's own names

    def paintEvent(self, event: QPaintEvent) -> None:
        color = QColor(getattr(theme.current().colors, self._tint))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 2))
        painter.drawLine(0, 6, 20, 6)
        if self._dotted:
            painter.setBrush(color)
            painter.drawEllipse(7, 3, 6, 6)
        painter.end()


class LossCard(QFrame):
    """Draws at most four times a second, and only while it can be seen.

    pyqtgraph takes a third of a second to import: that happens on TaskThread, when the card is
    shown for the first time.
    """

    def __init__(self, tasks: TaskService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "lossPlot", "")
        self.setProperty("pane", "card")
        self._tasks = tasks
        self._asked = False
        self._history = RunHistory()
        self._hovered: float | None = None
        self._dirty = True
        self.plot: LossPlot | None = None
        self._step = label(kind="small")
        self._values = [label(kind="small") for _ in range(3)]
        self._room = QWidget()
        self._room.setFixedHeight(HEIGHT)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(REDRAW_MS)
        self._pause.timeout.connect(self._draw_if_dirty)
        self._arrange()
        self._tell()

    def _arrange(self) -> None:
        legend = QHBoxLayout()
        legend.setSpacing(6)
        legend.addWidget(label(self.tr("Loss"), "heading"))
        legend.addSpacing(8)
        legend.addWidget(self._step)
        legend.addStretch()
        strokes = (LegendLine("accent"), LegendLine("second", True), LegendLine("text_muted"))
        for stroke, value in zip(strokes, self._values, strict=True):
            legend.addWidget(stroke)
            legend.addWidget(value)
            legend.addSpacing(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 8, 8)
        column.setSpacing(6)
        column.addLayout(legend)
        column.addWidget(self._room)
        inner = QVBoxLayout(self._room)
        inner.setContentsMargins(0, 0, 0, 0)

    def show_history(self, history: RunHistory) -> None:
        """Show another run."""
        self._history = history
        self._hovered = None
        self.refresh()

    def refresh(self) -> None:
        """The history has more points now."""
        self._dirty = True
        if self.isVisible() and not self._pause.isActive():
            self._draw_if_dirty()

    @property
    def summary(self) -> str:
        """The last values in words."""
        history = self._history
        if not history.losses and not history.evals:
            return self.tr("Loss over the steps: nothing yet.")
        parts = [
            self.tr("Loss over the steps."),
            self.tr("Step {step}.").format(step=(history.losses or history.evals)[-1][0]),
        ]
        parts += [f"{text}." for text in self._value_words(None)]
        return " ".join(parts)

    @property
    def shown(self) -> str:
        """The step and the values that the legend shows."""
        return " ".join(each.text() for each in (self._step, *self._values))

    def _value_words(self, step: float | None) -> list[str]:
        history = self._history

        def value(curve: Curve) -> str:
            point = curve[-1:] if step is None else [nearest(curve, step)]
            return number(point[0][1] if point and point[0] else None)

        return [
            self.tr("training {value}").format(value=value(history.losses)),
            self.tr("held-out {value}").format(value=value(history.evals)),
            self.tr("learning rate {value}").format(value=value(history.rates)),
        ]

    def _tell(self) -> None:
        for shown, text in zip(self._values, self._value_words(self._hovered), strict=True):
            shown.setText(text)
        point = None if self._hovered is None else nearest(self._history.losses, self._hovered)
        self._step.setText(self.tr("at step {step}").format(step=point[0]) if point else "")
        self.setAccessibleName(self.summary)

    @Slot()
    def _draw_if_dirty(self) -> None:
        if not self._dirty or not self.isVisible():
            return
        self._dirty = False
        self._tell()
        if self.plot is not None:
            self.plot.draw(self._history)
        self._pause.start()

    def _imported(self, module: ModuleType) -> None:
        if self.plot is None:
            self.plot = module.LossPlot(self._room)
            layout = self._room.layout()
            if layout is not None:
                layout.addWidget(self.plot)
            self.plot.hovered.connect(self._hover)
            self.plot.draw(self._history)

    @Slot(object)
    def _hover(self, step: float | None) -> None:
        point = None if step is None else nearest(self._history.losses, step)
        self._hovered = None if point is None else float(point[0])
        if self.plot is not None:
            self.plot.mark(self._hovered)
        self._tell()

    # Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self._tasks.run(
                lambda: import_module("desktop_llm.ui.finetune.loss_plot"), self._imported
            )
        self._draw_if_dirty()

    def hideEvent(self, event: QHideEvent) -> None:
        self._pause.stop()
        super().hideEvent(event)
