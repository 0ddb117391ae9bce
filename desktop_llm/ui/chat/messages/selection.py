"""What is selected: from one character of a message to another, perhaps of a later one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.leaves import lead, separator
from desktop_llm.ui.chat.messages.piece import Piece, Range

END = 1 << 30
"""Behind everything, whatever its length."""
_READ_AT_MOST = 300
"""Messages whose text is taken from what is shown; beyond that, whole ones give their source."""


class Place(NamedTuple):
    """A position in the document of a piece of a message."""

    message: int
    piece: int
    position: int


class Selection:
    """Two places; the order in which they were chosen is kept, so that dragging can turn round."""

    def __init__(self) -> None:
        self.anchor: Place | None = None
        self.head: Place | None = None

    def clear(self) -> None:
        self.anchor = self.head = None

    def begin(self, place: Place) -> None:
        self.anchor = self.head = place

    def select(self, start: Place, end: Place) -> None:
        self.anchor, self.head = start, end

    @property
    def is_empty(self) -> bool:
        return self.anchor == self.head

    @property
    def ends(self) -> tuple[Place, Place]:
        """The earlier and the later end; only if there is a selection."""
        assert self.anchor is not None and self.head is not None
        return min(self.anchor, self.head), max(self.anchor, self.head)

    def touches(self, message: int) -> bool:
        """Whether any of that message is selected."""
        if self.is_empty:
            return False
        start, end = self.ends
        return start.message <= message <= end.message

    def range_in(self, message: int, piece: int) -> Range | None:
        """The selected part of a piece."""
        if not self.touches(message):
            return None
        start, end = self.ends
        here = (message, piece)
        if not start[:2] <= here <= end[:2]:
            return None
        first = start.position if start[:2] == here else 0
        last = end.position if end[:2] == here else END
        return Range(first, last) if last > first else None

    def text(self, messages: Sequence[Message], pieces_of: Callable[[int], Sequence[Piece]]) -> str:
        """The selected text without Markdown, as a person reads it."""
        if self.is_empty:
            return ""
        start, end = self.ends
        parts = []
        for number in range(start.message, min(end.message, len(messages) - 1) + 1):
            inner = start.message < number < end.message
            if inner and end.message - start.message > _READ_AT_MOST:
                parts.append(messages[number].content)
            else:
                parts.append(self._text_of(number, pieces_of(number)))
        return "\n\n".join(part for part in parts if part)

    def _text_of(self, message: int, pieces: Sequence[Piece]) -> str:
        chosen = [
            (piece, part)
            for number, piece in enumerate(pieces)
            if (part := self.range_in(message, number)) is not None
        ]
        words = [_piece_text(piece, part) for piece, part in chosen[:1]]
        for (before, _), (piece, part) in pairwise(chosen):
            words += [separator(before.leaf, piece.leaf), _piece_text(piece, part)]
        return "".join(words)


def _piece_text(piece: Piece, part: Range) -> str:
    return (lead(piece.leaf) if part.start == 0 and part.end == END else "") + piece.text(part)
