"""From a path to a document: which reader takes the file, by what is in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from desktop_llm.core.text import Text
from desktop_llm.documents.document import DEFAULT_LIMITS, Document, Limits, Progress
from desktop_llm.documents.encoding import binary_kind
from desktop_llm.documents.errors import NoText, OldOffice
from desktop_llm.documents.opening import open_regular, told
from desktop_llm.documents.text_file import CHUNK

BEGINNING = 4096
"""Bytes by which a format is known."""

OUTPUT = tuple[str, tuple[Text, ...]]
"""What a reader returns: the text, and what is to be said of it."""

Reader = Callable[[Path, Limits, Progress], OUTPUT]

_TEXT_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "text/html",
}
_OFFICE = "application/vnd.openxmlformats-officedocument."


def _silent(fraction: float) -> None:
    """Nobody wants to know how far it is."""


def read_document(
    path: Path, limits: Limits = DEFAULT_LIMITS, on_progress: Progress = _silent
) -> Document:
    """The text of the file, or of the folder, at `path`. Raises the errors of this package."""
    if path.is_dir():
        from desktop_llm.documents.folder import read_folder

        return read_folder(path, limits, on_progress)
    sha256, size, beginning = _look(path, limits)
    media_type, reader = _choose(path, beginning)
    text, notes = reader(path, limits, on_progress)
    if not text.strip():
        raise NoText(path)
    return Document(path.name, media_type, size, sha256, text, notes)


def _look(path: Path, limits: Limits) -> tuple[str, int, bytes]:
    """The hash, the size and the first bytes of the file."""
    with open_regular(path, limits.file) as file, told(path):
        beginning = file.read(BEGINNING)
        digest = hashlib.sha256(beginning)
        while chunk := file.read(CHUNK):
            digest.update(chunk)
        return digest.hexdigest(), file.tell(), beginning


def _choose(path: Path, beginning: bytes) -> tuple[str, Reader]:
    """The media type and the reader. The heavy ones are imported only when they are needed."""
    match binary_kind(beginning):
        case "PDF":
            from desktop_llm.documents.pdf_text import read_pdf

            return "application/pdf", read_pdf
        case "ZIP, DOCX or XLSX":
            return _choose_office(path)
        case "DOC or XLS":
            raise OldOffice(path)
    media_type = _TEXT_TYPES.get(path.suffix.lower(), "text/plain")
    if media_type == "text/html":
        from desktop_llm.documents.html_text import read_html

        return media_type, read_html
    from desktop_llm.documents.plain_text import read_table, read_text

    is_table = media_type in ("text/csv", "text/tab-separated-values")
    return media_type, read_table if is_table else read_text


def _choose_office(path: Path) -> tuple[str, Reader]:
    from desktop_llm.documents.archive import office_kind

    if office_kind(path) == "docx":
        from desktop_llm.documents.docx_text import read_docx

        return _OFFICE + "wordprocessingml.document", read_docx
    from desktop_llm.documents.xlsx_text import read_xlsx

    return _OFFICE + "spreadsheetml.sheet", read_xlsx
