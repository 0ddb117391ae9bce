"""Why a repository is not fetched: found in the names of its files and in what its files say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.model_folder import PICKLE_SUFFIXES, holds_key
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.library.choices import INDEX
from desktop_llm.library.hub_errors import UnsafeName
from desktop_llm.library.hub_types import FileChoice, HubFile, Refusal, RefusalReason
from desktop_llm.library.names import check_blob, check_path

PICKLE = QT_TRANSLATE_NOOP(
    "core", "Its weights are only in a format that can run programs on your computer."
)
OWN_CODE = QT_TRANSLATE_NOOP("core", "It only works by running programs that come with it.")
UNSAFE_NAMES = QT_TRANSLATE_NOOP(
    "core", "It has a file whose name could lead out of its folder: “{name}”."
)
NO_WEIGHTS = QT_TRANSLATE_NOOP("core", "It has no weights that this app can read.")
EMPTY_WEIGHTS = QT_TRANSLATE_NOOP("core", "Its weights file {name} is empty.")
DAMAGED_INDEX = QT_TRANSLATE_NOOP("core", "The list of its weights files names “{name}”.")
DAMAGED_CONFIG = QT_TRANSLATE_NOOP("core", "Its file {name} is missing or cannot be read.")


@dataclass(frozen=True)
class SmallFiles:
    """The JSON objects in a repository; a file that is there and holds none is in `damaged`."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    damaged: frozenset[str] = frozenset()

    @property
    def config(self) -> dict[str, Any]:
        return self.objects.get("config.json", {})


def find_refusal(
    files: tuple[HubFile, ...], small: SmallFiles, choices: Iterable[FileChoice]
) -> Refusal | None:
    """The first reason not to fetch the repository; None if there is none."""
    chosen = tuple(choices)
    return (
        _unsafe(files)
        or _own_code(small)
        or _without_weights(files, chosen)
        or _damaged(files, small, chosen)
    )


def _unsafe(files: Iterable[HubFile]) -> Refusal | None:
    for file in files:
        try:
            check_path(file.path)
            check_blob(file.etag)
        except UnsafeName as error:
            return _refusal("unsafe_names", UNSAFE_NAMES, **error.facts)
    return None


def _own_code(small: SmallFiles) -> Refusal | None:
    if any(holds_key(each, "auto_map") for each in small.objects.values()):
        return _refusal("own_code", OWN_CODE)
    return None


def _without_weights(files: tuple[HubFile, ...], choices: tuple[FileChoice, ...]) -> Refusal | None:
    if not choices:
        if any(file.path.endswith(PICKLE_SUFFIXES) for file in files):
            return _refusal("pickle", PICKLE)
        return _refusal("no_weights", NO_WEIGHTS)
    weights = {name for c in choices for name in c.files if name.endswith((".safetensors", "gguf"))}
    for file in files:
        if file.path in weights and file.size == 0:
            return _refusal("no_weights", EMPTY_WEIGHTS, name=file.path)
    return None


def _damaged(
    files: tuple[HubFile, ...], small: SmallFiles, choices: tuple[FileChoice, ...]
) -> Refusal | None:
    if not any(choice.format == "safetensors" for choice in choices):
        return None
    for name in sorted(small.damaged):
        return _refusal("damaged_config", DAMAGED_CONFIG, name=name)
    if not small.config:
        return _refusal("damaged_config", DAMAGED_CONFIG, name="config.json")
    return _damaged_index(files, small)


def _damaged_index(files: tuple[HubFile, ...], small: SmallFiles) -> Refusal | None:
    """One that names other places; or files that are missing, where the weights are not whole."""
    if INDEX not in small.objects:
        return None
    shards = small.objects[INDEX].get("weight_map")
    if not isinstance(shards, dict) or not shards:
        return _refusal("damaged_index", DAMAGED_CONFIG, name=INDEX)
    names = {file.path for file in files}
    is_used = "model.safetensors" not in names
    for name in shards.values():
        if not _is_weights(name) or (is_used and name not in names):
            return _refusal("damaged_index", DAMAGED_INDEX, **UnsafeName(str(name)).facts)
    return None


def _is_weights(name: Any) -> bool:
    """Whether `name` is that of a weights file in the same folder."""
    if not isinstance(name, str) or "/" in name or not name.endswith(".safetensors"):
        return False
    try:
        check_path(name)
    except UnsafeName:
        return False
    return True


def _refusal(reason: RefusalReason, why: str, **facts: Fact) -> Refusal:
    return Refusal(reason, Text(why, facts))
