"""The conversations beside the chat: new, search, folders, pins, rename in place, delete."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.conversation import Conversation, Folder
from desktop_llm.storage.search_index import SearchHit
from desktop_llm.ui import icons
from desktop_llm.ui.chat.conversation_order import PINNED, key
from desktop_llm.ui.chat.conversation_rows import ConversationRows
from desktop_llm.ui.chat.conversation_search import ConversationSearch
from desktop_llm.ui.chat.conversation_view import ConversationView
from desktop_llm.ui.widgets.named import label, named


class ConversationList(QFrame):
    """Asks by signals; what it shows comes from its `set_…` methods."""

    new_requested = Signal()
    open_requested = Signal(str)
    composer_requested = Signal()
    """Enter was pressed on the open conversation: the person wants to write."""
    rename_requested = Signal(str, str)
    folder_rename_requested = Signal(str, str)
    delete_requested = Signal(object)
    """list[str]: conversations."""
    folder_delete_requested = Signal(str)
    pin_requested = Signal(object, bool)
    move_requested = Signal(object, object)
    """Conversations, and a folder or None."""
    folder_place_requested = Signal(str, float)
    """Folder, and its new `position`."""
    closed_changed = Signal(object)
    """list[str]: the folders that do not show what they hold."""
    choice_changed = Signal()
    """Other conversations or folders are chosen."""
    undo_requested = Signal()
    trash_requested = Signal()
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "side")
        self._rows = ConversationRows()
        self._rows.setParent(self)
        self._edit_next = ""
        self._changing = False
        self._new = named(QPushButton(self.tr("New chat")), "newChatButton", self.tr("New chat"))
        self._folder = named(QToolButton(), "newFolderButton", self.tr("New folder"))
        self._folder.setToolTip(self.tr("New folder"))
        self._trash = named(QPushButton(self.tr("Trash")), "trashButton", self.tr("Trash"))
        self.view = named(
            ConversationView(self._rows), "conversationList", self.tr("Conversations")
        )
        self._empty = label(kind="muted", wrap=True)
        self._stack = QStackedWidget()
        self.searching = ConversationSearch()
        self.search = self.searching.field
        self._arrange()
        self._connect()
        self._show_emptiness()

    def _arrange(self) -> None:
        self._new.setProperty("kind", "start")
        self._new.setIcon(icons.icon("note-pencil"))
        self._new.setIconSize(QSize(24, 18))
        self._folder.setIcon(icons.icon("folder-simple-plus"))
        self._folder.setIconSize(QSize(18, 18))
        self._trash.setProperty("kind", "quiet")
        self._trash.setIcon(icons.icon("trash", "text_muted"))
        self._trash.setIconSize(QSize(22, 16))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(12, 8, 12, 8)
        for page in (self.view, self._empty, self.searching):
            self._stack.addWidget(page)
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._new, 1)
        first.addWidget(self._folder)
        top = QVBoxLayout()
        top.setContentsMargins(12, 0, 12, 0)
        top.setSpacing(8)
        top.addLayout(first)
        top.addWidget(self.search)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(0, 0, 12, 0)
        bottom.addWidget(self._trash)
        bottom.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self._stack, 1)
        column.addLayout(bottom)
        self.setMinimumWidth(180)

    def _connect(self) -> None:
        self._new.clicked.connect(self.new_requested)
        self._folder.clicked.connect(self.folder_requested)
        self._trash.clicked.connect(self.trash_requested)
        self._rows.renamed.connect(self.rename_requested)
        self._rows.folder_renamed.connect(self.folder_rename_requested)
        self.view.settled.connect(self._settled)
        self.view.entered_row.connect(self.composer_requested)
        self.view.fold_requested.connect(self._fold)
        self.view.conversations_dropped.connect(self._dropped)
        self.view.folder_dropped.connect(self._place_folder)
        self.view.undo_requested.connect(self.undo_requested)
        self.searching.active_changed.connect(self._show_page)
        self.searching.left.connect(self.view.setFocus)

    def set_menu(self, actions: Sequence[QAction]) -> None:
        """The commands of the context menu; their shortcuts work while the list has the focus."""
        self.view.addActions(list(actions))

    @Slot(object)
    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show `conversations`, newest first; the choice and the scroll position are kept."""
        self._change(lambda: self._rows.set_conversations(conversations))
        self.searching.refresh()

    @Slot(object)
    def set_folders(self, folders: Sequence[Folder]) -> None:
        """Show `folders`; one that was just made here can be given its name."""
        self._change(lambda: self._rows.set_folders(folders))
        index = self._rows.index_of(self._edit_next, "folder")
        if index.isValid():
            self._edit_next = ""
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    @Slot(object)
    def set_busy(self, conversation_ids: Collection[str]) -> None:
        """Mark the conversations in which an answer is written."""
        self._rows.set_busy(conversation_ids)

    def set_closed(self, folder_ids: Iterable[str]) -> None:
        """The folders that do not show what they hold, as they were left."""
        self._change(lambda: self._rows.set_closed(folder_ids))

    @Slot(object)
    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show what the search found."""
        self.searching.set_hits(hits)

    def set_current(self, conversation_id: str) -> None:
        """Mark the open conversation and choose it alone."""
        self._rows.set_current(conversation_id)
        self._choose_current()

    @property
    def folders(self) -> list[Folder]:
        """In their order."""
        return self._rows.folders

    @property
    def empty_text(self) -> str:
        """What is said in place of conversations or hits; "" if there are some."""
        if self._stack.currentWidget() is self.searching:
            return self.searching.empty_text
        return self._empty.text() if self._stack.currentWidget() is self._empty else ""

    def selected(self) -> str:
        """The id of the chosen conversation; "" if there is none or more than one."""
        chosen = self.chosen()
        return chosen[0].id if len(chosen) == 1 else ""

    def chosen(self) -> list[Conversation]:
        """The chosen conversations, from above."""
        rows = [row for row in self.view.selected_rows() if row.kind == "conversation"]
        return [c for row in rows if (c := self._rows.conversation(row.id))]

    def chosen_folders(self) -> list[str]:
        """The ids of the chosen folders."""
        return [row.id for row in self.view.selected_rows() if row.kind == "folder"]

    # Commands

    def step(self, distance: int) -> None:
        """Open the conversation that stands so far below the open one; a new one is above all."""
        rows = self._rows.between(0, self._rows.rowCount() - 1)
        ids = [row.id for row in rows if row.kind == "conversation"]
        place = ids.index(self._rows.current) if self._rows.current in ids else -1
        if 0 <= place + distance < len(ids):
            self.view.setCurrentIndex(self._rows.index_of(ids[place + distance]))

    @Slot()
    def rename_selected(self) -> None:
        """Let the person edit the title of the conversation or folder in place."""
        if len(self.view.selected_rows()) == 1:
            self.searching.leave()
            index = self.view.selectedIndexes()[0]
            self.view.scrollTo(index)
            self.view.edit(index)

    @Slot()
    def delete_selected(self) -> None:
        """Ask for the deletion of what is chosen; it can be undone, so nobody is asked."""
        ids = [each.id for each in self.chosen()]
        folders = self.chosen_folders()
        if ids:
            self.delete_requested.emit(ids)
        for folder in folders:
            self.folder_delete_requested.emit(folder)

    @Slot()
    def pin_selected(self) -> None:
        """Pin what is chosen; unpin it if all of it is pinned."""
        chosen = self.chosen()
        if chosen:
            pin = not all(each.pinned for each in chosen)
            self.pin_requested.emit([each.id for each in chosen], pin)

    def move_selected(self, folder_id: str | None) -> None:
        """Put what is chosen into a folder, or out of all folders."""
        if ids := [each.id for each in self.chosen()]:
            self.move_requested.emit(ids, folder_id)

    def move_folder(self, step: int) -> None:
        """Move the chosen folder up (-1) or down (+1)."""
        if len(folders := self.chosen_folders()) == 1:
            ids = [folder.id for folder in self.folders]
            place = ids.index(folders[0]) + (step if step < 0 else step + 1)
            self._place_folder(folders[0], max(0, min(place, len(ids))))

    def name_folder(self, folder_id: str) -> None:
        """Let the person name a folder as soon as it is shown."""
        self._edit_next = folder_id

    # What the parts tell

    def _change(self, change: Callable[[], None]) -> None:
        """Do `change` to the rows and keep in sight what was there."""
        places, chosen = self.view.places(), set(self.view.selected_rows())
        self._changing = True
        change()
        self._changing = False
        self.view.keep_places(places)
        left = {key(row) for row in self.view.selected_rows()}
        if not left or left - {key(row) for row in chosen}:  # Qt chooses a neighbour of what went
            self._choose_current()
        self._show_emptiness()
        self.choice_changed.emit()

    def _choose_current(self) -> None:
        index = self._rows.index_of(self._rows.current)
        if index.isValid():
            self.view.setCurrentIndex(index)
        else:
            self.view.clearSelection()

    @Slot()
    def _settled(self) -> None:
        if self._changing:
            return
        self.choice_changed.emit()
        rows = self.view.selected_rows()
        if len(rows) != 1 or rows[0].kind != "conversation" or rows[0].id == self._rows.current:
            return
        self._rows.set_current(rows[0].id)
        self.open_requested.emit(rows[0].id)

    @Slot(str, bool)
    def _fold(self, folder_id: str, show: bool) -> None:
        closed = set(self._rows.closed) - {folder_id}
        self.set_closed(closed if show else closed | {folder_id})
        self.closed_changed.emit(self._rows.closed)

    @Slot(object, str)
    def _dropped(self, ids: Sequence[str], section: str) -> None:
        dropped = [c for each in ids if (c := self._rows.conversation(each))]
        if section == PINNED:
            self._ask_pin([c.id for c in dropped if not c.pinned], True)
            return
        self._ask_pin([c.id for c in dropped if c.pinned], False)
        folder = section or None
        if moved := [c.id for c in dropped if c.folder_id != folder]:
            self.move_requested.emit(moved, folder)

    def _ask_pin(self, ids: list[str], pin: bool) -> None:
        if ids:
            self.pin_requested.emit(ids, pin)

    @Slot(str, int)
    def _place_folder(self, folder_id: str, place: int) -> None:
        """Before the folder that is at `place` now: halfway between its neighbours."""
        folders = self.folders
        before, after = folders[:place], folders[place:]
        if folder_id in {each.id for each in (*before[-1:], *after[:1])}:
            return
        low = before[-1].position if before else folders[0].position - 2
        high = after[0].position if after else folders[-1].position + 2
        self.folder_place_requested.emit(folder_id, (low + high) / 2)

    @Slot()
    def _show_page(self) -> None:
        """The list keeps its place while a search is shown."""
        bar = self.view.verticalScrollBar()
        if self.searching.active:
            self._stack.setCurrentWidget(self.searching)
            return
        place = bar.value()
        self._show_emptiness()
        bar.setValue(place)

    def _show_emptiness(self) -> None:
        if not self.searching.active:
            self._empty.setText(self.tr("Your conversations appear here."))
            had_focus = self.view.hasFocus()
            self._stack.setCurrentWidget(self._empty if self._rows.is_empty else self.view)
            if had_focus and self._rows.is_empty:
                self._new.setFocus()
