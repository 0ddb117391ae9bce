"""Records of JSON Lines, and of JSON in all other forms: a list, lists in an object, a sequence.

Both are read as a stream: memory is bounded by the longest record, not by the file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from desktop_llm.documents.text_file import TextFile
from desktop_llm.training.data import reasons
from desktop_llm.training.data.reasons import MAX_COLUMNS, MAX_ROW, Refused, too_long
from desktop_llm.training.data.types import Rejected, Row

MAX_RECORD = 8 * MAX_ROW
"""Characters of a record as JSON, which writes some characters as six."""

_MAX_ITEMS = 100_000
_MAX_OTHERS = 1_000
"""Values at the beginning of a list, none of them a record, after which nobody waits for one."""

# not strict: a line break or a tab inside a string harms nobody
_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"\s*")


def jsonl_rows(file: TextFile) -> Iterator[Row | Rejected]:
    """One record a line."""
    for line in file.lines(MAX_RECORD):
        if not line.whole:
            yield Rejected(line.number, too_long().reason)
        elif text := line.text.strip():
            try:
                yield as_row(line.number, decode(text))
            except Refused as refused:
                yield Rejected(line.number, refused.reason)


def decode(text: str) -> Any:
    """The one JSON value in `text`; raises Refused."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise Refused(reasons.TOO_DEEP) from None
    except ValueError:  # also of a number with too many digits
        raise Refused(reasons.BROKEN_JSON) from None


def as_row(line: int, value: Any) -> Row:
    """A decoded record: an object; a lone text; or a lone list of messages. Raises Refused."""
    if isinstance(value, str):
        return Row(line, {"text": value})
    if isinstance(value, list) and value and all(map(is_turn, value)):
        return Row(line, {"messages": value})
    if not isinstance(value, dict):
        raise Refused(reasons.NOT_A_RECORD)
    if len(value) > MAX_COLUMNS:
        raise Refused(reasons.TOO_WIDE, limit=MAX_COLUMNS)
    return Row(line, value)


def is_turn(value: Any) -> bool:
    """Whether `value` looks like one message of a dialogue."""
    return isinstance(value, dict) and bool({"role", "from"} & value.keys())


def json_rows(file: TextFile) -> Iterator[Row | Rejected]:
    """The records of a list; of the lists in an object; or objects that follow one another.

    Where the JSON is broken the reading ends: nothing tells where the next record would begin.
    """
    text = _Window(file.chunks())
    try:
        while start := text.peek():
            if start == "[":
                yield from _list(text)
            elif start == "{":
                yield from _object(text)
            else:
                yield _judged(text.line, text.decode())
    except Refused as refused:
        yield Rejected(text.line, refused.reason)


def _judged(line: int, value: Any) -> Row | Rejected:
    try:
        return as_row(line, value)
    except Refused as refused:
        return Rejected(line, refused.reason)


def _list(text: _Window) -> Iterator[Row | Rejected]:
    """The records of a list; a list of messages is one record."""
    line, begin = text.line, text.done
    items = _elements(text)
    turns: list[Any] = []
    records = others = 0
    for at, value in items:
        if is_turn(value):
            turns.append(value)
            _bounded(turns, text.done - begin)
            continue
        yield (row := _judged(at, value))
        records += isinstance(row, Row)
        others += isinstance(row, Rejected)
        if others > _MAX_OTHERS and not records:
            raise Refused(reasons.NO_RECORDS)
    if turns:
        yield Row(line, {"messages": turns})


def _object(text: _Window) -> Iterator[Row | Rejected]:
    """The records in the lists of an object, or else the object itself as a record."""
    line, begin, values, wrapper = text.line, text.done, dict[str, Any](), False
    text.take()
    while text.peek() != "}":
        key = text.decode()
        if not isinstance(key, str) or text.peek() != ":":
            raise Refused(reasons.BROKEN_HERE)
        text.take()
        if text.peek() != "[":
            values[key] = text.decode()
        else:
            items = _elements(text)
            kept = values[key] = []
            for at, value in items:
                if isinstance(value, dict) and not is_turn(value) and not kept:
                    wrapper, begin = True, text.done
                    yield _judged(at, value)
                else:
                    kept.append(value)
                    _bounded(kept, text.done - begin)
        if len(values) > MAX_COLUMNS:
            raise Refused(reasons.TOO_WIDE, limit=MAX_COLUMNS)
        text.separator("}")
    text.take()
    if not wrapper:
        yield Row(line, values)


def _elements(text: _Window) -> Iterator[tuple[int, Any]]:
    """The values of the list that begins here, each with its line."""
    text.take()
    while text.peek() != "]":
        line = text.line
        yield line, text.decode()
        text.separator("]")
    text.take()


def _bounded(items: list[Any], length: int) -> None:
    """Raises Refused for a record with a list that is too long, in items or characters."""
    if len(items) > _MAX_ITEMS or length > MAX_RECORD:
        raise too_long()


class _Window:
    """The part of a text that is being decoded; it grows to hold one value."""

    def __init__(self, chunks: Iterator[str]) -> None:
        self.line = 1
        """Where the next value begins, counted from 1."""
        self.done = 0
        """Characters before that."""
        self._chunks = chunks
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """The next character that is no space; "" at the end of the text."""
        while True:
            self._move(_SPACE.match(self._text, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._grow():
                return ""

    def take(self) -> None:
        """Go past the character that `peek` showed."""
        self._move(self._at + 1)

    def separator(self, end: str) -> None:
        """Go past a comma; stay before `end`; anything else raises Refused."""
        if self.peek() == ",":
            self.take()
        elif self.peek() != end:
            raise Refused(reasons.BROKEN_HERE)

    def decode(self) -> Any:
        """The JSON value that begins here; raises Refused."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise Refused(reasons.TOO_DEEP) from None
            except ValueError:
                if len(self._text) - self._at > MAX_RECORD:
                    raise too_long() from None
                if not self._grow():
                    raise Refused(reasons.BROKEN_HERE) from None
                continue
            if end == len(self._text) and self._grow():
                continue  # a number may go on in the next piece
            self._move(end)
            return value

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self.done += to - self._at
        self._at = to

    def _grow(self) -> bool:
        """Read on, as much again as there is; False at the end of the text."""
        rest = self._text[self._at :]
        parts, wanted = [rest], max(1, len(rest))
        for chunk in self._chunks:
            parts.append(chunk)
            wanted -= len(chunk)
            if wanted <= 0:
                break
        self._text, self._at = "".join(parts), 0
        return len(self._text) > len(rest)
