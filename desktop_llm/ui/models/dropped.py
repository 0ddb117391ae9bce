"""Which of the files that are dropped onto the window are models."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

SIGNS = ("config.json", "adapter_config.json", "model.safetensors")
"""A folder with one of these is a model."""

MOST_ENTRIES = 2000
"""Of a folder, looked at while it is dragged over the window."""


def models_in(paths: Iterable[Path]) -> list[Path]:
    """Those of `paths` that are a .gguf file or the folder of a model."""
    return [path for path in paths if is_model(path)]


def is_model(path: Path) -> bool:
    """Whether `path` looks like a model; nothing is opened."""
    try:
        if path.is_dir():
            return any((path / sign).is_file() for sign in SIGNS) or _holds_gguf(path)
        return path.suffix.lower() == ".gguf" and path.is_file()
    except OSError:
        return False


def _holds_gguf(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(each.name.lower().endswith(".gguf") for each in islice(entries, MOST_ENTRIES))
