"""Asked when the window is closed while a run is alive."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QMessageBox, QPushButton, QWidget

from desktop_llm.ui.widgets.named import named

Choice = Literal["continue", "stop"]


class CloseQuestion(QMessageBox):
    """Go on in the background, or stop and keep what is learned? Never blocks the caller."""

    decided = Signal(str, bool)
    """A `Choice`, and whether to remember it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("closeQuestion")
        self.setModal(True)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("A training is running"))
        self.setText(
            self.tr("“{name}” is still training. What should become of it?").format(name=name)
        )
        self.setInformativeText(
            self.tr("In the background it goes on without the window, and is found again later.")
        )
        self._by_button: dict[QAbstractButton, Choice] = {
            self._button("closeContinue", self.tr("Go on in the background")): "continue",
            self._button("closeStop", self.tr("Stop and keep what is learned")): "stop",
        }
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setObjectName("closeCancel")
        self.setEscapeButton(cancel)
        next(iter(self._by_button)).setProperty("kind", "primary")
        self.setDefaultButton(self.findChild(QPushButton, "closeContinue") or cancel)
        self._remember = named(
            QCheckBox(self.tr("Always do this")), "closeRemember", self.tr("Always do this")
        )
        self.setCheckBox(self._remember)
        self.buttonClicked.connect(self._clicked)

    def _button(self, name: str, text: str) -> QAbstractButton:
        button = self.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        return named(button, name, text)

    @Slot(QAbstractButton)
    def _clicked(self, button: QAbstractButton) -> None:
        if choice := self._by_button.get(button):
            self.decided.emit(choice, self._remember.isChecked())
