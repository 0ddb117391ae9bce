"""The bar at the bottom of a new run: the start button, and why it cannot be used yet."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from desktop_llm.ui.widgets.named import label, named

WIDEST = 960
"""Of the column that all of a new run is in, in pixels."""


class StartBar(QFrame):
    """Always in sight, below the scrolling sections."""

    start_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "bottom")
        self._words = label(wrap=True)
        self._words.setObjectName("startReason")
        self.button = named(QPushButton(), "startTrainingButton", self.tr("Start training"))
        self.button.setText(self.tr("Start training"))
        self.button.setProperty("kind", "primary")
        inner = QWidget()
        inner.setMaximumWidth(WIDEST)
        row = QHBoxLayout(inner)
        row.setContentsMargins(24, 10, 24, 10)
        row.setSpacing(16)
        middle = self._middle = QHBoxLayout(self)
        middle.setContentsMargins(0, 1, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 10_000)
        middle.addStretch(1)
        row.addWidget(self._words, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self.start_pressed)

    def set_room(self, right: int) -> None:
        """Leave `right` pixels free, as the scroll bar above does."""
        self._middle.setContentsMargins(0, 1, right, 0)

    @property
    def words(self) -> str:
        """What is said beside the button."""
        return self._words.text()

    def allow(self, summary: str) -> None:
        """The button works; `summary` says what it will do."""
        self._say(summary, True)

    def refuse(self, reason: str) -> None:
        """The button does not work, because of `reason`."""
        self._say(reason, False)

    def _say(self, text: str, enabled: bool) -> None:
        self._words.setText(text)
        self.button.setEnabled(enabled)
        self.button.setToolTip("" if enabled else text)
        self.button.setAccessibleDescription(text)
