"""The text of a saved web page. Nothing in it is fetched or run."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from desktop_llm.core.text import Text
from desktop_llm.documents.document import Limits, Progress, TextParts
from desktop_llm.documents.plain_text import read_text

_UNSEEN = frozenset(("script", "style", "noscript", "template", "head", "svg"))
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_BLOCKS = _HEADINGS | {
    *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figure"),
    *("footer", "form", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table"),
    *("tr", "ul"),
}


def read_html(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """What a person would read of the page, block by block."""
    source, notes = read_text(path, limits, lambda fraction: on_progress(fraction / 2))
    page = _Page(TextParts(path, limits))
    for start in range(0, len(source), 65536):  # so that it can be stopped
        page.feed(source[start : start + 65536])
        on_progress(0.5 + start / len(source) / 2)
    page.close()
    return page.text(), notes


class _Page(HTMLParser):
    """Keeps the text between the tags."""

    def __init__(self, parts: TextParts) -> None:
        super().__init__(convert_charrefs=True)
        self._parts = parts
        self._unseen: str | None = None
        """The element that is being skipped."""

    def text(self) -> str:
        lines = (" ".join(line.split(" ")).strip() for line in self._parts.joined().split("\n"))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    # HTMLParser's own names

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen is None and tag in _UNSEEN:
            self._unseen = tag
        self._break(tag, "\n# " if tag in _HEADINGS else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen or tag == "body":
            self._unseen = None
        self._break(tag, "\n")
        if tag in ("td", "th"):
            self._parts.add("\t")

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            self._parts.add(re.sub(r"\s+", " ", data))

    def _break(self, tag: str, by: str) -> None:
        if tag in _BLOCKS and self._unseen is None:
            self._parts.add(by)
