"""Check the files of a model against the hashes that they have to have."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_llm.core.model_folder import ModelMissing
from desktop_llm.core.paths import Paths
from desktop_llm.core.process.server import GivenUp
from desktop_llm.library import starter
from desktop_llm.library.cache_layout import blob_of, names_of
from desktop_llm.library.disk_files import files_below
from desktop_llm.library.errors import FileUnreadable
from desktop_llm.library.hashing import SHA256_DIGITS, OnBytes, file_hash
from desktop_llm.library.hub_errors import CacheUnusable
from desktop_llm.library.hub_types import FileRecord, LibraryEntry
from desktop_llm.library.quarantine import quarantine
from desktop_llm.library.registry import Registry

UNKNOWN = "0" * SHA256_DIGITS
FIRST_PART = re.compile(r"-00001-of-\d{5}\.gguf$", re.IGNORECASE)

OnFraction = Callable[[float], None]
"""Told what part of the bytes is checked, 0 to 1."""


def verify(
    entry: LibraryEntry, paths: Paths, on_progress: OnFraction, stop: threading.Event
) -> LibraryEntry | None:
    """Compare every file of the model with its hash; None if `stop` was set meanwhile.

    In the hub's cache a file's hash is the name of its blob; a bad blob is taken out of use, and
    the model has to be fetched again. A person's own files are never moved: they are compared with
    what they were when they came here; if nobody knows, `verified` is None, and they are compared
    with what they are now from the next time on. Raises ModelMissing, FileUnreadable,
    LibraryUnusable or CacheUnusable.
    """
    if not Path(entry.path).exists():
        raise ModelMissing(entry.path)
    registry = Registry.of(paths)
    try:
        found = _check(_files(entry, registry, paths), on_progress, stop)
    except GivenUp:
        return None
    registry.record_files({str(file.path): file.record for file in found})
    for file in found:
        if file.right is False and not file.is_gone and (blob := blob_of(file.path)):
            _take_out(blob, paths)
    states = {file.right for file in found}
    verified = False if False in states else None if None in states else True
    return replace(entry, verified=verified)


@dataclass(frozen=True)
class _Checked:
    path: Path
    record: FileRecord
    right: bool | None
    """None: there was nothing to compare it with. It is known from now on."""
    is_gone: bool = False


def _files(entry: LibraryEntry, registry: Registry, paths: Paths) -> dict[Path, str]:
    """The files of a model, and the hash that each has to have ("" if nobody knows)."""
    place, known = Path(entry.path), registry.files
    if place.is_dir():
        inside = f"{place}{os.sep}"
        files = {place / file.name for file in files_below(place)}
        files |= {Path(path) for path in known if path.startswith(inside)}  # also what is gone
    else:
        files = set(_parts_of(place))
    wanted = {}
    for path in sorted(files):
        blob, record = blob_of(path), known.get(str(path))
        wanted[path] = blob.name if blob else record.sha256 if record else ""
    if entry.kind == "starter":
        packed = starter.locate(paths).convert_from
        if packed is not None and packed.exists():
            wanted[packed] = starter.manifest().sha256
    return wanted


def _check(
    files: dict[Path, str], on_progress: OnFraction, stop: threading.Event
) -> list[_Checked]:
    sizes = {path: _size(path) for path in files}
    total, before, found = max(1, sum(sizes.values())), 0, []

    def on_bytes(done: int) -> None:
        on_progress((before + done) / total)

    for path, wanted in files.items():
        found.append(_check_file(path, wanted, on_bytes, stop))
        before += sizes[path]
    return found


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _check_file(path: Path, wanted: str, on_bytes: OnBytes, stop: threading.Event) -> _Checked:
    try:
        facts = path.stat()
        actual = file_hash(path, wanted or UNKNOWN, on_bytes, stop)
        if not wanted:
            return _Checked(path, FileRecord(facts.st_size, actual), None)
        right = actual == wanted
        sha256 = file_hash(path) if right and len(wanted) != SHA256_DIGITS else wanted
    except FileNotFoundError:
        return _Checked(path, FileRecord(0, wanted), False, is_gone=True)
    except OSError as error:  # of the disk or the network: it says nothing of the content
        raise FileUnreadable(str(path), error.strerror or type(error).__name__) from error
    return _Checked(path, FileRecord(facts.st_size, sha256, facts.st_mtime_ns, right), right)


def _take_out(blob: Path, paths: Paths) -> None:
    """Quarantine a blob, and let no version of the repository name it any more."""
    try:
        quarantine(blob, paths)
        for name in names_of(blob):
            name.unlink()
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise CacheUnusable(str(blob.parent), detail) from error


def _parts_of(file: Path) -> list[Path]:
    """A GGUF file, or with the first of several all that belong to it."""
    found = FIRST_PART.search(file.name)
    if found is None:
        return [file]
    begin, end = file.name[: found.start()], found[0].removeprefix("-00001")
    return [f for f in file.parent.iterdir() if f.name.startswith(begin) and f.name.endswith(end)]
