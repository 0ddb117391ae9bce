"""The models on this machine that can be loaded, and the one that a name means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths, user_paths
from desktop_llm.core.remote_server import PREFIX, find_remote
from desktop_llm.core.settings import load_settings
from desktop_llm.library import starter
from desktop_llm.library.entries import conversion_folder, list_library
from desktop_llm.library.errors import ModelNotFound, StarterMissing
from desktop_llm.library.hub_types import LibraryEntry


def list_models(paths: Paths) -> list[ModelSource]:
    """What can answer: the starter if it is here, then the rest by name."""
    found = [starter.locate(paths)] if starter.is_available(paths) else []
    library = list_library(paths)
    wanted = [
        entry
        for entry in library
        if entry.usable and entry.role in ("chat", "adapter") and entry.kind != "starter"
    ]
    return found + [source_of(entry, paths, library) for entry in wanted]


def list_encoders(paths: Paths | None = None) -> list[ModelSource]:
    """What reads text and does not write it, by name; on the app's own folders without `paths`."""
    library = list_library(paths or user_paths())
    readers = [entry for entry in library if entry.usable and entry.role == "encoder"]
    return [ModelSource(e.name, Path(e.path), e.title, e.commit) for e in readers]


def resolve(name: str, paths: Paths) -> ModelSource:
    """The model that `name` means: one of the library's names, a folder or a .gguf file.

    Or remote:SERVER/MODEL, of a server in the settings.

    What is broken is found, too: loading it tells what is wrong. Raises StarterMissing or
    ModelNotFound.
    """
    if name == starter.NAME:
        if not starter.is_available(paths):
            raise StarterMissing
        return starter.locate(paths)
    if name.startswith(PREFIX):
        if served := find_remote(name, load_settings(paths.settings).servers):
            return served
        raise ModelNotFound(name)
    library = list_library(paths)
    if entry := _named(name, library):
        return source_of(entry, paths, library)
    path = Path(name).expanduser().absolute()
    if path.is_dir():
        return ModelSource(name=name, path=path, title=path.name)
    if path.suffix.lower() == ".gguf" and path.is_file():
        return _from_gguf(name, path, path.stem, paths)
    raise ModelNotFound(name)


def source_of(entry: LibraryEntry, paths: Paths, library: list[LibraryEntry]) -> ModelSource:
    """How the engine loads `entry`, which is one of `library` and no result of training.

    Raises ModelNotFound if its file, or the base of an adapter, is not there.
    """
    if entry.kind == "starter":
        return starter.locate(paths)
    path = Path(entry.path)
    if entry.role == "adapter":
        base = next((e for e in library if e.name == entry.base and e.role == "chat"), None)
        if base is None:
            raise ModelNotFound(entry.base)
        model = source_of(base, paths, library)
        return replace(model, name=entry.name, title=entry.title, adapter=path)
    if path.suffix.lower() == ".gguf":
        return _from_gguf(entry.name, path, entry.title, paths, entry.commit)
    return ModelSource(entry.name, path, entry.title, entry.commit)


def _named(name: str, library: list[LibraryEntry]) -> LibraryEntry | None:
    """The entry called `name`, or the only one of the repository of that name."""
    for entry in library:
        if entry.name == name:
            return entry
    of_repo = [entry for entry in library if entry.repo == name]
    return of_repo[0] if len(of_repo) == 1 else None


def _from_gguf(name: str, file: Path, title: str, paths: Paths, commit: str = "") -> ModelSource:
    """A GGUF file is converted into a folder that is its own as long as the file is unchanged."""
    try:
        folder = conversion_folder(file, paths)
    except OSError as error:
        raise ModelNotFound(name) from error
    return ModelSource(name, folder, title, commit, convert_from=file)
