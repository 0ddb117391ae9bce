"""The trash: what was deleted in the last 30 days, to restore or to delete for good."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.storage.trash import TRASH_DAYS, TrashEntry
from desktop_llm.ui.dialogs.trash_rows import DELETED, KIND, LEFT, TITLE, TrashRows
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.row_table import RowTable

WIDTHS = {TITLE: (180, 1), KIND: (110, 0), DELETED: (130, 0), LEFT: (80, 0)}
"""Of each column at least, and its share of what is left."""


class TrashDialog(QDialog):
    """Asks by signals, with lists of `TrashEntry`; `set_entries` tells it what there is."""

    refresh_requested = Signal()
    restore_requested = Signal(object)
    removal_requested = Signal(object)
    """The person has confirmed that these are to go for good."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trashDialog")
        self.setWindowTitle(self.tr("Trash"))
        self.resize(QSize(720, 460))
        self._rows = TrashRows()
        self._rows.setParent(self)
        columns = ("trashHeader", self.tr("Columns of the trash"))
        self.view = named(RowTable(WIDTHS, columns, self), "trashList", self.tr("Deleted things"))
        self.view.setModel(self._rows)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._nothing = label(self.tr("The trash is empty."), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._nothing)
        self._restore = self._button(self.tr("&Restore"), "trashRestore")
        self._remove = self._button(self.tr("&Delete for good…"), "trashRemove")
        self._empty = self._button(self.tr("&Empty the trash…"), "trashEmpty")
        self._arrange()
        self._connect()
        self._refresh()

    @staticmethod
    def _button(text: str, name: str) -> QPushButton:
        button = named(QPushButton(text), name, text.replace("&", "").replace("…", ""))
        button.setAutoDefault(False)
        return button

    def _arrange(self) -> None:
        kept = self.tr("What you delete is kept for {days} days. Then it is gone for good.")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(kept.format(days=TRASH_DAYS), "muted", wrap=True))
        column.addWidget(self._stack, 1)
        row = QHBoxLayout()
        for button in (self._restore, self._remove, self._empty):
            row.addWidget(button)
        row.addStretch()
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        row.addWidget(close)
        column.addLayout(row)

    def _connect(self) -> None:
        restore, remove = (
            QAction(self.tr("Restore"), self),
            QAction(self.tr("Delete for good…"), self),
        )
        remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.view.addAction(remove)
        self.view.set_commands([restore, remove])
        for source in (restore.triggered, self._restore.clicked, self.view.doubleClicked):
            source.connect(self._ask_restore)
        for source in (remove.triggered, self._remove.clicked):
            source.connect(self._ask_removal)
        self._empty.clicked.connect(self._ask_emptying)
        self.view.selectionModel().selectionChanged.connect(self._refresh)

    @Slot(object)
    def set_entries(self, entries: Sequence[TrashEntry]) -> None:
        """Show `entries`; the place in the list is kept."""
        row = self.view.currentIndex().row()
        self._rows.set_entries(entries)
        if entries and row >= 0:
            self.view.selectRow(min(row, len(entries) - 1))
        self._refresh()

    def chosen(self) -> list[TrashEntry]:
        """The chosen entries, from above."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self._rows.entries[row] for row in rows]

    @Slot()
    def _refresh(self) -> None:
        some, chosen = bool(self._rows.entries), bool(self.chosen())
        self._stack.setCurrentWidget(self.view if some else self._nothing)
        self._restore.setEnabled(chosen)
        self._remove.setEnabled(chosen)
        self._empty.setEnabled(some)

    @Slot()
    def _ask_restore(self) -> None:
        if chosen := self.chosen():
            self.restore_requested.emit(chosen)

    @Slot()
    def _ask_removal(self) -> None:
        if chosen := self.chosen():
            self._ask(chosen, self._removal_words(chosen))

    @Slot()
    def _ask_emptying(self) -> None:
        entries = list(self._rows.entries)
        words = self.tr("Delete everything in the trash for good? Number of things: {number}.")
        self._ask(entries, words.format(number=len(entries)))

    def _removal_words(self, entries: Sequence[TrashEntry]) -> str:
        if len(entries) > 1:
            return self.tr("Delete {number} things for good?").format(number=len(entries))
        title = self.fontMetrics().elidedText(
            self._rows.title(entries[0]), Qt.TextElideMode.ElideMiddle, 320
        )
        return self.tr("Delete “{title}” for good?").format(title=title)

    def _ask(self, entries: list[TrashEntry], text: str) -> None:
        """Once, before anything goes for good."""
        question = QMessageBox(self)
        question.setObjectName("trashQuestion")
        question.setIcon(QMessageBox.Icon.Warning)
        question.setWindowTitle(self.tr("Delete for good"))
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(text)
        question.setInformativeText(self._consequence(entries))
        words = self.tr("Delete for good")
        remove = question.addButton(words, QMessageBox.ButtonRole.DestructiveRole)
        named(remove, "confirmTrashRemoval", words)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        remove.clicked.connect(lambda: self.removal_requested.emit(entries))
        question.finished.connect(question.deleteLater)
        question.open()

    def _consequence(self, entries: Sequence[TrashEntry]) -> str:
        kinds = {entry.kind for entry in entries}
        if "message" in kinds:
            return self.tr("What follows a deleted message goes with it. This cannot be undone.")
        if kinds == {"folder"}:
            return self.tr("The conversations that were in it stay. This cannot be undone.")
        return self.tr("This cannot be undone.")

    # Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh_requested.emit()
