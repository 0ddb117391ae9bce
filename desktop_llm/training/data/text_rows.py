"""Records of plain text and Markdown (blocks of whole paragraphs), and of CoNLL (sentences)."""

from __future__ import annotations

from collections.abc import Iterator

from desktop_llm.core.text import Fact, Text
from desktop_llm.documents.text_file import TextFile
from desktop_llm.training.data import reasons
from desktop_llm.training.data.reasons import MAX_ROW, too_long
from desktop_llm.training.data.types import Rejected, Row

BLOCK = 2_000
"""Characters after which a block ends with its paragraph: about what a model reads at once."""
LONGEST_BLOCK = 4 * BLOCK
"""Characters after which it ends with its line, in a text that has no paragraphs."""
FEWEST_BLOCKS = 20
"""Into which a short text is divided if it has as many paragraphs: some must be held out."""

_MAX_TOKENS = 20_000


def text_rows(file: TextFile) -> Iterator[Row | Rejected]:
    """Blocks of paragraphs that stand together in the text, without their outer blank lines."""
    wanted = min(BLOCK, file.size // FEWEST_BLOCKS)
    lines: list[str] = []
    begin = length = 0
    for number, text, whole in file.lines(MAX_ROW):
        blank = whole and not text.strip()
        if (blank and length > wanted) or length > LONGEST_BLOCK or not whole:
            yield from _block(begin, lines)
            lines, length = [], 0
        if not whole:
            yield Rejected(number, too_long().reason)
        elif lines or not blank:
            begin = begin if lines else number
            lines.append(text)
            length += len(text)
    yield from _block(begin, lines)


def _block(begin: int, lines: list[str]) -> Iterator[Row]:
    if lines:
        yield Row(begin, {"text": "\n".join(lines).strip("\n")})


def conll_rows(file: TextFile) -> Iterator[Row | Rejected]:
    """One record a sentence: its tokens, and the tags in the last column."""
    begin, columns = 0, list[list[str]]()
    fault: Text | None = None
    for number, text, whole in file.lines(MAX_ROW):
        if whole and not text.strip():
            yield from _sentence(begin, columns, fault)
            begin, columns, fault = 0, [], None
        elif not whole or not is_comment(text):
            cells = cells_of(text)
            begin = begin or number
            if not whole or len(columns) > _MAX_TOKENS:
                fault = too_long().reason
            elif columns and len(cells) != len(columns[0]):
                facts: dict[str, Fact] = {
                    "line": number,
                    "found": len(cells),
                    "expected": len(columns[0]),
                }
                fault = fault or Text(reasons.UNEVEN_TOKEN, facts)
            else:
                columns.append(cells)
    yield from _sentence(begin, columns, fault)


def cells_of(line: str) -> list[str]:
    """The columns of a token's line: between tabs, or else between spaces."""
    return line.split("\t") if "\t" in line else line.split()


def is_comment(line: str) -> bool:
    """Whether a line of a CoNLL file is no token: “# text = …”, “-DOCSTART- -X- O O”."""
    return line.startswith(("# ", "#\t", "-DOCSTART-"))


def _sentence(begin: int, rows: list[list[str]], fault: Text | None) -> Iterator[Row | Rejected]:
    if fault:
        yield Rejected(begin, fault)
    elif rows:
        numbered = len(rows[0]) > 2 and all(row[0].isdigit() for row in rows)
        tokens = [row[1 if numbered else 0] for row in rows]
        yield Row(begin, {"tokens": tokens, "tags": [row[-1] for row in rows]})
