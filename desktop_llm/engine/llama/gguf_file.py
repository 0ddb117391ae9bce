"""A GGUF file before llama.cpp sees it: whole, of sane counts, and read from a slow disk in time.

llama.cpp trusts lengths that it finds in a file, and loads while it holds the interpreter's lock,
so that this process says nothing for as long: both are dealt with here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_llm.core.generation import LoadProgress
from desktop_llm.core.gguf_header import DamagedGguf, GgufHeader, read_gguf_header
from desktop_llm.core.memory_fit import free_memory
from desktop_llm.engine.errors import ModelDamaged, ModelMissing

PIECE = 1 << 22
"""Bytes that are read at once."""

REPORTS = 50

SLOWEST_DISK = 20_000_000
"""Bytes a second at which a file is still read in time (a memory card)."""

SHARD = re.compile(r"-00001-of-(\d{5})\.gguf$", re.IGNORECASE)
"""How the first of several files of one model is named; llama.cpp finds the others by it."""


@dataclass(frozen=True)
class GgufFile:
    """A GGUF model on disk. `size` is of all its files, in bytes."""

    path: Path
    header: GgufHeader
    files: tuple[Path, ...]
    size: int

    @property
    def silence_s(self) -> float:
        """How long loading may take without a word."""
        return 60.0 + self.size / SLOWEST_DISK


def open_gguf(path: Path) -> GgufFile:
    """Look at the file at `path`. Raises ModelMissing or ModelDamaged."""
    if not path.is_file():
        raise ModelMissing(path)
    files = _files(path)
    try:
        headers = [read_gguf_header(file) for file in files]
        size = sum(file.stat().st_size for file in files)
    except DamagedGguf as error:
        raise ModelDamaged(path, str(error)) from error
    except OSError as error:
        raise ModelDamaged(path, error.strerror or "it cannot be read") from error
    if headers[0].parts != len(files):
        raise ModelDamaged(path, "it is one of several files, and not the first of them")
    if not headers[0].architecture or not headers[0].words:
        raise ModelDamaged(path, "it has no vocabulary")
    return GgufFile(path, headers[0], files, size)


def read_ahead(file: GgufFile, on_progress: Callable[[LoadProgress], None]) -> None:
    """Bring `file` into the system's cache, from where llama.cpp maps it, and say how far that is.

    Left out where the file would push itself out again.
    """
    if file.size > free_memory():
        return
    buffer, done, told = bytearray(PIECE), 0, 0
    for path in file.files:
        with path.open("rb", buffering=0) as source:
            while count := source.readinto(buffer):
                done += count
                if done * REPORTS // file.size > told:
                    told = done * REPORTS // file.size
                    on_progress(LoadProgress("reading", done / file.size))


def _files(path: Path) -> tuple[Path, ...]:
    shard = SHARD.search(path.name)
    if shard is None:
        return (path,)
    count = int(shard[1])
    names = (f"-{number:05}-of-{count:05}.gguf" for number in range(1, count + 1))
    stem = path.name[: shard.start()]
    files = tuple(path.with_name(stem + name) for name in names)
    for file in files:
        if not file.is_file():
            raise ModelMissing(file)
    return files
