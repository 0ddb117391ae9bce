"""Hashes of files, as the hub names contents by them."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_llm.core.process.server import GivenUp

if TYPE_CHECKING:
    from hashlib import _Hash

CHUNK = 4 << 20
SHA256_DIGITS = 64

OnBytes = Callable[[int], None]
"""Told how many bytes are done so far."""


def new_digest(name: str, size: int) -> _Hash:
    """What computes the name of a blob of `size` bytes: sha256, or git's sha1 if `name` is one."""
    if len(name) == SHA256_DIGITS:
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)


def feed(
    digest: _Hash, path: Path, on_bytes: OnBytes, stop: threading.Event, limit: int | None = None
) -> int:
    """Hash `path`, or its first `limit` bytes, and return how many there were.

    Raises OSError, and GivenUp soon after `stop` is set.
    """
    buffer, done = memoryview(bytearray(CHUNK)), 0
    with path.open("rb", buffering=0) as file:
        while limit is None or done < limit:
            if stop.is_set():
                raise GivenUp
            room = CHUNK if limit is None else min(CHUNK, limit - done)
            count = file.readinto(buffer[:room])
            if not count:
                break
            digest.update(buffer[:count])
            done += count
            on_bytes(done)
    return done


def file_hash(
    path: Path,
    like: str = "0" * SHA256_DIGITS,
    on_bytes: OnBytes = lambda done: None,
    stop: threading.Event | None = None,
) -> str:
    """The hash of a file, of the kind that `like` is: sha256 unless said otherwise.

    Raises OSError, and GivenUp soon after `stop` is set.
    """
    digest = new_digest(like, path.stat().st_size)
    feed(digest, path, on_bytes, stop or threading.Event())
    return digest.hexdigest()
