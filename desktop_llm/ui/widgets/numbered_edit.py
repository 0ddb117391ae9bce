"""An editor for program text: its lines are numbered, and one of them can be marked as wrong."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Slot
from PySide6.QtGui import (
    QColor,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.widgets.text_marks import marked

GAP = 8
"""Pixels left and right of a number."""


class NumberedEdit(QPlainTextEdit):
    """Plain text in a font of equal widths, which is not wrapped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numbers = _Numbers(self)
        self._marked = 0
        fonts = theme.current().fonts
        self.setFont(theme.code_font(fonts, fonts.base_pt))
        self.setTabStopDistance(4 * self.fontMetrics().horizontalAdvance(" "))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._scrolled)
        theme.notifier().changed.connect(self._dress)
        self._make_room()

    @property
    def marked_line(self) -> int:
        """The line that is wrong, from 1; 0 for none."""
        return self._marked

    def mark_line(self, line: int) -> None:
        """Mark a line, from 1; 0 for none."""
        self._marked = line if 0 < line <= self.blockCount() else 0
        self._dress()

    def numbers_width(self) -> int:
        """Pixels that the numbers take."""
        digits = max(2, len(str(self.blockCount())))
        return 2 * GAP + digits * self.fontMetrics().horizontalAdvance("9")

    def paint_numbers(self, painter: QPainter) -> None:
        """Paint the numbers of the lines that are visible."""
        colors = theme.current().colors
        painter.fillRect(self._numbers.rect(), QColor(colors.surface_raised))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= self._numbers.height():
            height = self.blockBoundingRect(block).height()
            wrong = block.blockNumber() + 1 == self._marked
            painter.setPen(QColor(colors.danger if wrong else colors.text_muted))
            area = QRect(0, round(top), self._numbers.width() - GAP, round(height))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
            painter.drawText(area, right, str(block.blockNumber() + 1))
            top += height
            block = block.next()

    @Slot()
    def _dress(self) -> None:
        style = QTextCharFormat()
        style.setBackground(QColor(theme.current().colors.cut))
        style.setProperty(QTextFormat.Property.FullWidthSelection, True)
        block = self.document().findBlockByNumber(self._marked - 1)
        self.setExtraSelections([marked(QTextCursor(block), style)] if self._marked else [])
        self._numbers.update()

    @Slot()
    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    @Slot(QRect, int)
    def _scrolled(self, area: QRect, distance: int) -> None:
        if distance:
            self._numbers.scroll(0, distance)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._numbers.setGeometry(
            inside.left(), inside.top(), self.numbers_width(), inside.height()
        )


class _Numbers(QWidget):
    """The column beside the text."""

    def __init__(self, edit: NumberedEdit) -> None:
        super().__init__(edit)
        self._edit = edit

    # Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(self._edit.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._edit.paint_numbers(painter)
        painter.end()
