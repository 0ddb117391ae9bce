"""Own presets and system prompts, and what a preset makes of a conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Fact, Text
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.services.errors import PresetUnusable
from desktop_llm.services.storage import StorageService
from desktop_llm.services.undo import UndoStack, UndoStep
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.presets import Preset

SETTINGS = ("system_prompt", "context_policy", "thinking", "json_schema")
"""What the body of a preset may have besides "sampling", whose fields may be some or all."""


class PresetShelf(QObject):
    """Own presets and system prompts. Every change is on the disk before it is told."""

    changed = Signal(object)
    """list[Preset], of both kinds."""
    deleted = Signal(object)
    """Text that tells what was deleted."""

    def __init__(
        self, storage: StorageService, undo: UndoStack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._storage = storage
        self._undo = undo

    @Slot()
    def refresh(self) -> None:
        """Read the presets again and tell them."""
        self._storage.call(_presets, self.changed.emit)

    def save(self, preset: Preset) -> None:
        """Add or replace a preset."""
        self._storage.call(lambda store: store.presets.save(preset), lambda _: self.refresh())

    def delete(self, preset: Preset) -> None:
        """Into the trash."""
        facts: dict[str, Fact] = {"name": preset.name}
        name = Text(QT_TRANSLATE_NOOP("core", "Delete the preset “{name}”"), facts)
        said = Text(QT_TRANSLATE_NOOP("core", "The preset “{name}” was deleted."), facts)
        step = UndoStep(name, (("preset", preset.id),), self.refresh)

        def has_deleted(_: None) -> None:
            self.refresh()
            self._undo.push(step)
            self.deleted.emit(said)

        self._storage.call(lambda store: store.trash.put("preset", preset.id), has_deleted)


def with_preset(conversation: Conversation, preset: Preset) -> Conversation:
    """`conversation` with what `preset` says; the rest is kept. Raises PresetUnusable."""
    plain: dict[str, Any] = to_plain(conversation)
    try:
        plain["sampling"] |= preset.body.get("sampling", {})
        plain |= {name: preset.body[name] for name in SETTINGS if name in preset.body}
        return replace(from_plain(Conversation, plain), preset=preset.id)
    except (TypeError, ValueError) as error:
        raise PresetUnusable(preset.name) from error


def _presets(store: ConversationStore) -> list[Preset]:
    return store.presets.list("preset") + store.presets.list("prompt")
