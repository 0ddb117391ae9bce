"""What "Find in conversation" finds: in every message, counted in short slices of time.

The number of hits in a message is first that in its source, which is quickly found, and then that
in the text that is shown. Where they are is only looked up in what is on the screen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.leaves import Cell, Leaf
from desktop_llm.ui.chat.messages.math_object import MARK
from desktop_llm.ui.chat.messages.piece import Piece, Range
from desktop_llm.ui.chat.messages.plain import typed_leaves
from desktop_llm.ui.chat.messages.stream import MarkdownStream

Pattern = re.Pattern[str]

_GAP = r"[\s\u2028]+"
_SOURCE_GAP = r"[\s*_~`>|#\[\]\\]+"
"""Between two words of a source there may be markup."""


class Query(NamedTuple):
    """What is looked for, in the text that is shown and in its source."""

    shown: Pattern
    source: Pattern


def query(text: str, match_case: bool) -> Query | None:
    """How to look for `text`; None if that is nothing."""
    words = [re.escape(word) for word in text.split()]
    if not words:
        return None
    flags = re.NOFLAG if match_case else re.IGNORECASE
    return Query(re.compile(_GAP.join(words), flags), re.compile(_SOURCE_GAP.join(words), flags))


def hits_in_source(wanted: Query, message: Message) -> int:
    """About how many hits a message has."""
    texts = (message.thinking if message.role != "user" else "", message.content)
    return sum(_count(wanted.source, text) for text in texts if text)


def hits_in_message(wanted: Query, message: Message) -> int:
    """How many hits a message has in the text that is shown; reads its Markdown."""
    if message.role == "user":
        return _in_leaves(wanted, typed_leaves(message.content))
    return sum(_in_leaves(wanted, _read(text)) for text in (message.thinking, message.content))


def _read(text: str) -> Sequence[Leaf]:
    stream = MarkdownStream()
    if text:
        stream.append(text)
        stream.finish()
    return stream.leaves


def hits_in_card(wanted: Query, card: Card) -> list[tuple[Piece, int]]:
    """The pieces of a card that have hits, with their numbers, in reading order."""
    pieces = (*card.thinking, *card.body)
    counted = ((piece, _in_piece(wanted, piece)) for piece in pieces)
    return [(piece, count) for piece, count in counted if count]


def ranges(wanted: Query, piece: Piece) -> list[Range]:
    """Where in the document of a piece the hits are."""
    text = piece.ready().toRawText()
    units = _units if not text.isascii() and max(text) > "\uffff" else None
    found = []
    for match in wanted.shown.finditer(text):
        start, end = match.span()
        if units is not None:
            start, end = units(text[:start]), units(text[:end])
        found.append(Range(start, end))
    return found


def _in_piece(wanted: Query, piece: Piece) -> int:
    if piece.document is not None:
        return _count(wanted.shown, piece.document.toRawText())
    return _in_leaves(wanted, (piece.leaf,))


def _in_leaves(wanted: Query, leaves: Sequence[Leaf]) -> int:
    return sum(_count(wanted.shown, text) for leaf in leaves for text in _texts(leaf))


def _texts(leaf: Leaf) -> list[str]:
    if leaf.kind == "table":
        return [_cell(cell) for row in leaf.rows for cell in row[: len(leaf.alignments)]]
    if leaf.kind in ("code", "plain"):
        return [leaf.text]
    return [_cell(leaf.spans)]


def _cell(cell: Cell) -> str:
    return "".join(MARK if span.math else span.text for span in cell)


def _count(pattern: Pattern, text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
