"""The rows of a file that are left out, each with its line and the reason."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.translate import words


def rejected_rows(report: FileReport, parent: QWidget | None = None) -> RejectedDialog:
    """The dialog for the file of `report`."""
    translate = QCoreApplication.translate
    cells = [[report.path.name, str(each.line), words(each.reason)] for each in report.rejected]
    facts = {
        "file": report.path.name,
        "rejected": count(report.rejected_count),
        "rows": count(report.rows),
        "shown": count(len(report.rejected)),
    }
    summary = translate("RejectedDialog", "{rejected} of {rows} rows in {file} cannot be used.")
    if report.rejected_count > len(report.rejected):
        summary = translate(
            "RejectedDialog",
            "{rejected} of {rows} rows in {file} cannot be used. These are the first {shown}.",
        )
    headings = [
        translate("RejectedDialog", "File"),
        translate("RejectedDialog", "Line"),
        translate("RejectedDialog", "Reason"),
    ]
    title = translate("RejectedDialog", "Rows that are left out")
    return RejectedDialog(title, summary.format(**facts), headings, cells, parent)
