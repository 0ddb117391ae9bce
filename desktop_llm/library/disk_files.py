"""The files below a folder, seen without opening any: names, sizes, and who shares contents."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

MAX_DEPTH = 4
"""No model keeps its files deeper; a person's folder may lead anywhere."""


class DiskFile(NamedTuple):
    """A file, or a link to one. `name` is relative to the folder, with "/"."""

    name: str
    size: int
    mtime_ns: int
    content: tuple[int, int]
    """Device and inode of what is in it: equal for names that share it."""


def files_below(folder: Path | str, depth: int = MAX_DEPTH) -> list[DiskFile]:
    """The files in `folder` and below; links to folders are not followed, broken ones left out."""
    found: list[DiskFile] = []
    _collect(str(folder), "", depth, found)
    return found


def _collect(folder: str, prefix: str, depth: int, found: list[DiskFile]) -> None:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if depth > 1:
                        _collect(entry.path, f"{prefix}{entry.name}/", depth - 1, found)
                elif file := disk_file(entry, prefix + entry.name):
                    found.append(file)
    except OSError:
        return  # gone or not ours: what is not seen is not counted


def disk_file(entry: os.DirEntry[str] | Path, name: str) -> DiskFile | None:
    """The file that `entry` is or leads to; None if it is none."""
    try:
        facts = entry.stat()
        if not facts.st_ino:  # Windows does not say it while listing
            facts = os.stat(entry)  # noqa: PTH116 - of both kinds
    except OSError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return DiskFile(name, facts.st_size, facts.st_mtime_ns, (facts.st_dev, facts.st_ino))


def size_of(files: Iterable[DiskFile]) -> int:
    """Bytes on the disk: contents that several names share count once."""
    return sum({file.content: file.size for file in files}.values())
