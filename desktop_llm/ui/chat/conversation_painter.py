"""How the rows of the conversation list look."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_llm.ui import icons, theme
from desktop_llm.ui.chat.conversation_order import PINNED, Row
from desktop_llm.ui.chat.conversation_rows import AnyIndex, ConversationRows
from desktop_llm.ui.widgets.row_back import paint_back

ROW_HEIGHT = 36
SIDE, PADDING = 8, 10
ICON, GAP = 16, 6
INDENT = ICON + GAP
"""Of the conversations in a folder."""
BAR = 3
"""The width of the mark of the open conversation."""

LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
"""Qt swaps them by itself where people read from the right."""


class ConversationPainter(QStyledItemDelegate):
    """Headings small and muted, folders with their count, conversations as rounded rows."""

    def __init__(self, rows: ConversationRows, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows

    @staticmethod
    def _text_area(row: Row, area: QRect) -> QRect:
        """Where the title of `row` begins, reading from the left."""
        if row.kind == "folder":
            return area.adjusted(INDENT + ICON + GAP, 0, -PADDING, 0)
        inside = row.kind == "conversation" and row.section not in ("", PINNED)
        return area.adjusted(PADDING + (INDENT if inside else 0), 0, -PADDING, 0)

    def _paint_folder(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> int:
        """The sign, the folder and the count; returns the width that the count takes."""
        area, direction = _area(option), option.direction
        closed = "caret-left" if direction == Qt.LayoutDirection.RightToLeft else "caret-right"
        for name, left in (
            ("caret-down" if row.open else closed, 4),
            ("folder-open" if row.open else "folder-simple", INDENT),
        ):
            place = QRect(area.left() + left, area.center().y() - ICON // 2 + 1, ICON, ICON)
            place = QStyle.visualRect(direction, area, place)
            icons.icon(name, "text_muted").paint(painter, place)
        count = QLocale().toString(row.size)
        painter.setFont(_small(option))
        painter.setPen(QColor(theme.current().colors.text_muted))
        line = area.adjusted(PADDING, 0, -PADDING, 0)
        painter.drawText(QStyle.visualRect(direction, area, line), RIGHT, count)
        return painter.fontMetrics().horizontalAdvance(count) + GAP

    def _paint_marks(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, used: int
    ) -> int:
        """Whether it is open, and whether it is being answered; returns the width then `used`."""
        area, accent = _area(option), QColor(theme.current().colors.accent)
        if self._rows.is_current(row):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            bar = QRect(area.left(), area.top() + 8, BAR, area.height() - 16)
            painter.drawRoundedRect(QStyle.visualRect(option.direction, area, bar), 1.5, 1.5)
        if not self._rows.is_busy(row):
            return used
        left = area.right() - PADDING - used - ICON + 1
        place = QRect(left, area.center().y() - ICON // 2 + 1, ICON, ICON)
        place = QStyle.visualRect(option.direction, area, place)
        icons.icon("chat-circle-dots", "accent").paint(painter, place)
        return used + ICON + GAP

    # Qt's own names

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(120, max(ROW_HEIGHT, option.fontMetrics.height() + 16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row = self._rows.row(index)
        if row is None:
            return
        tokens = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = _area(option)
        text = self._text_area(row, area)
        if row.kind == "heading":
            font = _small(option)
            font.setWeight(QFont.Weight.DemiBold)
            text.translate(0, 4)
            color = tokens.colors.text_muted
        else:
            paint_back(painter, option, area)
            used = self._paint_folder(painter, option, row) if row.kind == "folder" else 0
            used = self._paint_marks(painter, option, row, used)
            text.adjust(0, 0, -used, 0)
            font, color = option.font, tokens.colors.text
        painter.setFont(font)
        painter.setPen(QColor(color))
        title = str(index.data())
        elided = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(QStyle.visualRect(option.direction, area, text), LEFT, elided)
        painter.restore()

    def updateEditorGeometry(  # noqa: N802
        self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        if row := self._rows.row(index):
            area = _area(option)
            text = self._text_area(row, area).adjusted(-PADDING, 0, PADDING - 2, 0)
            editor.setGeometry(QStyle.visualRect(option.direction, area, text))


def _area(option: QStyleOptionViewItem) -> QRect:
    return option.rect.adjusted(SIDE, 1, -SIDE, -1)


def _small(option: QStyleOptionViewItem) -> QFont:
    font = QFont(option.font)
    font.setPointSizeF(theme.current().fonts.small_pt)
    return font
