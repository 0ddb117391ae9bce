"""The conversations beside the chat: new, search, rename in place, delete with undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QItemSelection, QPoint, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.conversation import Conversation
from desktop_llm.ui import icons
from desktop_llm.ui.chat.conversation_rows import ConversationRows, RowPainter
from desktop_llm.ui.widgets.named import label, named

SEARCH_DELAY_MS = 150


class ConversationList(QFrame):
    """Asks by signals; what it shows comes from `set_conversations` and `set_current`."""

    new_requested = Signal()
    open_requested = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    search_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "side")
        self._current = ""
        self._menu_actions: list[QAction] = []
        self._rows = ConversationRows()
        self._rows.setParent(self)
        self._new = named(QPushButton(self.tr("New chat")), "newChatButton", self.tr("New chat"))
        self._new.setProperty("kind", "start")
        self._new.setIcon(icons.icon("note-pencil"))
        self._new.setIconSize(QSize(24, 18))
        self.search = named(QLineEdit(), "conversationSearch", self.tr("Search conversations"))
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(
            icons.icon("magnifying-glass", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.view = named(QListView(), "conversationList", self.tr("Conversations"))
        self._empty = label(kind="muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._set_up_view()
        self._arrange()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_DELAY_MS)
        self._typing.timeout.connect(self._ask_search)
        self.search.textChanged.connect(self._search_edited)
        self._new.clicked.connect(self.new_requested)
        self._rows.renamed.connect(self.rename_requested)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.customContextMenuRequested.connect(self._show_menu)

    def _set_up_view(self) -> None:
        self.view.setModel(self._rows)
        self.view.setItemDelegate(RowPainter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(8)
        top = QVBoxLayout()
        top.setContentsMargins(12, 0, 12, 0)
        top.setSpacing(8)
        top.addWidget(self._new)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self._empty)
        column.addWidget(self.view, 1)
        self.setMinimumWidth(180)

    def set_menu(self, actions: Sequence[QAction]) -> None:
        """The commands of the context menu; their shortcuts work while the list has the focus."""
        self._menu_actions = list(actions)
        self.view.addActions(self._menu_actions)

    @Slot(object)
    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show `conversations`, newest first, and keep the current one chosen."""
        self._rows.set_conversations(conversations, date.today())
        searching = bool(self.search.text())
        self._empty.setText(
            self.tr("Nothing found.") if searching else self.tr("Your conversations appear here.")
        )
        self._empty.setVisible(not conversations)
        self._choose_current()

    @property
    def empty_text(self) -> str:
        """What is said in place of conversations; "" if there are some."""
        return self._empty.text() if self._empty.isVisible() else ""

    def set_current(self, conversation_id: str) -> None:
        """Mark the open conversation."""
        self._current = conversation_id
        self._choose_current()

    def _choose_current(self) -> None:
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        self.view.setCurrentIndex(self._rows.index_of(self._current))
        selection.blockSignals(False)
        self.view.viewport().update()

    def selected(self) -> str:
        """The id of the chosen conversation; "" if there is none."""
        conversation = self._rows.conversation(self.view.currentIndex())
        return conversation.id if conversation else ""

    @Slot()
    def rename_selected(self) -> None:
        """Let the person edit the title in place."""
        if self.selected():
            self.view.edit(self.view.currentIndex())

    @Slot()
    def delete_selected(self) -> None:
        """Ask for the deletion of the chosen conversation; it can be undone, so nobody is asked."""
        if chosen := self.selected():
            self.delete_requested.emit(chosen)

    @Slot(QItemSelection)
    def _selected(self) -> None:
        chosen = self.selected()
        if chosen and chosen != self._current:
            self._current = chosen
            self.open_requested.emit(chosen)

    @Slot(str)
    def _search_edited(self) -> None:
        self._typing.start()

    @Slot()
    def _ask_search(self) -> None:
        self.search_requested.emit(self.search.text().strip())

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self._rows.conversation(self.view.indexAt(place)) is None:
            return
        menu = QMenu(self)
        menu.addActions(self._menu_actions)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.view.viewport().mapToGlobal(place))

    # Qt's own names

    def hideEvent(self, event: QHideEvent) -> None:
        self._typing.stop()
        super().hideEvent(event)
