"""Presets as files, to be given to others: JSON with a name and what it sets, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desktop_llm.core.conversation import Conversation, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import write_atomically
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.documents.opening import open_regular
from desktop_llm.services.chat_presets import with_preset
from desktop_llm.storage.presets import Preset

FORMAT = "desktop-llm-preset"
LARGEST = 1_000_000
"""Bytes of a file that is read."""
LONGEST_NAME = 80


class NotAPreset(ExpectedError):
    """A file to be imported holds no preset that can be used."""

    happened = QT_TRANSLATE_NOOP("core", "There is no preset in {path} that can be used.")
    safe = QT_TRANSLATE_NOOP("core", "Your presets are as they were.")
    todo = QT_TRANSLATE_NOOP("core", "Choose a file that this app has exported.")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class PresetNotWritten(ExpectedError):
    """The system did not let the file be written; `detail` is its reason."""

    happened = QT_TRANSLATE_NOOP("core", "{path} could not be written: {detail}.")
    safe = QT_TRANSLATE_NOOP("core", "Your presets are as they were.")
    todo = QT_TRANSLATE_NOOP("core", "Choose another folder.")

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(path=str(path), detail=detail)


def write_preset(preset: Preset, path: Path) -> Path:
    """Write `preset` to `path`. Raises PresetNotWritten."""
    data = {"format": FORMAT, "version": 1, "kind": preset.kind, "name": preset.name}
    try:
        write_atomically(
            path, json.dumps(data | {"body": preset.body}, ensure_ascii=False, indent=1)
        )
    except OSError as error:
        raise PresetNotWritten(path, error.strerror or type(error).__name__) from error
    return path


def read_preset(path: Path) -> Preset:
    """The preset in `path`, with an id of its own. Raises NotAPreset."""
    try:
        with open_regular(path, LARGEST) as file:
            data: dict[str, Any] = json.loads(file.read(LARGEST))
        known = data["format"] == FORMAT and data["kind"] in ("preset", "prompt")
        if not (known and isinstance(data["body"], dict)):
            raise NotAPreset(path)
        name = " ".join(str(data["name"]).split())[:LONGEST_NAME] or path.stem
        preset = Preset(new_id(), data["kind"], name, data["body"])
        with_preset(Conversation(""), preset)  # whether it can be used
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotAPreset(path) from error
    except ExpectedError as error:
        raise error if isinstance(error, NotAPreset) else NotAPreset(path) from error
    return preset
