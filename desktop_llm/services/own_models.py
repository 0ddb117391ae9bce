"""Results of training as entries of the library. Free of Qt: the command line lists them, too."""

from __future__ import annotations

from pathlib import Path

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.core.text import Text
from desktop_llm.library.disk_files import files_below, size_of
from desktop_llm.library.entries import BASE_MISSING, verified_state
from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.library.registry import Registry
from desktop_llm.library.shelf import list_library
from desktop_llm.training.results import PREFIX, list_results
from desktop_llm.training.run_folder import RunFolder


def everything(paths: Paths) -> list[LibraryEntry]:
    """All models on this machine: the starter, results of training, then the rest by name."""
    registry = Registry.of(paths)
    own = [_entry(source, paths.runs, registry) for source in list_results(paths.runs)]
    shelf = list_library(paths)
    first = 1 if shelf and shelf[0].kind == "starter" else 0
    return shelf[:first] + own + shelf[first:]


def _entry(source: ModelSource, runs: Path, registry: Registry) -> LibraryEntry:
    record = registry.get(source.name)
    folder = source.adapter or source.path
    files = files_below(folder)
    size = size_of(files)
    base = RunFolder(runs / source.name.removeprefix(PREFIX)).job().model.name
    usable = source.adapter is None or _is_there(source)
    return LibraryEntry(
        name=source.name,
        title=source.title,
        kind="own",
        path=str(folder),
        base=base,
        format="adapter" if source.adapter else "safetensors",
        size=size,
        own_size=size,
        verified=verified_state(folder, files, registry.files),
        last_used=record.last_used,
        choices=record.choices,
        role="chat" if source.kind == "chat" else "other",
        usable=usable,
        problem=None if usable else Text(BASE_MISSING, {"base": base}),
    )


def _is_there(source: ModelSource) -> bool:
    """Whether the base of a result can be loaded."""
    packed = source.convert_from
    return source.path.is_dir() or (packed is not None and packed.is_file())
