"""The one way to write a file: whole or not at all, readable by its owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


def make_private_folder(path: Path) -> Path:
    """Create `path` and its parents, for this user only (0700), and return it."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def write_atomically(path: Path, data: bytes | str, mode: int = 0o600) -> None:
    """Replace `path` by `data`: at every instant the old or the new content is there, whole.

    Raises OSError (disk full, not permitted) and leaves the old file untouched then.
    """
    write_pieces_atomically(path, [data], mode)


def write_pieces_atomically(path: Path, pieces: Iterable[bytes | str], mode: int = 0o600) -> None:
    """`write_atomically` for more than one wants in memory at once."""
    make_private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece.encode() if isinstance(piece, str) else piece)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # an interrupt may come after the rename
        raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make a rename inside `path` durable; Windows has no such call and does not need it."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
