"""Files out of what was dropped: a folder stands for the files in it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import resource
from desktop_llm.core.text import QT_TRANSLATE_NOOP

MOST_FILES = 200
NOT_DATA = ("readme", "license", "licence", "sources")


class NoFiles(ExpectedError):
    """A folder was dropped that has no files in it."""

    happened = QT_TRANSLATE_NOOP("core", "There are no files in {folder}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Drop the files, or the folder that they lie in.")


class TooManyFiles(ExpectedError):
    """A folder was dropped that cannot be meant."""

    happened = QT_TRANSLATE_NOOP("core", "There are more than {most} files in {folder}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Drop the files that you want to train on.")


class FolderUnreadable(ExpectedError):
    """A folder was dropped that may not be looked into."""

    happened = QT_TRANSLATE_NOOP("core", "The folder {folder} cannot be read: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed.")
    todo = QT_TRANSLATE_NOOP("core", "Check that you may open it, or copy it elsewhere.")


def files_in(paths: Iterable[Path]) -> list[Path]:
    """`paths`, with each folder replaced by the files directly in it, hidden ones left out.

    Raises NoFiles, TooManyFiles or FolderUnreadable.
    """
    found: list[Path] = []
    for path in paths:
        found += _files_of(path) if path.is_dir() else [path.absolute()]
    return list(dict.fromkeys(found))


def sample_files() -> list[Path]:
    """The data that comes with the app."""
    return files_in([resource("sample_data")])


def _files_of(folder: Path) -> list[Path]:
    try:
        found = sorted(_wanted(folder))
    except OSError as error:
        raise FolderUnreadable(folder=str(folder), detail=error.strerror or "") from error
    if not found:
        raise NoFiles(folder=str(folder))
    if len(found) > MOST_FILES:
        raise TooManyFiles(folder=str(folder), most=MOST_FILES)
    return found


def _wanted(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            is_data = not entry.name.lower().startswith((".", *NOT_DATA))
            if is_data and entry.is_file():
                yield Path(entry.path).absolute()
