"""Colours on text that belong to the view and not to the document."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit


def marked(cursor: QTextCursor, style: QTextCharFormat) -> QTextEdit.ExtraSelection:
    """What `cursor` selects, in `style`, for `setExtraSelections`."""
    mark: Any = QTextEdit.ExtraSelection()
    mark.cursor, mark.format = cursor, style
    return mark  # type: ignore[no-any-return]
