"""The servers whose models are offered here, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.remote_server import (
    RemoteServer,
    is_here,
    is_readable_on_the_way,
    source_of,
)
from desktop_llm.services.servers import ServerService
from desktop_llm.ui import icons
from desktop_llm.ui.models.server_dialog import ServerDialog
from desktop_llm.ui.widgets.named import label, named

WIDTH = 520
"""Pixels of what is said while there is no server."""
SERVER, MODEL = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class ServersView(QWidget):
    """Shows a `ServerService`; holds no list of its own."""

    chat_requested = Signal(str)
    """The name of a model."""
    told = Signal(str)
    """What was done, in words."""

    def __init__(self, servers: ServerService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._servers = servers
        self.tree = named(QTreeWidget(), "serverList", self.tr("Servers and their models"))
        self._actions: dict[str, QAction] = {}
        self._stack = QStackedWidget()
        self._set_up_tree()
        self._make_actions()
        self._arrange()
        self.tree.itemSelectionChanged.connect(self._refresh)
        self.tree.itemDoubleClicked.connect(self._actions["chat"].trigger)
        servers.changed.connect(self.set_servers)
        self.set_servers(servers.servers)

    def _set_up_tree(self) -> None:
        tree = self.tree
        tree.setColumnCount(3)
        tree.setHeaderLabels([self.tr("Name"), self.tr("Address"), self.tr("Connection")])
        header = tree.header()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        tree.setExpandsOnDoubleClick(False)
        tree.setUniformRowHeights(True)
        tree.setProperty("kind", "roomy")

    def _make_actions(self) -> None:
        for name, text, icon, key in (
            ("chat", self.tr("Chat with it"), "chat-circle-text", "Return"),
            ("edit", self.tr("Edit…"), "pencil-simple", "F2"),
            ("remove", self.tr("Remove…"), "trash", "Del"),
        ):
            action = QAction(icons.icon(icon), text, self.tree)
            action.setObjectName(f"server_{name}")
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setIconVisibleInMenu(False)
            action.triggered.connect(self._ask)
            self._actions[name] = action
        self.tree.addActions(list(self._actions.values()))
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for name, action in self._actions.items():
            button = QPushButton(action.icon(), action.text())
            named(button, f"server{name.title()}Button", action.text())
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
            bar.addWidget(button)
        bar.addStretch()
        bar.addWidget(self._connect_button("connectServer", primary=False))
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self.tree, 1)
        self._stack.addWidget(filled)
        self._stack.addWidget(self._empty())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _connect_button(self, name: str, primary: bool) -> QPushButton:
        text = self.tr("Connect to a server…")
        button = named(QPushButton(text), name, text)
        if primary:
            button.setProperty("kind", "primary")
        button.clicked.connect(self.connect_server)
        return button

    def _empty(self) -> QWidget:
        """What is there before the first server."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch()
        text = self.tr(
            "A larger model may run on another computer, by any program that speaks the OpenAI "
            "protocol: vLLM, SGLang, Ray Serve, llama-server, Ollama, or this app. What you write "
            "is sent there."
        )
        words = label(text, "muted", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedSize(WIDTH, words.heightForWidth(WIDTH))
        for widget in (
            label(self.tr("No servers yet"), "title"),
            words,
            self._connect_button("firstServer", primary=True),
        ):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
            column.addSpacing(8)
        column.addStretch()
        return page

    @Slot(object)
    def set_servers(self, servers: Sequence[RemoteServer]) -> None:
        """Show `servers`, each with the models that are offered of it."""
        self.tree.clear()
        for server in servers:
            top = QTreeWidgetItem([server.title, server.address, self._way(server)])
            top.setIcon(0, icons.icon("desktop" if is_here(server.address) else "cloud"))
            top.setData(0, SERVER, server.id)
            for column in range(top.columnCount()):
                top.setToolTip(column, top.text(column))
            for name in server.models:
                child = QTreeWidgetItem([name])
                child.setToolTip(0, name)
                child.setData(0, SERVER, server.id)
                child.setData(0, MODEL, source_of(server, name).name)
                top.addChild(child)
            self.tree.addTopLevelItem(top)
        self.tree.expandAll()
        if servers:
            self.tree.setCurrentIndex(self.tree.model().index(0, 0))
        self._stack.setCurrentIndex(0 if servers else 1)
        self._refresh()

    def _way(self, server: RemoteServer) -> str:
        if is_here(server.address):
            return self.tr("On this computer")
        if is_readable_on_the_way(server.address):
            return self.tr("Not encrypted")
        return self.tr("Encrypted")

    def _chosen(self, role: int) -> str:
        item = self.tree.currentItem()
        if item is None:
            return ""
        only = item.child(0) if role == MODEL and item.childCount() == 1 else None
        return (only or item).data(0, role) or ""  # no doubt which one is meant

    @Slot()
    def _refresh(self) -> None:
        self._actions["chat"].setEnabled(bool(self._chosen(MODEL)))
        for name in ("edit", "remove"):
            self._actions[name].setEnabled(bool(self._chosen(SERVER)))

    @Slot()
    def _ask(self) -> None:
        action = self.sender()
        if action is self._actions["chat"]:
            if name := self._chosen(MODEL):
                self.chat_requested.emit(name)
        elif server := self._servers.find(self._chosen(SERVER)):
            if action is self._actions["edit"]:
                self._show_dialog(server)
            else:
                question = ForgetQuestion(server, self)
                question.confirmed.connect(self._servers.remove)
                question.open()

    @Slot()
    def connect_server(self) -> None:
        """Ask for a server whose models shall be offered."""
        self._show_dialog(None)

    def _show_dialog(self, server: RemoteServer | None) -> None:
        dialog = ServerDialog(self._servers, server, self)
        dialog.saved.connect(self._saved)
        dialog.open()

    @Slot(str, bool)
    def _saved(self, title: str, kept: bool) -> None:
        text = self.tr("The models of {name} are offered now.")
        if not kept:
            text = self.tr(
                "The models of {name} are offered; no keyring answers, so its key is forgotten "
                "when the app is closed."
            )
        self.told.emit(text.format(name=title))


class ForgetQuestion(QMessageBox):
    """Before a server is taken off the list. Cancel is the default."""

    confirmed = Signal(str)
    """The id of the server."""

    def __init__(self, server: RemoteServer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("forgetQuestion")
        self._id = server.id
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(self.tr("Remove a server"))
        self.setTextFormat(self.textFormat().PlainText)
        self.setText(self.tr("Remove “{name}” from the list?").format(name=server.title))
        self.setInformativeText(
            self.tr("Its key is deleted. Your conversations with its models are kept.")
        )
        remove = self.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        named(remove, "confirmForget", self.tr("Remove"))
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        cancel.setObjectName("cancelForget")
        self.setDefaultButton(cancel)
        self.setEscapeButton(cancel)
        remove.clicked.connect(lambda: self.confirmed.emit(self._id))
        self.finished.connect(self.deleteLater)
