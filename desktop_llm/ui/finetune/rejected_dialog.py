"""The rows of a file that are left out, each with its line and the reason."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.finetune.tables import Table, TextTable
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named


class RejectedDialog(QDialog):
    """Opens over the window; the list can be copied as lines with tabs."""

    def __init__(self, report: FileReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rejectedDialog")
        self.setWindowTitle(self.tr("Rows that are left out"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 420)
        self._cells = [
            [report.path.name, str(each.line), words(each.reason)] for each in report.rejected
        ]
        model = TextTable()
        model.fill([self.tr("File"), self.tr("Line"), self.tr("Reason")], (), self._cells)
        table = Table(model, "rejectedTable", self.tr("Rows that are left out"))
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
        column.addWidget(label(self._summary(report), wrap=True))
        column.addWidget(table, 1)
        column.addLayout(buttons)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)

    def _summary(self, report: FileReport) -> str:
        facts = {
            "file": report.path.name,
            "rejected": count(report.rejected_count),
            "rows": count(report.rows),
            "shown": count(len(report.rejected)),
        }
        if report.rejected_count > len(report.rejected):
            return self.tr(
                "{rejected} of {rows} rows in {file} cannot be used. These are the first {shown}."
            ).format(**facts)
        return self.tr("{rejected} of {rows} rows in {file} cannot be used.").format(**facts)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join("\t".join(row) for row in self._cells))
