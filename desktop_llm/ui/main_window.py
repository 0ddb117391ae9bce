"""The main window: rail, pages, menus and status bar over the living services."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.launcher import install_launcher
from desktop_llm.services.inference import EngineState
from desktop_llm.ui import window_place
from desktop_llm.ui.chat.page import ChatPage
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services
from desktop_llm.ui.drop_overlay import dropped_files
from desktop_llm.ui.finetune.close_question import CloseQuestion
from desktop_llm.ui.finetune.run_words import run_name
from desktop_llm.ui.palette_entries import command_entries, conversation_entries, model_entries
from desktop_llm.ui.places import Places, Whereabouts
from desktop_llm.ui.run_commands import RunCommands
from desktop_llm.ui.server_commands import ServerCommands
from desktop_llm.ui.single_instance import bring_to_front
from desktop_llm.ui.status_line import StatusLine

if TYPE_CHECKING:
    from desktop_llm.ui.dialogs.settings import SettingsDialog

SMALLEST = QSize(960, 600)


class MainWindow(QMainWindow):
    """`build` makes the contents; it is called again when the language has changed."""

    painted = Signal()
    """The window can be seen for the first time."""
    closed = Signal()
    """The person closed the window; whoever started it ends the services."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.setObjectName("mainWindow")
        self.setWindowTitle("Desktop LLM")
        self.setMinimumSize(SMALLEST)
        self.services = services
        self._settings: SettingsDialog | None = None
        self._may_close = False
        self._conversations: Sequence[Conversation] = ()
        self._goes_on: bool | None = None
        self.setAcceptDrops(True)
        self.places: Places
        self.page: ChatPage
        self.commands: Commands
        self._was_painted = False
        self.build()
        window_place.restore(self, services.preferences.value.window)

    def build(self) -> None:
        """Make menus, pages and status bar anew, in the language of now."""
        again = self.centralWidget() is not None
        draft = self.page.composer.text if again else ""
        where = self.places.whereabouts() if again else Whereabouts()
        divided = self.services.preferences.value.window
        if again:
            divided = window_place.arrangement(self.page)
        old_commands = self.commands if again else None
        self.commands = Commands(self)
        self.menuBar().clear()
        self.commands.fill(self.menuBar())
        self.places = Places(self.services, self.commands["settings"], self)
        self.page = self.places.chat
        self.page.composer.set_text(draft)
        line = StatusLine()
        self.setStatusBar(line)
        if again and (old_places := self.takeCentralWidget()):
            old_places.hide()
            old_places.deleteLater()
        self.setCentralWidget(self.places)
        self.page.bar.add_toggles(self.commands["toggleList"], self.commands["togglePanel"])
        self.places.add_commands(self.commands)
        self._connect_line(line)
        self.run_commands = RunCommands(self.commands, self.places, line, self.services)
        ServerCommands(self.commands, line, self.services.serving, self._show_server)
        self._connect_commands()
        if old_commands:
            old_commands.deleteLater()
            self._rebuilt()
        else:
            self._connect_services()
        self._refresh_commands()
        window_place.arrange(self.page, self.commands, divided)
        self.page.composer.setFocus()
        self.places.restore(where)

    def _connect_line(self, line: StatusLine) -> None:
        self.page.stats_changed.connect(line.set_stats)
        inference = self.services.inference
        inference.state_changed.connect(line.set_state)
        for ended in (inference.finished, inference.stopped):
            ended.connect(line.note_result)
        line.set_state(inference.state)

    def _rebuilt(self) -> None:
        """Fill the new contents with what the services told the old ones."""
        self.services.chat.refresh_list()
        if self._settings is not None:
            old, self._settings = self._settings, None
            old.deleteLater()
            if old.isVisible():
                self._show_settings(old.page)

    def _model_slots(self) -> tuple[tuple[str, Callable[..., object]], ...]:
        """What the commands of the menu "Model" do."""
        page, places = self.page, self.places
        return (
            ("chooseModel", page.bar.choose),
            ("loadModel", page.control.load_picked),
            ("ejectModel", page.control.eject),
            ("findModels", places.find_models),
            ("importModel", places.import_model),
            ("connectServer", places.connect_server),
            ("measureSpeed", places.measure_speed),
            ("hubToken", places.ask_token),
            ("fetchStarter", page.control.fetch_starter),
        )

    def _connect_commands(self) -> None:
        page, commands, chat = self.page, self.commands, self.services.chat
        for name, slot in (
            *self._model_slots(),
            ("newChat", page.new_chat),
            ("settings", self.open_settings),
            ("quit", self.close),
            ("find", page.find_bar.open),
            ("findNext", page.find_bar.find_next),
            ("findPrevious", page.find_bar.find_previous),
            ("search", page.focus_search),
            ("focusComposer", page.composer.setFocus),
            ("attachFiles", self.places.attach_files),
            ("fullScreen", self._full_screen),
            ("palette", self._show_palette),
            ("backups", self._show_backups),
            ("exportConversation", page.export_current),
            ("exportAll", page.export_all),
            ("importConversations", page.exchange.import_file),
            ("undoDelete", chat.undo),
            ("stop", chat.stop),
            ("retry", page.retry_last),
            ("shortcuts", self._show_shortcuts),
            ("installLauncher", self._install_launcher),
            ("openLogs", self._open_logs),
            ("about", self._about),
        ):
            commands.connect_to(name, slot)
        for name in ("undo", "redo", "cut", "copy", "paste", "selectAll"):
            commands.connect_to(name, self._edit)
        commands.themes.triggered.connect(self._choose_theme)
        commands["toggleList"].setChecked(True)
        commands["toggleList"].toggled.connect(page.conversations.setVisible)
        commands["togglePanel"].toggled.connect(page.panel.setVisible)

    def _connect_services(self) -> None:
        """Commands are enabled only while they do something."""
        chat, inference = self.services.chat, self.services.inference
        chat.busy_changed.connect(self._refresh_commands)
        chat.conversations_changed.connect(self._keep_conversations)
        chat.conversation_opened.connect(self._refresh_commands)
        chat.undo_changed.connect(self._refresh_commands)
        inference.state_changed.connect(self._refresh_commands)
        self.services.models.models_changed.connect(self._refresh_commands)
        self.services.preferences.changed.connect(self._refresh_commands)

    @Slot()
    def _refresh_commands(self) -> None:
        commands, chat = self.commands, self.services.chat
        state: EngineState = self.services.inference.state
        has_reply = any(message.role == "assistant" for message in chat.messages)
        commands["stop"].setEnabled(chat.busy)
        commands["retry"].setEnabled(has_reply and not chat.busy)
        commands["loadModel"].setEnabled(bool(self.services.models.models))
        commands["ejectModel"].setEnabled(state.model is not None)
        commands["fetchStarter"].setEnabled(self.services.models.starter_missing)
        commands["undoDelete"].setEnabled(chat.undo_text is not None)
        commands[f"theme_{self.services.preferences.value.theme}"].setChecked(True)

    @Slot()
    def open_settings(self) -> None:
        """Show the settings."""
        self._show_settings("general")

    @Slot()
    def _show_server(self) -> None:
        self._show_settings("server")

    @Slot()
    def _about(self) -> None:
        self._show_settings("about")

    def _show_settings(self, page: str) -> None:
        from desktop_llm.ui.dialogs.settings import SettingsDialog  # the window starts without it

        if self._settings is None:
            self._settings = SettingsDialog(self.services, self)
        self._settings.show_page(page)
        self._settings.show()
        self._settings.raise_()
        self._settings.activateWindow()

    @Slot()
    def _show_backups(self) -> None:
        from desktop_llm.ui.dialogs.backups import BackupsDialog  # the window starts without it

        chat = self.services.chat
        dialog = BackupsDialog(self.services.backups, bool(chat.busy_conversations), self)
        chat.busy_conversations_changed.connect(dialog.set_busy)
        dialog.open()

    @Slot()
    def _show_palette(self) -> None:
        from desktop_llm.ui.dialogs.palette import Palette  # the window starts without it

        entries = [
            *command_entries(self.menuBar()),
            *conversation_entries(self._conversations, self._open_conversation),
            *model_entries(self.services.models.models, self._pick_model),
        ]
        Palette(entries, self).show()

    def _open_conversation(self, conversation_id: str) -> None:
        self.places.turn_to("navChat")
        self.services.chat.open(conversation_id)

    def _pick_model(self, name: str) -> None:
        self.places.turn_to("navChat")
        self.page.bar.pick(name)

    @Slot(object)
    def _keep_conversations(self, conversations: Sequence[Conversation]) -> None:
        self._conversations = conversations

    @Slot()
    def _show_shortcuts(self) -> None:
        from desktop_llm.ui.dialogs.shortcuts import ShortcutsDialog  # the window starts without it

        dialog = ShortcutsDialog(self.menuBar(), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    @Slot(QAction)
    def _choose_theme(self, action: QAction) -> None:
        self.services.preferences.set("theme", action.data())

    @Slot(bool)
    def _full_screen(self, on: bool) -> None:
        self.setWindowState(
            self.windowState() | Qt.WindowState.WindowFullScreen
            if on
            else self.windowState() & ~Qt.WindowState.WindowFullScreen
        )

    @Slot()
    def _edit(self) -> None:
        """Undo, cut, copy …: whatever has the focus does it."""
        action = self.sender()
        target = QApplication.focusWidget()
        if action and target:
            name = action.objectName()
            snake = "select_all" if name == "selectAll" else name
            method = getattr(target, name, None) or getattr(target, snake, None)
            if callable(method):
                method()
            elif name == "undo":
                self.services.chat.undo()

    @Slot()
    def _install_launcher(self) -> None:
        self.services.tasks.run(install_launcher, self._launcher_made, self._failed)

    def _launcher_made(self, _path: object) -> None:
        self.page.toast.tell(self.tr("Desktop LLM is in your applications menu now."))

    def _failed(self, error: ExpectedError) -> None:
        self.page.banner.show_error(error, False)

    @Slot()
    def _open_logs(self) -> None:
        folder = make_private_folder(self.services.paths.logs)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot(list)
    def come_to_front(self, files: Sequence[str] = ()) -> None:
        """Somebody started the app again, perhaps with `files` to train on."""
        bring_to_front(self)
        self.add_files(files)

    def add_files(self, files: Sequence[str]) -> None:
        """Prepare a fine-tuning on `files`."""
        if files:
            self.places.add_files([Path(file) for file in files])

    @property
    def training_goes_on(self) -> bool:
        """Whether a living run is to go on without the window."""
        if self._goes_on is not None:
            return self._goes_on
        return self.services.preferences.value.training_continues

    def close_at_once(self) -> None:
        """Close without a question: the settings decide about a run that is alive."""
        self._may_close = True
        self.close()

    def _ask_about_training(self, name: str) -> None:
        question = self.findChild(CloseQuestion) or CloseQuestion(name, self)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question.decided.connect(self._decided, Qt.ConnectionType.QueuedConnection)
        question.show()

    @Slot(str, bool)
    def _decided(self, choice: str, remember: bool) -> None:
        self._may_close = True
        self._goes_on = choice == "continue"
        if remember:
            self.services.preferences.set("training_continues", self._goes_on)
            self.services.preferences.set("ask_about_training", False)
        self.close()

    # Qt's own names

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files := dropped_files(event.mimeData()):
            event.acceptProposedAction()
            self.places.overlay.cover(files)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.places.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self.places.overlay.dropEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        settings, run = self.services.preferences.value, self.services.training.active
        if run and settings.ask_about_training and not self._may_close:
            event.ignore()
            self._ask_about_training(run_name(run))
            return
        place = window_place.describe(self) | window_place.arrangement(self.page)
        self.services.preferences.set("window", place)
        self.hide()
        event.accept()
        self.closed.emit()
