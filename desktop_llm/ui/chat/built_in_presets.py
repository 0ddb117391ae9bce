"""The presets and system prompts that come with the app, in the language of the window."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from desktop_llm.core.paths import resource
from desktop_llm.storage.presets import Preset

PREFIX = "built-in:"
"""Begins the id of a preset that nobody can change or delete."""


def built_in(language: str) -> list[Preset]:
    """All of them; `language` is "en" or "zh_CN", any other is shown in English."""
    return [_preset(entry, language) for entry in _entries()]


def is_built_in(preset: Preset) -> bool:
    """Whether it came with the app, and stays as it is."""
    return preset.id.startswith(PREFIX)


@cache
def _entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resource("presets.json").read_text("utf-8"))
    return found


def _preset(entry: dict[str, Any], language: str) -> Preset:
    body = entry.get("body")
    if body is None:
        body = {"system_prompt": _in(entry["text"], language)}
    return Preset(PREFIX + entry["id"], entry["kind"], _in(entry["name"], language), body)


def _in(texts: dict[str, str], language: str) -> str:
    return texts.get(language, texts["en"])
