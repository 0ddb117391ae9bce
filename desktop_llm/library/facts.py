"""What a model on the disk is, and whether it can be used: told by its headers alone.

`describe` reads; `FactIndex` remembers, in the cache folder, what was read of files that have not
changed since, so that a thousand models are listed without opening one of them.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import write_atomically
from desktop_llm.core.model_folder import (
    ModelDamaged,
    ModelFolder,
    ModelMissing,
    PickleOnly,
    inspect_model_folder,
)
from desktop_llm.core.paths import Paths
from desktop_llm.core.safetensors_header import DamagedHeader, read_header
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.disk_files import DiskFile
from desktop_llm.library.gguf_header import DamagedGguf, GgufHeader, read_gguf_header
from desktop_llm.library.hub_types import Format, Role

log = logging.getLogger(__name__)

WRITES_TEXT = ("ForCausalLM", "LMHeadModel", "ForConditionalGeneration")
"""How the names of architectures end that can answer."""

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_ADAPTER_CONFIG_BYTES = 1_000_000

CONVERTIBLE = frozenset(
    {
        *("bloom", "falcon", "gemma2", "gemma3", "gemma4", "gpt2", "gpt-oss", "lfm2"),
        *("llama", "minimax-m2", "mistral", "nemotron", "phi3", "qwen2", "qwen2moe", "qwen3"),
        *("qwen35", "qwen35moe", "qwen3moe", "stablelm", "starcoder2"),
    }
)
"""Architectures of GGUF files that `engine.conversion` makes folders of, as those files say."""

NO_ENGINE = QT_TRANSLATE_NOOP(
    "core", "This version cannot run models of the kind “{architecture}”."
)
NOT_TEXT = QT_TRANSLATE_NOOP("core", "This is no model that reads or writes text.")
SEVERAL_PARTS = QT_TRANSLATE_NOOP(
    "core", "A GGUF model in several files cannot be run by this version."
)
HALF_FETCHED = QT_TRANSLATE_NOOP("core", "It is incomplete: {detail}.")


@dataclass(frozen=True)
class Facts:
    """One model, as its files describe it. `problem` says why it cannot be used."""

    format: Format = "safetensors"
    role: Role = "other"
    architecture: str = ""
    parameters: int = 0
    context_length: int = 0
    has_chat_template: bool = False
    base: str = ""
    """Of an adapter: the name that its maker gave the base."""
    incomplete: bool = False
    """Files are missing or cut off: fetching or copying it again helps."""
    problem: Text | None = None

    @property
    def usable(self) -> bool:
        return self.problem is None


def can_answer(model: ModelFolder) -> bool:
    """Whether the model writes text."""
    return model.architecture.endswith(WRITES_TEXT)


def only_reads(model: ModelFolder) -> bool:
    """Whether the model reads words, and has no head that writes them."""
    return bool(model.vocab_size and model.architecture) and not can_answer(model)


def describe(path: Path) -> Facts:
    """What the folder or .gguf file at `path` is; what is wrong with it is a fact, no error."""
    try:
        return inspect(path)
    except (ModelDamaged, ModelMissing) as error:
        detail = error.facts.get("detail") or "?"
        return Facts(incomplete=True, problem=Text(HALF_FETCHED, {"detail": detail}))
    except PickleOnly as error:
        return Facts(format="pickle", problem=error.sentences()[0])
    except ExpectedError as error:
        return Facts(problem=error.sentences()[0])


def inspect(path: Path) -> Facts:
    """What the folder or .gguf file at `path` is.

    Raises ModelMissing, ModelDamaged, NeedsOwnCode or PickleOnly.
    """
    if path.suffix.lower() == ".gguf" and not path.is_dir():
        return _of_gguf(_gguf_header(path))
    if (path / ADAPTER_CONFIG).is_file() and not (path / "config.json").is_file():
        return _of_adapter(path)
    return _of_folder(inspect_model_folder(path))


def _of_folder(model: ModelFolder) -> Facts:
    role: Role = "chat" if can_answer(model) else "encoder" if only_reads(model) else "other"
    return Facts(
        role=role,
        architecture=model.architecture or model.model_type,
        parameters=model.parameters,
        context_length=model.context_length,
        has_chat_template=model.has_chat_template,
        problem=Text(NOT_TEXT) if role == "other" else None,
    )


def _gguf_header(file: Path) -> GgufHeader:
    if not file.is_file():
        raise ModelMissing(file)
    try:
        return read_gguf_header(file)
    except DamagedGguf as error:
        raise ModelDamaged(file, str(error)) from error
    except OSError as error:
        raise ModelDamaged(file, error.strerror or type(error).__name__) from error


def _of_gguf(header: GgufHeader) -> Facts:
    problem = None
    if header.architecture not in CONVERTIBLE:
        problem = Text(NO_ENGINE, {"architecture": header.architecture[:80] or "?"})
    elif header.parts > 1:
        problem = Text(SEVERAL_PARTS)
    return Facts(
        format="gguf",
        role="chat" if problem is None or header.parts > 1 else "other",
        architecture=header.architecture[:80],
        parameters=header.parameters,
        context_length=header.context_length,
        has_chat_template=header.has_chat_template,
        problem=problem,
    )


def _of_adapter(folder: Path) -> Facts:
    config = _adapter_config(folder)
    weights = folder / ADAPTER_WEIGHTS
    if not weights.is_file():
        if (folder / "adapter_model.bin").is_file():
            raise PickleOnly(folder)
        raise ModelDamaged(folder, f"{ADAPTER_WEIGHTS} is missing")
    try:
        parameters = sum(entry.elements for entry in read_header(weights))
    except DamagedHeader as error:
        raise ModelDamaged(folder, f"{ADAPTER_WEIGHTS}: {error}") from error
    except OSError as error:
        raise ModelDamaged(folder, error.strerror or type(error).__name__) from error
    kind = str(config.get("peft_type") or "?")[:80]
    return Facts(
        format="adapter",
        role="adapter",
        architecture=kind,
        parameters=parameters,
        base=str(config.get("base_model_name_or_path") or "")[:300],
        problem=None if kind == "LORA" else Text(NO_ENGINE, {"architecture": kind}),
    )


def _adapter_config(folder: Path) -> dict[str, Any]:
    file = folder / ADAPTER_CONFIG
    try:
        if file.stat().st_size > MAX_ADAPTER_CONFIG_BYTES:
            raise ModelDamaged(folder, f"{ADAPTER_CONFIG} is too large")
        config = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ModelDamaged(folder, f"{ADAPTER_CONFIG} is unreadable") from error
    if not isinstance(config, dict):
        raise ModelDamaged(folder, f"{ADAPTER_CONFIG} is unreadable")
    return config


@dataclass(frozen=True)
class _Known:
    state: str
    """Of the files that were looked at: names, sizes and times, hashed."""
    facts: Facts


@dataclass(frozen=True)
class _Contents:
    version: Literal[1] = 1
    models: dict[str, _Known] = field(default_factory=dict)
    """By absolute path."""


_FORMAT = TypeAdapter(_Contents)


class FactIndex:
    """Facts that were read once. Losing the file costs time and nothing else."""

    def __init__(self, file: Path | None) -> None:
        """Nothing is remembered without a `file`."""
        self._file = file
        self._old = self._read()
        self._seen: dict[str, _Known] = {}
        self.reads = 0
        """How many models had to be opened."""

    @classmethod
    def of(cls, paths: Paths) -> FactIndex:
        """The index in the app's cache folder."""
        return cls(paths.cache / "model_facts.json")

    def facts(self, path: Path | str, files: list[DiskFile]) -> Facts:
        """What the model at `path` is; `files` are those that it consists of, as they are now."""
        name, state = str(path), _state(files)
        known = self._old.get(name)
        if known is None or known.state != state:
            self.reads += 1
            known = _Known(state, describe(Path(path)))
        self._seen[name] = known
        return known.facts

    def save(self) -> None:
        """Keep what was seen since the index was opened, and nothing of models that are gone."""
        if self._file is None or self._seen == self._old:
            return
        contents = replace(_Contents(), models=self._seen)
        try:
            write_atomically(self._file, json.dumps(_FORMAT.dump_python(contents, mode="json")))
        except OSError as error:
            log.warning("what models are cannot be remembered: %s", type(error).__name__)

    def _read(self) -> dict[str, _Known]:
        if self._file is None:
            return {}
        try:
            return _FORMAT.validate_python(json.loads(self._file.read_bytes())).models
        except (OSError, ValueError, RecursionError):
            return {}


def _state(files: list[DiskFile]) -> str:
    told = "|".join(sorted(f"{file.name}\0{file.size}\0{file.mtime_ns}" for file in files))
    return hashlib.blake2b(told.encode(errors="surrogatepass"), digest_size=12).hexdigest()
