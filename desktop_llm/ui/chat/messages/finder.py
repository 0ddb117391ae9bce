"""Goes through the hits of a list of messages, and marks them where they are on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from time import perf_counter

from PySide6.QtCore import QObject, QRectF, QTimer, Signal, Slot

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.boxes import WidePiece
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.find import (
    Query,
    hits_in_card,
    hits_in_message,
    hits_in_source,
    query,
    ranges,
)
from desktop_llm.ui.chat.messages.layout import Anchor
from desktop_llm.ui.chat.messages.piece import Piece
from desktop_llm.ui.chat.messages.view import MessageList

_SLICE_S = 0.004
_REST_MS = 12
_STEP = 16
"""Messages between two looks at the clock."""


class Finder(QObject):
    """`changed` tells that `position` or `total` is another; `start` begins, `stop` ends it."""

    changed = Signal()

    def __init__(self, view: MessageList) -> None:
        super().__init__(view)
        self._view = view
        self._wanted: Query | None = None
        self._known: list[Message] = []
        self._counts: list[int] = []
        self._exact: list[bool] = []
        self._first = 0
        """The message in view when the search began: the first hit is looked for from there."""
        self._current: tuple[str, int] | None = None
        """A message and the number of the hit in it, from 0."""
        self._seeking = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST_MS)
        self._timer.timeout.connect(self._go_on)
        view.laid_out.connect(self._wake)
        view.marker = self._mark

    # what is found

    @property
    def total(self) -> int:
        """Hits that are known of."""
        return sum(count for count in self._counts if count > 0)

    @property
    def position(self) -> int:
        """Which of them is the current one, from 1; 0 if none is."""
        place = self._place()
        return 0 if place is None else self._before(place[0]) + place[1] + 1

    def _before(self, number: int) -> int:
        return sum(count for count in self._counts[:number] if count > 0)

    @property
    def is_searching(self) -> bool:
        """Not all messages have been looked at."""
        return self._wanted is not None and -1 in self._counts

    def _place(self) -> tuple[int, int] | None:
        if self._current is None:
            return None
        number = self._view.sheet.number(self._current[0])
        if number is None or number >= len(self._counts) or self._counts[number] < 1:
            return None
        return number, min(self._current[1], self._counts[number] - 1)

    # what people do

    def start(self, text: str, match_case: bool) -> None:
        """Look for `text` from what is in view on; nothing is looked for if it is empty."""
        self._wanted = query(text, match_case)
        self._known = []
        self._counts = []
        self._exact = []
        place = self._current and self._view.sheet.number(self._current[0])
        shown = self._view.shown()
        inside = place is not None and place in shown
        self._first = place if inside and place is not None else shown.start
        self._current = None
        self._seeking = self._wanted is not None
        self._view.viewport().update()
        self._timer.stop()
        self._go_on()

    def stop(self) -> None:
        """Forget what was looked for."""
        self.start("", False)

    def step(self, direction: int) -> None:
        """Go to the next hit (1) or to the one before (-1), and round at the ends."""
        place = self._place()
        if place is None:
            self._seek()
            return
        number, index = place[0], place[1] + direction
        for _ in range(len(self._counts) + 1):
            count = self._counted(number)
            if 0 <= index < count:
                self._show(number, index)
                return
            number = (number + direction) % len(self._counts)
            index = 0 if direction > 0 else self._counted(number) - 1

    # searching

    @Slot()
    def _wake(self) -> None:
        """The messages may have changed."""
        if self._wanted is not None and not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        if self._wanted is not None:
            self._follow_changes()
            end = perf_counter() + _SLICE_S
            more = self._work(end, self._look_at, False) or self._work(end, self._counted, True)
            if self._seeking:
                self._seek()
            if more:
                self._timer.start()
        self.changed.emit()

    def _follow_changes(self) -> None:
        messages = self._view.sheet.messages
        shared = min(len(messages), len(self._known))
        for number in range(shared):
            if messages[number] is not self._known[number]:
                self._counts[number], self._exact[number] = -1, False
        more = len(messages) - shared
        self._counts = self._counts[:shared] + [-1] * more
        self._exact = self._exact[:shared] + [False] * more
        self._known = list(messages)

    def _work(self, end: float, act: Callable[[int], int], exactly: bool) -> bool:
        """Count in all messages where that is left to do, until a time; True if there are more."""
        for step, number in enumerate(self._from_first()):
            count = self._counts[number]
            if count < 0 or (exactly and count > 0 and not self._exact[number]):
                act(number)
                if (exactly or step % _STEP == 0) and perf_counter() > end:
                    return True
        return False

    def _from_first(self) -> Iterator[int]:
        size = len(self._counts)
        return chain(range(self._first, size), range(min(self._first, size)))

    def _look_at(self, number: int) -> int:
        assert self._wanted is not None
        self._counts[number] = hits_in_source(self._wanted, self._known[number])
        return self._counts[number]

    def _counted(self, number: int) -> int:
        """The exact number of hits in a message."""
        assert self._wanted is not None
        if not self._exact[number]:
            if self._look_at(number):
                self._counts[number] = hits_in_message(self._wanted, self._known[number])
            self._exact[number] = True
        return self._counts[number]

    def _seek(self) -> None:
        """Go to the first hit from where the search began."""
        for number in self._from_first():
            if self._counts[number] < 0:
                return
            if self._counts[number] > 0 and self._counted(number) > 0:
                self._show(number, 0)
                return
        self._seeking = False

    # showing

    def _show(self, number: int, index: int) -> None:
        self._seeking = False
        self._current = (self._view.sheet.messages[number].id, index)
        found = self._piece(self._view.sheet.card(number))
        if found is not None:
            if found[0] in self._view.sheet.card(number).thinking:
                self._unfold(number)
            self._bring_into_view(number, *found)
        self._view.viewport().update()
        self.changed.emit()

    def _piece(self, card: Card) -> tuple[Piece, int] | None:
        """The piece of the current hit and its number there, if it is in that card."""
        if self._wanted is None or self._current is None or card.message.id != self._current[0]:
            return None
        index = self._current[1]
        for piece, count in hits_in_card(self._wanted, card):
            if index < count:
                return piece, index
            index -= count
        return None

    def _unfold(self, number: int) -> None:
        if not self._view.sheet.card(number).thinking_open:
            self._view.keep_in_place(self._view.sheet.messages[number].id)
            self._view.sheet.toggle_thinking(number)
            self._view.settle()

    def _bring_into_view(self, number: int, piece: Piece, index: int) -> None:
        view, card = self._view, self._view.sheet.card(number)
        height = view.viewport().height()
        row = card.pieces.index(piece)
        box = self._box(number, piece, index) if piece.is_measured else None
        if box is None or not (box.top() >= 8 and box.bottom() <= height - 8):
            view.go_to(Anchor(card.message.id, row, 0.0, height // 3))
            box = self._box(number, piece, index)
        if box is not None and not (box.top() >= 8 and box.bottom() <= height - 8):
            view.scroll_by(round(box.top()) - height // 3)
            box = self._box(number, piece, index)
        if box is not None and isinstance(piece, WidePiece):
            left = box.left() - view.sheet.column_x - piece.x
            if not 0 <= left <= piece.width - box.width():
                piece.scroll_to(piece.scroll + round(left - piece.width / 2))

    def _box(self, number: int, piece: Piece, index: int) -> QRectF | None:
        """Where a hit is on the viewport."""
        assert self._wanted is not None
        found = ranges(self._wanted, piece)
        boxes = piece.boxes(found[index].start, found[index].end) if index < len(found) else []
        if not boxes:
            return None
        corner = self._view.sheet.rect(number).topLeft().toPointF() + piece.origin
        return boxes[0].translated(corner.x(), corner.y() - self._view.value)

    def _mark(self, card: Card, shown: range) -> None:
        """Give those pieces of a card the ranges that are to be marked."""
        current = self._piece(card)
        for piece in card.pieces[shown.start : shown.stop]:
            if piece.document is None or self._wanted is None:
                piece.marks, piece.mark = [], None
                continue
            key = (self._wanted, piece.leaf, piece.document.characterCount())
            if piece.marks_of != key:
                piece.marks, piece.marks_of = ranges(self._wanted, piece), key
            here = current is not None and current[0] is piece
            piece.mark = current[1] if here and current is not None else None
