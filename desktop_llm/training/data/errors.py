"""What makes a whole file or folder unusable as data, told in three sentences each."""

from __future__ import annotations

from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import QT_TRANSLATE_NOOP

_UNTOUCHED = QT_TRANSLATE_NOOP("core", "Your files were not changed.")


class UnknownColumn(ExpectedError):
    """The mapping names a column that the file does not have."""

    happened = QT_TRANSLATE_NOOP("core", "{path} has no column “{column}”. It has: {columns}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Choose one of its columns.")

    def __init__(self, path: Path | str, column: str, columns: str) -> None:
        super().__init__(path=str(path), column=column, columns=columns)


class TooManyColumns(ExpectedError):
    """The table is wider than any that is meant for training."""

    happened = QT_TRANSLATE_NOOP("core", "{path} has {columns} columns; at most {limit} are read.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Keep only the columns that are for training.")

    def __init__(self, path: Path | str, columns: int, limit: int) -> None:
        super().__init__(path=str(path), columns=columns, limit=limit)


class DataDamaged(ExpectedError):
    """A Parquet file that is cut off or broken inside."""

    happened = QT_TRANSLATE_NOOP("core", "{path} is damaged, or was not copied whole.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Fetch or export it again.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class RecordsTooLarge(ExpectedError):
    """A Parquet file whose records do not fit into memory."""

    happened = QT_TRANSLATE_NOOP("core", "The records in {path} do not fit into memory.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Export it with smaller records, or as JSON Lines.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class FolderWithoutData(ExpectedError):
    """A folder without a file that could be read."""

    happened = QT_TRANSLATE_NOOP("core", "There is no data file in {path}.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP(
        "core", "Choose JSON, JSON Lines, CSV, TSV, Parquet, text or Markdown files."
    )

    def __init__(self, path: Path | str) -> None:
        super().__init__(path=str(path))


class TooManyFiles(ExpectedError):
    """More files than are read together."""

    happened = QT_TRANSLATE_NOOP("core", "{path} holds more than {limit} files.")
    safe = _UNTOUCHED
    todo = QT_TRANSLATE_NOOP("core", "Choose a smaller folder, or put the rows into fewer files.")

    def __init__(self, path: Path | str, limit: int) -> None:
        super().__init__(path=str(path), limit=limit)
