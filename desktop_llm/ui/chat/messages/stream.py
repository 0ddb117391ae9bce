"""Markdown that is still being written: only the unit at its end is read again."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from desktop_llm.ui.chat.messages.leaves import Cell, Leaf
from desktop_llm.ui.chat.messages.markdown import Reading, read
from desktop_llm.ui.chat.messages.plain import plain_leaves, visible

MARKDOWN_LIMIT = 120_000
"""Characters that are read as Markdown; reading them takes some 0.2 s. The rest is plain text."""
_LINE_COST = 20
"""A line takes as long to read as so many characters do."""

_UNDECIDED = re.compile(r"[ \t>]*(?:[-=*+_#|`~$]+|\\\[?|\d{1,9}[.)]?)[ \t]*")
"""A last line that may become a heading, a list, a rule or a table with its next character."""
_OPENING = re.compile(r"(`{3,}+|~{3,}+)[^\n]*+\n")
_HALF_CLOSING = re.compile(r" {0,3}(`+|~+)")
_DELIMITER = re.compile(r"\s*[-:|][-:|\s]*")
_READ_AGAIN = 8
"""Rows of an open table that are read again at most; those before them are kept."""


class MarkdownStream:
    """`leaves` shows what has been appended so far; `finish` settles what was left open."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self._source: list[str] = []
        self._cost = 0
        self._closed = 0
        """Leaves that no longer change."""
        self._tail = ""
        """The source of the others."""
        self._number: int | None = None
        self._references: dict[str, Any] = {}
        self._closing: re.Pattern[str] | None = None
        """The line that would close the code block which is being written."""
        self._scanned = 0
        self._rows: tuple[tuple[Cell, ...], ...] = ()
        """The first rows of the table which is being written; their source has left the tail."""
        self._overlong = False

    def append(self, text: str) -> int:
        """Add `text`; return how many leaves at the start are as they were before."""
        text = visible(text)
        room = _fitting(text, max(MARKDOWN_LIMIT - self._cost, 0))
        self._cost += len(text) + _LINE_COST * text.count("\n")
        if self._overlong:
            return self._append_plain(text)
        self._source.append(text[:room])
        kept = self._append_markdown(text[:room], finished=False)
        if len(text) > room:
            kept = min(kept, self.finish())
            self._overlong = True
            self._closed = len(self.leaves)
            self._tail = ""
            self._append_plain(text[room:])
        return kept

    def finish(self) -> int:
        """Show a last line that could still have become something else; returns as `append`.

        Text may be appended afterwards: a reply can be continued.
        """
        if self._overlong:
            return len(self.leaves)
        kept = self._append_markdown("", finished=True)
        if self._references:  # what is defined late counts for links that stand before it
            self.leaves = read("".join(self._source), {}).leaves
            kept = 0
        return kept

    def _append_plain(self, text: str) -> int:
        first = self._closed
        glued = first < len(self.leaves) and self.leaves[first].glued
        self._tail += text
        self.leaves[first:] = plain_leaves(self._tail, glued)
        self._closed = len(self.leaves) - 1
        self._tail = self.leaves[-1].text
        return first

    def _append_markdown(self, text: str, *, finished: bool) -> int:
        first = self._closed
        self._tail += text
        if self._closing is not None and not self._close_code(finished):
            return first
        shown = self._tail if finished else _without_last_line(self._tail, _UNDECIDED)
        reading = read(shown, self._references, self._number, not finished)
        if self._rows:
            header, *rows = reading.leaves[0].rows
            reading.leaves[0] = replace(reading.leaves[0], rows=(header, *self._rows, *rows))
        self.leaves[self._closed :] = reading.leaves
        self._close_units(reading)
        if finished:
            self._references |= reading.references
        return first

    def _close_units(self, reading: Reading) -> None:
        """Put the units before the last one aside, if that has surely begun."""
        start = _line_start(self._tail, reading.last_unit)
        if start > 0 and self._has_begun(start, reading):
            self._closed += sum(line < reading.last_unit for line in reading.unit_lines)
            self._references = {
                name: reference
                for name, reference in reading.references.items()
                if name in self._references or reference["map"][0] < reading.last_unit
            }
            self._tail = self._tail[start:]
            self._number = reading.number
            self._rows = ()
        if len(self.leaves) - self._closed == 1:
            self._watch_code()
            self._keep_rows()

    def _has_begun(self, start: int, reading: Reading) -> bool:
        """Whether no further text changes where the last unit begins, or what it is.

        A line with a bar in it is the head of a table if the next line says so.
        """
        lines = self._tail[start:].split("\n", 2)
        if len(lines) < 2 or "|" not in lines[0]:
            return len(lines) == 2 or len(lines) == 3
        units = zip(reading.unit_lines, reading.leaves, strict=True)
        kinds = [leaf.kind for line, leaf in units if line == reading.last_unit]
        is_table = kinds[:1] == ["table"]
        return len(lines) == 3 and (is_table or not _DELIMITER.fullmatch(lines[1]))

    def _keep_rows(self) -> None:
        if self.leaves[-1].kind != "table" or self.leaves[-1].inside:
            return
        header, delimiter, *rows = self._tail.split("\n")
        body = self.leaves[-1].rows[1:]
        done = len(rows) - 2
        if done < _READ_AGAIN or not all(row.strip() for row in rows[:done]):
            return
        self._rows = body[: len(self._rows) + done]
        self._tail = "\n".join((header, delimiter, *rows[done:]))

    def _watch_code(self) -> None:
        opening = _OPENING.match(self._tail)
        if opening and self.leaves[-1].kind == "code" and "|" not in opening[0]:
            mark = opening[1]
            self._closing = re.compile(
                rf"^ {{0,3}}{mark[0]}{{{len(mark)},}}[ \t]*(\n|\Z)", re.MULTILINE
            )
            self._scanned = opening.end()

    def _close_code(self, finished: bool) -> bool:
        """Extend the open code block without reading it again; True once it is surely closed."""
        assert self._closing is not None
        closing = self._closing.search(self._tail, self._scanned)
        start = self._tail.index("\n") + 1
        body = self._tail[start : closing.start() if closing else None]
        if closing is None:
            self._scanned = max(self._tail.rfind("\n") + 1, start)
            body = body if finished else _without_last_line(body, _HALF_CLOSING)
        self.leaves[-1] = replace(self.leaves[-1], text=body.rstrip())
        if closing is None or not closing[1]:
            return False
        self._closed = len(self.leaves)
        self._tail = self._tail[closing.end() :]
        self._closing = None
        self._number = None
        return True


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` may be read as Markdown at the cost of `room`."""
    if len(text) + _LINE_COST * text.count("\n") <= room:
        return len(text)
    start = 0
    while room > 0 and (end := text.find("\n", start, start + room)) >= 0:
        room -= end + 1 - start + _LINE_COST
        start = end + 1
    return start + max(0, room)


def _without_last_line(text: str, pattern: re.Pattern[str]) -> str:
    """`text` without its last, incomplete line if `pattern` matches the whole of that."""
    start = text.rfind("\n") + 1
    return text[:start] if pattern.fullmatch(text, start) else text


def _line_start(text: str, line: int) -> int:
    start = 0
    for _ in range(line):
        start = text.index("\n", start) + 1
    return start
