"""Every command of the window as a QAction in a menu; buttons and context menus reuse them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from desktop_llm.forms.forms import forms
from desktop_llm.ui import icons
from desktop_llm.ui.chat import message_commands
from desktop_llm.ui.translate import words

Shortcut = str | QKeySequence.StandardKey
Key = QKeySequence.StandardKey
Role = QAction.MenuRole

# The menus: names of commands and of submenus in their order, "|" is a line between them.
FILE = "newChat | exportConversation exportAll importConversations | backups | settings | quit"
EDIT = "undo redo | cut copy paste selectAll | attachFiles | find findNext findPrevious | search"
VIEW = (
    "showChat showModels showFineTune | toggleList togglePanel | "
    "focusComposer nextArea previousArea | palette | themes | fullScreen"
)
MODEL = (
    "chooseModel loadModel ejectModel | findModels importModel connectServer hubToken | "
    "measureSpeed serve | fetchStarter"
)
CONVERSATION = (
    "nextConversation previousConversation | rename delete undoDelete | pin moveToFolder | "
    "newFolder folderUp folderDown trash | stop retry | showPrompt policies | copyConversation"
)
FINE_TUNE = "newRun addDataFiles | pauseRun stopRun | showRuns"
HELP = "shortcuts installLauncher openLogs | about"


def plain_text(action: QAction) -> str:
    """The text of `action` without its mnemonic and dots, for tooltips and lists."""
    return re.sub(r"\(&.\)|&\d |&|…", "", action.text())


class Commands(QObject):
    """Makes the actions by name (`action`) and puts them into a menu bar (`fill`)."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self.themes = QActionGroup(self)
        self.policies = QActionGroup(self)
        self._make_file_and_edit()
        self._make_view()
        self._make_fine_tune()
        self._make_model_and_conversation()
        self._make_messages()
        self._make_tasks()
        self._make_context()
        self._make_help()

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def all(self) -> list[QAction]:
        """In the order of the menus."""
        return list(self._actions.values())

    def connect_to(self, name: str, slot: Callable[..., object]) -> None:
        """Run `slot` when the command `name` is chosen."""
        self._actions[name].triggered.connect(slot)

    def _add(
        self,
        name: str,
        text: str,
        *shortcuts: Shortcut,
        icon: str = "",
        role: QAction.MenuRole = Role.NoRole,
        checkable: bool = False,
    ) -> QAction:
        action = QAction(text, self)
        action.setObjectName(name)
        action.setMenuRole(role)
        action.setCheckable(checkable)
        action.setShortcuts([QKeySequence(each) for each in shortcuts])
        if icon:
            action.setIcon(icons.icon(icon))
            action.setIconVisibleInMenu(False)
        self._actions[name] = action
        return action

    def _make_file_and_edit(self) -> None:
        self._add("newChat", self.tr("&New chat"), Key.New)
        self._add("exportConversation", self.tr("&Export…"), "Ctrl+Shift+S")
        self._add("exportAll", self.tr("Export &all conversations…"))
        self._add("importConversations", self.tr("&Import conversations…"))
        self._add("backups", self.tr("&Backups…"))
        self._add("settings", self.tr("&Settings…"), "Ctrl+,", role=Role.PreferencesRole)
        self._add("quit", self.tr("&Quit"), "Ctrl+Q", role=Role.QuitRole)
        self._add("undo", self.tr("&Undo"), Key.Undo)
        self._add("redo", self.tr("&Redo"), Key.Redo)
        self._add("cut", self.tr("Cu&t"), Key.Cut)
        self._add("copy", self.tr("&Copy"), Key.Copy)
        self._add("paste", self.tr("&Paste"), Key.Paste)
        self._add("selectAll", self.tr("Select &all"), Key.SelectAll)
        self._add("attachFiles", self.tr("Attach &files…"), "Ctrl+Shift+A", icon="paperclip")
        self._add("find", self.tr("Find &in conversation"), Key.Find)
        self._add("findNext", self.tr("Find &next"), Key.FindNext)
        self._add("findPrevious", self.tr("Find pre&vious"), Key.FindPrevious)
        self._add("search", self.tr("&Search conversations"), "Ctrl+Shift+F")

    def _make_view(self) -> None:
        self._add("showChat", self.tr("C&hat"), "Ctrl+1")
        self._add("showModels", self.tr("Mode&ls"), "Ctrl+2")
        self._add("showFineTune", self.tr("Fine-&tune"), "Ctrl+3")
        self._add("toggleList", self.tr("&Conversation list"), "F9", icon="list", checkable=True)
        self._add(
            "togglePanel",
            self.tr("&Generation settings"),
            "F8",
            icon="sliders-horizontal",
            checkable=True,
        )
        self._add("palette", self.tr("Command &palette…"), "Ctrl+K", icon="command")
        self._add("focusComposer", self.tr("Go to the &message field"), "Ctrl+L")
        self._add("nextArea", self.tr("&Next area of the window"), "F6")
        self._add("previousArea", self.tr("Pre&vious area of the window"), "Shift+F6")
        for name, text in (
            ("system", self.tr("Like the s&ystem")),
            ("light", self.tr("&Light")),
            ("dark", self.tr("&Dark")),
        ):
            action = self._add(f"theme_{name}", text, checkable=True)
            action.setData(name)
            self.themes.addAction(action)
        self._add("fullScreen", self.tr("&Full screen"), "F11", checkable=True)

    def _make_fine_tune(self) -> None:
        self._add("newRun", self.tr("&New run…"), "Ctrl+Shift+N")
        self._add("addDataFiles", self.tr("&Add data files…"), Key.Open)
        self._add("pauseRun", self.tr("&Pause the training"))
        self._add("stopRun", self.tr("&Stop and keep the result"))
        self._add("showRuns", self.tr("Show &runs"), "Ctrl+Shift+R")

    def _make_model_and_conversation(self) -> None:
        self._add("chooseModel", self.tr("&Choose a model"), "Ctrl+Shift+K")
        self._add("loadModel", self.tr("&Load the chosen model"), "Ctrl+Shift+L")
        self._add("ejectModel", self.tr("&Eject the model"), "Ctrl+Shift+E")
        self._add("findModels", self.tr("&Find models…"), "Ctrl+Shift+M")
        self._add("importModel", self.tr("&Import a model…"), "Ctrl+Shift+I")
        self._add("connectServer", self.tr("C&onnect to a server…"), "Ctrl+Shift+O")
        self._add("measureSpeed", self.tr("Mea&sure the speed…"), "Ctrl+Shift+Y")
        self._add("hubToken", self.tr("Access &token of the hub…"))
        self._add("serve", self.tr("Ser&ve other programs"), "Ctrl+Shift+V", checkable=True)
        self._add("fetchStarter", self.tr("&Download the starter model"))
        self._add("rename", self.tr("&Rename"), "F2", icon="pencil-simple")
        self._add("delete", self.tr("&Delete"), Key.Delete, icon="trash")
        self._add("undoDelete", self.tr("&Undo the deletion"), "Ctrl+Shift+T")
        self._add("pin", self.tr("&Pin to the top"), "Ctrl+D", icon="push-pin", checkable=True)
        self._add("moveToFolder", self.tr("&Move to a folder"), icon="folder-simple")
        self._add("newFolder", self.tr("&New folder"), "Ctrl+Shift+G", icon="folder-simple-plus")
        self._add("nextConversation", self.tr("Ne&xt conversation"), "Ctrl+PgDown", Key.NextChild)
        self._add(
            "previousConversation",
            self.tr("Previ&ous conversation"),
            "Ctrl+PgUp",
            Key.PreviousChild,
        )
        self._add("folderUp", self.tr("Mo&ve the folder up"), "Alt+Up")
        self._add("folderDown", self.tr("Mov&e the folder down"), "Alt+Down")
        self._add("trash", self.tr("&Trash…"), "Ctrl+Shift+Del")
        for name in ("rename", "delete", "folderUp", "folderDown"):  # what has the focus has them
            self._actions[name].setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._add("stop", self.tr("&Stop the answer"), "Esc")
        self._add("retry", self.tr("Answer &again"), "Ctrl+R")

    def _make_messages(self) -> None:
        for each in message_commands.COMMANDS:
            shortcuts = (each.shortcut,) if each.shortcut else ()
            text = message_commands.translated(each.text)
            self._add(each.name, text, *shortcuts, checkable=each.checked is not None)
        self._add("copyConversation", self.tr("&Copy the conversation as Markdown"))

    def _make_tasks(self) -> None:
        for number, form in enumerate(forms(), 1):
            self._add(f"form_{form.id}", f"&{number} {words(form.title)}…")

    def _make_context(self) -> None:
        self._add("showPrompt", self.tr("&What the model sees…"), "Ctrl+Shift+P", icon="eye")
        for name, text in (
            ("ask", self.tr("&Stop and ask")),
            ("drop_oldest", self.tr("Leave out the &oldest messages")),
            ("keep_ends", self.tr("&Keep the start and the end")),
        ):
            action = self._add(f"policy_{name}", text, checkable=True)
            action.setData(name)
            self.policies.addAction(action)

    def _make_help(self) -> None:
        self._add("shortcuts", self.tr("&Keyboard shortcuts"), "Ctrl+?", Key.HelpContents)
        self._add("installLauncher", self.tr("&Install a launcher"))
        self._add("openLogs", self.tr("&Open the log folder"))
        self._add("about", self.tr("&About Desktop LLM"), role=Role.AboutRole)

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus of `bar`."""
        for title, names in (
            (self.tr("&File"), FILE),
            (self.tr("&Edit"), EDIT),
            (self.tr("&View"), VIEW),
            (self.tr("&Model"), MODEL),
            (self.tr("&Conversation"), CONVERSATION),
            (self.tr("Me&ssage"), "messages"),
            (self.tr("T&asks"), " ".join(f"form_{form.id}" for form in forms())),
            (self.tr("Fine-&tune"), FINE_TUNE),
            (self.tr("&Help"), HELP),
        ):
            self._fill_menu(bar.addMenu(title), names.split())

    def _fill_menu(self, menu: QMenu, names: Iterable[str]) -> None:
        for name in names:
            if name == "|":
                menu.addSeparator()
            elif name == "messages":
                message_commands.fill(menu, lambda each: self._actions[each.name])
            elif name == "themes":
                menu.addMenu(self.tr("&Appearance")).addActions(self.themes.actions())
            elif name == "policies":
                title = self.tr("When it &gets too long")
                menu.addMenu(title).addActions(self.policies.actions())
            else:
                menu.addAction(self._actions[name])
