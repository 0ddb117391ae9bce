"""All keyboard shortcuts, made from the menus themselves, with a field to search them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QMenuBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui.palette_entries import Entry, command_entries, found
from desktop_llm.ui.widgets.named import label, named


class ShortcutsDialog(QDialog):
    """Commands by their menus on the left, keys on the right."""

    def __init__(self, bar: QMenuBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutsDialog")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.resize(560, 620)
        listed = command_entries(bar, disabled=True)
        self._entries = [*self._keys_of_fields(), *(entry for entry in listed if entry.keys)]
        self.search = named(QLineEdit(), "shortcutSearch", self.tr("Search shortcuts"))
        self.search.setPlaceholderText(self.tr("Search by name or by keys"))
        self.search.setClearButtonEnabled(True)
        self.tree = named(QTreeWidget(), "shortcutList", self.tr("Keyboard shortcuts"))
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setItemsExpandable(False)
        self.tree.setIndentation(12)
        self.tree.header().setStretchLastSection(False)
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._nothing = label(self.tr("Nothing is called so."), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for widget in (self.search, self.tree, self._nothing, buttons):
            column.addWidget(widget)
        self.search.textChanged.connect(self._show)
        self._show("")

    def _keys_of_fields(self) -> list[Entry]:
        """Keys that are no commands: they belong to a field or a list."""
        native = QKeySequence.SequenceFormat.NativeText
        rows = (
            (self.tr("Send the message"), "Return"),
            (self.tr("New line"), "Shift+Return"),
            (self.tr("Edit your last message, in the empty message field"), "Up"),
            (self.tr("Save an edited message"), "Ctrl+Return"),
            (self.tr("Next place"), "Tab"),
            (self.tr("Place before"), "Shift+Tab"),
        )
        place = self.tr("Writing")
        return [
            Entry(title, place, bool, QKeySequence(keys).toString(native)) for title, keys in rows
        ]

    @Slot(str)
    def _show(self, typed: str) -> None:
        self.tree.clear()
        by_place: dict[str, QTreeWidgetItem] = {}
        searched = [entry.with_keys_as_alias() for entry in self._entries]
        for entry in found(searched, typed, most=len(searched)):
            if entry.place not in by_place:
                heading = QTreeWidgetItem(self.tree, [entry.place])
                font = heading.font(0)
                font.setBold(True)
                heading.setFont(0, font)
                heading.setSizeHint(0, QSize(0, self.fontMetrics().height() + 20))
                heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
                by_place[entry.place] = heading
            row = QTreeWidgetItem(by_place[entry.place], [entry.title, entry.keys])
            row.setSizeHint(0, QSize(0, self.fontMetrics().height() + 12))
            row.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.tree.expandAll()
        self._nothing.setVisible(not by_place)
