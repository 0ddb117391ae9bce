"""One input of a form: its title, the field that fits its kind, and what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_llm.core.text import Text
from desktop_llm.forms.forms import Input
from desktop_llm.ui.chat.forms.text_field import TextField
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

Field = ComboBox | NumberField | QLineEdit | TextField


class InputField(QWidget):
    """Values are strings, as `Input` has them."""

    changed = Signal()
    entered = Signal()
    """Enter was pressed in a line."""

    def __init__(self, each: Input, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.input = each
        self.field = self._make()
        title = label(words(each.title), "heading")
        title.setBuddy(self.field)
        self._problem = label(kind="danger", wrap=True)
        self._problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(title)
        column.addWidget(self.field)
        column.addWidget(self._problem)
        column.addStretch()

    @property
    def value(self) -> str:
        """What is entered; "" for nothing."""
        field = self.field
        if isinstance(field, TextField):
            return field.text
        if isinstance(field, NumberField):
            return str(field.value())
        if isinstance(field, QLineEdit):
            return field.text()
        typed = field.currentText()
        place = field.findText(typed)
        return str(field.itemData(place)) if place >= 0 else typed

    def set_value(self, value: str) -> None:
        """Enter `value`."""
        field = self.field
        if isinstance(field, TextField):
            field.set_text(value)
        elif isinstance(field, NumberField):
            field.setValue(int(value) if value.isdecimal() else self.input.minimum)
        elif isinstance(field, QLineEdit):
            field.setText(value)
        elif (place := field.findData(value)) >= 0:
            field.setCurrentIndex(place)
        elif field.isEditable():
            field.setCurrentText(value)

    def show_problem(self, problem: Text | None) -> None:
        """What is wrong, below the field; None takes it away."""
        self._problem.setText(words(problem) if problem else "")
        self._problem.setVisible(problem is not None)

    @property
    def problem(self) -> str:
        """What is said to be wrong."""
        return self._problem.text()

    def setFocus(self, *_: object) -> None:  # noqa: N802
        """Without a focus proxy: Tab would find that at the place where this was made."""
        self.field.setFocus()

    def _make(self) -> Field:
        each, name, title = self.input, f"formInput_{self.input.name}", words(self.input.title)
        tip = words(each.help) if each.help else ""
        if each.kind == "long":
            long = TextField(name, title)
            long.changed.connect(self.changed)
            return long
        if each.kind == "number":
            number = named(NumberField(), name, title, tip)
            number.setRange(each.minimum, each.maximum)
            number.valueChanged.connect(self.changed)
            return number
        if each.kind == "text":
            line = named(QLineEdit(), name, title, tip)
            line.setPlaceholderText(tip)
            line.textChanged.connect(self.changed)
            line.returnPressed.connect(self.entered)
            return line
        return self._make_choice(name, title, tip)

    def _make_choice(self, name: str, title: str, tip: str) -> ComboBox:
        box = named(ComboBox(), name, title, tip)
        for choice in self.input.choices:
            box.addItem(words(choice.title), choice.value)
        if self.input.free:
            box.setEditable(True)
            box.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
            if line := box.lineEdit():
                named(line, f"{name}Edit", title, tip)
        box.currentTextChanged.connect(self.changed)
        return box
