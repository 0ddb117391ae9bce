"""The text of a Word document: headings, paragraphs and tables in their order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_llm.core.text import Text
from desktop_llm.documents.archive import safe_archive
from desktop_llm.documents.document import Limits, Progress, TextParts
from desktop_llm.documents.opening import parsed_as

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}sectPr", _FALLBACK))
"""What a reader does not see: deleted text, codes of fields, second copies of text boxes."""
_SPACES = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def read_docx(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """Blocks with an empty line between them; headings with #, cells with tabs between them."""
    body, styles = _open(path, limits)
    parts = TextParts(path, limits)
    count = max(1, len(body))
    for number, element in enumerate(body):
        on_progress(number / count)
        for block in _blocks(element, styles):
            parts.add(block)
    return parts.joined("\n\n"), ()


def _open(path: Path, limits: Limits) -> tuple[Any, dict[str, str]]:
    """The XML of the body, and the names of the styles by their identifiers."""
    import docx

    with safe_archive(path, limits) as file, parsed_as("DOCX", path):
        document = docx.Document(file)
        names = {style.style_id: str(style.name) for style in document.styles}
        return document.element.body, names


def _blocks(element: Any, styles: dict[str, str]) -> Iterator[str]:
    """Walks the XML itself: the library's own paragraphs lack insertions and content controls."""
    if element.tag == f"{_W}p":
        if text := _paragraph(element, styles):
            yield text
    elif element.tag == f"{_W}tbl":
        rows = ["\t".join(_cells(row)) for row in element.iterchildren(f"{_W}tr")]
        yield "\n".join(rows)
    elif element.tag not in _SKIPPED:
        for child in element:
            yield from _blocks(child, styles)


def _paragraph(element: Any, styles: dict[str, str]) -> str:
    text = "".join(_runs(element)).strip()
    style = element.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val"), "") if style is not None else ""
    kind, _, level = name.rpartition(" ")
    if text and kind.lower() == "heading" and level.isdecimal():
        return "#" * min(int(level), 6) + " " + text
    if text and (name == "Title" or name.startswith("List")):
        return ("# " if name == "Title" else "- ") + text
    return text


def _cells(row: Any) -> Iterator[str]:
    """The cells as they are written; one that spans columns counts once."""
    for cell in row.iter(f"{_W}tc"):
        texts = ("".join(_runs(paragraph)).strip() for paragraph in cell.iter(f"{_W}p"))
        yield " ".join(" ".join(text.split()) for text in texts if text)


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _SKIPPED:
            if child.tag == f"{_W}p":  # of a text box inside this paragraph
                yield "\n"
            yield from _runs(child)
