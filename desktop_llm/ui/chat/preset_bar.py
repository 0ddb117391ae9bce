"""The picker of presets, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from desktop_llm.storage.presets import Preset
from desktop_llm.ui import icons
from desktop_llm.ui.chat.built_in_presets import is_built_in
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import named


class PresetBar(QWidget):
    """Shows one of the presets as chosen, and whether the settings are others by now."""

    chosen = Signal(object)
    """Preset"""
    save_new_requested = Signal()
    save_requested = Signal(object)
    rename_requested = Signal(object)
    delete_requested = Signal(object)
    import_requested = Signal()
    export_requested = Signal(object)
    model_default_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets: list[Preset] = []
        self._current = ""
        self._changed = False
        self.picker = named(ComboBox(), "presetPicker", self.tr("Preset"))
        self.picker.setPlaceholderText(self.tr("Own settings"))
        button = named(QToolButton(), "presetMenu", self.tr("Presets: save, rename, delete …"))
        button.setToolTip(button.accessibleName())
        button.setIcon(icons.icon("dots-three", "text_muted"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setProperty("kind", "menu")
        button.setMenu(self._menu())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self.picker, 1)
        row.addWidget(button)
        self.picker.activated.connect(self._choose)
        self._refresh()

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        self._save_new = self._action(menu, "presetSaveNew", self.tr("Save as a &new preset…"))
        self._save = self._action(menu, "presetSave", self.tr("&Save the changes"))
        self._rename = self._action(menu, "presetRename", self.tr("&Rename…"))
        self._delete = self._action(menu, "presetDelete", self.tr("&Delete"))
        menu.addSeparator()
        self._import = self._action(menu, "presetImport", self.tr("&Import…"))
        self._export = self._action(menu, "presetExport", self.tr("&Export…"))
        menu.addSeparator()
        self._default = self._action(
            menu, "presetForModel", self.tr("&Use these settings for new chats with this model")
        )
        self._save_new.triggered.connect(self.save_new_requested)
        self._import.triggered.connect(self.import_requested)
        self._default.triggered.connect(self.model_default_requested)
        for action, signal in (
            (self._save, self.save_requested),
            (self._rename, self.rename_requested),
            (self._delete, self.delete_requested),
            (self._export, self.export_requested),
        ):
            action.triggered.connect(lambda *_, signal=signal: signal.emit(self.current))
        return menu

    @staticmethod
    def _action(menu: QMenu, name: str, text: str) -> QAction:
        action = menu.addAction(text)
        action.setObjectName(name)
        return action

    @property
    def current(self) -> Preset | None:
        """The preset that was chosen last; None if it is gone, or none was."""
        return next((each for each in self._presets if each.id == self._current), None)

    def set_presets(self, presets: Sequence[Preset]) -> None:
        """What can be chosen."""
        self._presets = list(presets)
        self._refresh()

    def show_current(self, preset_id: str, changed: bool) -> None:
        """`changed`: the settings are not those of the preset any more."""
        if (preset_id, changed) != (self._current, self._changed):
            self._current, self._changed = preset_id, changed
            self._refresh()

    def set_model(self, known: bool) -> None:
        """Whether there is a model that settings can be kept for."""
        self._default.setEnabled(known)

    def _refresh(self) -> None:
        current = self.current
        with QSignalBlocker(self.picker):
            self.picker.clear()
            for number, preset in enumerate(self._presets):
                if number and is_built_in(self._presets[number - 1]) != is_built_in(preset):
                    self.picker.insertSeparator(self.picker.count())
                shown = preset.name
                if self._changed and preset is current:
                    shown = self.tr("{name} (changed)").format(name=preset.name)
                self.picker.addItem(shown, preset.id)
            self.picker.setCurrentIndex(self.picker.findData(self._current) if current else -1)
        own = current is not None and not is_built_in(current)
        self._save.setEnabled(own and self._changed)
        self._rename.setEnabled(own)
        self._delete.setEnabled(own)
        self._export.setEnabled(current is not None)

    @Slot()
    def _choose(self) -> None:
        chosen = self.picker.currentData()
        for preset in self._presets:
            if preset.id == chosen:
                self.chosen.emit(preset)
