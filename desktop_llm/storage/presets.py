"""What a person chose for later use: sampling presets and the system prompts of the library."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_llm.storage.database import Database

log = logging.getLogger(__name__)

PresetKind = Literal["preset", "prompt"]


@dataclass(frozen=True)
class Preset:
    """A named choice; `body` is what JSON can hold, and known to those who show the `kind`."""

    id: str
    kind: PresetKind
    name: str
    body: dict[str, Any] = field(default_factory=dict)


class Presets:
    """Own presets and prompts on disk. They are deleted, and come back, by `storage.trash`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, kind: PresetKind) -> list[Preset]:
        """Those that are not in the trash, in the order of their making."""
        rows = self._database.query(
            "SELECT id, kind, name, body FROM preset WHERE kind = ? AND NOT EXISTS"
            " (SELECT 1 FROM trash WHERE kind = 'preset' AND trash.id = preset.id) ORDER BY seq",
            kind,
        )
        return [Preset(row[0], row[1], row[2], object_of(row[3])) for row in rows]

    def save(self, preset: Preset) -> None:
        """Add or replace a preset."""
        row = vars(preset) | {"body": json.dumps(preset.body)}
        self._database.put("preset", "id", row)


def object_of(text: str) -> dict[str, Any]:
    """The JSON object in `text`; an empty one if a damaged file holds something else."""
    try:
        return dict(json.loads(text))
    except (TypeError, ValueError):
        log.warning("an unreadable object was taken for an empty one")
        return {}
