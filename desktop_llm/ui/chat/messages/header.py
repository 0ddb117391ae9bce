"""The line above a message: who wrote it, with which model, its marks, and when."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.look import Look, Type
from desktop_llm.ui.chat.messages.words import Mark
from desktop_llm.ui.icons import Tint, icon

_GAP = 10
_LEAST = 24
"""Room for a text at least; it is left out rather than cut to less."""


def paint_header(painter: QPainter, card: Card, marks: list[Mark], model: str, time: str) -> None:
    """Paint the header of `card`; `time` is empty while it is not asked for."""
    message, look = card.message, card.look
    is_user = message.role == "user"
    line = _Line(painter, look, card.header, backwards=is_user != card.mirrored)
    if is_user:
        line.text(words.speaker(message), look.quiet, "text_muted")
    else:
        line.icon("sparkle-fill", "accent")
        line.text(words.speaker(message), look.label, "text")
        line.text(model, look.quiet, "text_muted")
    for mark in marks:
        line.mark(mark)
    line.text(time, look.quiet, "text_muted")


class _Line:
    """Puts things beside each other, from the left or, `backwards`, from the right."""

    def __init__(self, painter: QPainter, look: Look, rect: QRect, backwards: bool) -> None:
        self._painter = painter
        self._look = look
        self._rect = rect
        self._backwards = backwards
        self._used = 0

    def mark(self, mark: Mark) -> None:
        """The icon stands at the left of its words, also in a line from the right."""
        if self._backwards and mark.text:
            self.text(mark.text, self._look.quiet, "text_muted")
            self._used += 8 - _GAP
            self.icon(mark.icon, mark.tint)
            self._used += _GAP - 8
        else:
            self.icon(mark.icon, mark.tint)
            self.text(mark.text, self._look.quiet, "text_muted")

    def icon(self, name: str, tint: Tint) -> None:
        side = self._look.icon
        if self._rect.width() - self._used < side + _LEAST:
            return
        place = self._take(side)
        top = self._rect.center().y() - side // 2 + 1
        icon(name, tint).paint(self._painter, QRect(place.left(), top, side, side))
        self._used += 8 - _GAP

    def text(self, text: str, kind: Type, color: str) -> None:
        room = self._rect.width() - self._used
        if not text or room < _LEAST:
            return
        painter = self._painter
        painter.setFont(kind.font)
        painter.setPen(self._look.color(color))
        metrics = painter.fontMetrics()
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        place = self._take(min(metrics.horizontalAdvance(elided) + 1, room))
        sides = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(place, sides | Qt.AlignmentFlag.AlignAbsolute, elided)

    def _take(self, width: int) -> QRect:
        left = self._rect.left() + self._used
        if self._backwards:
            left = self._rect.right() + 1 - self._used - width
        self._used += width + _GAP
        return QRect(left, self._rect.top(), width, self._rect.height())
