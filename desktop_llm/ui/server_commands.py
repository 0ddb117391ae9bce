"""The command that switches the server, and the status bar's view of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from desktop_llm.services.serving import ServerStatus, ServingService
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.status_line import StatusLine


class ServerCommands(QObject):
    """Keeps the menu and the status bar at what `ServingService` says."""

    def __init__(
        self,
        commands: Commands,
        line: StatusLine,
        serving: ServingService,
        show_page: Callable[[], None],
    ) -> None:
        """`show_page` opens the server's page of the settings, where address and key are."""
        super().__init__(line)
        self._action = commands["serve"]
        self._line = line
        self._serving = serving
        self._show_page = show_page
        commands.connect_to("serve", self._switch)
        line.server_chosen.connect(show_page)
        serving.changed.connect(self._tell)
        self._tell(serving.status)

    @Slot(bool)
    def _switch(self, on: bool) -> None:
        self._serving.switch(on)
        if on:
            self._show_page()

    @Slot(object)
    def _tell(self, status: ServerStatus) -> None:
        self._action.setChecked(self._serving.wanted)
        self._line.set_server(status)
