"""How a hit of a search looks: the words around it in two lines, the found ones marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.chat.conversation_painter import GAP, PADDING, RIGHT, SIDE
from desktop_llm.ui.chat.hit_rows import AnyIndex, HitRow, HitRows, day
from desktop_llm.ui.widgets.row_back import paint_back

LINES = 2
"""Of the words around a hit."""
INSET = 12
"""How far hits stand in from the title of their conversation."""


class HitPainter(QStyledItemDelegate):
    """A conversation in one line with its date, a hit in two lines below it."""

    def __init__(self, rows: HitRows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows

    def _font(self, option: QStyleOptionViewItem, row: HitRow) -> QFont:
        font = QFont(option.font)
        if row.heading:
            font.setWeight(QFont.Weight.DemiBold)
        else:
            font.setPointSizeF(theme.current().fonts.small_pt)
        return font

    def _paint_day(
        self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, row: HitRow
    ) -> int:
        """At the far end of the line; returns the width that it takes."""
        font = QFont(option.font)
        font.setPointSizeF(theme.current().fonts.small_pt)
        painter.setFont(font)
        painter.setPen(QColor(theme.current().colors.text_muted))
        painter.drawText(line, RIGHT, day(row.conversation))
        return painter.fontMetrics().horizontalAdvance(day(row.conversation)) + GAP

    # Qt's own names

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        row = self._rows.row(index)
        if row is None:
            return QSize()
        height = QFontMetrics(self._font(option, row)).height()
        return QSize(120, height + 16 if row.heading else LINES * height + 10)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = self._rows.row(index)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(SIDE, 1, -SIDE, -1)
        paint_back(painter, option, area)
        text = area.adjusted(PADDING + (0 if row.heading else INSET), 0, -PADDING, 0)
        if row.heading:
            text.adjust(0, 0, -self._paint_day(painter, option, text, row), 0)
        colors = theme.current().colors
        painter.setPen(QColor(colors.text if row.heading else colors.text_muted))
        layout = marked(row, self._font(option, row), text.width(), 1 if row.heading else LINES)
        place = QStyle.visualRect(option.direction, area, text)
        top = place.top() + (place.height() - layout.boundingRect().height()) / 2
        layout.draw(painter, QPointF(place.left(), top))
        painter.restore()


def marked(row: HitRow, font: QFont, width: int, lines: int) -> QTextLayout:
    """The text of `row` in at most `lines` lines of `width` pixels, its found words marked."""
    layout = _laid_out(row.text, row.spans, font, width, lines)
    last = layout.lineAt(layout.lineCount() - 1)
    shown = last.textStart() + last.textLength()
    if shown >= _units(row.text):
        return layout
    text = row.text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, shown - 2)]
    cut = text.decode("utf-16-le", "ignore").rstrip() + "…"
    return _laid_out(cut, row.spans, font, width, lines)


def _laid_out(
    text: str, spans: Sequence[tuple[int, int]], font: QFont, width: int, lines: int
) -> QTextLayout:
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats([_mark(text, begin, end) for begin, end in spans if begin < len(text)])
    layout.beginLayout()
    top = 0.0
    for _ in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, top))
        top += line.height()
    layout.endLayout()
    return layout


def _mark(text: str, begin: int, end: int) -> QTextLayout.FormatRange:
    colors = theme.current().colors
    found = QTextCharFormat()
    found.setBackground(QColor(colors.selection))
    found.setForeground(QColor(colors.text))
    mark = QTextLayout.FormatRange()
    mark.start, mark.length = _units(text[:begin]), _units(text[begin:end])
    mark.format = found
    return mark


def _units(text: str) -> int:
    """The length of `text` as Qt counts it, in which an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
