"""The models in the hub's cache, whoever fetched them: what each is and what it takes.

A repository is one model, and each GGUF file in it one of its own. What is not whole is listed,
too, since it takes room and can be fetched to its end.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.cache_layout import PREFIX, cache_folder
from desktop_llm.library.disk_files import DiskFile, files_below
from desktop_llm.library.fact_index import FactIndex
from desktop_llm.library.facts import Facts
from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.library.shared_store import SharedStore

log = logging.getLogger(__name__)

WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".ckpt")
_LATER_PART = re.compile(r"-(\d{5})-of-\d{5}\.gguf$", re.IGNORECASE)

NOT_FETCHED = QT_TRANSLATE_NOOP("core", "It was not fetched to its end.")

Content = tuple[int, int]


@dataclass(frozen=True)
class Snapshot:
    """One version of a repository. `folder` is text, since a thousand of them are looked at."""

    folder: str
    files: list[DiskFile]


@dataclass(frozen=True)
class Repository:
    """What the cache holds of one repository; the version to use comes first."""

    name: str
    folder: Path
    snapshots: list[Snapshot]
    sizes: dict[Content, int]
    """Of everything that is stored for it."""
    foreign: set[Content] = field(default_factory=set)
    """Contents that other repositories use as well: removing this one does not free them."""
    unfinished: bool = False


@dataclass(frozen=True)
class HubEntry:
    """A model, the version of it that is used, and the names of its files in all versions."""

    entry: LibraryEntry
    repository: Repository
    snapshot: Snapshot
    names: frozenset[str]
    alone: bool
    """The repository is nothing else."""


def hub_entries(index: FactIndex, fetched: Mapping[str, str]) -> Iterator[HubEntry]:
    """Everything in the cache that is a model or part of one.

    `fetched` are the commits that were fetched last, by the names of models: these are used.
    """
    root = cache_folder().absolute()
    try:
        with os.scandir(root) as inside:
            folders = [e.path for e in inside if e.name.startswith(PREFIX) and e.is_dir()]
    except FileNotFoundError:
        return
    except OSError as error:  # somebody else's folder: what else is here can still be used
        log.warning("the Hugging Face cache is unreadable: %s", type(error).__name__)
        return
    store = SharedStore(root)
    for folder in folders:
        try:
            found = list(entries_of(read_repository(Path(folder), store), index, fetched))
        except OSError as error:  # it went away while it was looked at
            log.warning("a repository is unreadable: %s", type(error).__name__)
            continue
        yield from found


def read_repository(folder: Path, store: SharedStore, exact: bool = False) -> Repository:
    """What is in a repository's folder; what cannot be read is not there.

    `exact` also looks where every link leads: what is outside of the cache is not freed with it.
    """
    snapshots = [Snapshot(path, files_below(path)) for path in _snapshots(folder)]
    sizes = {f.content: f.size for snapshot in snapshots for f in snapshot.files}
    unfinished = False
    try:
        blobs = os.listdir(folder / "blobs")
    except OSError:
        blobs = []
    if len(blobs) != len(sizes):  # contents without a name, or with several
        sizes |= {f.content: f.size for f in files_below(folder / "blobs", 1)}
        unfinished = any(blob.endswith(".incomplete") for blob in blobs)
    name = folder.name.removeprefix(PREFIX).replace("--", "/", 1)
    foreign = _foreign(folder / "blobs", blobs, store) if store.exists else set()
    if exact or store.is_unknown or any(map(os.path.islink, (folder, folder / "blobs"))):
        foreign |= _outside(folder, snapshots, store)
    return Repository(name, folder, snapshots, sizes, foreign, unfinished)


def entries_of(
    repository: Repository, index: FactIndex, fetched: Mapping[str, str]
) -> Iterator[HubEntry]:
    """The models of one repository."""
    parts = _parts(repository)
    for first in parts or [""]:
        names = parts.get(first, frozenset())
        latest = fetched.get(_name(repository, first), "")
        found = [(s, _facts(s, first, index)) for s in _versions(repository, first, latest)]
        if not found:
            snapshot, facts = Snapshot(str(repository.folder), []), Facts(problem=Text(NOT_FETCHED))
        else:
            snapshot, facts = next((pair for pair in found if pair[1].usable), found[0])
        alone = len(parts) <= 1
        yield HubEntry(
            _entry(repository, snapshot, first, facts, _own(repository, names, alone)),
            repository,
            snapshot,
            names,
            alone,
        )


def _entry(
    repository: Repository, snapshot: Snapshot, first: str, facts: Facts, sizes: tuple[int, int]
) -> LibraryEntry:
    unfinished = not facts.usable and repository.unfinished
    return LibraryEntry(
        name=_name(repository, first),
        title=Path(first).stem if first else repository.name.rpartition("/")[2],
        kind="hub",
        path=_inside(snapshot, first),
        repo=repository.name,
        commit=os.path.basename(snapshot.folder) if snapshot.files else "",  # noqa: PTH119
        size=sizes[0],
        own_size=sizes[1],
        incomplete=facts.incomplete or unfinished,
        problem=Text(NOT_FETCHED) if unfinished else facts.problem,
        **facts.fields(),
    )


def _parts(repository: Repository) -> dict[str, frozenset[str]]:
    """The models of a repository: the names of their files, by the first of them.

    "" is the model that the folder as a whole is. Without any files there is none.
    """
    names = {file.name for snapshot in repository.snapshots for file in snapshot.files}
    gguf = {name for name in names if name.lower().endswith(".gguf")}
    if names and not gguf:
        return {"": frozenset(names)}
    parts = {
        first: frozenset(name for name in gguf if _first_part(name) == first)
        for first in sorted({_first_part(name) for name in gguf})
    }
    rest = names - gguf
    if rest and (not parts or any(name.endswith(WEIGHTS) for name in rest)):
        parts[""] = frozenset(rest)
    return parts


def _first_part(name: str) -> str:
    """The file that stands for a model in several files: `x-00001-of-00003.gguf` for the others."""
    return _LATER_PART.sub(lambda found: found[0].replace(found[1], "00001", 1), name)


def _name(repository: Repository, first: str) -> str:
    """What the model is called in the library."""
    return f"{repository.name}/{first}" if first else repository.name


def _versions(repository: Repository, first: str, latest: str) -> Iterator[Snapshot]:
    """The snapshots that have the model, the one to use first: that of the commit `latest`."""
    place = str(repository.folder / "snapshots" / latest)
    for snapshot in sorted(repository.snapshots, key=lambda one: one.folder != place):
        if not first or any(_first_part(file.name) == first for file in snapshot.files):
            yield snapshot


def _facts(snapshot: Snapshot, first: str, index: FactIndex) -> Facts:
    if not first:
        return index.facts(snapshot.folder, snapshot.files)
    files = [file for file in snapshot.files if _first_part(file.name) == first]
    return index.facts(_inside(snapshot, first), files)


def _inside(snapshot: Snapshot, name: str) -> str:
    """The absolute path of a file of the version; the folder itself for ""."""
    return os.path.join(snapshot.folder, *name.split("/")) if name else snapshot.folder  # noqa: PTH118


def _own(repository: Repository, names: frozenset[str], alone: bool) -> tuple[int, int]:
    """Bytes that a model takes, and how many of them removing it frees."""
    if alone:
        mine, others = repository.sizes, repository.foreign
    else:
        files = [file for snapshot in repository.snapshots for file in snapshot.files]
        mine = {file.content: file.size for file in files if file.name in names}
        others = repository.foreign | {file.content for file in files if file.name not in names}
    total = sum(mine.values())
    return total, total - sum(size for content, size in mine.items() if content in others)


def _snapshots(folder: Path) -> list[str]:
    """The versions in a repository's folder: the one that `main` points to, then newest first."""
    try:
        with os.scandir(folder / "snapshots") as found:
            times = {e.path: e.stat().st_mtime for e in found if e.is_dir()}
    except OSError:
        return []
    if len(times) < 2:
        return list(times)
    try:
        main = (folder / "refs" / "main").read_text().strip()
    except (OSError, ValueError):
        main = ""
    latest = str(folder / "snapshots" / main)
    return sorted(times, key=lambda path: (path != latest, -times[path]))


def _foreign(blobs: Path, names: list[str], store: SharedStore) -> set[Content]:
    """What this repository keeps in the store and others need, or may need."""
    found = set()
    for name in names:
        if content := store.target(blobs / name):
            users = store.users(content)
            if users is None or any(user.parent != blobs for user in users):
                facts = content.stat()
                found.add((facts.st_dev, facts.st_ino))
    return found


def _outside(folder: Path, snapshots: list[Snapshot], store: SharedStore) -> set[Content]:
    """Contents that only links lead to, but for the store's: deleting removes the links."""
    if folder.is_symlink():
        return {file.content for snapshot in snapshots for file in snapshot.files}
    inside = [folder.resolve(), *([store.blobs.resolve()] if store.exists else [])]
    return {
        file.content
        for snapshot in snapshots
        for file in snapshot.files
        if not any(map(Path(_inside(snapshot, file.name)).resolve().is_relative_to, inside))
    }
