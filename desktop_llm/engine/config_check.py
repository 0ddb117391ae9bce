"""Whether a model's configuration agrees with its weights, before anything is made as it says.

Transformers makes what a configuration asks for and looks at the weights afterwards: a wrong hidden
size costs gigabytes, a wrong number of layers minutes. Here the model is built without memory (on
torch's meta device), no further than there are weights for, and compared with the files' headers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules.module import register_module_parameter_registration_hook
from transformers import CONFIG_MAPPING, AutoModelForCausalLM

from desktop_llm.core.model_folder import ModelFolder
from desktop_llm.engine.errors import ConfigurationMismatch
from desktop_llm.engine.fast.weights import Checkpoint

Shapes = dict[str, tuple[int, ...]]

LAYER_KEYS = ("num_hidden_layers", "n_layer", "num_layers", "n_layers")
HEAD_KEYS = ("num_attention_heads", "n_head", "num_heads", "attention_heads")

SHARED = 8
"""Times as many layers as are stored may be asked for, since some models go through the same ones
again, and as many numbers, since what is shared is made several times before it becomes one."""

MARGIN = 1.25
"""Times as many numbers as are stored may be left then: the reader finds what is missing, but makes
it up first."""

MOST_COMPUTED = 256_000_000
"""Bytes of tables that are computed when a model is made (of positions: GPT-J, CodeGen, XGLM).
The largest of known models take half of it; ten million positions take gigabytes."""


def check_configuration(folder: ModelFolder) -> None:
    """Raise ConfigurationMismatch if the configuration of `folder` asks for other weights.

    What transformers itself raises for values that make no sense to it passes through.
    """
    shapes = Checkpoint(folder.weight_files).shapes()
    _check_counts(folder, shapes)
    with _no_more_than(folder, shapes):
        model = bare_model(folder)
    _check_shapes(folder, model, shapes)
    _check_tables(folder, model)


def bare_model(folder: ModelFolder) -> Any:
    """The causal model of `folder` without numbers, buffers included."""
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(model_config(folder), trust_remote_code=False)


def model_config(folder: ModelFolder) -> Any:
    """The configuration of `folder` as transformers has it; raises anything for nonsense."""
    return CONFIG_MAPPING[folder.model_type].from_dict(dict(folder.config))


def _check_counts(folder: ModelFolder, shapes: Shapes) -> None:
    """Layers and heads; layers by the names of the weights ("model.layers.12.…").

    It comes first: transformers makes lists of so many when it reads the configuration.
    """
    stored = 0
    for name in shapes:
        number = next((part for part in name.split(".") if part.isdecimal()), "")
        stored = max(stored, int(number) + 1 if number else 0)
    text = folder.config.get("text_config")
    for level in (folder.config, text if isinstance(text, dict) else {}):
        for key in LAYER_KEYS:
            layers = level.get(key, 1)
            if type(layers) is not int or not 0 < layers <= SHARED * stored:
                raise ConfigurationMismatch(folder.path, f"{key} = {layers!r:.40}; 1–{stored}")
        for key in HEAD_KEYS:  # a square of a negative width is as large as another
            if type(heads := level.get(key)) is int and heads < 1:
                raise ConfigurationMismatch(folder.path, f"{key} = {heads}")


@contextmanager
def _no_more_than(folder: ModelFolder, shapes: Shapes) -> Iterator[None]:
    """Stop the making of a model that needs far more numbers than there are."""
    room = SHARED * sum(map(math.prod, shapes.values()))

    def count(module: Any, name: str, parameter: torch.Tensor | None) -> None:
        nonlocal room
        room -= 0 if parameter is None else parameter.numel()
        if room < 0 and parameter is not None:
            detail = f"{type(module).__name__}.{name}: {_size(parameter.shape)}"
            raise ConfigurationMismatch(folder.path, detail)

    hook = register_module_parameter_registration_hook(count)
    try:
        yield
    finally:
        hook.remove()


def _check_shapes(folder: ModelFolder, model: Any, shapes: Shapes) -> None:
    """How many numbers each weight has; not their order: some are turned while they are read."""
    wanted = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    for stored, shape in shapes.items():
        asked = wanted.get(stored) or wanted.get(f"{model.base_model_prefix}.{stored}")
        if asked is not None and math.prod(asked) != math.prod(shape):
            detail = f"{stored[:80]}: {_size(asked)} ≠ {_size(shape)}"
            raise ConfigurationMismatch(folder.path, detail)
    asked_in_all, in_all = model.num_parameters(), sum(map(math.prod, shapes.values()))
    if asked_in_all > MARGIN * in_all:
        raise ConfigurationMismatch(folder.path, f"{asked_in_all:,} ≠ {in_all:,}")


def _check_tables(folder: ModelFolder, model: Any) -> None:
    stored = model.state_dict().keys()
    tables = {name: table for name, table in model.named_buffers() if name not in stored}
    empty = [name for name in tables if "position" in name and not tables[name].numel()]
    if empty or sum(table.nbytes for table in tables.values()) > MOST_COMPUTED:
        name = (empty or sorted(tables, key=lambda name: tables[name].nbytes))[-1]
        raise ConfigurationMismatch(folder.path, f"{name}: {_size(tables[name].shape)}")


def _size(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))
