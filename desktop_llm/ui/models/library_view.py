"""The library: everything on this computer, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.ui import icons
from desktop_llm.ui.models.library_rows import (
    CHECKED,
    ENGINE,
    KIND,
    NAME,
    SIZE,
    SORT_ROLE,
    USED,
    LibraryRows,
    is_spoilt,
)
from desktop_llm.ui.models.words import count_models, size_words
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.row_table import RowTable

WIDTHS = {
    NAME: (180, 4),
    KIND: (150, 3),
    SIZE: (84, 0),
    CHECKED: (124, 0),
    USED: (92, 0),
    ENGINE: (104, 0),
}
"""Of each column at least, and its share of what is left."""


class LibraryView(QWidget):
    """Asks by signals; what it shows comes from `set_entries`."""

    chat_requested = Signal(str)
    default_requested = Signal(str)
    settings_requested = Signal(str)
    verify_requested = Signal(str)
    again_requested = Signal(str)
    reveal_requested = Signal(str)
    remove_requested = Signal(str)
    import_folder_requested = Signal()
    import_file_requested = Signal()
    refresh_requested = Signal()
    discover_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = LibraryRows()
        self.rows.setParent(self)
        self._shown = QSortFilterProxyModel(self)
        self.view = named(
            RowTable(WIDTHS, ("libraryHeader", self.tr("Columns of the models")), self),
            "libraryList",
            self.tr("Models on this computer"),
        )
        self.filter = named(QLineEdit(), "libraryFilter", self.tr("Filter the models"))
        self._actions: dict[str, QAction] = {}
        self._total = label(kind="muted")
        self._stack = QStackedWidget()
        self._known = False
        self._set_up_view()
        self._make_actions()
        self._arrange()
        self.filter.textChanged.connect(self._shown.setFilterFixedString)
        self.view.selectionModel().selectionChanged.connect(self._refresh)
        self._shown.dataChanged.connect(self._refresh)
        self.view.doubleClicked.connect(self._actions["chat"].trigger)
        self.view.set_commands(self._actions.values())
        self._refresh()

    def _set_up_view(self) -> None:
        view = self.view
        self._shown.setSourceModel(self.rows)
        self._shown.setSortRole(SORT_ROLE)
        self._shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        view.setModel(self._shown)
        header = view.horizontalHeader()
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        view.setSortingEnabled(True)

    def _make_actions(self) -> None:
        for name, text, icon, key, signal in (
            ("chat", self.tr("Chat with it"), "chat-circle-text", "Return", self.chat_requested),
            ("default", self.tr("Begin with this model"), "star", "", self.default_requested),
            (
                "settings",
                self.tr("Settings of this model…"),
                "sliders-horizontal",
                "",
                self.settings_requested,
            ),
            ("verify", self.tr("Check the files"), "shield-check", "", self.verify_requested),
            ("again", self.tr("Download again"), "arrow-clockwise", "", self.again_requested),
            (
                "reveal",
                self.tr("Show in the file manager"),
                "folder-open",
                "",
                self.reveal_requested,
            ),
            ("remove", self.tr("Remove…"), "trash", "Del", self.remove_requested),
        ):
            action = QAction(icons.icon(icon), text, self.view)
            action.setObjectName(f"library_{name}")
            action.setIconVisibleInMenu(False)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            if key:
                action.setShortcut(QKeySequence(key))
            action.setData(signal)
            action.triggered.connect(self._ask)
            self._actions[name] = action
        self.view.addActions(list(self._actions.values()))

    def _arrange(self) -> None:
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setMaximumWidth(220)
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for name in ("chat", "remove"):
            bar.addWidget(self._button(name))
        bar.addWidget(self._menu_button("libraryMore", self.tr("More"), self._more()))
        bar.addWidget(self._menu_button("importButton", self.tr("Import"), self._imports()))
        bar.addStretch()
        bar.addWidget(self._total)
        bar.addWidget(self.filter)
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        self._stack.addWidget(self._looking())
        self._stack.addWidget(filled)
        self._stack.addWidget(self._empty())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _button(self, name: str) -> QPushButton:
        action = self._actions[name]
        button = QPushButton(action.icon(), action.text())
        named(button, f"library{name.title()}Button", action.text())
        button.clicked.connect(action.trigger)
        action.enabledChanged.connect(button.setEnabled)
        return button

    def _menu_button(self, name: str, text: str, menu: QMenu) -> QPushButton:
        button = named(QPushButton(icons.icon("caret-down"), text), name, text)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the text
        menu.setLayoutDirection(self.layoutDirection())
        button.setMenu(menu)
        return button

    def _more(self) -> QMenu:
        menu = QMenu(self)
        for name in ("default", "settings", "verify", "again", "reveal"):
            menu.addAction(self._actions[name])
        menu.addSeparator()
        again = menu.addAction(self.tr("Look at the disk again"))
        again.setObjectName("library_refresh")
        again.triggered.connect(self.refresh_requested)
        return menu

    def _imports(self) -> QMenu:
        menu = QMenu(self)
        for name, text, signal in (
            ("folder", self.tr("A folder…"), self.import_folder_requested),
            ("file", self.tr("A GGUF file…"), self.import_file_requested),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"import_{name}")
            action.triggered.connect(signal)
        return menu

    def _looking(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch()
        text = label(self.tr("Looking for models…"), "muted")
        column.addWidget(text, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        return page

    def _empty(self) -> QWidget:
        """What is there before the first model."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch()
        text = self.tr("Find one that fits this computer, or drop a folder or a GGUF file here.")
        button = named(QPushButton(self.tr("Find a model")), "firstModel", self.tr("Find a model"))
        button.setProperty("kind", "primary")
        button.clicked.connect(self.discover_requested)
        title = label(self.tr("No models yet"), "title")
        for widget in (title, label(text, "muted"), button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
            column.addSpacing(8)
        column.addStretch()
        return page

    @Slot(object)
    def set_entries(self, entries: Sequence[LibraryEntry]) -> None:
        """Show `entries`; the chosen one stays chosen."""
        chosen = self.selected()
        self.rows.set_entries(entries)
        self._known = True
        self._stack.setCurrentIndex(1 if entries else 2)
        size = size_words(sum(entry.own_size for entry in entries))
        self._total.setText(
            self.tr("{models}, {size}").format(models=count_models(len(entries)), size=size)
        )
        if entries and self.selected() is None:
            self.select(chosen.name if chosen else entries[0].name)
        self._refresh()

    def select(self, name: str) -> None:
        """Choose a model."""
        index = self._shown.mapFromSource(self.rows.index(max(0, self.rows.row_of(name)), NAME))
        if index.isValid():
            self.view.selectRow(index.row())

    def selected(self) -> LibraryEntry | None:
        """The chosen model."""
        rows = self.view.selectionModel().selectedRows()
        return self.rows.entry(self._shown.mapToSource(rows[0])) if rows else None

    @property
    def actions_by_name(self) -> dict[str, QAction]:
        """chat, default, settings, verify, again, reveal, remove."""
        return self._actions

    @Slot()
    def _refresh(self) -> None:
        """Only what can be done with the chosen model is offered."""
        entry = self.selected()
        there = entry is not None and not entry.missing
        usable = entry is not None and there and entry.usable
        offered = {
            "chat": usable,
            "default": usable,
            "settings": usable,
            "verify": there,
            "again": entry is not None and entry.kind == "hub" and is_spoilt(entry),
            "reveal": there,
            "remove": entry is not None,
        }
        for name, action in self._actions.items():
            action.setEnabled(offered[name])

    @Slot()
    def _ask(self) -> None:
        entry, action = self.selected(), self.sender()
        if entry is not None and isinstance(action, QAction):
            action.data().emit(entry.name)
