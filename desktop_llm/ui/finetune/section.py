"""A card with a numbered heading: the three parts of a new run."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_llm.ui.widgets.named import label


class Section(QFrame):
    """Its contents go into `column`; what belongs to the heading into `head`."""

    def __init__(self, heading: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 16, 20, 18)
        self.column.setSpacing(12)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(label(heading, "section"), 0, Qt.AlignmentFlag.AlignVCenter)
        self.head.addStretch()
        self.column.addLayout(self.head)
