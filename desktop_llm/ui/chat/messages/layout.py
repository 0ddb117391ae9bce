"""Which cards there are, where they are, and which of them are kept: the view without the widget.

Only messages that came near the view have a card. The others have an estimated height; when that
turns out to be wrong, an *anchor* (something that was on the screen) stays where it was.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QRect

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.card import Card, estimated_heights, text_size
from desktop_llm.ui.chat.messages.heights import Heights
from desktop_llm.ui.chat.messages.look import Look
from desktop_llm.ui.chat.messages.piece import Piece

KEPT = 64
"""Cards that are kept, those used last."""


class Anchor(NamedTuple):
    """A point of a message and how far below the upper edge of the view it is."""

    message: str
    piece: int
    """-1 for the card as a whole."""
    part: float
    """Of the height of the piece or card, from its top."""
    offset: int


class MessageLayout:
    """All messages of the conversation on one long sheet, `total` pixels high."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.messages: list[Message] = []
        self.mirrored = False
        self.column_x = 0
        self.column = 0
        self._view_width = 0
        self._numbers: dict[str, int] = {}
        self._sizes: list[tuple[int, int]] = []
        """Of each text, as it was when it was added: enough for an estimate."""
        self._heights = Heights()
        self._cards: OrderedDict[str, Card] = OrderedDict()
        self._toggled: dict[str, bool] = {}
        self._reserved: dict[str, int] = {}

    # messages

    def set_messages(self, messages: Sequence[Message]) -> None:
        """Show other messages; cards of those that stay as they were are kept."""
        self.messages = list(messages)
        self._numbers = {message.id: number for number, message in enumerate(messages)}
        self._sizes = [text_size(message) for message in messages]
        for message_id, card in list(self._cards.items()):
            number = self._numbers.get(message_id)
            if number is None or card.message != messages[number]:
                del self._cards[message_id]
        self._toggled = {key: each for key, each in self._toggled.items() if key in self._numbers}
        self._estimate_all()

    def add(self, message: Message) -> None:
        self._numbers[message.id] = len(self.messages)
        self.messages.append(message)
        self._sizes.append(text_size(message))
        self._heights.append(self._estimate(message))

    def number(self, message_id: str) -> int | None:
        """The place of a message in the list; None if it is not shown here."""
        return self._numbers.get(message_id)

    def replace(self, message: Message) -> None:
        number = self._numbers[message.id]
        self.messages[number] = message
        self._sizes[number] = text_size(message)
        card = self._cards.get(message.id)
        if card is not None:
            card.set_message(message)
        self._heights.set(number, self._height(number))

    def append_text(self, number: int, text: str, thinking: bool) -> int:
        """Add streamed text; return the height on the sheet below which something has changed."""
        message = self.messages[number]
        card = self._cards.get(message.id)
        changed = 0
        if card is not None:
            changed = card.append(text, thinking)
            self.messages[number] = card.message
        elif thinking:
            self.messages[number] = replace(message, thinking=message.thinking + text)
        else:
            self.messages[number] = replace(message, content=message.content + text)
        self._heights.set(number, self._height(number))
        return self.top(number) + changed

    def toggle_thinking(self, number: int) -> None:
        card = self.card(number)
        card.toggle_thinking()
        self._toggled[card.message.id] = card.thinking_open
        self._heights.set(number, card.height)

    def reserve(self, message_id: str, height: int) -> None:
        """Keep room for an editor of that height in place of a message; 0 ends that."""
        if height:
            self._reserved[message_id] = height
        else:
            self._reserved.pop(message_id, None)
        number = self._numbers.get(message_id)
        if number is not None:
            self._heights.set(number, self.card(number).height)

    def take_drawings(self, formulas: frozenset[str]) -> None:
        """Some formulas can be drawn now."""
        for message_id, card in self._cards.items():
            if card.take_drawings(formulas):
                self._heights.set(self._numbers[message_id], card.height)

    # geometry

    def set_view(self, width: int, mirrored: bool) -> None:
        """The view is so wide now; heights become estimates where that changes the column."""
        margin = self.look.theme.spacing.xl if width > 480 else self.look.theme.spacing.m
        column = max(120, min(width - 2 * margin, self.look.column))
        self.column_x = (width - column) // 2
        if mirrored != self.mirrored:
            self.mirrored = mirrored
            self._cards.clear()
        elif column == self.column:
            return
        self.column = column
        self._estimate_all()

    def set_look(self, look: Look) -> None:
        """Draw everything anew in another theme or size of type."""
        self.look = look
        self._cards.clear()
        self.column = 0

    def _estimate(self, message: Message) -> int:
        return estimated_heights([text_size(message)], self.look, self.column)[0]

    def _estimate_all(self) -> None:
        self._heights.reset(estimated_heights(self._sizes, self.look, self.column))

    def _height(self, number: int) -> int:
        card = self._cards.get(self.messages[number].id)
        if card is not None and card.width == self.column:
            return card.height
        return self._estimate(self.messages[number])

    @property
    def _margin(self) -> int:
        return self.look.theme.spacing.l

    @property
    def total(self) -> int:
        return self._heights.total + 2 * self._margin

    def top(self, number: int) -> int:
        """Where on the sheet the card of that number begins."""
        return self._heights.top(number) + self._margin

    def at(self, y: int) -> int:
        """The number of the message at a height."""
        return self._heights.at(y - self._margin)

    def rect(self, number: int) -> QRect:
        """The place of a card on the sheet."""
        return QRect(self.column_x, self.top(number), self.column, self._heights[number])

    def between(self, top: int, bottom: int) -> range:
        """The numbers of the messages between two heights."""
        if not self.messages:
            return range(0)
        return range(self.at(top), self.at(bottom) + 1)

    # cards

    def card(self, number: int) -> Card:
        """The card of a message, made if need be and laid out for the present column."""
        card = self._cards.get(self.messages[number].id)
        if card is None:
            card = self._new_card(number)
            self._cards[card.message.id] = card
            while len(self._cards) > KEPT:
                self._cards.popitem(last=False)
        self._cards.move_to_end(card.message.id)
        card.reserve(self._reserved.get(card.message.id, 0))
        card.lay_out(self.column)
        return card

    def _new_card(self, number: int) -> Card:
        message = self.messages[number]
        return Card(message, self.look, self.mirrored, self._toggled.get(message.id))

    def pieces(self, number: int) -> list[Piece]:
        """The pieces of any message, for their text; this does not make cards in view give way."""
        card = self._cards.get(self.messages[number].id) or self._new_card(number)
        return card.pieces

    def body(self, number: int) -> list[Piece]:
        """The pieces of the text of any message itself: no thinking, no errors."""
        return (self._cards.get(self.messages[number].id) or self._new_card(number)).body

    def editor_place(self, message_id: str) -> QRect:
        """Where on the sheet the editor of a message is; null if it is not shown here."""
        number = self._numbers.get(message_id)
        if number is None:
            return QRect()
        card = self.card(number)
        return card.editor.translated(self.column_x, self.top(number))

    def shown_card(self, message_id: str) -> Card | None:
        """The card of a message, if there is one at present."""
        return self._cards.get(message_id)

    def _known_pieces(self, top: int, bottom: int) -> Iterator[tuple[int, Card, int]]:
        """Pieces between two heights whose place is exact: message, card, number."""
        for number in self.between(top, bottom):
            card = self._cards.get(self.messages[number].id)
            if card is not None and card.width == self.column:
                start = self.top(number)
                for piece in card.between(top - start, bottom - start):
                    shown = card.pieces[piece].rect.translated(0, start)
                    exact = card.pieces[piece].is_measured
                    if exact and shown.bottom() > top and shown.top() < bottom:
                        yield number, card, piece

    def anchor_at(self, value: int, height: int) -> Anchor | None:
        """What should stay in place when a view of that height begins at `value`."""
        for number, card, piece in self._known_pieces(value, value + height):
            place = card.pieces[piece]
            above = value - self.top(number) - place.y
            part = max(0, above) / max(place.height, 1)
            return Anchor(self.messages[number].id, piece, part, max(0, -above))
        if not self.messages:
            return None
        number = self.at(value)
        above = value - self.top(number)
        part = max(0, above) / max(self._heights[number], 1)
        return Anchor(self.messages[number].id, -1, part, max(0, -above))

    def value_of(self, anchor: Anchor) -> int:
        """Where the view must begin for the anchor to be where it was."""
        number = self._numbers.get(anchor.message)
        if number is None:
            return 0
        card = self._cards.get(anchor.message)
        if card is not None and 0 <= anchor.piece < len(card.pieces):
            piece = card.pieces[anchor.piece]
            inside = piece.y + round(anchor.part * piece.height)
        else:
            inside = round(anchor.part * self._heights[number])
        return self.top(number) + inside - anchor.offset

    def settle(self, anchor: Anchor | None, height: int) -> int:
        """Make what a view of that height shows exact and return where the view begins.

        Without an anchor the view is at the end of the sheet.
        """
        value = 0
        for _ in range(24):
            furthest = max(0, self.total - height)
            wanted = furthest if anchor is None else self.value_of(anchor)
            value = min(max(wanted, 0), furthest)
            if not self._measure(value, value + height):
                break
        return value

    def _measure(self, top: int, bottom: int) -> bool:
        changed = False
        for number in self.between(top, bottom):
            card = self.card(number)
            start = self.top(number)
            changed |= card.build(top - start, bottom - start)
            changed |= card.height != self._heights[number]
            self._heights.set(number, card.height)
        return changed
