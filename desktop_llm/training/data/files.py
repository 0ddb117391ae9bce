"""Which files a spec means: those that it names, and the data files in the folders it names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from desktop_llm.documents.opening import told
from desktop_llm.training.data.errors import FolderWithoutData, TooManyFiles
from desktop_llm.training.job import DataFile

MAX_FILES = 1_000
_MAX_ENTRIES = 100_000
_SUFFIXES = frozenset(
    (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt", ".text", ".md", ".markdown",
     ".conll", ".conllu", ".bio", ".iob")
)  # fmt: skip
_NOT_DATA = ("readme", "license", "licence", "dataset_info", "requirements")


def expand(files: Iterable[DataFile]) -> list[DataFile]:
    """`files` with each folder replaced by the data files in it, in the order of their names.

    Raises FolderWithoutData and TooManyFiles.
    """
    found: list[DataFile] = []
    for file in files:
        with told(file.path):
            is_folder = file.path.is_dir()
        if is_folder:
            found += [replace(file, path=path) for path in _in_folder(file.path)]
        else:
            found.append(file)
        if len(found) > MAX_FILES:
            raise TooManyFiles(file.path, MAX_FILES)
    return found


def _in_folder(folder: Path) -> list[Path]:
    found = sorted(path for path in _entries(folder) if _is_data(path))
    if not found:
        raise FolderWithoutData(folder)
    return found


def _entries(folder: Path) -> Iterator[Path]:
    """Every file below `folder`; links to folders are not followed, so that there is an end."""
    seen = 0
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > _MAX_ENTRIES:
                raise TooManyFiles(folder, MAX_FILES)
            yield Path(place, name)


def _is_data(path: Path) -> bool:
    name = path.name.lower()
    hidden = name.startswith((".", *_NOT_DATA))
    return not hidden and path.suffix.lower() in _SUFFIXES and path.is_file()
