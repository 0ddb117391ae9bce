"""Inline Markdown tokens to spans. No address is fetched: an image is shown as its description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop_llm.ui.chat.messages.leaves import Cell, Span

if TYPE_CHECKING:  # see `markdown`
    from markdown_it.token import Token

ALLOWED = ("http://", "https://", "mailto:")

_BARE_ADDRESS = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?()\[\]{}*_]")


def spans(children: Sequence[Token]) -> Cell:
    """The spans of an inline token's `children`; neighbours that look the same are joined."""
    joined: list[Span] = []
    for span in _spans(children):
        if joined and _alike(joined[-1], span):
            joined[-1] = replace(span, text=joined[-1].text + span.text)
        elif span.text:
            joined.append(span)
    return tuple(joined)


def _alike(one: Span, other: Span) -> bool:
    """Whether two spans look the same and can be one; formulas stay apart."""
    return (
        one.link == other.link
        and one.bold == other.bold
        and one.italic == other.italic
        and one.strike == other.strike
        and one.code == other.code
        and not (one.math or other.math)
    )


def _spans(children: Sequence[Token]) -> Iterator[Span]:
    style = Span("")
    for token in children:
        if token.type == "link_open":
            href = str(token.attrGet("href") or "")
            style = replace(style, link=href if href.lower().startswith(ALLOWED) else "")
        elif token.type == "link_close":
            style = replace(style, link="")
        elif token.nesting:
            style = _turned(style, token.tag, token.nesting > 0)
        elif token.type == "text" and not style.link:
            yield from _with_addresses(token.content, style)
        elif token.type == "code_inline":
            yield replace(style, text=token.content, code=True)
        elif token.type == "math_inline":
            yield replace(style, text=token.content, math=True)
        else:
            yield replace(style, text=_text(token))


def _turned(style: Span, tag: str, on: bool) -> Span:
    """`style` with the emphasis of an HTML tag's name turned on or off."""
    if tag == "strong":
        return replace(style, bold=on)
    if tag == "em":
        return replace(style, italic=on)
    return replace(style, strike=on) if tag == "s" else style


def _text(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    if token.type == "image":
        words = QCoreApplication.translate("MessageList", "[image: {description}]")
        description = "".join(_text(child) for child in token.children or [])
        return words.replace("{description}", description)
    return token.content


def _with_addresses(text: str, style: Span) -> Iterator[Span]:
    """Addresses that stand in the text as such become links, as people expect them to."""
    end = 0
    if "://" not in text:
        yield replace(style, text=text)
        return
    for match in _BARE_ADDRESS.finditer(text):
        yield replace(style, text=text[end : match.start()])
        yield replace(style, text=match[0], link=match[0])
        end = match.end()
    yield replace(style, text=text[end:])
