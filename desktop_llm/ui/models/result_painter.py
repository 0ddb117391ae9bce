"""How a result looks: title and fit, what it is for, and the facts."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from desktop_llm.library.fit import Fit
from desktop_llm.ui import icons, theme
from desktop_llm.ui.models.result_rows import FACTS_ROLE, FIT_ROLE, RESULT_ROLE, Index, Result
from desktop_llm.ui.models.words import FIT_ICONS, fit_title
from desktop_llm.ui.widgets.row_back import paint_back

ICON = 16
SIDE, TOP, GAP = 16, 10, 3
LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
"""Qt swaps sides by itself where people read from the right."""


class ResultPainter(QStyledItemDelegate):
    """Three lines; all rows are of one height, so that long lists scroll evenly."""

    def _fonts(self, option: QStyleOptionViewItem) -> tuple[QFont, QFont]:
        bold, small = QFont(option.font), QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPointSizeF(theme.current().fonts.small_pt)
        return bold, small

    def _paint_fit(self, painter: QPainter, line: QRect, fit: Fit, mirrored: bool) -> int:
        """At the far end of the line; returns the width that is used."""
        words, (name, tint) = fit_title(fit), FIT_ICONS[fit.cls]
        width = painter.fontMetrics().horizontalAdvance(words) + ICON + 6
        place = QRect(line.right() - width, line.top(), width, line.height())
        if mirrored:
            place.moveLeft(line.left())
        top = place.center().y() - ICON // 2 + 1
        left = place.right() - ICON if mirrored else place.left()
        icons.icon(name, tint).paint(painter, QRect(left, top, ICON, ICON))
        painter.setPen(QColor(getattr(theme.current().colors, tint)))
        text = place.adjusted(0, 0, -ICON - 6, 0) if mirrored else place.adjusted(ICON + 6, 0, 0, 0)
        painter.drawText(text, LEFT, words)
        return width

    @staticmethod
    def _paint_star(painter: QPainter, title: QRect, mirrored: bool) -> QRect:
        """The mark of a recommended model; returns the place that is left."""
        left = title.right() - ICON if mirrored else title.left() - 1
        top = title.center().y() - ICON // 2 + 1
        icons.icon("star-fill", "accent").paint(painter, QRect(left, top, ICON, ICON))
        room = ICON + 4
        return title.adjusted(0, 0, -room, 0) if mirrored else title.adjusted(room, 0, 0, 0)

    # Qt's own names

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        bold, small = self._fonts(option)
        lines = QFontMetrics(bold).height() + 2 * QFontMetrics(small).height()
        return QSize(240, lines + 2 * GAP + 2 * TOP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors = theme.current().colors
        result, fit = index.data(RESULT_ROLE), index.data(FIT_ROLE)
        assert isinstance(result, Result)
        bold, small = self._fonts(option)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(8, 1, -8, -1)
        paint_back(painter, option, area)
        text = area.adjusted(SIDE, TOP - 1, -SIDE, 1 - TOP)
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        line = QRect(text.left(), text.top(), text.width(), QFontMetrics(bold).height())
        painter.setFont(small)
        used = self._paint_fit(painter, line, fit, mirrored) + 12 if fit else 0
        title = line.adjusted(used, 0, 0, 0) if mirrored else line.adjusted(0, 0, -used, 0)
        if result.recommended:
            title = self._paint_star(painter, title, mirrored)
        self._write(painter, title, result.title, bold, colors.text)
        height = QFontMetrics(small).height()
        line = QRect(text.left(), line.bottom() + 1 + GAP, text.width(), height)
        self._write(painter, line, result.note, small, colors.text_muted)
        line.translate(0, height + GAP)
        self._write(painter, line, index.data(FACTS_ROLE), small, colors.text_muted)
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, line: QRect, text: str, font: QFont, color: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(color))
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, LEFT, elided)
