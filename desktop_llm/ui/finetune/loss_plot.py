"""The curves of a run, drawn by pyqtgraph. Imported when the first plot is shown: 50 MB."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.finetune.run_history import RunHistory
from desktop_llm.ui.finetune.run_words import number

AXIS_WIDTH = 64
POINT = 8


class RateAxis(pyqtgraph.AxisItem):  # type: ignore[misc]
    """Ticks such as 2e-4, which are short for any learning rate."""

    # pyqtgraph's own name

    def tickStrings(  # noqa: N802
        self, values: Sequence[float], scale: float, spacing: float
    ) -> list[str]:
        return [number(value) if value else "0" for value in values]


class LossPlot(pyqtgraph.GraphicsLayoutWidget):  # type: ignore[misc]
    """Training and held-out loss over the steps, and below them the learning rate."""

    hovered = Signal(object)
    """The step under the mouse, a float; None when it leaves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.ci.setContentsMargins(0, 0, 8, 0)
        self.ci.setSpacing(4)
        self._loss = self._plot(0)
        self._rate = self._plot(1)
        self._rate.setXLink(self._loss)
        self._loss.getAxis("bottom").setStyle(showValues=False)
        self._loss.setLabel("left", self.tr("Loss"))
        self._rate.setLabel("left", self.tr("Rate", "short for learning rate"))
        self._rate.setLabel("bottom", self.tr("Step"))
        for row, share in ((0, 3), (1, 1)):
            self.ci.layout.setRowStretchFactor(row, share)
        self._training = self._loss.plot(antialias=True)
        self._held_out = self._loss.plot(antialias=True)
        self._learning_rate = self._rate.plot(antialias=True)
        self._cursors = [pyqtgraph.InfiniteLine(angle=90) for _ in range(2)]
        for plot, cursor in zip((self._loss, self._rate), self._cursors, strict=True):
            cursor.hide()
            plot.addItem(cursor, ignoreBounds=True)
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        self.viewport().installEventFilter(self)
        theme.notifier().changed.connect(self._tint)
        self._tint()

    def _plot(self, row: int) -> Any:
        axes = {"left": RateAxis("left")} if row else {}
        plot = self.addPlot(row=row, col=0, axisItems=axes)
        plot.setMenuEnabled(False)
        plot.setMouseEnabled(False, False)
        plot.hideButtons()
        plot.showGrid(x=False, y=True, alpha=0.15)
        plot.getAxis("left").setWidth(AXIS_WIDTH)
        for name in ("left", "bottom"):
            axis = plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, autoExpandTextSpace=True)
        return plot

    def draw(self, history: RunHistory) -> None:
        """Show the curves as they are now."""
        for item, curve in (
            (self._training, history.losses),
            (self._held_out, history.evals),
            (self._learning_rate, history.rates),
        ):
            finite = [(step, value) for step, value in curve if abs(value) < 1e30]
            item.setData([step for step, _ in finite], [value for _, value in finite])

    @Slot()
    def _tint(self) -> None:
        colors, fonts = theme.current().colors, theme.current().fonts
        self.setBackground(QColor(colors.surface))
        font = QFont(self.font())
        font.setPointSizeF(fonts.small_pt)
        for plot in (self._loss, self._rate):
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setPen(QPen(QColor(colors.border)))
                axis.setTextPen(QColor(colors.text_muted))
                axis.setStyle(tickFont=font)
                axis.setLabel(axis.labelText, color=colors.text_muted)
        self._training.setPen(_pen(colors.accent, 1.5))
        self._held_out.setPen(_pen(colors.second, 2))
        self._held_out.setSymbol("o")
        self._held_out.setSymbolSize(POINT)
        self._held_out.setSymbolBrush(QColor(colors.second))
        self._held_out.setSymbolPen(None)
        self._learning_rate.setPen(_pen(colors.text_muted, 1.5))
        for cursor in self._cursors:
            cursor.setPen(_pen(colors.border_strong, 1))

    def _mouse_moved(self, place: QPointF) -> None:
        for plot in (self._loss, self._rate):
            if plot.vb.sceneBoundingRect().contains(place):
                step = plot.vb.mapSceneToView(place).x()
                self.hovered.emit(step)
                return
        self.hovered.emit(None)

    def mark(self, step: float | None) -> None:
        """A line at `step`; none for None."""
        for cursor in self._cursors:
            cursor.setVisible(step is not None)
            if step is not None:
                cursor.setPos(step)

    # Qt's own names

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(None)
        return False


def _pen(color: str, width: float) -> QPen:
    pen = QPen(QColor(color), width)
    pen.setCosmetic(True)
    return pen


def curve_points(item: Any) -> Sequence[float]:
    """The values that a curve shows, for tests."""
    values = item.getData()[1]
    return [] if values is None else list(values)
