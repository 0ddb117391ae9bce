"""Every widget that can be operated has a name for tests and one for screen readers."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QLabel, QWidget

W = TypeVar("W", bound=QWidget)


def named(widget: W, object_name: str, accessible: str, tooltip: str = "") -> W:
    """`widget` with its stable `objectName`, its accessible name and its tooltip."""
    widget.setObjectName(object_name)
    widget.setAccessibleName(accessible)
    if tooltip:
        widget.setToolTip(tooltip)
    return widget


def label(text: str = "", kind: str = "", wrap: bool = False) -> QLabel:
    """A label of plain text; `kind` is one of the style sheet's."""
    made = QLabel()
    made.setTextFormat(made.textFormat().PlainText)
    made.setText(text)
    made.setWordWrap(wrap)
    if kind:
        made.setProperty("kind", kind)
    return made
