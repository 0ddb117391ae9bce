"""The models on this machine, and the one that a name means."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.model_folder import ModelFolder, inspect_model_folder
from desktop_llm.core.paths import Paths
from desktop_llm.library import starter
from desktop_llm.library.cache_layout import cache_folder
from desktop_llm.library.errors import ModelNotFound, StarterMissing

log = logging.getLogger(__name__)

WRITES_TEXT = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
"""How the names of architectures end that can answer."""


def list_models(paths: Paths) -> list[ModelSource]:
    """What can be loaded now: the starter if it is here, then the Hugging Face cache by name."""
    found = [starter.locate(paths)] if starter.is_available(paths) else []
    return found + sorted(_cached(can_answer), key=lambda model: model.name.lower())


def list_encoders() -> list[ModelSource]:
    """What reads text and does not write it, in the Hugging Face cache, by name."""
    return sorted(_cached(only_reads), key=lambda model: model.name.lower())


def resolve(name: str, paths: Paths) -> ModelSource:
    """The model that `name` means: `starter`, an installed repository, a folder or a .gguf file.

    Raises StarterMissing or ModelNotFound.
    """
    if name == starter.NAME:
        if not starter.is_available(paths):
            raise StarterMissing
        return starter.locate(paths)
    for model in (*_cached(can_answer), *_cached(only_reads)):
        if model.name == name:
            return model
    path = Path(name).expanduser().absolute()
    if path.is_dir():
        return ModelSource(name=name, path=path, title=path.name)
    if path.suffix.lower() == ".gguf" and path.is_file():
        return _from_gguf(name, path, paths)
    raise ModelNotFound(name)


def _from_gguf(name: str, file: Path, paths: Paths) -> ModelSource:
    """A GGUF file is converted into a folder that is its own as long as the file is unchanged."""
    facts = file.stat()
    key = hashlib.sha256(f"{file}|{facts.st_mtime_ns}|{facts.st_size}".encode()).hexdigest()[:16]
    folder = paths.cache / "converted" / key
    return ModelSource(name=name, path=folder, title=file.stem, convert_from=file)


def _cached(is_wanted: Callable[[ModelFolder], bool]) -> Iterator[ModelSource]:
    """The repositories in the Hugging Face cache that are whole and wanted."""
    try:
        repositories = list(cache_folder().glob("models--*"))
    except OSError as error:  # somebody else's folder: what else is here can still be used
        log.warning("the Hugging Face cache is unreadable: %s", type(error).__name__)
        return
    for repository in repositories:
        if snapshot := _snapshot(repository, is_wanted):
            name = repository.name.removeprefix("models--").replace("--", "/", 1)
            yield ModelSource(name, snapshot, name.rpartition("/")[2], snapshot.name)


def _snapshot(repository: Path, is_wanted: Callable[[ModelFolder], bool]) -> Path | None:
    """The version that `main` points to, else the newest whole one; None if it is unreadable."""
    try:
        found = [(path.stat().st_mtime, path) for path in (repository / "snapshots").glob("*")]
    except OSError:
        return None
    snapshots = [path for _, path in sorted(found, reverse=True)]
    try:
        main = (repository / "refs" / "main").read_text().strip()
    except OSError:
        main = ""
    snapshots.sort(key=lambda path: path.name != main)
    return next((path for path in snapshots if _is_whole(path, is_wanted)), None)


def _is_whole(folder: Path, is_wanted: Callable[[ModelFolder], bool]) -> bool:
    try:
        model = inspect_model_folder(folder)
    except ExpectedError:
        return False
    return bool(model.weight_files) and is_wanted(model)


def can_answer(model: ModelFolder) -> bool:
    """Whether the model writes text."""
    return model.architecture.endswith(WRITES_TEXT)


def only_reads(model: ModelFolder) -> bool:
    """Whether the model reads words, and has no head that writes them."""
    return bool(model.vocab_size and model.architecture) and not can_answer(model)
