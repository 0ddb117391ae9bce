"""What a message is made of once its Markdown has been read: a flat list of leaves.

Containers (lists, quotations) are not nested objects: every leaf says what it is `inside`. So a
message can be laid out, cached, selected and extended leaf by leaf, whatever its structure.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Kind = Literal["paragraph", "heading", "code", "table", "rule", "plain", "math"]
Alignment = Literal["left", "center", "right"]

QUOTE = "q"
ITEM = "i"


@dataclass(frozen=True, slots=True)
class Span:
    """Text of one appearance. `link` is a checked address (http, https or mailto) or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""
    math: bool = False
    """`text` is a formula with its delimiters."""


Cell = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One paragraph, heading, code block, table, rule, formula or stretch of plain text.

    `inside` has one letter for every container from the outside in, `QUOTE` or `ITEM`. The first
    leaf of a list item carries its `marker`: "-", "3." or, for a task, "[ ]" and "[x]".
    """

    kind: Kind
    spans: Cell = ()
    inside: str = ""
    marker: str = ""
    level: int = 0
    """Of a heading, 1 to 6."""
    text: str = ""
    """Of code, plain text and formulas, as it was written."""
    language: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()
    """Of a table; the first row is its header."""
    alignments: tuple[Alignment, ...] = ()
    glued: bool = False
    """The text goes on inside the line with which the leaf before it ends."""


def plain(leaf: Leaf) -> str:
    """The text of `leaf` as it is read, without Markdown and without its marker."""
    if leaf.kind == "rule":
        return "---"
    if leaf.kind == "table":
        return "\n".join("\t".join(cell_text(cell) for cell in row) for row in leaf.rows)
    return leaf.text if leaf.kind in ("code", "plain", "math") else cell_text(leaf.spans)


def cell_text(spans: Cell) -> str:
    """The text of `spans`, run together."""
    return "".join(span.text for span in spans)


def lead(leaf: Leaf) -> str:
    """What stands before the text of `leaf` when it is copied: indentation and marker."""
    depth = leaf.inside.count(ITEM)
    return "  " * (depth - 1) + f"{leaf.marker} " if leaf.marker else ""


def separator(before: Leaf, after: Leaf) -> str:
    """What stands between two leaves when both are copied."""
    if after.glued:
        return ""
    if before.kind == after.kind == "plain" or (after.marker and before.inside):
        return "\n"
    return "\n\n"


def plain_text(leaves: list[Leaf]) -> str:
    """The text of `leaves` as a person would copy it."""
    parts = [lead(leaf) + plain(leaf) for leaf in leaves[:1]]
    for before, after in pairwise(leaves):
        parts += [separator(before, after), lead(after) + plain(after)]
    return "".join(parts)
