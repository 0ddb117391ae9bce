"""Records of CSV and its relatives: the delimiter and the heading are found out."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from desktop_llm.core.text import Fact, Text
from desktop_llm.documents.text_file import Line, TextFile
from desktop_llm.training.data import reasons
from desktop_llm.training.data.column_names import is_known, plain
from desktop_llm.training.data.errors import TooManyColumns
from desktop_llm.training.data.json_rows import MAX_RECORD
from desktop_llm.training.data.reasons import MAX_COLUMNS, MAX_ROW, too_long
from desktop_llm.training.data.types import Rejected, Row

_DELIMITERS = "\t,;|"
_LOOKED_AT = 50
_PUT_BACK = 100
"""Unclosed quotation marks after which reading is resumed on the next line; each may cost
`MAX_ROW` characters that are read again."""
_WORD = re.compile(r"[^\W\d]", re.UNICODE)


@dataclass(frozen=True)
class Dialect:
    """How a table is written. `sure`: it is no prose that happens to have commas."""

    delimiter: str
    heading: bool
    sure: bool


def sniff(sample: str) -> Dialect | None:
    """The dialect in which most of the first records have the same number of cells, if any."""
    csv.field_size_limit(MAX_ROW)
    best: tuple[tuple[bool, float, int], str, list[list[str]]] | None = None
    for delimiter in _DELIMITERS:
        records = _parsed(sample, delimiter)
        width, count = Counter(map(len, records)).most_common(1)[0] if records else (0, 0)
        share = count / max(1, len(records))
        if width > 1 and share >= 0.6:
            rank = (any(map(is_known, records[0])), share, width)
            if best is None or rank > best[0]:
                best = rank, delimiter, records
    if best is None:
        return None
    (known, share, _), delimiter, records = best
    heading = _is_heading(records)
    quoted = re.search(
        rf'(?m)(^|{re.escape(delimiter)})"[^"\n]*"({re.escape(delimiter)}|$)', sample
    )
    named = known and len(records[0]) == Counter(map(len, records)).most_common(1)[0][0]
    tabs = delimiter == "\t" and share > 0.9
    return Dialect(delimiter, heading, sure=named or tabs or bool(quoted and share > 0.9))


def single_column(sample: str) -> Dialect:
    """For a file that is called a table and has no delimiter."""
    return Dialect(",", _is_heading(_parsed(sample, ",")), sure=True)


def table_rows(file: TextFile, dialect: Dialect) -> Iterator[Row | Rejected]:
    """One record a row. Raises TooManyColumns."""
    found = records(file.lines(MAX_RECORD), dialect.delimiter)
    columns: list[str] = []
    for line, cells in found:
        if isinstance(cells, Text):
            yield Rejected(line, cells)
            continue
        if not columns:
            if len(cells) > MAX_COLUMNS:
                raise TooManyColumns(file.path, len(cells), MAX_COLUMNS)
            columns = _names(cells if dialect.heading else [""] * len(cells))
            if dialect.heading:
                continue
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()  # a delimiter at the end of the line
        if len(cells) != len(columns):
            facts: dict[str, Fact] = {"found": len(cells), "expected": len(columns)}
            yield Rejected(line, Text(reasons.RAGGED, facts))
        else:
            yield Row(line, dict(zip(columns, cells, strict=True)))


def _names(heading: list[str]) -> list[str]:
    """The columns' names: given, without repetition."""
    names: list[str] = []
    for number, cell in enumerate(heading, 1):
        name = cell.strip()
        names.append(name if name and name not in names else f"column {number}")
    return names


def _parsed(sample: str, delimiter: str) -> list[list[str]]:
    lines = (Line(n, text, True) for n, text in enumerate(sample.split("\n"), 1))
    cells = (cells for _, cells in records(lines, delimiter) if isinstance(cells, list))
    return list(islice(cells, _LOOKED_AT))


def _is_heading(parsed: list[list[str]]) -> bool:
    """Whether the first record names the columns: different short words, none seen again below."""
    if not parsed:
        return False
    first, *rest = parsed
    if any(map(is_known, first)):
        return True
    short = all(len(cell) <= 40 and len(cell.split()) <= 4 for cell in first)
    words = sum(bool(_WORD.search(cell)) for cell in first) >= len(first) - 1
    again = any(row[i : i + 1] == [cell] for row in rest for i, cell in enumerate(first) if cell)
    return (
        bool(rest) and short and words and not again and len(set(map(plain, first))) == len(first)
    )


def records(lines: Iterable[Line], delimiter: str) -> Iterator[tuple[int, list[str] | Text]]:
    """The records with the line where each begins: their cells, or why they have none.

    After a quotation mark that is never closed it goes on with the next line, so that one
    such mark costs one row and not the rest of the file.
    """
    csv.field_size_limit(MAX_ROW)
    feed = _Feed(lines)
    reader = csv.reader(feed, delimiter=delimiter)
    put_back = 0
    while True:
        feed.begin()
        cells: list[str] | Text
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _LongLine):
            cells = too_long().reason
        number = feed.taken[0].number
        if (len(feed.taken) > 1 and isinstance(cells, Text)) or feed.ended:
            cells = Text(reasons.OPEN_QUOTE)
            put_back += 1
            if put_back <= _PUT_BACK:
                feed.put_back()
        if cells:
            yield number, cells


class _LongLine(Exception):
    pass


class _Feed:
    """Lines for `csv.reader`, which takes as many as a record has; they are kept until then."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._back: deque[Line] = deque()
        self.begin()

    def begin(self) -> None:
        self.taken: list[Line] = []
        self.ended = False
        """The reader asked for more than there is, in the midst of a record."""

    def put_back(self) -> None:
        """Give all lines of the record but its first once more."""
        self._back.extendleft(reversed(self.taken[1:]))

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines, None)
        if line is None:
            self.ended = bool(self.taken)
            raise StopIteration
        self.taken.append(line)
        if not line.whole:
            raise _LongLine
        return line.text + "\n"
