"""One page of settings, made from the schema: a choice becomes a combo box, a number a spin box."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.settings import Page, Settings
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.ui.preferences import Preferences
from desktop_llm.ui.translate import core
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

CHOICES: dict[str | bool, str] = {
    True: QT_TRANSLATE_NOOP("choices", "Yes"),
    False: QT_TRANSLATE_NOOP("choices", "No"),
    "system": QT_TRANSLATE_NOOP("choices", "Like the system"),
    "light": QT_TRANSLATE_NOOP("choices", "Light"),
    "dark": QT_TRANSLATE_NOOP("choices", "Dark"),
    "auto": QT_TRANSLATE_NOOP("choices", "Automatic"),
    "cpu": QT_TRANSLATE_NOOP("choices", "Processor (CPU)"),
    "cuda": QT_TRANSLATE_NOOP("choices", "NVIDIA GPU (CUDA)"),
    "mps": QT_TRANSLATE_NOOP("choices", "Apple GPU (MPS)"),
    "float32": "float32",
    "bfloat16": "bfloat16",
    "float16": "float16",
    "en": "English",
    "zh_CN": "简体中文",
}
"""What a value of the schema is called; languages are called as they call themselves."""

FIELD_WIDTH = 220


class SettingsForm(QWidget):
    """Shows the settings of one `page` of the schema and applies every change at once."""

    def __init__(self, page: Page, preferences: Preferences, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._fields: dict[str, ComboBox | NumberField] = {}
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(2)
        for name, info in Settings.model_fields.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and extra.get("page") == page:
                self._add(grid, name, info.title or "", info.description or "")
        self._reset = named(QPushButton(), f"{page}Reset", self.tr("Reset this page"))
        self._reset.setText(self.tr("Reset this page"))
        self._reset.clicked.connect(self._reset_all)
        bottom = QHBoxLayout()
        bottom.addStretch()
        bottom.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addStretch()
        column.addLayout(bottom)
        preferences.changed.connect(self._show_value)
        self._show_value()

    def _add(self, grid: QGridLayout, name: str, title: str, help_text: str) -> None:
        field = self._field(name)
        named(field, f"{name}Picker", core(title), core(help_text))
        field.setMinimumWidth(FIELD_WIDTH)
        self._fields[name] = field
        heading = label(core(title), "heading")
        heading.setBuddy(field)
        row = grid.rowCount()
        grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(field, row, 1, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(label(core(help_text), "muted", wrap=True), row + 1, 0)
        grid.setRowMinimumHeight(row + 2, 16)

    def _field(self, name: str) -> ComboBox | NumberField:
        info = Settings.model_fields[name]
        if info.annotation is bool or get_origin(info.annotation) is Literal:
            box = ComboBox()
            for value in get_args(info.annotation) or (True, False):
                box.addItem(QCoreApplication.translate("choices", CHOICES[value]), value)
            box.activated.connect(self._apply)
            return box
        spin = NumberField()
        limits: dict[str, Any] = {}
        for limit in info.metadata:
            limits |= {key: getattr(limit, key) for key in ("ge", "le") if hasattr(limit, key)}
        spin.setRange(limits.get("ge", 0), limits.get("le", 2_147_483_647))
        spin.setKeyboardTracking(False)
        spin.valueChanged.connect(self._apply)
        return spin

    @Slot()
    def _apply(self) -> None:
        for name, field in self._fields.items():
            if field is self.sender():
                value = field.value() if isinstance(field, NumberField) else field.currentData()
                self._preferences.set(name, value)
                return

    @Slot()
    def _reset_all(self) -> None:
        for name in self._fields:
            self._preferences.reset(name)

    @Slot()
    def _show_value(self) -> None:
        settings = self._preferences.value
        for name, field in self._fields.items():
            value = getattr(settings, name)
            field.blockSignals(True)
            if isinstance(field, NumberField):
                field.setValue(value)
            else:
                field.setCurrentIndex(field.findData(value))
            field.blockSignals(False)
        defaults = Settings()
        self._reset.setEnabled(
            any(getattr(settings, name) != getattr(defaults, name) for name in self._fields)
        )
