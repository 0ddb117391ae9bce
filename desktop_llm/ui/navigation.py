"""The rail at the left edge: one button for each place of the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_llm.ui import icons
from desktop_llm.ui.widgets.named import named

WIDTH = 76


class NavigationRail(QFrame):
    """Places at the top, settings at the bottom."""

    place_chosen = Signal(str)
    """The objectName of the button: "navChat"."""

    def __init__(self, settings: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "rail")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 10, 7, 10)
        column.setSpacing(6)
        self._places = {
            name: self._button(name, text, icon)
            for name, text, icon in (
                ("navChat", self.tr("Chat"), "chat-circle-text"),
                ("navModels", self.tr("Models"), "cube"),
                ("navFineTune", self.tr("Fine-tune"), "graduation-cap"),
            )
        }
        for button in self._places.values():
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.clicked.connect(self._choose)
            column.addWidget(button)
        self.set_place("navChat")
        column.addStretch()
        gear = self._button("navSettings", self.tr("Settings"), "gear-six")
        gear.clicked.connect(settings.trigger)
        column.addWidget(gear)
        self.setMinimumWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def _button(self, name: str, text: str, icon: str) -> QToolButton:
        button = named(QToolButton(), name, text)
        button.setText(text)
        button.setIcon(icons.icon(icon, "text_muted"))
        button.setIconSize(QSize(24, 24))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setProperty("kind", "rail")
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return button

    def set_place(self, name: str) -> None:
        """Mark the place that is shown."""
        self._places[name].setChecked(True)

    @Slot()
    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.place_chosen.emit(button.objectName())
