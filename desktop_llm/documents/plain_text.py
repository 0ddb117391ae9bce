"""Text files: prose, Markdown, code, and tables of separated values, as they are."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.documents.document import Limits, Progress, TextParts, undecodable
from desktop_llm.documents.errors import NotADocument, NotText
from desktop_llm.documents.text_file import TextFile

ROWS = QT_TRANSLATE_NOOP("core", "{rows} rows")
DAMAGED = QT_TRANSLATE_NOOP("core", "In {places} places there are bytes that are no characters.")


def read_text(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """The file's text as it is, whatever its encoding."""
    parts, damaged = TextParts(path, limits), 0
    try:
        with TextFile(path, limits.file) as file:
            for chunk in file.chunks():
                parts.add(chunk)
                damaged += undecodable(chunk)
                on_progress(file.position / max(1, file.size))
    except NotText as error:
        raise NotADocument(path, str(error.facts["kind"])) from None
    notes = (Text(DAMAGED, {"places": damaged}),) if damaged else ()
    return parts.joined(), notes


def read_table(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """The same, with the number of rows; the first one may be a heading."""
    text, notes = read_text(path, limits, on_progress)
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    try:
        lines = io.StringIO(text, newline="")
        rows = sum(1 for row in csv.reader(lines, delimiter=separator, strict=True) if row)
    except csv.Error:  # it is read as text all the same
        rows = sum(1 for line in text.splitlines() if line.strip())
    return text, (Text(ROWS, {"rows": rows}), *notes)
