"""The library of system prompts: a button with those that come with the app and one's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_llm.storage.presets import Preset
from desktop_llm.ui import icons
from desktop_llm.ui.chat.built_in_presets import is_built_in


class PromptLibrary(QToolButton):
    """Asks by signals; what it offers comes from `set_prompts`."""

    chosen = Signal(object)
    """Preset of kind "prompt"."""
    save_requested = Signal()
    delete_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("promptLibrary")
        self.setAccessibleName(self.tr("System prompt library"))
        self.setToolTip(self.tr("Choose a system prompt, or keep this one"))
        self.setIcon(icons.icon("books", "text_muted"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setProperty("kind", "menu")
        self._prompts: list[Preset] = []
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self.fill)
        self.setMenu(self._menu)
        self._can_save = False

    def set_prompts(self, prompts: Sequence[Preset]) -> None:
        """What can be chosen."""
        self._prompts = list(prompts)

    def set_can_save(self, can_save: bool) -> None:
        """Whether there is a prompt that can be kept."""
        self._can_save = can_save

    def fill(self) -> None:
        """Make the menu as it has to be now."""
        self._menu.clear()
        own = [prompt for prompt in self._prompts if not is_built_in(prompt)]
        for prompts in ([p for p in self._prompts if is_built_in(p)], own):
            for prompt in prompts:
                text = prompt.name.replace("&", "&&")
                action = self._menu.addAction(text, partial(self.chosen.emit, prompt))
                action.setToolTip(str(prompt.body.get("system_prompt", ""))[:300])
            self._menu.addSeparator()
        save = self._menu.addAction(self.tr("&Keep this prompt…"), self.save_requested.emit)
        save.setObjectName("promptSave")
        save.setEnabled(self._can_save)
        if own:
            gone = self._menu.addMenu(self.tr("&Delete"))
            for prompt in own:
                text = prompt.name.replace("&", "&&")
                gone.addAction(text, partial(self.delete_requested.emit, prompt))
