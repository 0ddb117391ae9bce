"""The text of a PDF, page by page. Layout is lost; pictures are not looked at."""

from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import Any

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.document import Limits, Progress, TextParts
from desktop_llm.documents.errors import DocumentDamaged, DocumentLocked, OnlyPictures
from desktop_llm.documents.opening import open_regular, parsed_as, told

log = logging.getLogger(__name__)

PAGES = QT_TRANSLATE_NOOP("core", "{pages} pages")
WITHOUT_TEXT = QT_TRANSLATE_NOOP(
    "core", "{count} of {pages} pages have no text; they may be pictures."
)
UNREADABLE = QT_TRANSLATE_NOOP("core", "{count} of {pages} pages are damaged and were left out.")


def read_pdf(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """All pages that can be read, with an empty line between them."""
    with open_regular(path, limits.file) as file, told(path):
        data = io.BytesIO(file.read())
    pages = _pages(path, data)
    parts, empty, damaged = TextParts(path, limits), 0, 0
    for number in range(len(pages)):
        on_progress(number / len(pages))
        text = _page_text(pages, number)
        if text is None:
            damaged += 1
        elif text.strip():
            parts.add(text.strip())
        else:
            empty += 1
    if damaged == len(pages):
        raise DocumentDamaged(path, "PDF", "no page can be read")
    if not parts:
        raise OnlyPictures(path, len(pages))
    facts = {"pages": len(pages)}
    notes = [Text(PAGES, {"pages": len(pages)})]
    if empty:
        notes.append(Text(WITHOUT_TEXT, {"count": empty, **facts}))
    if damaged:
        notes.append(Text(UNREADABLE, {"count": damaged, **facts}))
    return parts.joined("\n\n"), tuple(notes)


def _pages(path: Path, data: io.BytesIO) -> Any:
    """The sequence of pages, which are known to be there."""
    import pypdf
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it complains of every small flaw
    with parsed_as("PDF", path):
        reader = pypdf.PdfReader(data)
        try:
            # Many files are encrypted with an empty password, only to forbid printing.
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentLocked(path)
        except DependencyError:  # a cipher for which a library is missing
            raise DocumentLocked(path) from None
        pages = reader.pages
        if not len(pages):
            raise DocumentDamaged(path, "PDF", "no pages")
    return pages


def _page_text(pages: Any, number: int) -> str | None:
    """The text of a page; None if it is damaged."""
    try:
        return str(pages[number].extract_text())
    except MemoryError:
        raise
    except Exception:
        log.info("page %d cannot be read", number + 1, exc_info=True)
        return None
