"""The cells of an Excel workbook as text, sheet by sheet."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.documents.archive import safe_archive
from desktop_llm.documents.document import Limits, Progress, TextParts
from desktop_llm.documents.opening import parsed_as

ROWS_IN_SHEETS = QT_TRANSLATE_NOOP("core", "{rows} rows in {sheets} sheets")

REPORT_EVERY = 256
"""Rows between two reports of progress."""


def read_xlsx(path: Path, limits: Limits, on_progress: Progress) -> tuple[str, tuple[Text, ...]]:
    """Each sheet under its name; rows are lines, cells have tabs between them.

    Cells with formulas give the value that was calculated last.
    """
    import openpyxl

    parts, rows = TextParts(path, limits), 0
    with safe_archive(path, limits) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library, on styles that it does not know
        with parsed_as("XLSX", path):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            sheets = list(book.worksheets)
        for number, sheet in enumerate(sheets):
            parts.add(f"# {sheet.title}\n")
            for cells in _rows(path, sheet):
                if rows % REPORT_EVERY == 0:
                    on_progress(number / len(sheets))
                parts.add("\t".join(cells) + "\n")
                rows += 1
            parts.add("\n")
    facts: dict[str, Fact] = {"rows": rows, "sheets": len(sheets)}
    return parts.joined() if rows else "", (Text(ROWS_IN_SHEETS, facts),)


def _rows(path: Path, sheet: Any) -> Iterator[list[str]]:
    """The rows that are not empty, up to their last cell that is not."""
    sheet.reset_dimensions()  # what a file says of its size may be wrong, or meant to fill memory
    rows = sheet.iter_rows(values_only=True)
    while True:
        with parsed_as("XLSX", path):
            row = next(rows, None)
        if row is None:
            break
        cells = [_cell(value) for value in row]
        while cells and not cells[-1]:
            del cells[-1]
        if cells:
            yield cells


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return " ".join(str(value).split())
