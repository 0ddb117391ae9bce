"""A LoRA adapter in the PEFT layout, read without trusting it: what it is and whether it is whole.

`adapter_config.json` is parsed here and never by peft, which would build whatever kind of adapter
the file names. What is adapted is taken from the weights, not from the configuration's patterns.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load

from desktop_llm.core.model_folder import PickleOnly
from desktop_llm.core.safetensors_header import DamagedHeader, read_header
from desktop_llm.engine.errors import AdapterDamaged, AdapterMissing, AdapterUnsupported

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MAX_CONFIG_BYTES = 1_000_000
MAX_WEIGHTS_BYTES = 4_000_000_000
PREFIX = "base_model.model."

SETTINGS = (
    "r", "lora_alpha", "use_rslora", "fan_in_fan_out", "rank_pattern", "alpha_pattern",
    "modules_to_save", "task_type",
)  # fmt: skip
"""What decides the arithmetic of an adapter that is finished."""

WITHOUT_EFFECT = {
    "peft_type", "peft_version", "base_model_name_or_path", "revision", "inference_mode",
    "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern", "lora_dropout",
    "bias", "init_lora_weights", "auto_mapping", "runtime_config", "megatron_core",
    "qalora_group_size", "ensure_weight_tying",
}  # fmt: skip
"""What mattered in training only, or is checked by itself below, or rules a method that is off."""

PLAIN_INITS = (None, True, False, "gaussian", "orthogonal", "eva")
"""Ways to begin that leave the base as it was; the others change its weights as well."""

PLAIN_NAME = re.compile(r"[\w.]{1,200}")
"""Keys of patterns are regular expressions to peft: only those that cannot run on for ever."""


@dataclass(frozen=True)
class AdapterFolder:
    """A finished LoRA adapter. `tensors` are on the processor, by the names that peft gives."""

    path: Path
    base: str
    """What the adapter was made for, as its maker called it."""
    settings: dict[str, Any]
    """Arguments for `LoraConfig`, checked."""
    tensors: dict[str, torch.Tensor]
    sha256: str

    @property
    def targets(self) -> list[str]:
        """The full names of the layers that are adapted."""
        return sorted({_layer(name) for name in self.tensors if ".lora_" in name})


def find_adapter(path: Path) -> Path:
    """The PEFT folder at `path`, which may be the folder of a run. Raises AdapterMissing."""
    for folder in (path, path / "result"):
        if (folder / CONFIG).is_file():
            return folder
    raise AdapterMissing(path)


def read_adapter(path: Path) -> AdapterFolder:
    """Read the adapter at `path` (a PEFT folder or a run folder) of a model that writes.

    Raises AdapterMissing, AdapterUnsupported, AdapterDamaged or PickleOnly.
    """
    folder = find_adapter(path)
    try:
        config = _read_config(folder)
        settings = _checked(folder, config)
        tensors, digest = _read_weights(folder)
    except OSError as error:
        detail = f"{Path(error.filename or folder).name}: {error.strerror}"
        raise AdapterDamaged(folder, detail) from error
    return AdapterFolder(
        folder, str(config.get("base_model_name_or_path") or "?"), settings, tensors, digest
    )


def _layer(name: str) -> str:
    return name.removeprefix(PREFIX).partition(".lora_")[0]


def _read_config(folder: Path) -> dict[str, Any]:
    file = folder / CONFIG
    if file.stat().st_size > MAX_CONFIG_BYTES:
        raise AdapterDamaged(folder, f"{CONFIG} is too large")
    try:
        config = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise AdapterDamaged(folder, f"{CONFIG} is unreadable") from error
    if not isinstance(config, dict):
        raise AdapterDamaged(folder, f"{CONFIG} is unreadable")
    return config


def _checked(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The settings of `config` that matter; everything that is not understood is refused."""

    def refuse_unless(fine: bool, field: str) -> None:
        if not fine:
            raise AdapterUnsupported(folder, f"{field}: {str(config.get(field))[:80]}")

    refuse_unless(config.get("peft_type") == "LORA", "peft_type")
    refuse_unless(config.get("task_type") in ("CAUSAL_LM", None), "task_type")
    refuse_unless(config.get("bias") in ("none", None), "bias")
    refuse_unless(config.get("init_lora_weights") in PLAIN_INITS, "init_lora_weights")
    refuse_unless(_names_transformers(config.get("auto_mapping")), "auto_mapping")
    for field in config.keys() - WITHOUT_EFFECT - set(SETTINGS):
        refuse_unless(not config[field], field)
    settings = {field: config[field] for field in SETTINGS if config.get(field) is not None}
    for field, value in settings.items():
        refuse_unless(_well_formed(field, value), field)
    return settings


def _names_transformers(mapping: Any) -> bool:
    """Whether `mapping`, which is not used, names a class of transformers."""
    if mapping is None:
        return True
    library = mapping.get("parent_library") if isinstance(mapping, dict) else None
    return isinstance(library, str) and library.partition(".")[0] == "transformers"


def _well_formed(field: str, value: Any) -> bool:
    match field:
        case "r":
            return type(value) is int and 0 < value <= 4096
        case "lora_alpha":
            return _is_number(value)
        case "rank_pattern" | "alpha_pattern":
            return isinstance(value, dict) and all(
                PLAIN_NAME.fullmatch(name) and _is_number(number) for name, number in value.items()
            )
        case "modules_to_save":
            return isinstance(value, list) and all(
                isinstance(name, str) and PLAIN_NAME.fullmatch(name) for name in value
            )
        case "task_type":
            return True
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 1_000_000


def _read_weights(folder: Path) -> tuple[dict[str, torch.Tensor], str]:
    """The tensors, each of them finite, and the file's SHA-256. The file is read once.

    Copies of the base's own weights, which peft adds for adapted embeddings, are left out.
    """
    file = folder / WEIGHTS
    if not file.is_file():
        if any(folder.glob("*.bin")):
            raise PickleOnly(folder)
        raise AdapterDamaged(folder, f"{WEIGHTS} is missing")
    if file.stat().st_size > MAX_WEIGHTS_BYTES:
        raise AdapterDamaged(folder, f"{WEIGHTS} is too large")
    try:
        read_header(file)
        raw = file.read_bytes()
        tensors = {name: tensor for name, tensor in load(raw).items() if ".base_layer." not in name}
    except (DamagedHeader, SafetensorError) as error:
        raise AdapterDamaged(folder, f"{WEIGHTS}: {error}") from error
    if not all(tensor.is_floating_point() for tensor in tensors.values()):
        raise AdapterDamaged(folder, "not all of its weights are numbers of a usual format")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()):
        raise AdapterDamaged(folder, "some of its weights are not finite numbers")
    return tensors, hashlib.sha256(raw).hexdigest()
