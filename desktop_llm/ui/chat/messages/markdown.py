"""Markdown to leaves: CommonMark with tables and strikethrough, never HTML.

A *unit* is what can no longer change once the next one has begun: a top-level block, or an item of
a top-level list. `MarkdownStream` reads only the last unit again when text is appended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from desktop_llm.ui.chat.messages.inline import spans
from desktop_llm.ui.chat.messages.leaves import ITEM, QUOTE, Alignment, Cell, Leaf, Span
from desktop_llm.ui.chat.messages.math_syntax import math_rules

if TYPE_CHECKING:  # imported when there is a message to read: the window is on the screen by then
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_TASKS = {"[ ] ": "[ ]", "[x] ": "[x]", "[X] ": "[x]"}


PARAGRAPH_LIMIT = 16_000
"""Characters of one paragraph in which emphasis and links are looked for; reading is slow."""


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    parser.core.ruler.at("inline", _read_inline)
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # judged in `inline`
    math_rules(parser)
    return parser.enable(["table", "strikethrough"])


def _read_inline(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if len(token.content) <= PARAGRAPH_LIMIT:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        else:
            token.children.append(type(token)("text", "", 0, content=token.content))


@dataclass
class Reading:
    """The outcome of reading a text: its leaves, each with the line on which its unit begins."""

    leaves: list[Leaf] = field(default_factory=list)
    unit_lines: list[int] = field(default_factory=list)
    last_unit: int = 0
    number: int | None = None
    """Of the last unit, if that is an item of a numbered list."""
    references: dict[str, Any] = field(default_factory=dict)


def read(
    text: str, references: dict[str, Any], number: int | None = None, growing: bool = False
) -> Reading:
    """Read Markdown. `references` are those defined before; `number` is that of a first item.

    `growing`: more text is to come, so a block formula at the end may only be half written.
    """
    environment: dict[str, Any] = {"references": dict(references), "growing": growing}
    tokens = _parser().parse(text, environment)
    reading = Reading(references=environment["references"])
    _Walker(reading, number).walk(tokens)
    return reading


class _Walker:
    """Goes through the tokens once and keeps track of the containers it is in."""

    def __init__(self, reading: Reading, number: int | None) -> None:
        self._reading = reading
        self._first_number = number
        self._inside = ""
        self._numbers: list[int | None] = []
        """The number of the next item, one for each list around; None for bullets."""
        self._marker = ""
        self._level = 0
        self._handlers: dict[str, Callable[[Token], None]] = {
            "paragraph_close": self._ignore,
            "heading_open": self._open_heading,
            "heading_close": self._close_heading,
            "inline": self._inline,
            "bullet_list_open": self._open_list,
            "ordered_list_open": self._open_list,
            "bullet_list_close": self._close_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._open_item,
            "list_item_close": self._close_item,
            "blockquote_open": self._open_quote,
            "blockquote_close": self._close_quote,
            "fence": self._code,
            "code_block": self._code,
            "hr": self._rule,
            "math_block": self._formula,
            "math_open": self._half_a_formula,
        }

    def walk(self, tokens: Sequence[Token]) -> None:
        stream = iter(tokens)
        for token in stream:
            settled = token.meta.get("settled", True)
            if token.map and settled and (token.level == 0 or self._is_top_item(token)):
                self._reading.last_unit = token.map[0]
                self._reading.number = None
            if token.type == "table_open":
                self._table(stream)
            else:
                self._handlers.get(token.type, self._ignore)(token)

    def _is_top_item(self, token: Token) -> bool:
        return token.type == "list_item_open" and token.level == 1 and len(self._numbers) == 1

    def _ignore(self, token: Token) -> None:
        pass

    def _emit(self, leaf: Leaf) -> None:
        self._reading.leaves.append(replace(leaf, inside=self._inside, marker=self._marker))
        self._reading.unit_lines.append(self._reading.last_unit)
        self._marker = ""

    def _inline(self, token: Token) -> None:
        content = spans(token.children or [])
        if self._marker and content and (task := _TASKS.get(content[0].text[:4])):
            self._marker = task
            content = (replace(content[0], text=content[0].text[4:]), *content[1:])
        self._emit(Leaf("heading" if self._level else "paragraph", content, level=self._level))

    def _open_heading(self, token: Token) -> None:
        self._level = int(token.tag[1:])

    def _close_heading(self, token: Token) -> None:
        self._level = 0

    def _open_list(self, token: Token) -> None:
        number = int(token.attrGet("start") or 0) if token.attrGet("start") is not None else 1
        if token.level == 0 and self._first_number is not None:
            number = self._first_number
        self._first_number = None
        self._numbers.append(number if token.type == "ordered_list_open" else None)

    def _close_list(self, token: Token) -> None:
        self._numbers.pop()

    def _open_item(self, token: Token) -> None:
        self._flush_marker()
        number = self._numbers[-1]
        self._inside += ITEM
        self._marker = "-" if number is None else f"{number}."
        if number is not None:
            self._numbers[-1] = number + 1
        if self._is_top_item(token):
            self._reading.number = number

    def _close_item(self, token: Token) -> None:
        self._flush_marker()
        self._inside = self._inside[:-1]

    def _flush_marker(self) -> None:
        """An item without text, or one that begins with another list, still shows its marker."""
        if self._marker:
            self._emit(Leaf("paragraph"))

    def _open_quote(self, token: Token) -> None:
        self._flush_marker()
        self._inside += QUOTE

    def _close_quote(self, token: Token) -> None:
        self._inside = self._inside[:-1]

    def _code(self, token: Token) -> None:
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        self._emit(Leaf("code", text=token.content.rstrip(), language=language))

    def _rule(self, token: Token) -> None:
        self._emit(Leaf("rule"))

    def _formula(self, token: Token) -> None:
        self._emit(Leaf("math", text=token.content))

    def _half_a_formula(self, token: Token) -> None:
        """What is not closed yet is shown as it is written, without looking for emphasis in it."""
        self._emit(Leaf("paragraph", (Span(token.content),)))

    def _table(self, stream: Iterator[Token]) -> None:
        rows: list[list[Cell]] = []
        alignments: list[Alignment] = []
        for token in stream:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                alignments.append(_alignment(str(token.attrGet("style") or "")))
            elif token.type == "inline":
                rows[-1].append(spans(token.children or []) or (Span(""),))
        self._emit(
            Leaf("table", rows=tuple(tuple(row) for row in rows), alignments=tuple(alignments))
        )


def _alignment(style: str) -> Alignment:
    if "center" in style:
        return "center"
    return "right" if "right" in style else "left"
