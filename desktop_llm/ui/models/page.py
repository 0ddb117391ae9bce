"""The Models page: "Library" has what is on this computer, "Discover" and "Servers" more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QTabWidget, QVBoxLayout, QWidget

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.library.hub_types import LibraryEntry, SearchQuery
from desktop_llm.ui.context import Services
from desktop_llm.ui.models.discover import Discover
from desktop_llm.ui.models.downloads_view import DownloadsView
from desktop_llm.ui.models.library_view import LibraryView
from desktop_llm.ui.models.model_settings_dialog import ModelSettingsDialog
from desktop_llm.ui.models.questions import ImportQuestion, RemoveQuestion
from desktop_llm.ui.models.servers_view import ServersView
from desktop_llm.ui.models.speed_page import SpeedPage
from desktop_llm.ui.models.starter_fetch import StarterFetch
from desktop_llm.ui.models.token_dialog import TokenDialog
from desktop_llm.ui.models.words import size_words
from desktop_llm.ui.models.work_strip import WorkStrip
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.named import named
from desktop_llm.ui.widgets.toast import Toast

LIBRARY, DISCOVER = 0, 1


@dataclass(frozen=True)
class Place:
    """Where a person is on the page, so that it can be made anew in another language."""

    tab: int = LIBRARY
    query: SearchQuery = field(default_factory=SearchQuery)
    repo: str = ""


class ModelsPage(QWidget):
    """Shows the services of hub, downloads and library; holds no model of its own."""

    chat_requested = Signal(object)
    """ModelSource, which is being loaded into a new conversation."""
    try_requested = Signal(str)
    """The name of a classifier, which is tried in a place of its own."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._to_chat = ""
        self._offered: Callable[[], object] | None = None
        """What the button of the toast does."""
        self._retry: Callable[[], object] | None = None
        self.library = LibraryView()
        self.discover = Discover(services)
        self.speed = SpeedPage(services)
        self.servers = ServersView(services.servers)
        self.downloads = DownloadsView()
        self.work = WorkStrip()
        self.banner = ErrorBanner()
        self.tabs = named(QTabWidget(self), "modelsTabs", self.tr("Models"))
        self._arrange()
        self.toast = Toast(self.tabs, self.discover.details.bar.sizeHint().height() + 12)
        self.starter = StarterFetch(services.models, self)
        self._connect_library()
        self._connect_discover()
        self.servers.chat_requested.connect(self.chat_with)
        self.servers.told.connect(self.toast.tell)
        self._show_known()
        self.library.rows.set_default(services.preferences.value.default_model)
        if services.library.entries:
            self.library.set_entries(services.library.entries)
        else:
            services.library.refresh()

    def _arrange(self) -> None:
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(self.library, self.tr("Library"))
        self.tabs.addTab(self.discover, self.tr("Discover"))
        self.tabs.addTab(self.servers, self.tr("Servers"))
        self.tabs.addTab(self.speed, self.tr("Speed"))
        self.setProperty("pane", "surface")
        foot = QWidget()
        foot.setFixedHeight(0)  # the room below the banner is there only with the banner
        holder = QVBoxLayout()
        holder.setContentsMargins(24, 0, 24, 0)
        holder.setSpacing(8)
        holder.addWidget(self.banner)
        holder.addWidget(foot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs, 1)
        column.addLayout(holder)
        column.addWidget(self.work)
        column.addWidget(self.downloads)

    def _connect_library(self) -> None:
        service, view = self._services.library, self.library
        service.library_changed.connect(view.set_entries)
        service.library_changed.connect(self._show_known)
        service.work_changed.connect(self.work.show_work)
        service.verified.connect(self._verified)
        service.imported.connect(self._imported)
        service.removed.connect(self._removed)
        service.default_chosen.connect(view.rows.set_default)
        service.failed.connect(self._failed)
        self.work.stop_requested.connect(service.stop_work)
        view.chat_requested.connect(self.chat_with)
        view.default_requested.connect(service.set_default)
        view.verify_requested.connect(service.verify)
        view.again_requested.connect(self._fetch_again)
        view.refresh_requested.connect(service.refresh)
        view.settings_requested.connect(self._ask_settings)
        view.reveal_requested.connect(self._reveal)
        view.remove_requested.connect(self._ask_remove)
        view.import_folder_requested.connect(self.import_folder)
        view.import_file_requested.connect(self.import_file)
        view.discover_requested.connect(self.show_discover)
        self._services.models.models_changed.connect(self._models_changed)

    def _connect_discover(self) -> None:
        downloads, view, details = self._services.downloads, self.downloads, self.discover.details
        downloads.list_changed.connect(self._show_known)
        downloads.changed.connect(self._show_known)
        downloads.finished.connect(self._fetched)
        view.pause_requested.connect(downloads.pause)
        view.resume_requested.connect(downloads.resume)
        view.cancel_requested.connect(self._cancel)
        view.first_requested.connect(downloads.move_up)
        self.discover.failed.connect(self._search_failed)
        self.discover.recovered.connect(self.banner.clear)
        details.download_requested.connect(downloads.add)
        details.resume_requested.connect(downloads.resume)
        details.starter_requested.connect(self._services.models.fetch_starter)
        details.chat_requested.connect(self.chat_with)
        details.token_requested.connect(self.ask_token)
        self.speed.told.connect(self.toast.tell)
        self.speed.failed.connect(self._not_measured)
        self.starter.changed.connect(self._show_known)
        self.starter.ready.connect(self._starter_ready)
        self.starter.failed.connect(self._failed)
        self.banner.retry_requested.connect(self._try_again)
        self.toast.action_chosen.connect(self._take_offer)

    # Where the person is

    def place(self) -> Place:
        """To be given to `restore` of another page."""
        return Place(self.tabs.currentIndex(), self.discover.query, self.discover.details.repo)

    def restore(self, place: Place) -> None:
        """Go where another page was."""
        self.tabs.setCurrentIndex(place.tab)
        self.discover.restore(place.query, place.repo)

    @Slot()
    def show_discover(self) -> None:
        """Find a model."""
        self.tabs.setCurrentIndex(DISCOVER)
        self.discover.bar.edit.setFocus()

    @Slot()
    def show_speed(self) -> None:
        """Measure models."""
        self.tabs.setCurrentWidget(self.speed)
        self.speed.setup.button.setFocus()

    def look_at(self, repo: str) -> None:
        """Show what the hub has of a model."""
        self.show_discover()
        self.discover.look_at(repo)

    # What the person does

    @Slot(str)
    def chat_with(self, name: str) -> None:
        """Load a model of the library and talk with it in a new conversation."""
        models = self._services.models.models
        source = next((model for model in models if model.name == name), None)
        if source is None and self._to_chat != name:  # the list is older than the model
            self._to_chat = name
            self._services.models.refresh()
            return
        self._to_chat = ""
        if source is None:
            self.toast.tell(self.tr("This model does not chat: it reads texts, or is a part."))
        elif source.kind == "classifier":
            self.try_requested.emit(name)
        else:
            self._services.inference.load(source)
            self._services.chat.new_conversation()
            self.chat_requested.emit(source)

    @Slot(object)
    def _models_changed(self, models: Sequence[ModelSource]) -> None:
        if name := self._to_chat:
            self.chat_with(name)

    @Slot()
    def _take_offer(self) -> None:
        if self._offered:
            self._offered()

    @Slot(str)
    def _ask_settings(self, name: str) -> None:
        if entry := self._services.library.find(name):
            dialog = ModelSettingsDialog(entry, self)
            dialog.saved.connect(self._services.library.set_choices)
            dialog.open()

    @Slot(str)
    def _fetch_again(self, name: str) -> None:
        if entry := self._services.library.find(name):
            self.look_at(entry.repo)

    @Slot(str)
    def _reveal(self, name: str) -> None:
        if entry := self._services.library.find(name):
            path = Path(entry.path)
            folder = path if path.is_dir() else path.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot(str)
    def _ask_remove(self, name: str) -> None:
        if entry := self._services.library.find(name):
            question = RemoveQuestion(entry, self)
            question.confirmed.connect(self._remove)
            question.open()

    @Slot(str, bool)
    def _remove(self, name: str, trash_own: bool) -> None:
        entry = self._services.library.find(name)
        self._services.library.remove(name, trash_own)
        if entry is not None and entry.kind == "own":
            self._offered = self._services.training.undo_delete
            text = self.tr("Removed “{name}”").format(name=entry.title or name)
            self.toast.tell(text, self.tr("Undo"))

    @Slot()
    def import_folder(self) -> None:
        """Ask for a folder to import."""
        dialog = QFileDialog(self, self.tr("Import the folder of a model"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._ask_path(dialog)

    @Slot()
    def import_file(self) -> None:
        """Ask for a .gguf file to import."""
        dialog = QFileDialog(self, self.tr("Import a GGUF file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("GGUF files (*.gguf)"))
        self._ask_path(dialog)

    def _ask_path(self, dialog: QFileDialog) -> None:
        dialog.setObjectName("importDialog")
        dialog.fileSelected.connect(lambda name: self.import_paths([Path(name)]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_paths(self, paths: Sequence[Path]) -> None:
        """Import these folders and files, once the person said how."""
        self.tabs.setCurrentIndex(LIBRARY)
        question = ImportQuestion(paths, self)
        question.decided.connect(self._import)
        question.open()

    @Slot(object, bool)
    def _import(self, paths: Sequence[Path], copy: bool) -> None:
        self.banner.clear()
        for path in paths:
            self._services.library.import_path(path, copy)

    @Slot(str)
    def _cancel(self, plan_id: str) -> None:
        if self.starter.download and self.starter.download.id == plan_id:
            self.starter.cancel()
        else:
            self._services.downloads.cancel(plan_id)

    @Slot()
    def ask_token(self) -> None:
        """Ask for the token of the hub, then for the model again."""
        dialog = TokenDialog(self._services.hub, self)
        dialog.signed_in.connect(self._signed_in)
        dialog.open()

    @Slot()
    def connect_server(self) -> None:
        """Ask for a server whose models shall be offered here."""
        self.tabs.setCurrentWidget(self.servers)
        self.servers.connect_server()

    @Slot()
    def _try_again(self) -> None:
        if self._retry:
            self._retry()

    # What the services tell

    @Slot()
    def _show_known(self) -> None:
        """Library and downloads, wherever they are shown."""
        downloads = [*self.starter.downloads, *self._services.downloads.downloads]
        self.downloads.show_downloads(downloads)
        self.discover.details.set_known(self._services.library.entries, downloads)

    @Slot(str, bool)
    def _signed_in(self, account: str, kept: bool) -> None:
        text = self.tr("Signed in as {account}.")
        if not kept:
            text = self.tr("Signed in as {account}, until the app is closed: no keyring answers.")
        self.toast.tell(text.format(account=account))
        if self.discover.details.state == "error":
            self.discover.details.look_again()

    @Slot(object)
    def _fetched(self, entry: LibraryEntry) -> None:
        self._tell_of(entry, self.tr("{name} is on this computer now."))

    @Slot(object)
    def _imported(self, entry: LibraryEntry) -> None:
        self._tell_of(entry, self.tr("{name} is in the library now."))

    @Slot()
    def _starter_ready(self) -> None:
        self._services.library.refresh()
        self._offered = partial(self.chat_with, self.starter.name)
        self.toast.tell(self.tr("The starter model is here."), self.tr("Chat with it"))

    def _tell_of(self, entry: LibraryEntry, text: str) -> None:
        self._offered = partial(self.chat_with, entry.name)
        action = self.tr("Chat with it") if entry.usable else ""
        self.toast.tell(text.format(name=entry.title or entry.name), action)

    @Slot(object)
    def _verified(self, entry: LibraryEntry) -> None:
        name, action = entry.title or entry.name, ""
        text = self.tr("All files of {name} are as they should be.")
        if entry.verified is None:
            text = self.tr("There is nothing to compare {name} with yet.")
        elif not entry.verified and entry.repo:
            text = self.tr("Files of {name} were damaged and are set aside.")
            action = self.tr("Download again")
            self._offered = partial(self.look_at, entry.repo)
        elif not entry.verified:
            text = self.tr("Files of {name} are not what they were when they came here.")
        self.toast.tell(text.format(name=name), action)

    @Slot(str, object)
    def _removed(self, name: str, freed: int) -> None:
        text = self.tr("Removed {name}; {size} are free again.")
        if not freed:
            text = self.tr("Removed {name} from the list.")
        self.toast.tell(text.format(name=name.rpartition("/")[2], size=size_words(freed)))

    @Slot(object)
    def _failed(self, error: ExpectedError) -> None:
        self._retry = None
        self.banner.show_error(error, False)

    @Slot(object)
    def _not_measured(self, error: ExpectedError) -> None:
        self._failed(error)
        self.banner.details = str(error.facts.get("fault", ""))

    @Slot(object, bool)
    def _search_failed(self, error: ExpectedError, can_retry: bool) -> None:
        self._retry = self.discover.ask_again
        self.banner.show_error(error, can_retry)

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.downloads.set_room(self.height())
