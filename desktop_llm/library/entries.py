"""Everything on this machine that is a model: the starter, the hub's cache, what was imported."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from desktop_llm.core.paths import Paths
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library import starter
from desktop_llm.library.disk_files import DiskFile, disk_file, files_below, size_of
from desktop_llm.library.fact_index import FactIndex
from desktop_llm.library.hub_shelf import hub_entries
from desktop_llm.library.hub_types import FileRecord, LibraryEntry, ModelKind
from desktop_llm.library.registry import Record, Registry

WEIGHTS = (".safetensors", ".gguf")

GONE = QT_TRANSLATE_NOOP("core", "It is not where it was: {path}.")
BASE_MISSING = QT_TRANSLATE_NOOP(
    "core", "The model that it changes is not on this computer: {base}."
)


def list_library(paths: Paths) -> list[LibraryEntry]:
    """The starter if it is here, then the rest by name; what is broken or missing is among it.

    Nothing heavy is imported, and a file is opened only if it changed since the last time.
    """
    registry, index = Registry.of(paths), FactIndex.of(paths)
    records, files = registry.records, registry.files
    fetched = {name: record.commit for name, record in records.items() if record.commit}
    found = [*_hub(index, files, fetched), *_imported(_imports(records, paths), files, index)]
    found += _lost(records, {entry.repo for entry in found})
    found = [_with_conversion(_with_record(entry, records), paths) for entry in found]
    found.sort(key=lambda entry: entry.name.lower())
    library = [*map(_with_engine, _with_bases([*_starter(paths, index, registry), *found]))]
    index.save()
    return library


def _with_engine(entry: LibraryEntry) -> LibraryEntry:
    """Who runs it: see `engine.engine_choice`."""
    if entry.format != "gguf" or entry.kind == "starter":
        return entry
    chosen = entry.choices.engine
    return replace(entry, engine="llama.cpp" if chosen == "auto" else chosen)


def imported_entry(
    record: Record, files: Mapping[str, FileRecord], index: FactIndex
) -> LibraryEntry:
    """The model that was taken in as `record`."""
    path = Path(record.path)
    inside = model_files(path)
    entry = LibraryEntry(record.name, record.title, record.kind, record.path, copied=record.copied)
    if not inside:
        gone = Text(GONE, {"path": record.path})
        return replace(entry, missing=True, usable=False, problem=gone, role="other")
    facts = index.facts(path, inside)
    folder = path.parent if path.is_file() else path
    size = size_of(inside)
    return replace(
        entry,
        size=size,
        own_size=size if record.copied else 0,
        verified=verified_state(folder, inside, files),
        incomplete=facts.incomplete,
        problem=facts.problem,
        **facts.fields(),
    )


def model_files(path: Path) -> list[DiskFile]:
    """The files of a model outside the cache: the .gguf file itself, or what is in the folder."""
    if path.suffix.lower() == ".gguf" and not path.is_dir():
        file = disk_file(path, path.name)
        return [file] if file else []
    return files_below(path, 1)


def copies_folder(paths: Paths) -> Path:
    """Where imports are copied to; nothing else is in there."""
    return paths.models / "imported"


def conversion_folder(gguf: Path, paths: Paths) -> Path:
    """Where the engine puts what it makes of a GGUF file, as long as that is unchanged.

    Raises OSError if there is no such file.
    """
    facts = gguf.stat()
    key = hashlib.sha256(f"{gguf}|{facts.st_mtime_ns}|{facts.st_size}".encode()).hexdigest()[:16]
    return paths.cache / "converted" / key


def _hub(
    index: FactIndex, files: Mapping[str, FileRecord], fetched: Mapping[str, str]
) -> Iterator[LibraryEntry]:
    for found in hub_entries(index, fetched):
        inside = [file for file in found.snapshot.files if file.name in found.names]
        verified = verified_state(found.snapshot.folder, inside, files) if files else None
        yield replace(found.entry, verified=verified) if verified is not None else found.entry


def _imported(
    records: Iterable[Record], files: Mapping[str, FileRecord], index: FactIndex
) -> Iterator[LibraryEntry]:
    for record in records:
        yield imported_entry(record, files, index)


def _imports(records: Mapping[str, Record], paths: Paths) -> list[Record]:
    """What was taken in, with copies of which nothing is known: the registry may have been lost."""
    known = [record for record in records.values() if record.kind in ("folder", "gguf")]
    places = {record.path for record in known}
    for path in _copies(paths):
        kind: ModelKind = "folder" if path.is_dir() else "gguf"
        name = path.name if kind == "folder" else path.stem
        if str(path) not in places and name not in records:
            known.append(Record(name, kind, str(path), name, copied=True))
    return known


def _copies(paths: Paths) -> list[Path]:
    """What is in the folder of copies, but for copies that are being made."""
    try:
        inside = sorted(copies_folder(paths).iterdir())
    except OSError:
        return []
    models = [path for path in inside if path.is_dir() or path.suffix == ".gguf"]
    return [path for path in models if not path.name.startswith(".")]


def _lost(records: Mapping[str, Record], repos: set[str]) -> Iterator[LibraryEntry]:
    """What was fetched and is not in the cache any more."""
    for record in records.values():
        lost = record.kind == "hub" and record.path and record.repo not in repos
        if lost and not Path(record.path).exists():
            yield LibraryEntry(
                record.name,
                record.title,
                "hub",
                record.path,
                record.repo,
                record.commit,
                missing=True,
                usable=False,
                role="other",
                problem=Text(GONE, {"path": record.path}),
            )


def _starter(paths: Paths, index: FactIndex, registry: Registry) -> Iterator[LibraryEntry]:
    """The starter as folder or, before its first use, as GGUF file."""
    source = starter.locate(paths)
    inside = files_below(source.path, 1)
    packed = model_files(source.convert_from) if source.convert_from else []
    whole = any(file.size == starter.manifest().bytes for file in packed)
    facts = index.facts(source.path, inside) if inside else None
    converted = facts is not None and facts.usable
    if not converted and not whole:
        return
    size = size_of(inside) + size_of(packed)
    entry = LibraryEntry(
        starter.NAME,
        source.title,
        "starter",
        str(source.path if converted else source.convert_from),
        format="gguf",
        size=size,
        own_size=size,
    )
    verified = verified_state(paths.models, packed, registry.files)
    if facts is not None and converted:
        verified = verified_state(source.path, inside, registry.files)
        entry = replace(entry, **facts.fields())
    yield _with_record(replace(entry, verified=verified), registry.records)


def _with_record(entry: LibraryEntry, records: Mapping[str, Record]) -> LibraryEntry:
    """`entry` with what the person set for it, and when it was used."""
    record = records.get(entry.name)
    if record is None:
        return entry
    return replace(entry, last_used=record.last_used, choices=record.choices)


def _with_conversion(entry: LibraryEntry, paths: Paths) -> LibraryEntry:
    """`entry` with the room that its conversion takes, which goes when it goes."""
    if entry.format != "gguf" or entry.missing:
        return entry
    try:
        size = size_of(files_below(conversion_folder(Path(entry.path), paths), 1))
    except OSError:
        return entry
    return replace(entry, size=entry.size + size, own_size=entry.own_size + size)


def _with_bases(entries: list[LibraryEntry]) -> Iterator[LibraryEntry]:
    """The entries, with adapters marked whose base is not here. A base is a name, never a path.

    An adapter for the model that the starter was made of can be laid over the starter.
    """
    usable = {entry.name for entry in entries if entry.usable and entry.role == "chat"}
    for entry in entries:
        if entry.role == "adapter" and entry.base not in usable:
            original = starter.manifest().sources["hub"]["original"]
            if entry.base == original and starter.NAME in usable:
                entry = replace(entry, base=starter.NAME)
            elif entry.usable:
                problem = Text(BASE_MISSING, {"base": entry.base or "?"})
                entry = replace(entry, usable=False, problem=problem)
        yield entry


def verified_state(
    folder: Path | str, files: Iterable[DiskFile], records: Mapping[str, FileRecord]
) -> bool | None:
    """Whether all weights were found to be right and have not changed since; None: not known."""
    states: set[bool | None] = set()
    for file in files:
        if file.name.endswith(WEIGHTS):
            record = records.get(os.path.join(folder, *file.name.split("/")))  # noqa: PTH118
            same = record is not None and (record.size, record.mtime_ns) == file[1:3]
            states.add(record.verified if record is not None and same else None)
    if False in states:
        return False
    return None if None in states or not states else True
