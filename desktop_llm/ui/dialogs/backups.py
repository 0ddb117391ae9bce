"""The backups of the conversations: what there is, and how to get one back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.services.backups import BackupService
from desktop_llm.storage.backups import AUTOMATIC, BEFORE_RESTORE, Backup
from desktop_llm.storage.salvage import Salvaged
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.named import label, named


class BackupsDialog(QDialog):
    """Restoring replaces everything, adding replaces nothing; both can be taken back."""

    def __init__(self, backups: BackupService, busy: bool, parent: QWidget | None = None) -> None:
        """`busy`: an answer is being written, so that nothing can be replaced now."""
        super().__init__(parent)
        self.setObjectName("backupsDialog")
        self.setWindowTitle(self.tr("Backups"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 440)
        self._service = backups
        self._busy = busy
        self._backups: Sequence[Backup] = ()
        self.list = named(QListWidget(), "backupList", self.tr("Backups"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setUniformItemSizes(True)
        self._said = label(kind="muted", wrap=True)
        self._restore = self._button("restoreBackup", self.tr("&Restore"))
        self._add = self._button("addFromBackup", self.tr("&Add what is missing"))
        self._now = self._button("backUpNow", self.tr("&Back up now"))
        self._folder = self._button("openBackups", self.tr("&Open the folder"))
        self._close = self._button("closeBackups", self.tr("&Close"))
        self._restore.setProperty("kind", "primary")
        self._restore.setToolTip(self.tr("Replaces all conversations by those of the backup"))
        self._add.setToolTip(self.tr("Takes over what you do not have any more; replaces nothing"))
        self._arrange()
        self._connect()
        self._refresh()

    def _button(self, name: str, text: str) -> QPushButton:
        button = named(QPushButton(text), name, text.replace("&", ""))
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        explanation = self.tr(
            "A backup is made every half hour and when the app is closed, if something has "
            "changed. Before one is restored, your conversations of now become a backup, too."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(explanation, "muted", wrap=True))
        column.addWidget(self.list, 1)
        column.addWidget(self._said)
        for left, right in (
            ((self._now, self._folder), ()),
            ((self._close,), (self._add, self._restore)),
        ):
            row = QHBoxLayout()
            row.setSpacing(8)
            for button in left:
                row.addWidget(button)
            row.addStretch()
            for button in right:
                row.addWidget(button)
            column.addLayout(row)

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._show_buttons)
        self._restore.clicked.connect(self._restore_chosen)
        self._add.clicked.connect(self._add_chosen)
        self._now.clicked.connect(self._service.make)
        self._folder.clicked.connect(self._open_folder)
        self._close.clicked.connect(self.reject)
        self._service.changed.connect(self._refresh)
        self._service.restored.connect(self._restored)
        self._service.taken_over.connect(self._taken_over)
        self._service.failed.connect(self._failed)

    @Slot()
    def _refresh(self) -> None:
        self._service.list_backups(self._show)

    def _show(self, backups: Sequence[Backup]) -> None:
        self._backups = backups
        self.list.clear()
        self.list.setEnabled(bool(backups))
        for backup in backups:
            row = QListWidgetItem(self._title(backup), self.list)
            row.setSizeHint(QSize(0, self.fontMetrics().height() + 18))
        if backups:
            self.list.setCurrentRow(0)
        else:
            self._said.setText(self.tr("There is no backup yet."))
        self._show_buttons()

    def _title(self, backup: Backup) -> str:
        locale = QLocale()
        moment = QDateTime(backup.made_at)  # type: ignore[call-overload]
        when = locale.toString(moment, QLocale.FormatType.ShortFormat)
        size = locale.formattedDataSize(backup.size, 1, locale.DataSizeFormat.DataSizeSIFormat)
        kinds = {
            AUTOMATIC: self.tr("{when} · {size}"),
            BEFORE_RESTORE: self.tr("{when} · {size} · before a restoration"),
        }
        other = self.tr("{when} · {size} · before an update")
        return kinds.get(backup.label, other).format(when=when, size=size)

    @Slot()
    def _show_buttons(self) -> None:
        chosen = self.list.currentRow() >= 0
        self._folder.setEnabled(bool(self._backups))
        self._restore.setEnabled(chosen and not self._busy)
        self._add.setEnabled(chosen and not self._busy)
        if self._busy:
            self._said.setText(self.tr("Stop the answer that is being written first."))

    @Slot(object)
    def set_busy(self, conversations: frozenset[str]) -> None:
        """In which conversations answers are being written now."""
        if self._busy and not conversations:
            self._said.clear()
        self._busy = bool(conversations)
        self._show_buttons()

    def _chosen(self) -> Backup:
        return self._backups[self.list.currentRow()]

    @Slot()
    def _restore_chosen(self) -> None:
        self._wait(self.tr("Restoring…"))
        self._service.restore(self._chosen().path)

    @Slot()
    def _add_chosen(self) -> None:
        self._wait(self.tr("Adding…"))
        self._service.take_over(self._chosen().path)

    def _wait(self, words: str) -> None:
        self._said.setText(words)
        self._restore.setEnabled(False)
        self._add.setEnabled(False)

    @Slot()
    def _restored(self) -> None:
        self._said.setText(self.tr("Your conversations are those of the backup now."))

    @Slot(object)
    def _taken_over(self, found: Salvaged) -> None:
        self._show_buttons()
        self._said.setText(taken_over_words(found))

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self._show_buttons()
        self._said.setText(error_text(error))

    @Slot()
    def _open_folder(self) -> None:
        if self._backups:
            folder = str(self._backups[0].path.parent)
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def taken_over_words(found: Salvaged) -> str:
    """How much was added."""
    if found == Salvaged():
        return QCoreApplication.translate("BackupsDialog", "Nothing was missing.")
    locale = QLocale()
    text = QCoreApplication.translate(
        "BackupsDialog", "Added: {conversations} conversations, {messages} messages."
    )
    return text.format(
        conversations=locale.toString(found.conversations),
        messages=locale.toString(found.messages),
    )
