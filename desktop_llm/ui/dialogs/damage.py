"""Told when the file of the conversations was damaged: what is kept, what came back, what to do."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.errors import ExpectedError
from desktop_llm.services.backups import BackupService
from desktop_llm.services.storage import DamageReport
from desktop_llm.storage.salvage import Salvaged
from desktop_llm.ui.dialogs.backups import taken_over_words
from desktop_llm.ui.translate import error_text, words
from desktop_llm.ui.widgets.named import label, named


class DamageDialog(QDialog):
    """Offers to add what the newest good backup has; nothing is replaced by that."""

    def __init__(
        self, report: DamageReport, backups: BackupService, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("damageDialog")
        self.setWindowTitle(self.tr("Your conversations"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._report = report
        self._backups = backups
        self._said = label(self._found(report), wrap=True)
        self._add = named(QPushButton(), "addFromBackup", self._offer())
        self._add.setText(self._offer())
        self._add.setProperty("kind", "primary")
        self._add.setVisible(report.backup is not None)
        close = named(QPushButton(self.tr("Close")), "closeDamage", self.tr("Close"))
        happened, safe, *_ = report.error.sentences()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(words(happened), "section", wrap=True))
        column.addWidget(label(words(safe), "muted", wrap=True))
        column.addWidget(self._said)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        row.addWidget(close)
        row.addWidget(self._add)
        column.addLayout(row)
        close.clicked.connect(self.reject)
        self._add.clicked.connect(self._take_over)
        backups.taken_over.connect(self._taken_over)
        backups.failed.connect(self._failed)
        main = close if self._add.isHidden() else self._add
        main.setDefault(True)
        main.setFocus()

    def _found(self, report: DamageReport) -> str:
        found = report.found
        if report.problem:
            return error_text(report.problem)
        if found == Salvaged():
            return self.tr("Nothing in it could be read.")
        locale = QLocale()
        text = self.tr(
            "{conversations} conversations with {messages} messages could be read, and are here "
            "again."
        )
        return text.format(
            conversations=locale.toString(found.conversations),
            messages=locale.toString(found.messages),
        )

    def _offer(self) -> str:
        if self._report.backup is None:
            return self.tr("There is no backup")
        moment = QDateTime(self._report.backup.made_at)  # type: ignore[call-overload]
        when = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
        return self.tr("Add what the backup of {when} has").format(when=when)

    @Slot()
    def _take_over(self) -> None:
        assert self._report.backup is not None
        self._add.setEnabled(False)
        self._backups.take_over(self._report.backup.path)

    @Slot(object)
    def _taken_over(self, found: Salvaged) -> None:
        self._said.setText(taken_over_words(found))

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self._add.setEnabled(True)
        self._said.setText(error_text(error))
