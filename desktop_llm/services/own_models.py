"""Results of training as entries of the library. Free of Qt: the command line lists them, too."""

from __future__ import annotations

from pathlib import Path

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.core.text import Text
from desktop_llm.library.entries import BASE_MISSING
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
    size = _size(folder)
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


def _size(folder: Path) -> int:
    """Of the files in `folder`; those that go away meanwhile do not count."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_size if file.is_file() else 0
        except OSError:
            continue
    return total
