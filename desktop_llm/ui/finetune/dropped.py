"""Files out of what was dropped: a folder stands for the data files in it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from desktop_llm.core.paths import resource
from desktop_llm.training.data.files import expand
from desktop_llm.training.job import DataFile


def files_in(paths: Iterable[Path]) -> list[Path]:
    """`paths` with folders opened, each file once; what cannot be read is told by the reader.

    Raises FolderWithoutData, TooManyFiles, or what the system says of a folder.
    """
    files = expand(DataFile(path.absolute()) for path in paths)
    return list(dict.fromkeys(file.path for file in files))


def sample_files() -> list[Path]:
    """The data that comes with the app."""
    return files_in([resource("sample_data")])
