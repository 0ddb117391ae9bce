"""What a model on the disk is, and whether it can be used: told by its headers alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.gguf_header import DamagedGguf, GgufHeader, read_gguf_header
from desktop_llm.core.model_folder import (
    ModelDamaged,
    ModelFolder,
    ModelMissing,
    PickleOnly,
    inspect_model_folder,
)
from desktop_llm.core.safetensors_header import DamagedHeader, read_header
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.library.hub_types import Format, Role

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

    def fields(self) -> dict[str, Any]:
        """What a `LibraryEntry` takes over as it is."""
        return {
            "base": self.base,
            "format": self.format,
            "parameters": self.parameters,
            "usable": self.usable,
            "role": self.role,
            "context_length": self.context_length,
            "has_chat_template": self.has_chat_template,
        }


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
