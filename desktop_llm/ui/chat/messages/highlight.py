"""Colours for code, by Pygments, in slices short enough not to be felt.

Pygments takes about 4 µs per character and cannot go on from where it stopped. So a finished block
is read once, some milliseconds at a time, and one that is being written is read again from a
checkpoint close to its end; what that gets wrong is put right when the block is finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from time import perf_counter
from typing import Any

from PySide6.QtGui import QTextCharFormat, QTextDocument, QTextLayout

from desktop_llm.ui.chat.messages.lexers import is_ready, lexer
from desktop_llm.ui.chat.messages.look import Look

LIMIT = 60_000
"""Characters of code that are coloured; more is shown in one colour."""
_WINDOW = 600
"""Characters that are read again when a line is added."""

_GROUPS = (
    ("Comment", "comment"),
    ("Keyword", "keyword"),
    ("Literal.String", "string"),
    ("Literal.Number", "number"),
    ("Name.Function", "name"),
    ("Name.Class", "name"),
    ("Name.Builtin", "name"),
    ("Name.Decorator", "name"),
    ("Name.Tag", "keyword"),
    ("Name.Attribute", "name"),
    ("Operator.Word", "keyword"),
    ("Operator", "operator"),
    ("Punctuation", "operator"),
)


@lru_cache(maxsize=256)
def _group(token: Any) -> str:
    name = str(token).removeprefix("Token.")
    return next((group for start, group in _GROUPS if name.startswith(start)), "")


class Highlighter:
    """Colours the lines of one document, one block per line."""

    def __init__(self, document: QTextDocument, language: str, look: Look) -> None:
        self._document = document
        self._language = language.lower()
        self._look = look
        self._text = ""
        self._finished = False
        self._due = False
        self._checkpoint = 0
        self._coloured = 0
        """Characters before this one have their colours, for the time being."""
        self._tokens: Iterator[tuple[int, Any, str]] = iter(())
        self._position = 0
        self._line = 0
        self._ranges: list[QTextLayout.FormatRange] = []
        self._column = 0
        self._formats: dict[str, QTextCharFormat] = {}

    def set_text(self, text: str, finished: bool) -> None:
        """The document now shows `text`; `finished` if no more of it is to be expected."""
        if not text.startswith(self._text):
            self._checkpoint = self._coloured = 0
        if (text, finished) != (self._text, self._finished):
            self._text = text
            self._finished = finished
            self._due = bool(self._language) and len(text) <= LIMIT

    def step(self, seconds: float) -> bool:
        """Go on colouring for about so long; True if there is more to do."""
        if self._due:
            if not is_ready(self._language):
                return True
            self._due = False
            self._begin()
        deadline = perf_counter() + seconds
        first = self._line
        for count, (_, token, value) in enumerate(self._tokens):
            self._take(value, _group(token))
            if count % 32 == 31 and perf_counter() > deadline:
                self._repaint(first)
                return True
        if self._line > first or self._ranges:
            self._end_line()
            self._repaint(first)
        self._tokens = iter(())
        return False

    def _begin(self) -> None:
        if lexer(self._language) is None:
            return
        if self._finished:
            self._read(0, len(self._text))
            return
        complete = self._text.rfind("\n") + 1
        if complete > self._coloured:
            if complete - self._checkpoint > _WINDOW:
                self._checkpoint = self._coloured
            self._read(self._checkpoint, complete)
            self._coloured = complete

    def _read(self, start: int, end: int) -> None:
        piece = self._text[start:end]
        self._tokens = iter(lexer(self._language).get_tokens_unprocessed(piece))
        self._line = self._text.count("\n", 0, start)
        self._ranges = []
        self._column = 0

    def _take(self, value: str, group: str) -> None:
        for number, part in enumerate(value.split("\n")):
            if number:
                self._end_line()
            length = _units(part)
            if group and length:
                self._ranges.append(self._range(length, group))
            self._column += length

    def _range(self, length: int, group: str) -> QTextLayout.FormatRange:
        made = QTextLayout.FormatRange()
        made.start = self._column
        made.length = length
        made.format = self._format(group)
        return made

    def _format(self, group: str) -> QTextCharFormat:
        if group not in self._formats:
            made = QTextCharFormat()
            made.setForeground(self._look.color(group))
            made.setFontItalic(group == "comment")
            self._formats[group] = made
        return self._formats[group]

    def _end_line(self) -> None:
        block = self._document.findBlockByNumber(self._line)
        if block.isValid():
            block.layout().setFormats(self._ranges)
        self._ranges = []
        self._column = 0
        self._line += 1

    def _repaint(self, first: int) -> None:
        start = self._document.findBlockByNumber(first)
        if start.isValid():
            last = self._document.findBlockByNumber(self._line)
            end = last.position() if last.isValid() else self._document.characterCount()
            self._document.markContentsDirty(start.position(), end - start.position())


def _units(text: str) -> int:
    """Length of `text` as Qt counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
