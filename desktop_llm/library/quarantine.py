"""Bad files are taken out of use, and some are kept to be looked at."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from desktop_llm.core.files import make_private_folder
from desktop_llm.core.paths import Paths

QUARANTINED = 3
"""So many are kept; they can be large."""


def quarantine(file: Path, paths: Paths) -> None:
    """Take a bad file out of use: it, not a link to it, is moved into a folder of its own.

    Of a blob that leads out of the hub's cache only the link goes: a person put the file there.
    Raises OSError if it cannot be moved: it stays where it is then.
    """
    folder = make_private_folder(paths.data / "quarantine")
    content = file.resolve()
    if not file.is_symlink() or content.is_relative_to(file.parents[2].resolve()):
        _move(content, folder / file.name)
    if file.is_symlink():
        file.unlink()
    _forget_oldest(folder)


def _move(content: Path, target: Path) -> None:
    if content.is_file():
        try:
            shutil.move(content, target)
        except OSError:
            if content.exists():
                target.unlink(missing_ok=True)  # half a copy
            raise


def _forget_oldest(folder: Path) -> None:
    kept = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in kept[QUARANTINED:]:
        with suppress(OSError):
            path.unlink()
