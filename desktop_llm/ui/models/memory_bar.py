"""Weights, conversation and room to work beside each other, against the memory that is free."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_llm.library.fit import Fit
from desktop_llm.ui import theme
from desktop_llm.ui.models.words import size_words
from desktop_llm.ui.widgets.named import named

BAR, MARK, GAP = 10, 8, 6


class MemoryBar(QWidget):
    """The bar and, below it, what its colours mean. The upright line is where memory ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "memoryBar", self.tr("Memory"))
        self._fit: Fit | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.notifier().changed.connect(self.update)

    def show_fit(self, fit: Fit | None) -> None:
        """Show the figures of `fit`; None hides the bar."""
        self._fit = fit
        self.setVisible(fit is not None)
        if fit:
            text = self.tr("{needed} are needed, {free} are free").format(
                needed=size_words(fit.total), free=size_words(fit.free_memory)
            )
            self.setAccessibleDescription(text)
            self.setToolTip(text)
        self.updateGeometry()
        self.update()

    def _parts(self, fit: Fit) -> tuple[tuple[int, str, str], ...]:
        """Bytes, colour and words of each part."""
        colors = theme.current().colors
        return (
            (fit.weights, colors.accent, self.tr("Weights {size}")),
            (fit.cache, colors.second, self.tr("Conversation {size}")),
            (fit.overhead, colors.border_strong, self.tr("Room to work {size}")),
            (fit.free_memory, colors.border, self.tr("Free {size}")),
        )

    def _font(self) -> QFont:
        font = self.font()
        font.setPointSizeF(theme.current().fonts.small_pt)
        return font

    def _legend(self, width: int) -> list[tuple[int, int, str, str]]:
        """Left, line, colour and text of each part, in as many lines as it takes."""
        if self._fit is None:
            return []
        metrics, x, line = QFontMetrics(self._font()), 0, 0
        found = []
        for size, color, words in self._parts(self._fit):
            text = words.format(size=size_words(size))
            needed = MARK + 5 + metrics.horizontalAdvance(text) + 2
            if size and x and x + needed > width:
                x, line = 0, line + 1
            if size:
                found.append((x, line, color, text))
                x += needed + 14
        return found

    # Qt's own names

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = max((line for _, line, _, _ in self._legend(width)), default=0) + 1
        return BAR + 4 + GAP + lines * QFontMetrics(self._font()).lineSpacing()

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(max(240, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.heightForWidth(max(240, self.width())))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fit is None:
            return
        parts, fit = self._parts(self._fit), self._fit
        painter = QPainter(self)
        painter.setLayoutDirection(self.layoutDirection())
        unit = self.width() / max(fit.total, fit.free_memory, 1)
        end = round(fit.free_memory * unit)
        painter.fillRect(self._mirrored(0, 2, end, BAR), QColor(parts[-1][1]))
        x = 0
        for size, color, _ in parts[:-1]:
            width = max(2, round(size * unit)) if size else 0
            painter.fillRect(self._mirrored(x, 2, width, BAR), QColor(color))
            x += width
        text = QColor(theme.current().colors.text)
        painter.fillRect(self._mirrored(min(end, self.width() - 2), 0, 2, BAR + 4), text)
        self._paint_legend(painter)
        painter.end()

    def _paint_legend(self, painter: QPainter) -> None:
        painter.setFont(self._font())
        metrics = painter.fontMetrics()
        for x, line, color, text in self._legend(self.width()):
            top = BAR + 4 + GAP + line * metrics.lineSpacing()
            mark = self._mirrored(x, top + (metrics.height() - MARK) // 2 + 1, MARK, MARK)
            painter.fillRect(mark, QColor(color))
            painter.setPen(QColor(theme.current().colors.text_muted))
            width = metrics.horizontalAdvance(text) + 2
            place = self._mirrored(x + MARK + 5, top, width, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def _mirrored(self, x: int, y: int, width: int, height: int) -> QRect:
        """The rectangle, counted from the side where reading begins."""
        left = self.width() - x - width if self.isRightToLeft() else x
        return QRect(left, y, width, height)
