"""A combo box with the theme's own arrow, which the wheel changes only while it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent, QPalette, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QListView,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from desktop_llm.ui import icons

ARROW = 14
MARGIN = 8


class ComboBox(QComboBox):
    """Flat, elided, and safe to scroll past."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setView(QListView())  # the style sheet's item rules apply to a plain view only
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._arrow = icons.icon("caret-down", "text_muted")

    # Qt's own names

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        if self.currentIndex() < 0:
            option.currentText = self.placeholderText()
            option.palette.setBrush(QPalette.ColorRole.ButtonText, option.palette.placeholderText())
        room = self.width() - ARROW - 4 * MARGIN
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = MARGIN if is_mirrored else self.width() - ARROW - MARGIN
        self._arrow.paint(painter, QRect(x, (self.height() - ARROW) // 2, ARROW, ARROW))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
