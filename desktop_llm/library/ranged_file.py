"""A file that grows to a known content, over as many attempts and processes as it takes."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from types import TracebackType

from desktop_llm.library.hashing import OnBytes, feed, new_digest
from desktop_llm.library.hub_types import HubFile


class RangedFile:
    """The first bytes of `file`, kept at `path`, and their hash.

    What is on the disk from before counts only once `recall` has hashed it. `validator` is the
    server's name of the content that the bytes are of ("" if it gave none). Methods raise OSError.
    """

    def __init__(self, path: Path, file: HubFile) -> None:
        self.path, self.file = path, file
        self.done = 0
        self.validator = ""
        self._digest = new_digest(file.etag, file.size)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        self._descriptor = os.open(path, flags, 0o600)

    def __enter__(self) -> RangedFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def recall(self, on_bytes: OnBytes, stop: threading.Event) -> None:
        """Go on from what an earlier attempt left: it is hashed first. Raises GivenUp."""
        self.done = feed(self._digest, self.path, on_bytes, stop, limit=self.file.size)
        self._cut()

    def append(self, data: bytes) -> None:
        """Add the next bytes; what is beyond the end of the file is left out."""
        rest = memoryview(data)[: self.file.size - self.done]
        while rest:
            written = os.write(self._descriptor, rest)
            self._digest.update(rest[:written])
            self.done += written
            rest = rest[written:]

    def restart(self) -> None:
        """Throw the bytes away."""
        self.done = 0
        self.validator = ""
        self._digest = new_digest(self.file.etag, self.file.size)
        self._cut()

    @property
    def is_whole(self) -> bool:
        return self.done == self.file.size

    def is_right(self) -> bool:
        """Whether the content is the one that was promised; it is safe on the disk then."""
        if self._digest.hexdigest() != self.file.etag:
            return False
        os.fsync(self._descriptor)
        return True

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self.done)
        os.lseek(self._descriptor, self.done, os.SEEK_SET)
