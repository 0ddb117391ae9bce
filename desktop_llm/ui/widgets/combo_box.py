"""A combo box with the theme's own arrow, which the wheel changes only while it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QListView, QWidget

from desktop_llm.ui import icons

ARROW = 14


class ComboBox(QComboBox):
    """Flat, elided, and safe to scroll past."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setView(QListView())  # the style sheet's item rules apply to a plain view only
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._arrow = icons.icon("caret-down", "text_muted")

    # Qt's own names

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        x = (
            self.width() - ARROW - 8
            if self.layoutDirection() == Qt.LayoutDirection.LeftToRight
            else 8
        )
        self._arrow.paint(painter, QRect(x, (self.height() - ARROW) // 2, ARROW, ARROW))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
