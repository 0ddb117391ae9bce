"""Put fetched files into the hub cache, so that every other tool finds them there."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
from pathlib import Path

from huggingface_hub import hf_hub_download
from huggingface_hub.file_download import _create_symlink

from desktop_llm.core.files import sync_folder, write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.core.process.server import GivenUp
from desktop_llm.library.cache_layout import CachedRepo
from desktop_llm.library.hashing import CHUNK
from desktop_llm.library.hub_types import HubFile
from desktop_llm.library.quarantine import quarantine


def check_writable(repo: CachedRepo, commit: str) -> None:
    """See that files can be made where they will have to be. Raises OSError."""
    repo.root.mkdir(parents=True, exist_ok=True)
    for folder in {_existing(repo.blobs), _existing(repo.snapshot(commit)), _existing(repo.folder)}:
        with tempfile.TemporaryFile(dir=folder):
            pass


def make_folders(repo: CachedRepo, commit: str) -> None:
    """The repository's own; a cache that is not there any more is not made anew. OSError."""
    if not repo.root.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(repo.root))
    repo.blobs.mkdir(parents=True, exist_ok=True)
    repo.snapshot(commit).mkdir(parents=True, exist_ok=True)


def content_of(repo: CachedRepo, commit: str, file: HubFile) -> Path:
    """Where the content of a file is, or has to be: its blob, or where links cannot be, itself."""
    pointer = repo.pointer(commit, file.path)
    return pointer if pointer.is_file() and not pointer.is_symlink() else repo.blob(file.etag)


def place(part: Path, target: Path, paths: Paths, stop: threading.Event) -> None:
    """Make `part` the blob `target`, whole at every instant; what was there is bad and set aside.

    Raises OSError or GivenUp; `part` is kept then.
    """
    part.chmod(target.parent.stat().st_mode & 0o666)  # as open to others as the cache itself
    if os.path.lexists(target):
        quarantine(target, paths)
    try:
        part.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copy(part, target, stop)
        part.unlink()
    sync_folder(target.parent)


def link(repo: CachedRepo, commit: str, file: HubFile, alone: bool = True) -> None:
    """Let huggingface_hub make a file of the commit out of the blob, and find it. Raises OSError.

    Where links cannot be, the file is the blob itself if it is `alone` in needing it, else a copy.
    The library's own way here would ask the server once more, sleep for as long as that says, and
    make paths of the names in its answer.
    """
    pointer, blob = repo.pointer(commit, file.path), repo.blob(file.etag)
    if not content_of(repo, commit, file).exists():  # removed meanwhile
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(blob))
    pointer.parent.mkdir(parents=True, exist_ok=True)
    if not pointer.exists():
        _create_symlink(str(blob), str(pointer), new_blob=alone)
    hf_hub_download(
        repo.repo, file.path, revision=commit, cache_dir=repo.root, local_files_only=True
    )


def write_ref(repo: CachedRepo, revision: str, commit: str) -> None:
    """Say that `revision` is `commit`; the last thing to do. Raises OSError."""
    ref = repo.ref(revision)
    if ref.is_file() and ref.read_bytes() == commit.encode():
        return
    ref.parent.mkdir(parents=True, exist_ok=True)
    beside = repo.folder / f".{commit}"  # everything below refs is read as a ref
    write_atomically(beside, commit, mode=repo.folder.stat().st_mode & 0o666)
    beside.replace(ref)
    sync_folder(ref.parent)


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _copy(part: Path, target: Path, stop: threading.Event) -> None:
    """From one disk to another: under a name that no tool takes for a blob, until it is whole."""
    handle, name = tempfile.mkstemp(dir=target.parent, suffix=".incomplete")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as copy, part.open("rb") as source:
            while data := source.read(CHUNK):
                if stop.is_set():
                    raise GivenUp
                copy.write(data)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.chmod(part.stat().st_mode & 0o666)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
