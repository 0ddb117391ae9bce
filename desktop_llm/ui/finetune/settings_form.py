"""Every hyper-parameter: unit, range, help, and a way back to the preset's value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.training.job import TrainingSettings
from desktop_llm.training.setting_fields import FIELDS, Field, Group
from desktop_llm.ui import icons
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import DecimalField, NumberField

FIELD_WIDTH = 230
Editor = ComboBox | NumberField | DecimalField | QPlainTextEdit
ELSEWHERE = ("method",)
"""Shown outside of the folded part."""


class ShortDecimal(DecimalField):
    """Shows no zeros at the end: 0.0002, not 0.00020000."""

    # Qt's own names

    def textFromValue(self, value: float) -> str:  # noqa: N802
        text = QLocale().toString(value, "f", self.decimals())
        point = QLocale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


class TrainingSettingsForm(QWidget):
    """Edits a copy of the settings and tells of every change."""

    changed = Signal(object)
    """TrainingSettings"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = self._preset = TrainingSettings()
        self._editors: dict[str, Editor] = {}
        self._resets: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        titles: dict[Group, str] = {
            "basic": self.tr("Amount"),
            "method": self.tr("Adapter"),
            "optimiser": self.tr("Steps"),
            "evaluation": self.tr("Evaluation"),
            "machine": self.tr("Computer"),
        }
        for group, title in titles.items():
            column.addWidget(label(title, "heading"))
            column.addLayout(self._group(group))

    def _group(self, group: Group) -> QGridLayout:
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(0)
        for field in FIELDS:
            if field.group == group and field.name not in ELSEWHERE:
                self._add(grid, field)
        return grid

    def _add(self, grid: QGridLayout, field: Field) -> None:
        title, help_text = words(field.title), words(field.help)
        editor = named(_editor(field), f"setting_{field.name}", title, help_text)
        editor.setFixedWidth(FIELD_WIDTH)
        heading = label(title)
        heading.setBuddy(editor)
        reset = named(
            QToolButton(),
            f"reset_{field.name}",
            self.tr("Reset “{setting}”").format(setting=title),
            self.tr("Back to the value of the preset"),
        )
        reset.setIcon(icons.icon("arrow-counter-clockwise", "accent"))
        self._editors[field.name], self._resets[field.name] = editor, reset
        if isinstance(editor, ComboBox):
            editor.activated.connect(self._edited)
        elif isinstance(editor, QPlainTextEdit):
            editor.textChanged.connect(self._edited)
        else:
            editor.valueChanged.connect(self._edited)
        reset.clicked.connect(self._reset)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(heading)
        text.addWidget(label(help_text, "small", wrap=True))
        text.addStretch()
        row = grid.rowCount()
        grid.addLayout(text, row, 0)
        grid.addWidget(editor, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(reset, row, 2, Qt.AlignmentFlag.AlignTop)
        grid.setRowMinimumHeight(row + 1, 10)

    def show_settings(self, settings: TrainingSettings, preset: TrainingSettings) -> None:
        """Fill in `settings` without telling; `preset` is what resetting goes back to."""
        self._settings, self._preset = settings, preset
        for name, editor in self._editors.items():
            if _value(editor) != getattr(settings, name):
                editor.blockSignals(True)
                _fill(editor, getattr(settings, name))
                editor.blockSignals(False)
        self._show_resets()

    def _show_resets(self) -> None:
        for name, reset in self._resets.items():
            reset.setEnabled(getattr(self._settings, name) != getattr(self._preset, name))
        has_adapter = self._settings.method == "lora"
        for name in ("lora_rank", "lora_alpha", "lora_dropout"):
            self._editors[name].setEnabled(has_adapter)

    @Slot()
    def _edited(self) -> None:
        for name, editor in self._editors.items():
            if editor is self.sender():
                self._change(name, _value(editor))

    @Slot()
    def _reset(self) -> None:
        for name, reset in self._resets.items():
            if reset is self.sender():
                self._change(name, getattr(self._preset, name))

    def _change(self, name: str, value: Any) -> None:
        changes: dict[str, Any] = {name: value}
        self.show_settings(replace(self._settings, **changes), self._preset)
        self.changed.emit(self._settings)


def _editor(field: Field) -> Editor:
    """A drop-down, a number field, or lines of text."""
    if field.choices:
        box = ComboBox()
        for value, title in field.choices:
            box.addItem(words(title), value)
        return box
    if field.minimum is None or field.maximum is None:
        lines = QPlainTextEdit()
        lines.setTabChangesFocus(True)
        lines.setFixedHeight(3 * lines.fontMetrics().lineSpacing() + 20)
        return lines
    spin: NumberField | ShortDecimal
    if field.decimals:
        spin = ShortDecimal()
        spin.setDecimals(field.decimals)
        spin.setRange(field.minimum, field.maximum)
        spin.setSingleStep(field.step)
        if field.name == "learning_rate":
            spin.setStepType(spin.StepType.AdaptiveDecimalStepType)
    else:
        spin = NumberField()
        spin.setRange(int(field.minimum), int(field.maximum))
        spin.setSingleStep(int(field.step))
    spin.setKeyboardTracking(False)
    spin.setAlignment(Qt.AlignmentFlag.AlignRight)
    if field.unit:
        spin.setSuffix("\u00a0" + words(field.unit))
    if field.zero:
        spin.setSpecialValueText(words(field.zero))
    return spin


def _value(editor: Editor) -> Any:
    if isinstance(editor, ComboBox):
        return editor.currentData()
    if isinstance(editor, QPlainTextEdit):
        return tuple(line for line in editor.toPlainText().splitlines() if line.strip())
    return editor.value()


def _fill(editor: Editor, value: Any) -> None:
    if isinstance(editor, ComboBox):
        editor.setCurrentIndex(editor.findData(value))
    elif isinstance(editor, QPlainTextEdit):
        editor.setPlainText("\n".join(value))
    elif isinstance(editor, NumberField):
        editor.setValue(int(value))
    else:
        editor.setValue(float(value))
