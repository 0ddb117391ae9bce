"""Take a model off this machine: as little as was meant, and whole or not at all.

What a hub can give again is deleted, by renaming its folder first: after a crash the model is there
or gone, and litter is cleared by the next removal. A person's own files only go to the system's
trash. Links are removed, never what they lead to outside of the cache.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.paths import Paths
from desktop_llm.library import starter
from desktop_llm.library.cache_layout import CachedRepo, cache_folder
from desktop_llm.library.disk_files import disk_file, files_below, size_of
from desktop_llm.library.entries import WEIGHTS, conversion_folder, model_files
from desktop_llm.library.errors import RemovalFailed
from desktop_llm.library.fact_index import FactIndex
from desktop_llm.library.hub_shelf import HubEntry, entries_of, read_repository
from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.library.imports import SMALL_FILES, files_of, is_copy
from desktop_llm.library.locks import repository_lock
from desktop_llm.library.registry import Registry
from desktop_llm.library.shared_store import SharedStore

log = logging.getLogger(__name__)

REMOVED = ".removed-"
"""Begins the names of folders that are being deleted."""


def freed_by(entry: LibraryEntry, paths: Paths, trash_own: bool = False) -> int:
    """The bytes that `remove` would free now; what goes to the trash frees them in the end."""
    if entry.kind == "starter":
        return sum(size_of(files_below(p, 1) or model_files(p)) for p in _starter_files(paths))
    conversion = _conversion(entry, paths)
    freed = size_of(files_below(conversion, 1)) if conversion else 0
    if entry.kind == "hub":
        found = _in_cache(entry)
        return freed + (found.entry.own_size if found else 0)
    if is_copy(entry, paths) or trash_own:
        for path in _own_files(entry, paths):
            file = None if path.is_dir() else disk_file(path, path.name)
            freed += size_of([file] if file else files_below(path, 1))
    return freed


def remove(entry: LibraryEntry, paths: Paths, trash_own: bool = False) -> int:
    """Take `entry` away and forget it; the bytes that this frees.

    Deleted: what came from a hub. To the trash: imports that were copied. Only forgotten: imports
    in their own place, unless `trash_own`; of a folder with other things in it only the model's
    files go. Raises RemovalFailed, or LibraryUnusable.
    """
    registry = Registry.of(paths)
    with _told(entry):
        for place in (cache_folder(), paths.models, paths.cache / "converted"):
            _clear_litter(place.absolute())
        places = [Path(entry.path)]
        freed, conversion = freed_by(entry, paths, trash_own), _conversion(entry, paths)
        if entry.kind == "hub":
            with repository_lock(entry.repo, paths):
                places = _remove_from_cache(entry, registry)
        elif entry.kind == "starter":
            for path in _starter_files(paths):
                _delete(path)
        elif (is_copy(entry, paths) or trash_own) and os.path.lexists(entry.path):
            for path in _own_files(entry, paths):
                _to_trash(path)
        if conversion is not None:
            _delete(conversion)
    registry.remove(entry.name, *places)
    return freed


def _remove_from_cache(entry: LibraryEntry, registry: Registry) -> list[Path]:
    """Delete the model from the cache; what is to be forgotten."""
    store = SharedStore(cache_folder())
    found = _in_cache(entry)
    if found is None:
        registry.remove(entry.repo)  # somebody was quicker
        place = Path(entry.path)
        return [] if place.exists() else [place]
    folder = found.repository.folder
    if not found.alone:
        return _remove_files(found, store)
    if folder.is_symlink():
        folder.unlink()
    else:
        aside = folder.with_name(f"{REMOVED}{os.getpid()}-{folder.name}")
        folder.rename(aside)
        _finish(aside, store)
    registry.remove(entry.repo)
    return [folder]


def _in_cache(entry: LibraryEntry) -> HubEntry | None:
    """The model as it is in the cache now; None if it is not there."""
    root = cache_folder().absolute()
    folder = CachedRepo(root, entry.repo).folder
    if not entry.repo or folder.parent != root or not folder.is_dir():
        return None
    repository = read_repository(folder, SharedStore(root), exact=True)
    found = entries_of(repository, FactIndex(None), {})
    return next((one for one in found if one.entry.name == entry.name), None)


def _finish(aside: Path, store: SharedStore) -> None:
    """Delete what was a repository, and what it shared with no other that is still there."""
    blobs = aside / "blobs"
    for blob in blobs.iterdir() if blobs.is_dir() and not blobs.is_symlink() else ():
        if content := store.target(blob):
            store.sweep(content)
    _delete_for_good(aside)


def _clear_litter(folder: Path) -> None:
    """Finish what a removal began that was killed."""
    for litter in folder.glob(REMOVED + "*"):
        _finish(litter, SharedStore(folder))


def _remove_files(found: HubEntry, store: SharedStore) -> list[Path]:
    """One of several models of a repository: its names in all versions, then contents left over."""
    folder = found.repository.folder
    everything = {Path(s.folder, f.name) for s in found.repository.snapshots for f in s.files}
    mine = {path for path in everything if _name_in(found, path) in found.names}
    kept = {_blob(path, folder) for path in everything - mine}
    blobs = [b for b in {_blob(path, folder) for path in mine} - kept if b is not None]
    for path in (*mine, *blobs):
        _check_inside(path, folder)
    for path in mine:
        path.unlink(missing_ok=True)
    for blob in blobs:
        shared = store.target(blob)
        blob.unlink(missing_ok=True)
        if shared:
            store.sweep(shared)
    return sorted(mine)


def _name_in(found: HubEntry, path: Path) -> str:
    """The name of a file in its version: what follows `snapshots/COMMIT/`."""
    return path.relative_to(found.repository.folder / "snapshots").as_posix().partition("/")[2]


def _blob(path: Path, folder: Path) -> Path | None:
    """The blob that `path` links to; None for a plain file, or a link to another place."""
    if not path.is_symlink():
        return None
    target = Path(os.path.normpath(path.parent / path.readlink()))
    return target if target.parent == folder / "blobs" else None


def _check_inside(path: Path, folder: Path) -> None:
    """Raise OSError unless the file or link really is below `folder`, and that in the cache."""
    if folder.is_symlink() or not path.parent.resolve().is_relative_to(folder.resolve()):
        raise OSError(errno.EXDEV, "it is kept outside of the cache", str(path))


def _starter_files(paths: Paths) -> tuple[Path, ...]:
    source = starter.locate(paths)
    return (source.path, source.convert_from) if source.convert_from else (source.path,)


def _own_files(entry: LibraryEntry, paths: Paths) -> list[Path]:
    """What goes to the trash of an import: a copy as it is, of a person's folder the model."""
    place = Path(entry.path)
    if is_copy(entry, paths) or not place.is_dir():
        return [place]
    try:
        mine = files_of(place)
    except ExpectedError:  # it is broken: what its parts are called is all that is known
        parts = (*SMALL_FILES, *WEIGHTS)
        mine = tuple(f for f in place.iterdir() if f.suffix.lower() in parts and f.is_file())
    return [place] if set(place.iterdir()) <= set(mine) else list(mine)


def _conversion(entry: LibraryEntry, paths: Paths) -> Path | None:
    """The folder that the engine made of a GGUF file, if there is one."""
    if entry.kind == "starter" or entry.format != "gguf":
        return None
    try:
        folder = conversion_folder(Path(entry.path), paths)
    except OSError:
        return None
    return folder if folder.is_dir() else None


def _delete(path: Path) -> None:
    """Delete a file or folder of our own, at once for everybody who looks."""
    if path.is_dir() and not path.is_symlink():
        aside = path.with_name(f"{REMOVED}{os.getpid()}-{path.name}")
        path.rename(aside)
        _delete_for_good(aside)
    else:
        path.unlink(missing_ok=True)


def _delete_for_good(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        log.warning("a part of what was removed is still on the disk")


def _to_trash(path: Path) -> None:
    from send2trash import send2trash  # loads parts of the desktop

    send2trash(path)


@contextmanager
def _told(entry: LibraryEntry) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RemovalFailed(entry.title, error.strerror or type(error).__name__) from error
