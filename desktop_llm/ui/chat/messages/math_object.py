"""A formula in a line of text: one character of the document, as large as its drawing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from desktop_llm.ui.chat.messages.math_drawing import Drawing
from desktop_llm.ui.chat.messages.math_formulas import em_of, formulas, guess, paint_formula

MARK = "\ufffc"
"""The character that stands for a formula; what people and models write never contains it."""

_KIND = int(QTextFormat.ObjectTypes.UserObject.value) + 1
_SOURCE = int(QTextFormat.Property.UserProperty.value) + 1


class FormulaPainter(QPyTextObject):
    """Tells Qt's layout how large the formulas of one document are, and paints them."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        document.documentLayout().registerHandler(_KIND, self)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:
        font = form.toCharFormat().font()
        drawing = size_of(str(form.property(_SOURCE)))
        em = em_of(font)
        half = QFontMetrics(font).xHeight() / 2  # as Qt has it: this is its "middle"
        height = max(2 * drawing.ascent * em - half, 2 * drawing.descent * em + half)
        return QSizeF(drawing.width * em, height)

    def drawObject(
        self,
        painter: QPainter,
        place: QRectF | QRect,
        document: QTextDocument,
        position: int,
        form: QTextFormat,
    ) -> None:
        place = QRectF(place)
        text = form.toCharFormat()
        source = str(form.property(_SOURCE))
        drawing = formulas().find(source)
        if drawing is None:
            _paint_source(painter, place, text, source)
            return
        em = em_of(text.font())
        half = QFontMetrics(text.font()).xHeight() / 2
        baseline = place.top() + (place.height() + half) / 2
        at = QPointF(place.left(), round(baseline - drawing.ascent * em))
        paint_formula(painter, drawing, source, at, em, text.foreground().color())


def _paint_source(painter: QPainter, place: QRectF, form: QTextCharFormat, source: str) -> None:
    """What stands in the place of a formula until it is drawn."""
    font = QFont(form.font())
    font.setPointSizeF(font.pointSizeF() * 0.8)
    painter.save()
    painter.setFont(font)
    painter.setPen(form.foreground().color())
    painter.setOpacity(0.6)
    width = int(place.width())
    source = " ".join(source.split())
    shown = painter.fontMetrics().elidedText(source, Qt.TextElideMode.ElideRight, width)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


def size_of(source: str) -> Drawing:
    """The drawing of a formula, or one of about its size."""
    return formulas().find(source) or guess(source)


def formula_format(base: QTextCharFormat, source: str) -> QTextCharFormat:
    """The format of the character that stands for a formula."""
    form = QTextCharFormat(base)
    form.setObjectType(_KIND)
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    form.setProperty(_SOURCE, source)
    return form


def with_sources(cursor: QTextCursor) -> str:
    """The text that `cursor` has selected, with every formula as it was written."""
    first, *rest = cursor.selectedText().split(MARK)
    parts = [first]
    position = cursor.selectionStart() + _units(first)
    for part in rest:
        at = QTextCursor(cursor.document())
        at.setPosition(position + 1)
        source: Any = at.charFormat().property(_SOURCE)
        parts += [str(source or ""), part]
        position += 1 + _units(part)
    return "".join(parts)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
