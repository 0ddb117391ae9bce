"""The places of the window and the rail that leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QWidget

from desktop_llm.core.generation import ModelSource
from desktop_llm.forms.forms import forms
from desktop_llm.ui import areas
from desktop_llm.ui.chat.page import ChatPage
from desktop_llm.ui.chat.page import Place as ChatPlace
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services
from desktop_llm.ui.drop_overlay import DropOverlay
from desktop_llm.ui.models.dropped import models_in
from desktop_llm.ui.navigation import NavigationRail

if TYPE_CHECKING:
    from desktop_llm.ui.finetune.page import FineTunePage
    from desktop_llm.ui.finetune.page import Place as FineTunePlace
    from desktop_llm.ui.models.page import ModelsPage
    from desktop_llm.ui.models.page import Place as ModelsPlace

PlaceName = Literal["navChat", "navModels", "navFineTune"]
ON_CHAT_PAGE = (
    *("newChat", "nextConversation", "previousConversation", "newFolder", "focusComposer"),
    *("find", "findNext", "findPrevious", "search", *(f"form_{form.id}" for form in forms())),
)
"""Commands that show the page first on which they do something."""


@dataclass(frozen=True)
class Whereabouts:
    """Where a person is, so that the contents can be made anew; None: never been there."""

    shown: PlaceName = "navChat"
    chat: ChatPlace | None = None
    models: ModelsPlace | None = None
    fine_tune: FineTunePlace | None = None


class Places(QWidget):
    """Chat, Models and Fine-tune; all but the first are made at the first visit."""

    turned = Signal(str)
    """A `PlaceName`: another place is shown."""

    def __init__(self, services: Services, settings: QAction, parent: QWidget) -> None:
        # Every container is made inside its parent: the style sheet goes through the whole inside
        # of one that gets a parent later, which was most of the time that the window took.
        super().__init__(parent)
        self._services = services
        self._pages = QStackedWidget(self)
        self.chat = ChatPage(services, self._pages)
        self._models: ModelsPage | None = None
        self._fine_tune: FineTunePage | None = None
        self._rail = NavigationRail(settings)
        self._pages.addWidget(self.chat)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addWidget(self._pages, 1)
        self.overlay = DropOverlay(self, lambda: self.shown == "navChat")
        self.overlay.files_dropped.connect(self.add_files)
        self.overlay.talk_wanted.connect(self.chat.take_files)
        self._rail.place_chosen.connect(self.turn_to)
        self.chat.control.try_requested.connect(self.try_result)
        self.chat.welcome.find_requested.connect(self.find_models)

    @property
    def shown(self) -> PlaceName:
        current = self._pages.currentWidget()
        if current is self.chat:
            return "navChat"
        return "navModels" if current is self._models else "navFineTune"

    @property
    def areas(self) -> list[QWidget]:
        """What the keyboard can step through, in the order in which one reads it."""
        page = self._pages.currentWidget()
        return [self._rail, *(self.chat.areas if page is self.chat else [page])]

    @property
    def models(self) -> ModelsPage:
        """The page, made now if nobody has been there yet."""
        if self._models is None:
            from desktop_llm.ui.models.page import ModelsPage  # the window starts without it

            self._models = ModelsPage(self._services, self._pages)
            self._models.chat_requested.connect(self._chat_with)
            self._models.try_requested.connect(self.try_result)
            self._pages.addWidget(self._models)
        return self._models

    @property
    def fine_tune(self) -> FineTunePage:
        """The page, made now if nobody has been there yet."""
        if self._fine_tune is None:
            from desktop_llm.ui.finetune.page import FineTunePage  # the window starts without it

            self._fine_tune = FineTunePage(self._services, self._pages)
            self._fine_tune.chat_requested.connect(self._chat_with)
            self._pages.addWidget(self._fine_tune)
        return self._fine_tune

    @property
    def visited(self) -> FineTunePage | None:
        """The Fine-tune page, if it was made."""
        return self._fine_tune

    def whereabouts(self) -> Whereabouts:
        """To be given to `restore` of other contents."""
        return Whereabouts(
            self.shown,
            self.chat.place(),
            self._models.place() if self._models else None,
            self._fine_tune.place() if self._fine_tune else None,
        )

    @Slot(str)
    def turn_to(self, name: PlaceName) -> None:
        """Show a place."""
        self._rail.set_place(name)
        page: QWidget
        if name == "navChat":
            page = self.chat
        else:
            page = self.models if name == "navModels" else self.fine_tune
        if page is not self._pages.currentWidget():
            self._pages.setCurrentWidget(page)
            self.turned.emit(name)

    def add_commands(self, commands: Commands) -> None:
        """Let commands show the page on which they do something, and lead through it."""
        chat = self.chat
        for part in (chat.list_actions, chat.message_actions, chat.forms, chat.context_control):
            part.add_commands(commands)
        for name in ON_CHAT_PAGE:
            commands.connect_to(name, lambda: self.turn_to("navChat"))
        commands.connect_to("nextArea", lambda: areas.go(self.areas, 1))
        commands.connect_to("previousArea", lambda: areas.go(self.areas, -1))

    def restore(self, where: Whereabouts) -> None:
        """Go where the person was before the contents were made anew."""
        if where.chat is not None:
            self.chat.restore(where.chat)
        if where.models is not None:
            self.models.restore(where.models)
        if where.fine_tune is not None:
            self.fine_tune.restore(where.fine_tune)
        self.turn_to(where.shown)

    @Slot()
    def attach_files(self) -> None:
        """Ask for files to talk about."""
        self.turn_to("navChat")
        self.chat.attachments.choose()

    @Slot(object)
    def add_files(self, files: Sequence[Path]) -> None:
        """Import the models among these files, and prepare a fine-tuning on what is data."""
        models = models_in(files)
        if data := [file for file in files if file not in models]:
            self.turn_to("navFineTune")
            self.fine_tune.add_files(data)
        if models:  # last: it asks something
            self.turn_to("navModels")
            self.models.import_paths(models)

    @Slot()
    def find_models(self) -> None:
        """Look for models on the hub."""
        self.turn_to("navModels")
        self.models.show_discover()

    @Slot()
    def measure_speed(self) -> None:
        """Show how fast models are, and measure them."""
        self.turn_to("navModels")
        self.models.show_speed()

    @Slot()
    def import_model(self) -> None:
        """Ask for the folder of a model."""
        self.turn_to("navModels")
        self.models.import_folder()

    @Slot()
    def ask_token(self) -> None:
        """Ask for the access token of the hub."""
        self.turn_to("navModels")
        self.models.ask_token()

    @Slot()
    def connect_server(self) -> None:
        """Ask for a server whose models shall be offered here."""
        self.turn_to("navModels")
        self.models.connect_server()

    @Slot(str)
    def open_run(self, run_id: str) -> None:
        """Show a run."""
        self.turn_to("navFineTune")
        self.fine_tune.open_run(run_id)

    @Slot(str)
    def try_result(self, model_name: str) -> None:
        """A classifier was chosen among the models of the chat, by the name of its run."""
        self.turn_to("navFineTune")
        self.fine_tune.try_result(model_name.removeprefix("run:"))

    @Slot(object)
    def _chat_with(self, source: ModelSource) -> None:
        self.turn_to("navChat")
        self.chat.bar.pick(source.name)
        self.chat.composer.setFocus()
