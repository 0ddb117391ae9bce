"""One of a few choices, beside each other: for views and presets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from desktop_llm.ui.widgets.named import named


class Segments(QFrame):
    """Exactly one is chosen; the arrow keys go from one to the next."""

    chosen = Signal(str)
    """The key of the choice that the person made."""

    def __init__(
        self,
        name: str,
        accessible: str,
        choices: Sequence[tuple[str, str]],
        parent: QWidget | None = None,
    ) -> None:
        """`choices`: key and words of each. The buttons are called `name` + key."""
        super().__init__(parent)
        named(self, name, accessible)
        self.setProperty("pane", "segments")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for key, words in choices:
            button = named(QPushButton(words), f"{name}_{key}", words)
            button.setCheckable(True)
            button.setProperty("kind", "segment")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setMinimumWidth(_bold_width(button))
            self._buttons[key] = button
            self._group.addButton(button)
            row.addWidget(button)
        self._group.buttonClicked.connect(self._clicked)
        next(iter(self._buttons.values())).setChecked(True)

    @property
    def value(self) -> str:
        """The key of what is chosen."""
        return next(key for key, button in self._buttons.items() if button.isChecked())

    def set_value(self, key: str) -> None:
        """Choose `key` without telling."""
        self._buttons[key].setChecked(True)

    def set_tooltip(self, key: str, words: str) -> None:
        self._buttons[key].setToolTip(words)

    def set_offered(self, key: str, offered: bool) -> None:
        """Whether `key` can be seen."""
        self._buttons[key].setVisible(offered)

    @Slot()
    def _clicked(self) -> None:
        self.chosen.emit(self.value)


def _bold_width(button: QPushButton) -> int:
    """Room for the words in bold, so that nothing moves when another choice is made."""
    font = button.font()
    font.setBold(True)
    button.ensurePolished()
    advance = type(button.fontMetrics())(font).horizontalAdvance(button.text())
    return advance + 32
