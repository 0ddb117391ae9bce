"""The cards that are in view, painted with what they do not know about themselves."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPen

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.card_painter import CardPainter, Circumstances
from desktop_llm.ui.chat.messages.look import Look

if TYPE_CHECKING:
    from desktop_llm.ui.chat.messages.canvas import MessageCanvas


def paint_cards(view: MessageCanvas, painter: QPainter, clip: QRect) -> None:
    """Paint what of the viewport is inside `clip`."""
    painter.fillRect(clip, view.sheet.look.color("surface"))
    for number in view.shown():
        place = view.sheet.rect(number).translated(0, -view.value)
        if place.top() <= clip.bottom() and place.bottom() >= clip.top():
            _paint_card(view, painter, number, place, clip)


def _paint_card(
    view: MessageCanvas, painter: QPainter, number: int, place: QRect, clip: QRect
) -> None:
    card = view.sheet.card(number)
    frame = view.frames[card.message.id]
    painter.save()
    painter.translate(place.topLeft())
    now = _circumstances(view, number)
    inner = clip.translated(-place.topLeft())
    if view.marker is not None:
        view.marker(card, card.between(inner.top(), inner.bottom()))
    CardPainter(card, painter, now).paint(inner)
    painter.restore()
    if (frame is not None and frame.ringed) or card.message.id == view.marked:
        paint_ring(painter, place.adjusted(-10, -4, 10, -8), view.sheet.look)


def _circumstances(view: MessageCanvas, number: int) -> Circumstances:
    card = view.sheet.card(number)
    message = card.message
    frame = view.frames[message.id]
    revealed = frame is not None and (view.is_revealed(number) or frame.holds_focus)
    facts = revealed and not card.reserved
    model = message.generation.model if message.generation else ""
    done, total = view.progress.get(message.id, (0, 0))
    return Circumstances(
        selected=partial(view.selection.range_in, number),
        facts=words.facts(message, message.id in view.saved) if facts else "",
        facts_x=frame.actions_end + 6 if frame else 0,
        caret=view.caret,
        prompt_done=done,
        prompt_total=total,
        dimmed=message.id in view.frames.dimmed,
        unsaved=message.id in view.unsaved and not card.reserved,
        time=words.time_short(message) if revealed else "",
        model=view.model_titles.get(model) or model,
    )


def paint_ring(painter: QPainter, place: QRect, look: Look) -> None:
    """A line around what the keyboard is at."""
    painter.setPen(QPen(look.color("accent"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(place, 10, 10)
