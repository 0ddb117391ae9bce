"""How a card looks: label, bubble, text with its bars and markers, notes and the error box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.boxes import paint_outline
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.header import paint_header
from desktop_llm.ui.chat.messages.leaves import ITEM, QUOTE
from desktop_llm.ui.chat.messages.look import Type
from desktop_llm.ui.chat.messages.piece import Piece, Range
from desktop_llm.ui.chat.messages.rhythm import indents, width_of
from desktop_llm.ui.icons import Tint, icon

DIMMED = 0.55
"""How much of a message that the model does not see shines through; it can still be read."""
_TRACK = 120
"""Length of the bar that shows how much of the prompt has been read."""


@dataclass(frozen=True)
class Circumstances:
    """What a card does not know about itself."""

    selected: Callable[[int], Range | None]
    """The selected part of the piece of that number."""
    facts: str = ""
    """Small print of the row of buttons, if that is shown."""
    facts_x: int = 0
    caret: bool = False
    """Whether the mark of a growing answer is in its visible phase."""
    prompt_done: int = 0
    prompt_total: int = 0
    dimmed: bool = False
    """The model does not see the message any more."""
    unsaved: bool = False
    """An edit of it was begun and not saved."""
    time: str = ""
    """When it was written, if that is shown now."""
    model: str = ""
    """What the model that wrote it is called."""


class CardPainter:
    """Paints one card with a painter that was moved to the card's place."""

    def __init__(self, card: Card, painter: QPainter, now: Circumstances) -> None:
        self._card = card
        self._look = card.look
        self._icon_side = card.look.icon
        self._painter = painter
        self._now = now
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def paint(self, clip: QRect) -> None:
        """Paint what is inside `clip`."""
        card = self._card
        now = self._now
        if card.header.intersects(clip):
            marks = words.marks(card.message, now.dimmed, now.unsaved)
            paint_header(self._painter, card, marks, now.model, now.time)
        self._painter.setOpacity(DIMMED if now.dimmed else 1)
        if not card.bubble.isNull():
            self._rounded(card.bubble, "user_bubble", radius=self._look.theme.radius.l)
        if not card.error_box.isNull():
            self._error_box()
        for number in card.between(clip.top(), clip.bottom()):
            piece = card.pieces[number]
            if piece.document is not None or piece.leaf.kind == "rule":
                self._bars(number)
                self._marker(piece)
                piece.paint(self._painter, clip, now.selected(number))
        self._painter.setOpacity(1)
        self._footer()

    def _rounded(self, rect: QRect, fill: str, radius: int) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._look.color(fill))
        self._painter.drawRoundedRect(rect, radius, radius)

    def _text(self, rect: QRect, text: str, kind: Type, color: str, right: bool = False) -> int:
        """Write one line; return its width."""
        painter = self._painter
        painter.setFont(kind.font)
        painter.setPen(self._look.color(color))
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        flags = Qt.AlignmentFlag.AlignVCenter | side | Qt.AlignmentFlag.AlignAbsolute
        elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, flags, elided)
        return painter.fontMetrics().horizontalAdvance(elided)

    def _icon(self, name: str, tint: Tint, x: int, row: QRect) -> None:
        top = row.center().y() - self._icon_side // 2 + 1
        icon(name, tint).paint(
            self._painter, QRect(QPointF(x, top).toPoint(), QSize(self._icon_side, self._icon_side))
        )

    def _bars(self, number: int) -> None:
        """The bars beside quotations and thoughts, without a break between their leaves."""
        card = self._card
        piece = card.pieces[number]
        before = card.pieces[number - 1] if number else None
        thought = number < len(card.thinking) and card.thinking_open
        if thought:
            joined = before is not None
            self._bar(piece, before if joined else None, 2)
        shift = self._look.em if thought else 0
        for level, (letter, x) in enumerate(indents(piece.leaf, self._look)):
            if letter == QUOTE:
                joined = before is not None and before.leaf.inside[: level + 1].endswith(QUOTE)
                joined = joined and len(before.leaf.inside) > level  # type: ignore[union-attr]
                self._bar(piece, before if joined else None, x + shift + 1)

    def _bar(self, piece: Piece, before: Piece | None, x: int) -> None:
        top = before.y + before.height if before is not None else piece.y
        card = self._card
        edge = self._text_edge() if card.right_to_left else 0
        left = edge - x - 3 if card.right_to_left else x
        bar = QRectF(left, top, 3, piece.y + piece.height - top)
        self._painter.fillRect(bar, self._look.color("border"))

    def _text_edge(self) -> int:
        """The right edge of the text of a message that reads from right to left."""
        bubble = self._card.bubble
        return self._card.width if bubble.isNull() else bubble.right()

    def _marker(self, piece: Piece) -> None:
        if not piece.leaf.marker:
            return
        kind = piece.manner.type_of(piece.leaf)
        width = width_of(ITEM, self._look)
        line = QRect(piece.x - width, piece.y, width - 8, kind.line)
        if self._card.right_to_left:
            line.moveLeft(piece.x + piece.width + 8)
        baseline = piece.y + kind.line * 0.8
        middle = baseline - self._painter.fontMetrics().xHeight() / 2 - 0.5
        if piece.leaf.marker == "-":
            self._bullet(piece, line, middle)
        elif piece.leaf.marker[0] == "[":
            self._check_box(piece, line, middle)
        else:
            self._number(piece, line, baseline, kind)

    def _number(self, piece: Piece, line: QRect, baseline: float, kind: Type) -> None:
        self._painter.setFont(kind.font)
        self._painter.setPen(self._look.color("text_muted"))
        advance = self._painter.fontMetrics().horizontalAdvance(piece.leaf.marker)
        x = line.left() if self._card.right_to_left else line.right() - advance
        self._painter.drawText(QPointF(x, baseline), piece.leaf.marker)

    def _bullet(self, piece: Piece, line: QRect, middle: float) -> None:
        depth = piece.leaf.inside.count(ITEM)
        unit = self._look.scale
        x = line.left() + 4 * unit if self._card.right_to_left else line.right() - 3 * unit
        color = self._look.color("text_muted")
        self._painter.setPen(QPen(color, 1.2 * unit))
        self._painter.setBrush(color if depth != 2 else Qt.BrushStyle.NoBrush)
        if depth < 3:
            self._painter.drawEllipse(QPointF(x, middle), 2.3 * unit, 2.3 * unit)
        else:
            self._painter.drawRect(QRectF(x - 2 * unit, middle - 2 * unit, 4 * unit, 4 * unit))

    def _check_box(self, piece: Piece, line: QRect, middle: float) -> None:
        done = piece.leaf.marker == "[x]"
        unit = self._look.scale
        x = line.left() if self._card.right_to_left else line.right() - round(12 * unit)
        color = self._look.color("accent" if done else "border_strong")
        self._painter.save()
        self._painter.translate(x + 0.5, round(middle) - round(6.5 * unit) + 0.5)
        self._painter.scale(unit, unit)
        self._painter.setPen(QPen(color, 1.2))
        self._painter.setBrush(color if done else Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(QRectF(0, 0, 13, 13), 3, 3)
        if done:
            self._painter.setPen(QPen(self._look.color("accent_text"), 1.8))
            self._painter.drawPolyline([QPointF(3, 6.8), QPointF(5.6, 9.4), QPointF(10, 3.8)])
        self._painter.restore()

    def _error_box(self) -> None:
        card = self._card
        radius = self._look.theme.radius.m
        paint_outline(self._painter, card.error_box, radius, self._look.color("danger"))
        row = QRect(0, card.errors[0].y, 0, self._look.body.line)
        edge = self._look.theme.spacing.l
        x = card.width - edge - self._icon_side if card.mirrored else edge
        self._icon("warning-circle-fill", "danger", x, row)

    def _footer(self) -> None:
        card, message = self._card, self._card.message
        if card.is_waiting:
            self._waiting()
        elif not card.note.isNull():
            self._note(words.note(message))
        elif message.state == "streaming" and self._now.caret and card.pieces:
            last = card.pieces[-1]
            if last.is_measured and last.document is not None:
                self._caret(last)
        if self._now.facts:
            self._facts(self._now.facts, self._now.facts_x)

    def _facts(self, text: str, beside: int) -> None:
        card = self._card
        backwards = (card.message.role == "user") != card.mirrored
        sides = (0, 0, -beside, 0) if backwards else (beside, 0, 0, 0)
        row = card.actions.adjusted(*sides)
        self._text(row, text, self._look.quiet, "text_muted", backwards)

    def _note(self, text: str) -> None:
        card = self._card
        sides = (0, 0, -self._icon_side - 8, 0) if card.mirrored else (self._icon_side + 8, 0, 0, 0)
        rect = card.note.adjusted(*sides)
        self._icon("info", "text_muted", card.width - self._icon_side if card.mirrored else 0, rect)
        self._painter.setFont(self._look.quiet.font)
        self._painter.setPen(self._look.color("text_muted"))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        self._painter.drawText(rect, flags, text)

    def _waiting(self) -> None:
        card, now = self._card, self._now
        text = words.waiting(now.prompt_done, now.prompt_total)
        used = self._text(card.note, text, self._look.quiet, "text_muted", card.mirrored)
        if now.prompt_total > 0:
            left = card.width - used - 12 - _TRACK if card.mirrored else used + 12
            track = QRect(left, card.note.center().y() - 1, _TRACK, 4)
            self._rounded(track, "border", radius=2)
            track.setWidth(max(4, _TRACK * now.prompt_done // now.prompt_total))
            self._rounded(track, "accent", radius=2)

    def _caret(self, last: Piece) -> None:
        at = last.end_rect()
        mark = QRectF(at.left() + 2, at.top() + 1, 3, at.height() - 2)
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._look.color("accent"))
        self._painter.drawRoundedRect(mark, 1.5, 1.5)
