"""How long the rows are, in tokens, and where they are cut; the line can be dragged."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.widgets.named import named

BARS = 48
LEFT, RIGHT, TOP, BOTTOM = 12, 16, 22, 24
REACH = 8
"""Pixels beside the line where it can be taken hold of."""
KEY_STEPS = {Qt.Key.Key_Left: -16, Qt.Key.Key_Right: 16}


class LengthHistogram(QWidget):
    """Bars of rows by length, and the maximum length as a line."""

    max_length_dragged = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "lengthHistogram", self.tr("Lengths of the rows in tokens"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lengths: Sequence[int] = ()
        self._max_length = 512
        self._limits = (8, 131_072)
        self._dragging = False
        self._end = 1
        theme.notifier().changed.connect(self.update)

    def set_lengths(self, lengths: Sequence[int], max_length: int, limits: tuple[int, int]) -> None:
        """`limits`: the smallest and largest maximum length."""
        self._lengths, self._max_length, self._limits = lengths, max_length, limits
        if not self._dragging:
            self._end = max(max(lengths, default=1), max_length, 16) * 21 // 20
        self.update()

    def _plot(self) -> QRectF:
        return QRectF(self.rect()).adjusted(LEFT, TOP, -RIGHT, -BOTTOM)

    def _x(self, tokens: float) -> float:
        plot = self._plot()
        return plot.left() + plot.width() * tokens / self._end

    def _tokens_at(self, x: float) -> int:
        plot = self._plot()
        tokens = round((x - plot.left()) / max(plot.width(), 1) * self._end)
        low, high = self._limits
        return min(max(tokens, low), high, self._end)

    def _set(self, tokens: int) -> None:
        low, high = self._limits
        tokens = min(max(tokens, low), high)
        if tokens != self._max_length:
            self._max_length = tokens
            self.update()
            self.max_length_dragged.emit(tokens)

    # Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 140)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        near = abs(event.position().x() - self._x(self._max_length)) <= REACH
        if event.button() == Qt.MouseButton.LeftButton and near and self._lengths:
            self._dragging = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = abs(event.position().x() - self._x(self._max_length)) <= REACH
        shape = Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        if self._dragging:
            self._set(self._tokens_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False
        self.set_lengths(self._lengths, self._max_length, self._limits)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = KEY_STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._set(self._max_length + step)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors, plot = theme.current().colors, self._plot()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bars(painter)
        painter.setPen(QPen(QColor(colors.border_strong), 1))
        painter.drawLine(QLineF(plot.left(), plot.bottom(), plot.right(), plot.bottom()))
        self._paint_scale(painter)
        self._paint_line(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colors.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.end()

    def _paint_bars(self, painter: QPainter) -> None:
        colors, plot = theme.current().colors, self._plot()
        bars = [0] * BARS
        for length in self._lengths:
            bars[min(length * BARS // self._end, BARS - 1)] += 1
        highest, width = max(bars) or 1, plot.width() / BARS
        cut_from = self._x(self._max_length)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, rows in enumerate(bars):
            if rows:
                height = max(2.0, plot.height() * rows / highest)
                left = plot.left() + number * width
                is_cut = left + width / 2 > cut_from
                painter.setBrush(QColor(colors.danger if is_cut else colors.accent))
                bar = QRectF(left + 1, plot.bottom() - height, max(width - 2, 1), height)
                painter.drawRoundedRect(bar, 1.5, 1.5)

    def _paint_scale(self, painter: QPainter) -> None:
        plot, metrics = self._plot(), self.fontMetrics()
        painter.setPen(QColor(theme.current().colors.text_muted))
        step = _round_step(self._end / max(plot.width() // 110, 1))
        for tokens in range(0, self._end, step):
            text = count(tokens)
            width = metrics.horizontalAdvance(text)
            x = min(max(self._x(tokens) - width / 2, 2), self.width() - width - 2)
            painter.drawText(
                QRectF(x, plot.bottom() + 4, width + 2, metrics.height()),
                Qt.AlignmentFlag.AlignLeft,
                text,
            )

    def _paint_line(self, painter: QPainter) -> None:
        colors, plot, metrics = theme.current().colors, self._plot(), self.fontMetrics()
        x = self._x(self._max_length)
        painter.setPen(QPen(QColor(colors.text), 2))
        painter.drawLine(QLineF(x, plot.top(), x, plot.bottom()))
        painter.setBrush(QColor(colors.text))
        painter.drawEllipse(QRectF(x - 4, plot.top() - 4, 8, 8))
        text = self.tr("at most {tokens}").format(tokens=count(self._max_length))
        width = metrics.horizontalAdvance(text)
        left = x - width - 10 if x + width + 14 > self.width() else x + 10
        painter.drawText(
            QRectF(left, 2, width + 2, metrics.height()), Qt.AlignmentFlag.AlignLeft, text
        )


def _round_step(wanted: float) -> int:
    """The next 1, 2 or 5 times a power of ten."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= wanted:
                return factor * power
        power *= 10
