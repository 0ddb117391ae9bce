"""Take in a model that a person has on a disk: where it is, or as a copy of the app's own."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import shutil
import tempfile
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder, sync_folder
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.paths import Paths
from desktop_llm.library import starter
from desktop_llm.library.cache_layout import CachedRepo, cache_folder
from desktop_llm.library.entries import copies_folder, imported_entry, list_library
from desktop_llm.library.errors import (
    ImportFailed,
    NoRoomForModel,
    NothingToImport,
    SeveralToImport,
)
from desktop_llm.library.fact_index import FactIndex
from desktop_llm.library.facts import ADAPTER_WEIGHTS, inspect
from desktop_llm.library.hub_types import FileRecord, LibraryEntry, ModelKind
from desktop_llm.library.locks import alone
from desktop_llm.library.registry import Record, Registry

SMALL_FILES = (".json", ".jinja", ".txt", ".model", ".tiktoken", ".md")
"""What may belong to a model beside its weights; programs and pickled files are left behind."""
MAX_SMALL_BYTES = 100_000_000
SPARE_BYTES = 100_000_000
ABANDONED_S = 3600.0
CHUNK = 4 << 20
LONGEST_NAME = 80

OnFraction = Callable[[float], None]


@dataclass(frozen=True)
class _Original:
    """What is to be taken in: a folder or a .gguf file, and the files that matter."""

    path: Path
    files: tuple[Path, ...]

    @property
    def size(self) -> int:
        return sum(file.stat().st_size for file in self.files)


def import_model(
    path: Path, paths: Paths, copy: bool, on_progress: OnFraction, stop: threading.Event
) -> LibraryEntry | None:
    """Make the folder or .gguf file at `path` one of the library's models; None if stopped.

    It is checked first: raises ModelMissing, ModelDamaged, NeedsOwnCode, PickleOnly,
    NothingToImport or SeveralToImport. What is in the library already is given back as it is.
    `copy` puts its files into the app's folder: raises NoRoomForModel or ImportFailed, and leaves
    nothing half-done.
    """
    original = _look_at(path.expanduser().absolute())
    known = [e for e in list_library(paths) if Path(e.path) == original.path and not e.missing]
    if known:
        return known[0]
    kind: ModelKind = "gguf" if original.path.is_file() else "folder"
    record: Record | None
    record = Record("", kind, str(original.path), _title(original.path), copied=copy)
    if copy:
        try:
            record = _copy(original, record, paths, on_progress, stop)
        except OSError as error:
            raise _told(error, original, copies_folder(paths)) from error
        if record is None:
            return None
    else:
        with _naming(paths):
            record = _add(record, {}, paths)
    return imported_entry(record, Registry.of(paths).files, FactIndex(None))


def is_copy(entry: LibraryEntry, paths: Paths) -> bool:
    """Whether the files of `entry` are a copy that was made by `import_model`."""
    home = copies_folder(paths).absolute()
    return entry.copied and Path(os.path.normpath(entry.path)).parent == home


def _look_at(path: Path) -> _Original:
    """What is at `path`, checked. A folder with one GGUF file and no other weights is that file."""
    if path.is_dir():
        gguf = sorted(path.glob("*.gguf"))
        if gguf and not any(path.glob("*.safetensors")):
            if len(gguf) > 1:
                raise SeveralToImport(str(path))
            path = gguf[0]
    elif path.exists() and path.suffix.lower() != ".gguf":
        raise NothingToImport(str(path))
    inspect(path)
    return _Original(path, files_of(path) if path.is_dir() else (path,))


def files_of(folder: Path) -> tuple[Path, ...]:
    """The weights that the model names, and the small files beside them; links out are left out.

    Raises what `inspect_model_folder` raises.
    """
    if (folder / "config.json").is_file():
        weights = inspect_model_folder(folder).weight_files
    else:
        weights = (folder / ADAPTER_WEIGHTS,)
    root = folder.resolve()
    allowed = root.parent.parent if root.parent.name == "snapshots" else root
    small = [
        file
        for file in sorted(folder.iterdir())
        if (file.suffix.lower() in SMALL_FILES or file.name.startswith("LICEN"))
        and file.is_file()
        and file.resolve().is_relative_to(allowed)
        and file.stat().st_size <= MAX_SMALL_BYTES
    ]
    return (*small, *weights)


def _title(path: Path) -> str:
    """The name of the file or folder, without what cannot be seen or means something else here."""
    name = path.stem if path.suffix.lower() == ".gguf" else path.name
    shown = "".join(c for c in name if not unicodedata.category(c).startswith("C"))
    return shown.replace(":", " ").strip(" .")[:LONGEST_NAME].strip() or "model"


def _naming(paths: Paths) -> AbstractContextManager[None]:
    """While a model is given a name and put there: two that are taken in at once are two."""
    return alone(paths.data / ".import.lock")


def _add(record: Record, files: dict[str, FileRecord], paths: Paths) -> Record:
    """Remember a model under a name that is free, unless it has one already."""
    registry = Registry.of(paths)
    name = record.name or _free_name(record.title, registry, paths)
    return registry.add(replace(record, name=name), files)


def _free_name(title: str, registry: Registry, paths: Paths) -> str:
    """`title`, with a number if another model has that name."""
    root, home = cache_folder(), copies_folder(paths)

    def is_taken(name: str) -> bool:
        places = CachedRepo(root, name).folder, home / name, home / f"{name}.gguf"
        return (
            name == starter.NAME
            or name in registry.records
            or any(os.path.lexists(place) for place in places)
        )

    numbered = (f"{title} {number}" for number in itertools.count(2))
    return next(name for name in itertools.chain([title], numbered) if not is_taken(name))


def _copy(
    original: _Original,
    record: Record,
    paths: Paths,
    on_progress: OnFraction,
    stop: threading.Event,
) -> Record | None:
    """Copy into the app's folder, where it comes to be whole; its record, or None if stopped."""
    home = copies_folder(paths)
    _make_room(original, home)
    with tempfile.TemporaryDirectory(dir=home, prefix=".import-") as folder:
        work = Path(folder) / ("model.gguf" if record.kind == "gguf" else "model")
        hashed = _copy_files(original, work, on_progress, stop)
        if hashed is None:
            return None
        inspect(work)  # the original may have changed meanwhile
        with _naming(paths):
            name = _free_name(record.title, Registry.of(paths), paths)
            place = home / (name + work.suffix)
            work.rename(place)
            sync_folder(home)
            files = {str(place / inside): known for inside, known in hashed.items()}
            return _add(replace(record, name=name, path=str(place)), files, paths)


def _copy_files(
    original: _Original, work: Path, on_progress: OnFraction, stop: threading.Event
) -> dict[str, FileRecord] | None:
    """What was copied, by the names inside of `work` ("" for a file); None if stopped."""
    single, total, done = work.suffix == ".gguf", max(original.size, 1), 0
    if not single:
        make_private_folder(work)
    hashed: dict[str, FileRecord] = {}
    for file in original.files:
        name, digest = "" if single else file.name, hashlib.sha256()
        for data in _chunks(file, work / name):
            digest.update(data)
            done += len(data)
            on_progress(min(done / total, 1.0))
            if stop.is_set():
                return None
        hashed[name] = FileRecord((work / name).stat().st_size, digest.hexdigest())
    return hashed


def _chunks(original: Path, copy: Path) -> Iterator[bytes]:
    """Copy a file, handing on what has been written; durable once it is at its end."""
    with original.open("rb") as source, copy.open("xb") as out:
        copy.chmod(0o600)
        while data := source.read(CHUNK):
            out.write(data)
            yield data
        out.flush()
        os.fsync(out.fileno())


def _make_room(original: _Original, home: Path) -> None:
    """Make the folder, clear what a killed copy left, and check the space before starting."""
    make_private_folder(home)
    for abandoned in home.glob(".import-*"):
        if time.time() - abandoned.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(abandoned, ignore_errors=True)
    needed, free = original.size + SPARE_BYTES, shutil.disk_usage(home).free
    if free < needed:
        raise NoRoomForModel(round(needed / 1e6), round(free / 1e6), str(home))


def _told(error: OSError, original: _Original, home: Path) -> ExpectedError:
    """The disk's own errors as something to tell."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(home).free
        return NoRoomForModel(
            round((original.size + SPARE_BYTES) / 1e6), round(free / 1e6), str(home)
        )
    return ImportFailed(str(original.path), error.strerror or type(error).__name__)
