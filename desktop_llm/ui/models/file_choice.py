"""Which files of a model to fetch, in plain words, one of them recommended."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QRadioButton, QWidget

from desktop_llm.library.hub_types import FileChoice
from desktop_llm.ui.models.words import size_words
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

INDENT = 24
"""As far as the words of a radio button are from its edge."""
GAP = 8
"""Pixels below a choice, so that its two lines are seen to belong together."""


class FileChoices(QWidget):
    """A radio button for each choice; the recommended one is chosen at first."""

    chosen = Signal(object)
    """FileChoice"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[FileChoice, ...] = ()
        self._group = QButtonGroup(self)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._group.idClicked.connect(self._clicked)

    @property
    def current(self) -> FileChoice | None:
        """What is chosen."""
        number = self._group.checkedId()
        return self._choices[number] if 0 <= number < len(self._choices) else None

    def show_choices(self, choices: Sequence[FileChoice]) -> None:
        """Offer these; the recommended one is chosen."""
        self._choices = tuple(choices)
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.setParent(None)  # its name is for the next one
                widget.deleteLater()
        for button in self._group.buttons():
            self._group.removeButton(button)
        for number, choice in enumerate(choices):
            self._add(number, choice)
        best = next((n for n, choice in enumerate(choices) if choice.recommended), 0)
        if button := self._group.button(best):
            button.setChecked(True)

    def _add(self, number: int, choice: FileChoice) -> None:
        title = words(choice.title)
        spoken = f"{title}, {size_words(choice.size)}"
        button = named(QRadioButton(title), f"choice_{choice.id}", spoken)
        button.setMinimumHeight(24)
        self._group.addButton(button, number)
        facts = label(self._facts(choice), "small")
        facts.setIndent(INDENT)
        facts.setContentsMargins(0, 0, 0, GAP)
        self._grid.addWidget(button, 2 * number, 0, 1, 2)
        self._grid.addWidget(facts, 2 * number + 1, 0)
        if choice.recommended:
            best = label(self.tr("Recommended"), "success")
            best.setContentsMargins(0, 0, 0, GAP)
            self._grid.addWidget(best, 2 * number + 1, 1)

    def _facts(self, choice: FileChoice) -> str:
        size = size_words(choice.size)
        if not choice.bits:
            return size
        bits = QLocale().toString(float(choice.bits), "f", 0 if choice.bits % 1 == 0 else 1)
        text = self.tr("{size}, {bits} bits per weight")
        return text.format(size=size, bits=bits)

    @Slot(int)
    def _clicked(self, number: int) -> None:
        self.chosen.emit(self._choices[number])
