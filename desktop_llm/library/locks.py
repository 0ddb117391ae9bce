"""Locks that window, command line and hub process share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from desktop_llm.core.files import make_private_folder
from desktop_llm.core.paths import Paths
from desktop_llm.library.errors import LibraryUnusable

LOCK_S = 10.0
"""A change takes milliseconds: who waits longer waits for something that hangs."""


def repository_lock(repo: str, paths: Paths) -> AbstractContextManager[None]:
    """While files of a repository are placed or removed: never both at once."""
    return alone(paths.data / "locks" / f"{repo.replace('/', '--')}.lock")


@contextmanager
def alone(lock: Path, timeout: float = LOCK_S) -> Iterator[None]:
    """Hold `lock`; raises LibraryUnusable if another keeps it for `timeout` seconds."""
    held = FileLock(lock)
    try:
        make_private_folder(lock.parent)
        held.acquire(timeout=timeout)
    except Timeout as error:
        raise LibraryUnusable(str(lock.parent), "another program keeps it locked") from error
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise LibraryUnusable(str(lock.parent), detail) from error
    try:
        yield
    finally:
        held.release()
