"""What lies behind a row of a list: one look for conversations, models and commands."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop_llm.ui import theme


def paint_back(painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
    """A rounded ground for a row that is chosen or pointed at, a ring where the focus is."""
    colors, radius = theme.current().colors, theme.current().radius.m
    painter.setPen(Qt.PenStyle.NoPen)
    if option.state & QStyle.StateFlag.State_Selected:
        painter.setBrush(QColor(colors.accent_soft))
        painter.drawRoundedRect(area, radius, radius)
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.setBrush(QColor(colors.surface_raised))
        painter.drawRoundedRect(area, radius, radius)
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(colors.accent))
        painter.drawRoundedRect(area, radius, radius)
