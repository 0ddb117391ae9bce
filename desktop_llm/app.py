"""The composition root of the window: makes the services, wires them together, ends them in order.

`create_app` makes everything without entering the event loop; `run` is the program.
"""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from desktop_llm import __version__
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import LoadedModel, LoadOptions, ModelSource, Sampling
from desktop_llm.core.logs import start_log
from desktop_llm.core.paths import APP_ID, Paths, resource, user_paths
from desktop_llm.core.remote_server import RemoteServer
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import LOADING, Settings
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.registry import Registry
from desktop_llm.library.starter import NAME as STARTER
from desktop_llm.services.backups import BackupService
from desktop_llm.services.chat import ChatService
from desktop_llm.services.context import ContextService
from desktop_llm.services.crash_net import CrashNet, CrashReport
from desktop_llm.services.datasets import DataService
from desktop_llm.services.documents import DocumentService
from desktop_llm.services.downloads import DownloadService
from desktop_llm.services.exchange import ExchangeService
from desktop_llm.services.hub import HubService
from desktop_llm.services.idle_unload import IdleUnload
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.services.library import LibraryService
from desktop_llm.services.models import ModelService
from desktop_llm.services.recorded_model import RecordedModel
from desktop_llm.services.servers import ServerService
from desktop_llm.services.serving import ServingService
from desktop_llm.services.speed import SpeedService
from desktop_llm.services.storage import DamageReport, StorageService
from desktop_llm.services.tasks import TaskService
from desktop_llm.services.training import RunSummary, TrainingService
from desktop_llm.training.workshop_client import Workshop
from desktop_llm.ui import i18n, theme
from desktop_llm.ui.context import Services
from desktop_llm.ui.main_window import MainWindow
from desktop_llm.ui.preferences import Preferences
from desktop_llm.ui.single_instance import SingleInstance
from desktop_llm.ui.translate import error_words, words

log = logging.getLogger(__name__)


class Desktop(QObject):
    """The living services and their window. `window.close()` ends all of it."""

    def __init__(self, app: QApplication, paths: Paths) -> None:
        super().__init__(app)
        self._app = app
        self._ended = False
        self._used: LoadedModel | None = None
        self.preferences = Preferences(paths.settings, self)
        i18n.install(app, self.preferences.value.language)
        theme.apply(app, self.preferences.value.theme)
        self.tasks = TaskService(parent=self)
        self.storage = StorageService(paths.database, self)
        self.backups = BackupService(self.storage, self)
        self._registry = Registry.of(paths)
        engine, secrets = ProcessEngine(), Secrets()
        self.inference = InferenceService(engine, self, self._options_for)
        self.servers = ServerService(engine.list_remote, self._settings, secrets, self)
        self.serving = ServingService(engine, self.inference, self._settings, secrets, self)
        offered = self.servers.models
        self.idle_unload = IdleUnload(self.inference, self._idle_minutes, self._serves_now, self)
        self.models = ModelService(paths, self.tasks, self._last_model, self, offered)
        self.context = ContextService(self.inference, self)
        self._recorded = RecordedModel(self.inference, lambda: self.models.models)
        self.chat = ChatService(
            *(self.inference, self.storage, self.context, self, self._model_prompt),
            *(self._recorded.use, words, self._model_sampling),
        )
        workshop = Workshop()
        self.data = DataService(workshop, self)
        self.documents = DocumentService(workshop, self)
        self.exchange = ExchangeService(workshop, self.storage, self)
        self.training = TrainingService(paths, self.data, self)
        client, checker = HubClient(), HubClient()
        self.hub = HubService(client, self._settings, secrets, self)
        self.downloads = DownloadService(paths, client, self.hub.access, self.tasks, self)
        self.library = LibraryService(paths, checker, self.training.delete, self)
        self.speed = SpeedService(paths, parent=self)
        self._cache = paths.cache
        self.window = MainWindow(self._services(paths))
        self._connect()

    def _services(self, paths: Paths) -> Services:
        return Services(
            *(self.chat, self.inference, self.models, self.tasks, self.preferences, paths),
            *(self.training, self.data, self.hub, self.downloads, self.library, self.exchange),
            *(self.context, self.documents, self.backups, self.servers, self.serving, self.speed),
        )

    def _connect(self) -> None:
        self.preferences.changed.connect(self._apply)
        self.inference.state_changed.connect(self._remember_model)
        self.models.models_changed.connect(self._load_default)
        self.training.runs_changed.connect(self.models.refresh)
        self.training.runs_changed.connect(self.library.refresh)
        self.training.run_changed.connect(self._results_changed)
        self.models.starter_ready.connect(self.library.refresh)
        self.downloads.finished.connect(self._models_changed)
        self.library.imported.connect(self._models_changed)
        self.library.removed.connect(self.models.refresh)
        self.library.choices_changed.connect(self._choices_changed)
        self.library.default_chosen.connect(self._set_default)
        self.hub.account_changed.connect(self._keep_account)
        self.servers.changed.connect(self._keep_servers)
        self.serving.changed.connect(self.idle_unload.note_use)
        self.storage.damaged.connect(self._tell_damage)
        self.chat.conversation_opened.connect(self._remember_conversation)
        self.chat.message_saved.connect(self._remember_conversation)
        self.backups.restored.connect(self.chat.start)
        self.backups.taken_over.connect(self.chat.refresh_list)
        self.backups.not_made.connect(self.chat.failed)
        self.window.painted.connect(self.start)
        self.window.closed.connect(self.end)

    @Slot()
    def start(self) -> None:
        """Begin to work, once the window can be seen."""
        self.inference.set_options(self._load_options())
        self.inference.start()
        self.serving.switch(self.preferences.value.server_starts)
        self.storage.start()
        self.backups.start()
        last = self.preferences.value.last_conversation
        self.chat.start()
        if last:
            self.chat.open(last)
        self.models.refresh()
        self.library.refresh()
        self.training.start()
        gc.freeze()  # what was made until now stays: a collection need not look through it again

    @Slot()
    def end(self) -> None:
        """Stop and save the reply that is being written, then end the threads and the children."""
        if self._ended:
            return
        self._ended = True
        self._app.sync()  # the window disappears before anything is waited for
        self.idle_unload.shut_down()
        self.chat.shut_down()
        self.context.shut_down()
        self.inference.shut_down()
        self.serving.shut_down()
        self.servers.shut_down()  # after the engine, which may owe it an answer
        self.models.shut_down()
        self.training.shut_down(self.window.training_goes_on)
        self.data.shut_down()
        self.documents.shut_down()
        self.exchange.shut_down()  # after the task process, which may owe it an answer
        self.downloads.shut_down()  # first of the three: it pauses what runs
        self.hub.shut_down()
        self.library.shut_down()
        self.speed.shut_down()
        self.backups.shut_down()
        self.storage.shut_down()
        self.tasks.shut_down()
        self.preferences.flush()
        self._app.quit()

    def _settings(self) -> Settings:
        return self.preferences.value

    def _last_model(self) -> str:
        """The model to begin with: the one that was set if it is here, or the last one."""
        chosen = self.preferences.value
        here = any(model.name == chosen.default_model for model in self.models.models)
        return chosen.default_model if here else chosen.last_model

    def _idle_minutes(self) -> int:
        """After how long without use the model's memory is given back; 0: never."""
        chosen = self.preferences.value.idle_unload
        return 0 if chosen == "off" else int(chosen)

    def _serves_now(self) -> bool:
        """Whether another program needs the model."""
        return self.serving.busy

    def _load_options(self) -> LoadOptions:
        return replace(self.preferences.value.load_options(self._cache), ask_if_tight=True)

    def _options_for(self, model: ModelSource, options: LoadOptions) -> LoadOptions:
        """How `model` is loaded, as the person has set it. On InferenceThread."""
        chosen = self._registry.get(model.name).choices.applied_to(options)
        return self.servers.applied_to(model, self._recorded.applied_to(model, chosen))

    def _model_prompt(self) -> str:
        """The system prompt that was set for the model that was chosen last."""
        chosen = self.inference.chosen
        entry = self.library.find(chosen.name) if chosen else None
        return entry.choices.system_prompt if entry else ""

    def _model_sampling(self) -> Sampling:
        """How answers are made in new conversations with the model that was chosen last."""
        chosen = self.inference.chosen
        entry = self.library.find(chosen.name) if chosen else None
        return (entry.choices.sampling if entry else None) or Sampling()

    @Slot(str)
    def _apply(self, name: str) -> None:
        """A setting has a new value."""
        if name == "theme":
            theme.apply(self._app, self.preferences.value.theme)
        elif name == "language":
            i18n.install(self._app, self.preferences.value.language)
            self.window.build()
        elif name in LOADING:
            self.inference.set_options(self._load_options())
        elif name in ("server_port", "server_origins"):
            self.serving.apply()
        elif name == "idle_unload":
            self.idle_unload.note_use()
        elif name == "offline":
            self.models.refresh()  # servers elsewhere are offered only online
            if self.preferences.value.offline:
                self.hub.give_up()
                self.downloads.pause_all()

    @Slot(object)
    def _remember_model(self, state: EngineState) -> None:
        if state.phase == "ready" and state.model and not self._recorded.in_use:
            self.preferences.set("last_model", state.model.source.name)
            if state.model is not self._used:
                self.chat.use_model_settings()
                self.library.touch(state.model.source.name)
            self._used = state.model

    @Slot(object)
    def _results_changed(self, run: RunSummary) -> None:
        """A run that has given a result is a model that can be chosen."""
        if run.card is not None:
            self._models_changed()

    @Slot()
    def _remember_conversation(self) -> None:
        """What to begin with the next time; a new one has nothing to come back to but its draft."""
        used = self.chat.leaf is not None
        self.preferences.set("last_conversation", self.chat.current.id if used else "")

    @Slot(object)
    def _tell_damage(self, report: DamageReport) -> None:
        from desktop_llm.ui.dialogs.damage import DamageDialog  # the window starts without it

        DamageDialog(report, self.backups, self.window).open()

    @Slot()
    def _models_changed(self) -> None:
        """Something on the disk is a model now that was none before."""
        self.models.refresh()
        self.library.refresh()

    @Slot(str)
    def _set_default(self, name: str) -> None:
        self.preferences.set("default_model", name)

    @Slot(str)
    def _choices_changed(self, name: str) -> None:
        """A model that is in memory is loaded again if something of it is different now."""
        if self.inference.chosen and self.inference.chosen.name == name:
            self.inference.set_options(self._load_options())

    @Slot(str, bool)
    def _keep_account(self, name: str, kept: bool) -> None:
        """Whose token is in the keyring; the token itself is none of the settings' business."""
        self.preferences.set("hub_account", name if kept else "")

    @Slot(object)
    def _keep_servers(self, servers: list[RemoteServer]) -> None:
        """The list is different; of a model in memory perhaps only the key."""
        self.preferences.set("servers", servers)
        self.models.refresh()
        self.inference.set_options(self._load_options())

    @Slot()
    def _load_default(self) -> None:
        """Load the model of the last time, or the starter, as soon as the list is known."""
        self.models.models_changed.disconnect(self._load_default)
        model = self.models.default_model()
        if model is None or (model.name == STARTER and self.models.starter_missing):
            return
        if self.inference.state.model is None:
            self.inference.load(model)


class Crashes(QObject):
    """Shows what the crash net caught, one dialog for each distinct fault."""

    def __init__(self, net: CrashNet, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        net.reported.connect(self.show_report)
        if previous := net.take_previous():
            self.show_report(previous)

    @Slot(object)
    def show_report(self, report: CrashReport) -> None:
        from desktop_llm.ui.dialogs.crash import CrashDialog

        CrashDialog(report, self._window).show()


class Signals(QObject):
    """Ctrl+C and a polite kill close the window as a person would."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._heard, wake = socket.socketpair()
        self._wake = wake
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        notifier = QSocketNotifier(self._heard.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._close)

    @Slot()
    def _close(self) -> None:
        self._heard.recv(64)
        self._window.close_at_once()


def make_application(argv: Sequence[str]) -> QApplication:
    """The one QApplication, named so that desktops find its launcher and its icon."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    app = QApplication(["desktop-llm", *argv])
    app.setApplicationName("desktop-llm")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(APP_ID)
    icon = QIcon()
    for size in (16, 32, 48, 128, 256):
        icon.addFile(str(resource(f"icons/desktop-llm-{size}.png")))
    app.setWindowIcon(icon)
    return app


def create_app(argv: Sequence[str] = ()) -> tuple[QApplication, MainWindow]:
    """The application and its window, not shown yet; work begins with the first paint.

    Closing the window ends all threads and child processes.
    """
    app = make_application(argv)
    return app, Desktop(app, user_paths()).window


def run(argv: Sequence[str] = ()) -> int:
    """Open the window, or raise the one that is open; the exit code."""
    paths = user_paths()
    start_log(paths.logs)
    app = make_application(argv)
    instance = SingleInstance(paths, argv)
    try:
        if not instance.acquire():
            return 0
    except ExpectedError as error:
        QMessageBox.warning(None, "Desktop LLM", "\n".join(error_words(error)))
        return 1
    net = CrashNet(paths)
    net.install()
    window = Desktop(app, paths).window
    instance.activated.connect(window.come_to_front)
    Crashes(net, window)
    if sys.platform != "win32":
        Signals(window)
    window.show()
    window.add_files(argv)
    code = app.exec()
    window.close_at_once()
    instance.release()
    net.remove()
    return code
