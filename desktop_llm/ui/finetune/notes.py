"""Sentences below each other, each with the icon of its weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_llm.ui import icons, theme
from desktop_llm.ui.widgets.named import label

Weight = Literal["problem", "warning", "note", "good"]
ICONS: dict[Weight, tuple[str, icons.Tint]] = {
    "problem": ("x-circle", "danger"),
    "warning": ("warning", "warning"),
    "note": ("info", "text_muted"),
    "good": ("check-circle", "success"),
}
SIZE = 18


class Notes(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: list[tuple[Weight, str]] = []
        self._pictures: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        theme.notifier().changed.connect(self._tint)
        self.hide()

    @property
    def words(self) -> list[str]:
        """The sentences that are shown."""
        return [words for _, words in self._said]

    def say(self, said: Sequence[tuple[Weight, str]]) -> None:
        """Show these and nothing else."""
        if list(said) == self._said:
            return
        self._said = list(said)
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._pictures.clear()
        for row, (_, words) in enumerate(self._said):
            picture = label()
            text = label(words, wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._pictures.append(picture)
            self._grid.addWidget(picture, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text, row, 1)
        self._tint()
        self.setVisible(bool(self._said))

    @Slot()
    def _tint(self) -> None:
        for picture, (weight, _) in zip(self._pictures, self._said, strict=True):
            name, tint = ICONS[weight]
            picture.setPixmap(icons.pixmap(name, SIZE, self.devicePixelRatio(), tint))
