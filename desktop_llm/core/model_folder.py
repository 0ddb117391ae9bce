"""Look at a model folder before anything loads it: what it is, whether it is whole and safe.

Only configuration files and safetensors headers are read. No torch, no transformers, no code of
the model, no pickle: what cannot be used is refused here, each with its own message.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.safetensors_header import DamagedHeader, TensorEntry, read_header
from desktop_llm.core.text import QT_TRANSLATE_NOOP

MAX_CONFIG_BYTES = 10_000_000
MAX_INDEX_BYTES = 50_000_000
PICKLE_SUFFIXES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")

UNTRUSTED_KEYS = (
    "auto_map",
    "attn_implementation",
    "_attn_implementation",
    "_attn_implementation_internal",
    "experts_implementation",
    "_experts_implementation",
    "_experts_implementation_internal",
)
"""What a configuration must not decide: which code runs."""


class ModelMissing(ExpectedError):
    """There is no model at the path."""

    happened = QT_TRANSLATE_NOOP("core", "There is no model at {path}.")
    safe = QT_TRANSLATE_NOOP("core", "Your conversations are safe.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model, or put the folder back.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class ModelDamaged(ExpectedError):
    """Files of the model are missing, truncated or unreadable."""

    happened = QT_TRANSLATE_NOOP("core", "The model at {path} is damaged: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was changed, and your conversations are safe.")
    todo = QT_TRANSLATE_NOOP("core", "Download or copy the model again.")

    def __init__(self, path: str | Path, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


class PickleOnly(ExpectedError):
    """The weights exist only in a format that can run code."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model at {path} has its weights only in a format that can run programs."
    )
    safe = QT_TRANSLATE_NOOP("core", "The files were not opened, and nothing in them was run.")
    todo = QT_TRANSLATE_NOOP("core", "Look for a version of this model with safetensors files.")

    def __init__(self, path: str | Path) -> None:
        super().__init__(path=str(path))


class UnknownArchitecture(ExpectedError):
    """The model is of a kind that the installed transformers does not know."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” is of a kind that this version cannot run: {architecture}."
    )
    safe = QT_TRANSLATE_NOOP("core", "The model's files were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another model, or update the app.")

    def __init__(self, name: str, architecture: str) -> None:
        super().__init__(name=name, architecture=architecture)


class NeedsOwnCode(ExpectedError):
    """The model asks for programs of its own to be run (`auto_map`)."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The model “{name}” only works by running programs that came with it."
    )
    safe = QT_TRANSLATE_NOOP("core", "None of them was run.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a model that needs no programs of its own.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


@dataclass(frozen=True)
class ModelFolder:
    """What a model folder says of itself, checked against the sizes of its files.

    `config` is a copy without the keys that choose code. `bytes_by_dtype` uses the names of the
    safetensors format ("BF16"). `context_length` and `vocab_size` are 0 when they are not said.
    """

    path: Path
    architecture: str
    model_type: str
    config: dict[str, Any]
    weight_files: tuple[Path, ...]
    gguf_files: tuple[Path, ...]
    parameters: int
    bytes_by_dtype: dict[str, int]
    context_length: int
    vocab_size: int
    has_chat_template: bool

    @property
    def has_halves(self) -> bool:
        """Whether most of its weights have 16 bits."""
        halves = sum(self.bytes_by_dtype.get(name, 0) for name in ("BF16", "F16"))
        return 2 * halves > sum(self.bytes_by_dtype.values())

    def check_architecture(self, known_types: Collection[str]) -> None:
        """Raise UnknownArchitecture unless `known_types` has this model's type.

        The caller passes the names, since only the engine process imports transformers.
        """
        if self.model_type not in known_types:
            shown = self.architecture or self.model_type or "?"
            raise UnknownArchitecture(model_name(self.path), shown)


def model_name(path: Path) -> str:
    """What people call the model: the repository's name if the folder is in the hub's cache."""
    if path.parent.name == "snapshots":
        return path.parent.parent.name.removeprefix("models--").replace("--", "/")
    return path.name


def inspect_model_folder(path: Path) -> ModelFolder:
    """Check the folder at `path` and describe it.

    Raises ModelMissing, ModelDamaged, NeedsOwnCode or PickleOnly. A folder whose only weights are
    GGUF files passes, with `weight_files` empty, if it has a configuration.
    """
    try:
        return _inspect(path)
    except RecursionError as error:
        raise ModelDamaged(path, "its configuration is nested too deeply") from error
    except OSError as error:
        detail = f"{Path(error.filename or path).name}: {error.strerror}"
        raise ModelDamaged(path, detail) from error


def _inspect(path: Path) -> ModelFolder:
    if not path.is_dir() or not any(path.iterdir()):
        raise ModelMissing(path)
    config = _read_config(path)
    tokenizer = _read_json(path, "tokenizer_config.json", MAX_CONFIG_BYTES) or {}
    if "auto_map" in tokenizer or holds_key(config, "auto_map"):
        raise NeedsOwnCode(model_name(path))
    index = _read_json(path, "model.safetensors.index.json", MAX_INDEX_BYTES)
    weights = _weight_files(path, config, index)
    gguf = tuple(sorted(path.glob("*.gguf")))
    if not weights and not gguf:
        raise PickleOnly(path) if _has_pickles(path) else ModelDamaged(path, "it has no weights")
    tensors = _tensors(path, weights, config, index)
    architectures = config.get("architectures")
    context = whole_number(config, *CONTEXT_KEYS)
    _check_positions(path, tensors, context)
    first = architectures[0] if isinstance(architectures, list) and architectures else ""
    return ModelFolder(
        path=path,
        architecture=str(first),
        model_type=str(config.get("model_type", "")),
        config=scrubbed(config),
        weight_files=weights,
        gguf_files=gguf,
        parameters=sum(entry.elements for entry in tensors if "F" in entry.dtype),
        bytes_by_dtype=_bytes_by_dtype(tensors),
        context_length=context,
        vocab_size=whole_number(config, "vocab_size"),
        has_chat_template=(path / "chat_template.jinja").is_file() or "chat_template" in tokenizer,
    )


_LEARNED_POSITIONS = re.compile(r"(transformer\.|model\.|decoder\.)*(wpe|embed_positions)\.weight")
CONTEXT_KEYS = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")


def whole_number(config: dict[str, Any], *keys: str) -> int:
    """The first of `keys` with a sensible count in `config` or in its `text_config`, else 0."""
    text = config.get("text_config")
    for level in (config, text if isinstance(text, dict) else {}):
        for key in keys:
            value = level.get(key)
            if type(value) is int and 0 < value < 1 << 40:
                return value
    return 0


def _read_config(path: Path) -> dict[str, Any]:
    config = _read_json(path, "config.json", MAX_CONFIG_BYTES)
    if config is not None:
        return config
    if _has_pickles(path) and not any(path.glob("*.safetensors")):
        raise PickleOnly(path)
    if any(path.glob("*.safetensors")):
        raise ModelDamaged(path, "config.json is missing")
    raise ModelMissing(path)


def _read_json(path: Path, name: str, limit: int) -> dict[str, Any] | None:
    """The JSON object in the file `name`, or None if there is no such file."""
    file = path / name
    if not file.is_file():
        return None
    _check_inside(path, file)
    if file.stat().st_size > limit:
        raise ModelDamaged(path, f"{name} is too large")
    try:
        data = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ModelDamaged(path, f"{name} is unreadable") from error
    if not isinstance(data, dict):
        raise ModelDamaged(path, f"{name} is unreadable")
    return data


def _check_inside(folder: Path, file: Path) -> None:
    """Refuse links that lead out of the folder, but for the blobs of the Hugging Face cache."""
    root = folder.resolve()
    allowed = [root]
    if root.parent.name == "snapshots":
        repository = root.parent.parent
        allowed += [repository / "blobs", repository.parent / "blobs"]  # its own, and the shared
    if not any(file.resolve().is_relative_to(place) for place in allowed):
        raise ModelDamaged(folder, f"{file.name} leads out of the folder")


def _weight_files(
    path: Path, config: dict[str, Any], index: dict[str, Any] | None
) -> tuple[Path, ...]:
    """The safetensors files that make up the model; every one of them exists and is inside."""
    named = config.get("transformers_weights")
    if isinstance(named, str):
        names = {named}
    elif (path / "model.safetensors").is_file():
        names = {"model.safetensors"}
    else:
        names = set(_weight_map(path, index).values())
    return tuple(_weight_file(path, name) for name in sorted(names))


def _weight_map(path: Path, index: dict[str, Any] | None) -> dict[str, str]:
    """Which tensor is in which file, as the index says; empty without an index."""
    shards = index.get("weight_map") if index is not None else {}
    if not isinstance(shards, dict) or not all(isinstance(name, str) for name in shards.values()):
        raise ModelDamaged(path, "model.safetensors.index.json is unreadable")
    return shards


def _weight_file(path: Path, name: str) -> Path:
    if not name.endswith(".safetensors") or Path(name).name != name or "\\" in name:
        raise ModelDamaged(path, f"{name[:80]!r} is not the name of a weights file")
    file = path / name
    if not file.is_file():
        raise ModelDamaged(path, f"{name[:80]} is missing")
    _check_inside(path, file)
    return file


def _tensors(
    path: Path, files: tuple[Path, ...], config: dict[str, Any], index: dict[str, Any] | None
) -> list[TensorEntry]:
    """What the weight files hold and the model keeps in memory."""
    tensors: dict[str, TensorEntry] = {}
    for file in files:
        try:
            tensors |= {entry.name: entry for entry in read_header(file)}
        except DamagedHeader as error:
            raise ModelDamaged(path, f"{file.name}: {error}") from error
    if len(files) > 1 and not _weight_map(path, index).keys() <= tensors.keys():
        raise ModelDamaged(path, "some of its weights are missing")
    if config.get("tie_word_embeddings") is True and len(tensors) > 1:
        tensors.pop("lm_head.weight", None)  # the same numbers as the embeddings, kept once
    return list(tensors.values())


def _check_positions(path: Path, tensors: list[TensorEntry], context: int) -> None:
    """Refuse more positions than there are weights for, before anybody makes room for them.

    For ten million of them transformers fills gigabytes with random numbers, and only then looks.
    """
    for entry in tensors:
        if _LEARNED_POSITIONS.fullmatch(entry.name) and entry.shape[:1] < (context,):
            detail = f"its configuration has more positions ({context:,}) than its weights"
            raise ModelDamaged(path, detail)


def _bytes_by_dtype(tensors: list[TensorEntry]) -> dict[str, int]:
    sizes: Counter[str] = Counter()
    for entry in tensors:
        sizes[entry.dtype] += entry.end - entry.begin
    return dict(sizes)


def _has_pickles(path: Path) -> bool:
    return any(file.suffix in PICKLE_SUFFIXES for file in path.iterdir())


def holds_key(value: Any, key: str) -> bool:
    """Whether `key` is anywhere in the JSON data `value`."""
    if isinstance(value, dict):
        return key in value or any(holds_key(item, key) for item in value.values())
    return isinstance(value, list) and any(holds_key(item, key) for item in value)


def scrubbed(value: Any) -> Any:
    """The JSON data `value` without `UNTRUSTED_KEYS`."""
    if isinstance(value, dict):
        return {key: scrubbed(item) for key, item in value.items() if key not in UNTRUSTED_KEYS}
    return [scrubbed(item) for item in value] if isinstance(value, list) else value
