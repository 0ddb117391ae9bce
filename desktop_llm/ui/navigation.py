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
        chat = self._button("navChat", self.tr("Chat"), "chat-circle-text")
        chat.setCheckable(True)
        chat.setChecked(True)
        chat.setAutoExclusive(True)
        chat.clicked.connect(self._choose)
        column.addWidget(chat)
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

    @Slot()
    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.place_chosen.emit(button.objectName())
