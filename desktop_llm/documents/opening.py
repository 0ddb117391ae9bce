"""Opening a file that a person chose: never a pipe or a device, never more than the limit."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desktop_llm.core.errors import ExpectedError
from desktop_llm.documents.errors import (
    DocumentDamaged,
    FileEmpty,
    FileForbidden,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    NotAFile,
)

log = logging.getLogger(__name__)

MAX_FILE = 2 * 1024**3
"""Bytes of a file that is read at all."""

# Without O_NONBLOCK the open call alone waits for ever at a pipe that nobody writes to.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def open_regular(path: Path, limit: int = MAX_FILE) -> BinaryIO:
    """The ordinary, not empty file at `path`, opened to read. Raises this package's errors."""
    with told(path):
        descriptor = os.open(path, _FLAGS)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(path)
        if status.st_size == 0:
            raise FileEmpty(path)
        if status.st_size > limit:
            raise FileTooLarge(path, status.st_size // 1024**2, limit // 1024**2)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns the system's errors about `path` into ours."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: a NUL in the name
        raise FileMissing(path) from None
    except PermissionError:
        # Windows says so of folders too
        raise (NotAFile(path) if path.is_dir() else FileForbidden(path)) from None
    except OSError as error:
        raise FileUnreadable(path, error.strerror or type(error).__name__) from error


@contextmanager
def parsed_as(kind: str, path: Path) -> Iterator[None]:
    """Around the library that parses `path`: whatever it stumbles over, the file is damaged."""
    try:
        yield
    except (ExpectedError, MemoryError):
        raise
    except Exception as error:  # libraries do not list what they raise
        log.info("%s cannot be read as %s", path, kind, exc_info=True)
        raise DocumentDamaged(path, kind, type(error).__name__) from error
