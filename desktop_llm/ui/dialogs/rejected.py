"""What of a file could not be used, each with its place and the reason."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.ui.finetune.tables import Table, TextTable
from desktop_llm.ui.widgets.named import label, named


class RejectedDialog(QDialog):
    """Opens over the window; the list can be copied as lines with tabs."""

    def __init__(
        self,
        title: str,
        summary: str,
        headings: Sequence[str],
        cells: Sequence[Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rejectedDialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 420)
        self._cells = [list(row) for row in cells]
        model = TextTable()
        model.fill(list(headings), (), self._cells)
        table = Table(model, "rejectedTable", title)
        model.setParent(table)
        table.verticalHeader().hide()
        table.fit_columns()
        copy = named(QPushButton(), "copyRejected", self.tr("Copy the list"))
        copy.setText(self.tr("Copy the list"))
        close = named(QPushButton(), "closeRejected", self.tr("Close"))
        close.setText(self.tr("Close"))
        close.setDefault(True)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addStretch()
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(summary, wrap=True))
        column.addWidget(table, 1)
        column.addLayout(buttons)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self._cells))
