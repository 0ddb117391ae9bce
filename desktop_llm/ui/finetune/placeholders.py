"""Text for the `{{name}}` places that a data set leaves open."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from desktop_llm.ui.finetune.phrases import count_rows
from desktop_llm.ui.widgets.named import label, named


class Placeholders(QWidget):
    """A line edit for each; hidden while there are none."""

    filled = Signal(object)
    """dict[str, str] of those that have a text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edits: dict[str, QLineEdit] = {}
        self._counts: dict[str, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(2, 1)
        self.hide()

    def show_places(self, rows: dict[str, int], fill: dict[str, str]) -> None:
        """`rows`: in how many rows each open place is; `fill`: the texts so far."""
        names = sorted({*rows, *fill})
        if names != sorted(self._edits):
            self._rebuild(names)
        for name in names:
            self._counts[name].setText(
                self.tr("in {rows}").format(rows=count_rows(rows[name])) if name in rows else ""
            )
            edit = self._edits[name]
            if not edit.hasFocus() and edit.text() != fill.get(name, ""):
                edit.blockSignals(True)
                edit.setText(fill.get(name, ""))
                edit.blockSignals(False)
        self.setVisible(bool(names))

    def _rebuild(self, names: list[str]) -> None:
        focused = next((name for name, edit in self._edits.items() if edit.hasFocus()), "")
        kept = {name: edit.text() for name, edit in self._edits.items()}
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._edits.clear()
        self._counts.clear()
        if names:
            text = self.tr("Fill in what the model should say in these places of your data:")
            self._grid.addWidget(label(text, wrap=True), 0, 0, 1, 4)
        for row, name in enumerate(names, 1):
            self._add(row, name, kept.get(name, ""))
        if focused in self._edits:
            self._edits[focused].setFocus()

    def _add(self, row: int, name: str, text: str) -> None:
        place = "{{" + name + "}}"
        edit = named(
            QLineEdit(text), f"fill_{name}", self.tr("Fill in {place}").format(place=place)
        )
        edit.setPlaceholderText(self.tr("Fill in"))
        edit.setFixedWidth(220)
        edit.textChanged.connect(self._tell)
        title = label(place)
        title.setBuddy(edit)
        rows = label(kind="muted")
        self._edits[name], self._counts[name] = edit, rows
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(edit, row, 1)
        self._grid.addWidget(rows, row, 2)

    @Slot()
    def _tell(self) -> None:
        texts = {name: edit.text().strip() for name, edit in self._edits.items()}
        self.filled.emit({name: text for name, text in texts.items() if text})
