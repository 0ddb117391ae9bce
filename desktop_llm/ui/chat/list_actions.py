"""What the conversation list asks for is done here: commands, folders, search, trash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QMenu, QWidget
from shiboken6 import isValid

from desktop_llm.core.conversation import Folder
from desktop_llm.storage.trash import TrashEntry
from desktop_llm.ui.chat.conversation_list import ConversationList
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services

LIST_COMMANDS = (
    *("rename", "pin", "moveToFolder", "folderUp", "folderDown"),
    *("exportConversation", "delete"),
)

if TYPE_CHECKING:
    from desktop_llm.ui.dialogs.trash import TrashDialog
"""Of the context menu."""
NAME_WIDTH = 320
"""Pixels of a folder's name in a menu."""


class ListActions(QObject):
    """Connects the list with the chat service; holds the trash dialog and the menu of folders."""

    def __init__(
        self, conversations: ConversationList, services: Services, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._list = conversations
        self._chat = services.chat
        self._preferences = services.preferences
        self._window = parent
        self._trash: TrashDialog | None = None
        self._commands: Commands | None = None
        self._folders = QMenu(parent)
        self._folders.aboutToShow.connect(self._fill_folders)
        conversations.set_closed(services.preferences.value.closed_folders)
        self._connect_chat()
        self._connect_list()

    def _connect_chat(self) -> None:
        chat, shown = self._chat, self._list
        chat.conversations_changed.connect(shown.set_conversations)
        chat.folders_changed.connect(shown.set_folders)
        chat.hits_found.connect(shown.set_hits)
        chat.busy_conversations_changed.connect(shown.set_busy)
        chat.undo_changed.connect(self._refresh_trash)
        shown.set_busy(chat.busy_conversations)

    def _connect_list(self) -> None:
        chat, shown = self._chat, self._list
        shown.open_requested.connect(chat.open)
        shown.rename_requested.connect(chat.rename)
        shown.folder_rename_requested.connect(chat.rename_folder)
        shown.delete_requested.connect(chat.delete_many)
        shown.folder_delete_requested.connect(chat.delete_folder)
        shown.pin_requested.connect(chat.set_pinned)
        shown.move_requested.connect(chat.move)
        shown.folder_place_requested.connect(chat.place_folder)
        shown.undo_requested.connect(chat.undo)
        shown.searching.search_requested.connect(chat.search)
        shown.searching.hit_chosen.connect(self._open_hit)
        shown.closed_changed.connect(self._remember_closed)
        shown.folder_requested.connect(self.new_folder)
        shown.trash_requested.connect(self.show_trash)
        shown.choice_changed.connect(self._refresh_commands)

    def add_commands(self, commands: Commands) -> None:
        """Let the commands of the menu act on what is chosen in the list."""
        self._commands = commands
        commands["moveToFolder"].setMenu(self._folders)
        self._list.set_menu([commands[name] for name in LIST_COMMANDS])
        for name, slot in (
            ("rename", self._list.rename_selected),
            ("delete", self._list.delete_selected),
            ("pin", self._list.pin_selected),
            ("nextConversation", lambda: self._list.step(1)),
            ("previousConversation", lambda: self._list.step(-1)),
            ("folderUp", lambda: self._list.move_folder(-1)),
            ("folderDown", lambda: self._list.move_folder(1)),
            ("newFolder", self.new_folder),
            ("trash", self.show_trash),
        ):
            commands.connect_to(name, slot)
        self._refresh_commands()

    @Slot()
    def new_folder(self) -> None:
        """Make a folder and let the person name it in the list."""
        self._list.show()
        self._list.searching.leave()
        self._list.name_folder(self._chat.make_folder(self.tr("New folder")))

    @Slot()
    def show_trash(self) -> None:
        """Show what was deleted."""
        from desktop_llm.ui.dialogs.trash import TrashDialog  # the window starts without it

        if self._trash is None:
            self._trash = TrashDialog(self._window)
            self._trash.refresh_requested.connect(self._refresh_trash)
            self._trash.restore_requested.connect(self._restore)
            self._trash.removal_requested.connect(self._remove)
        self._trash.show()
        self._trash.raise_()
        self._trash.activateWindow()

    @Slot()
    def _refresh_commands(self) -> None:
        commands = self._commands
        if commands is None:
            return
        chosen, folders = self._list.chosen(), self._list.chosen_folders()
        commands["rename"].setEnabled(len(chosen) + len(folders) == 1)
        commands["delete"].setEnabled(bool(chosen or folders))
        commands["pin"].setEnabled(bool(chosen))
        commands["pin"].setChecked(bool(chosen) and all(each.pinned for each in chosen))
        commands["moveToFolder"].setEnabled(bool(chosen))
        for name in ("folderUp", "folderDown"):
            commands[name].setEnabled(len(folders) == 1 and not chosen)
            commands[name].setVisible(not chosen)

    @Slot()
    def _fill_folders(self) -> None:
        """The folders, a new one, and none."""
        menu, chosen = self._folders, self._list.chosen()
        menu.clear()
        where = {each.folder_id for each in chosen}
        for folder in self._list.folders:
            self._add_folder(folder, where == {folder.id})
        if self._list.folders:
            menu.addSeparator()
        menu.addAction(self.tr("&New folder…")).triggered.connect(self._move_to_new)
        none = menu.addAction(self.tr("N&o folder"))
        none.setEnabled(where != {None})
        none.triggered.connect(lambda: self._list.move_selected(None))

    def _add_folder(self, folder: Folder, checked: bool) -> None:
        metrics = self._folders.fontMetrics()
        name = metrics.elidedText(folder.name, Qt.TextElideMode.ElideRight, NAME_WIDTH)
        action = self._folders.addAction(name.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(checked)
        action.triggered.connect(lambda: self._list.move_selected(folder.id))

    @Slot()
    def _move_to_new(self) -> None:
        chosen = [each.id for each in self._list.chosen()]
        folder = self._chat.make_folder(self.tr("New folder"))
        self._chat.move(chosen, folder)
        self._list.name_folder(folder)

    @Slot(str, object)
    def _open_hit(self, conversation_id: str, message_id: str | None) -> None:
        if message_id is None:
            self._chat.open(conversation_id)
        else:
            self._chat.open_at(conversation_id, message_id)

    @Slot(object)
    def _remember_closed(self, folder_ids: list[str]) -> None:
        self._preferences.set("closed_folders", folder_ids)

    @Slot()
    def _refresh_trash(self) -> None:
        if self._trash is not None and self._trash.isVisible():
            self._chat.trash_entries(self._show_entries)

    def _show_entries(self, entries: Sequence[TrashEntry]) -> None:
        if self._trash is not None and isValid(self._trash):
            self._trash.set_entries(entries)

    @Slot(object)
    def _restore(self, entries: Sequence[TrashEntry]) -> None:
        for entry in entries:
            self._chat.restore(entry)
        self._refresh_trash()

    @Slot(object)
    def _remove(self, entries: Sequence[TrashEntry]) -> None:
        for entry in entries:
            self._chat.remove_for_good(entry)
        self._refresh_trash()
