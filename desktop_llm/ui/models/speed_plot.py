"""Curves of engines over the prompt's length, by pyqtgraph: imported with the first (50 MB)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pyqtgraph
from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtGui import QColor, QFont, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_llm.core.speed import Quantity, SpeedResult
from desktop_llm.ui import theme
from desktop_llm.ui.models.speed_strokes import SYMBOLS, Stroke, strokes

AXIS_WIDTH = 56
POINT = 8


class SpeedPlot(pyqtgraph.GraphicsLayoutWidget):  # type: ignore[misc]
    """One quantity of all engines; lengths of prompts are as far apart as their doublings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.ci.setContentsMargins(0, 4, 8, 0)
        self._result: SpeedResult | None = None
        self._quantity: Quantity = "turn_s"
        self._plot = self.addPlot()
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(False, False)
        self._plot.hideButtons()
        self._plot.showGrid(x=False, y=True, alpha=0.15)
        self._plot.getAxis("left").setWidth(AXIS_WIDTH)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=0, autoExpandTextSpace=True)
        theme.notifier().changed.connect(self._draw)

    def show_result(
        self, result: SpeedResult | None, quantity: Quantity, labels: Mapping[str, str]
    ) -> None:
        """`labels`: of the axes `left` and `bottom`."""
        self._result, self._quantity = result, quantity
        for name, text in labels.items():
            self._plot.setLabel(name, text)
        self._draw()

    @property
    def curves(self) -> list[list[float]]:
        """The values that are shown, for tests."""
        return [list(item.getData()[1]) for item in self._plot.listDataItems()]

    @Slot()
    def _draw(self) -> None:
        self._tint()
        self._plot.clear()
        result = self._result
        if result is None:
            return
        locale = QLocale()
        ticks = [(math.log2(length), locale.toString(length)) for length in result.lengths]
        self._plot.getAxis("bottom").setTicks([ticks])
        for (side, setting), stroke in strokes(result).items():
            points = result.curve(side, setting, self._quantity)
            xs = [math.log2(length) for length, _ in points]
            self._plot.plot(xs, [value for _, value in points], antialias=True, **_look(stroke))
        self._plot.setYRange(0, self._highest(result) * 1.05, padding=0)
        self._plot.setXRange(ticks[0][0] - 0.3, ticks[-1][0] + 0.3, padding=0)

    def _highest(self, result: SpeedResult) -> float:
        return max((getattr(row, self._quantity) for row in result.rows), default=1.0) or 1.0

    def _tint(self) -> None:
        colors, fonts = theme.current().colors, theme.current().fonts
        self.setBackground(QColor(colors.surface))
        font = QFont(self.font())
        font.setPointSizeF(fonts.small_pt)
        for name in ("left", "bottom"):
            axis = self._plot.getAxis(name)
            axis.setPen(QPen(QColor(colors.border)))
            axis.setTextPen(QColor(colors.text_muted))
            axis.setStyle(tickFont=font)
            axis.setLabel(axis.labelText, color=colors.text_muted)

    # Qt's own names

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the page scrolls


def _look(stroke: Stroke) -> dict[str, Any]:
    color = QColor(getattr(theme.current().colors, stroke.tint))
    pen = QPen(color, 2, stroke.dash)
    pen.setCosmetic(True)
    return {
        "pen": pen,
        "symbol": SYMBOLS[stroke.place % len(SYMBOLS)],
        "symbolSize": POINT,
        "symbolBrush": color,
        "symbolPen": None,
    }
