"""One page of settings, made from the schema: a choice becomes a combo box, a text a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from PySide6.QtCore import QCoreApplication, Qt, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

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
    "off": QT_TRANSLATE_NOOP("choices", "Never"),
    "5": QT_TRANSLATE_NOOP("choices", "After 5 minutes"),
    "15": QT_TRANSLATE_NOOP("choices", "After 15 minutes"),
    "30": QT_TRANSLATE_NOOP("choices", "After half an hour"),
    "60": QT_TRANSLATE_NOOP("choices", "After an hour"),
    "en": "English",
    "zh_CN": "简体中文",
}
"""What a value of the schema is called; languages are called as they call themselves."""

FIELD_WIDTH = 220

Field = ComboBox | NumberField | QLineEdit


class SettingsForm(QWidget):
    """Shows the settings of one `page` of the schema and applies every change at once."""

    def __init__(
        self,
        page: Page,
        preferences: Preferences,
        models: Sequence[tuple[str, str]] = (),
        parent: QWidget | None = None,
    ) -> None:
        """`models` are the titles and names that a setting of a model offers."""
        super().__init__(parent)
        self._preferences = preferences
        self._models = models
        self._fields: dict[str, Field] = {}
        self._problems: dict[str, QLabel] = {}
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
        self._reset.setAutoDefault(False)
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
        problem = self._problems[name] = label(kind="danger", wrap=True)
        problem.hide()
        grid.addWidget(problem, row + 2, 0, 1, 2)
        grid.setRowMinimumHeight(row + 3, 16)

    def _field(self, name: str) -> Field:
        info = Settings.model_fields[name]
        if info.annotation is str:
            return self._text_field(name)
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

    def _text_field(self, name: str) -> Field:
        """A line to type in, or a box where the text is one of the models' names."""
        extra = Settings.model_fields[name].json_schema_extra
        if not (isinstance(extra, dict) and extra.get("choices") == "models"):
            line = QLineEdit()
            line.editingFinished.connect(self._apply)
            return line
        box = ComboBox()
        box.addItem(self.tr("The one used last"), "")
        chosen = getattr(self._preferences.value, name)
        missing = [(chosen, chosen)] if chosen not in ("", *(m for _, m in self._models)) else []
        for title, model in (*self._models, *missing):
            box.addItem(title, model)
        box.activated.connect(self._apply)
        return box

    @Slot()
    def _apply(self) -> None:
        name = next(name for name, field in self._fields.items() if field is self.sender())
        try:
            self._preferences.set(name, _value(self._fields[name]))
        except ValidationError:
            problem = self._problems[name]
            problem.setText(self.tr("This is no address. It begins with https:// or http://."))
            problem.show()
            return
        self._problems[name].hide()

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
            elif isinstance(field, QLineEdit):
                field.setText(value)
            else:
                field.setCurrentIndex(field.findData(value))
            field.blockSignals(False)
        defaults = Settings()
        self._reset.setEnabled(
            any(getattr(settings, name) != getattr(defaults, name) for name in self._fields)
        )


def _value(field: Field) -> Any:
    if isinstance(field, NumberField):
        return field.value()
    return field.text().strip() if isinstance(field, QLineEdit) else field.currentData()
