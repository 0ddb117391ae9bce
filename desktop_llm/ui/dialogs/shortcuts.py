"""The list of all keyboard shortcuts, made from the commands themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from desktop_llm.ui.commands import plain_text
from desktop_llm.ui.widgets.named import label


class ShortcutsDialog(QDialog):
    """Command on the left, keys on the right."""

    def __init__(self, commands: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(32)
        grid.setVerticalSpacing(6)
        native = QKeySequence.SequenceFormat.NativeText
        rows = [(self.tr("Send the message"), QKeySequence("Return").toString(native))]
        rows.append((self.tr("New line"), QKeySequence("Shift+Return").toString(native)))
        rows += [
            (plain_text(action), action.shortcut().toString(native))
            for action in commands
            if not action.shortcut().isEmpty()
        ]
        half = (len(rows) + 1) // 2
        for number, (name, keys) in enumerate(rows):
            row, column = number % half, number // half * 2
            grid.addWidget(label(name), row, column)
            grid.addWidget(label(keys, "muted"), row, column + 1, Qt.AlignmentFlag.AlignRight)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(24, 20, 24, 16)
        column_box.setSpacing(20)
        column_box.addLayout(grid)
        column_box.addWidget(buttons)
