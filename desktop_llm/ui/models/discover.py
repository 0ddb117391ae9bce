"""Discover: recommended models first, then whatever the hub has, with the details beside."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.catalogue import catalogue
from desktop_llm.library.fit import Fit, fit_result
from desktop_llm.library.hub_errors import WorkingOffline
from desktop_llm.library.hub_types import (
    OFFICIAL_HUB,
    HubModel,
    ModelDetails,
    SearchPage,
    SearchQuery,
)
from desktop_llm.library.machine_speed import Machine, measure_machine
from desktop_llm.ui.context import Services
from desktop_llm.ui.models.card_view import open_page
from desktop_llm.ui.models.choose_dialog import ChooseDialog
from desktop_llm.ui.models.details import DetailsPane
from desktop_llm.ui.models.result_rows import Result, answers, from_catalogue, from_hub
from desktop_llm.ui.models.results import Results
from desktop_llm.ui.models.search_bar import SearchBar, restricts
from desktop_llm.ui.models.starter_details import starter_details
from desktop_llm.ui.models.words import count_models

CHOOSING_MS = 150
"""Who walks through the list with the arrow keys does not want the details of every model."""


class Discover(QWidget):
    """Keeps the list and the details true to `HubService`."""

    failed = Signal(object, bool)
    """ExpectedError of a search, and whether asking again may help."""
    recovered = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._hub = services.hub
        self._machine: Machine | None = None
        self._browsing = False
        """The hub's models are shown although nothing was asked for."""
        self._wants_help = False
        self.bar = SearchBar()
        self.results = Results(self._judge)
        self.details = DetailsPane()
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self._choosing = QTimer(self)
        self._choosing.setSingleShot(True)
        self._choosing.setInterval(CHOOSING_MS)
        self._arrange()
        self._connect()
        self.show_recommended()

    def _arrange(self) -> None:
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.results)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 4)
        self.splitter.setStretchFactor(1, 5)
        self.splitter.setSizes([420, 520])
        self.details.setMinimumWidth(360)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        hub, results, details = self._hub, self.results, self.details
        hub.page_ready.connect(self._page_ready)
        hub.failed.connect(self._search_failed)
        hub.busy_changed.connect(results.set_busy)
        hub.details_ready.connect(self._details_ready)
        hub.details_failed.connect(self._details_failed)
        self.bar.query_changed.connect(self._asked)
        self.bar.help_requested.connect(self.help_me_choose)
        results.chosen.connect(self._choose_soon)
        results.more_wanted.connect(hub.more)
        results.browse_requested.connect(self._browse)
        self._choosing.timeout.connect(self._chosen)
        self._services.preferences.changed.connect(self._setting_changed)
        details.look_requested.connect(self.look_at)
        details.page_requested.connect(self._open_page)
        details.overview.context_changed.connect(results.rows.judge_again)

    # Will it run here?

    def _judge(self, model: HubModel) -> Fit | None:
        if self._machine is None:
            return None
        return fit_result(model, self._machine, self.details.overview.fit.wanted)

    def measure(self) -> None:
        """Look at what this computer has free now."""
        services = self._services
        look = partial(measure_machine, services.paths, services.inference.state.device)
        services.tasks.run(look, self._measured)

    def _measured(self, machine: Machine) -> None:
        if not isValid(self):
            return
        self._machine = machine
        self.results.rows.judge_again()
        self.details.set_machine(machine)
        if self._wants_help:
            self.help_me_choose()

    @Slot()
    def help_me_choose(self) -> None:
        """Three questions, as soon as it is known what this computer has."""
        self._wants_help = self._machine is None
        if self._machine is not None:
            dialog = ChooseDialog(self._machine, self)
            dialog.chosen.connect(self.look_at)
            dialog.open()

    # Searching

    @property
    def query(self) -> SearchQuery:
        """What is asked for."""
        return self.bar.query

    def restore(self, query: SearchQuery, repo: str) -> None:
        """Ask for what another page asked for."""
        self.bar.set_query(query)
        if restricts(query):
            self.search()
        if repo:
            self.look_at(repo)

    def show_recommended(self) -> None:
        """The catalogue, which needs no network."""
        self._browsing = False
        self.recovered.emit()
        self._hub.give_up("search")
        results = [from_catalogue(entry) for entry in catalogue()]
        self.results.show_results(results, self.tr("Recommended for small computers"))
        self.results.set_more(False)
        offline = self._services.preferences.value.offline
        text = self.tr("You work offline: the hub is not asked.") if offline else ""
        self.results.say(text, can_browse=not offline)

    @Slot(str)
    def _setting_changed(self, name: str) -> None:
        """Another hub, or none, has other answers."""
        if name in ("offline", "hub_endpoint", "proxy"):
            self._asked(self.query)
            if self.details.state == "busy":
                self._hub.details(self.details.repo)  # the answer may have been given up

    @Slot(object)
    def _asked(self, query: SearchQuery) -> None:
        if restricts(query) or self._browsing:
            self.search()
        else:
            self.show_recommended()

    @Slot()
    def _browse(self) -> None:
        self._browsing = True
        self.search()

    @Slot()
    def search(self) -> None:
        """Ask the hub for what the fields say."""
        self.recovered.emit()
        self.results.show_results(self._recommended(), "")
        self.results.set_more(False)
        self.results.say(self.tr("Searching…"))
        self._hub.search(self.query)

    @Slot()
    def ask_again(self) -> None:
        """Repeat what failed: the first results, or more of them."""
        if self._hub.has_more:
            self.recovered.emit()
            self._hub.more()
        else:
            self.search()

    def _recommended(self) -> list[Result]:
        """Those of the catalogue that are asked for: they come first, and without a network."""
        if not restricts(self.query):
            return []
        return [from_catalogue(entry) for entry in catalogue() if answers(entry, self.query)]

    @Slot(object, bool)
    def _page_ready(self, page: SearchPage, first: bool) -> None:
        if first:
            self._browsing = self._browsing and not restricts(self.query)
        self.results.add_results([from_hub(model) for model in page.models])
        self.results.say(self._count_words(bool(page.next)))
        self.results.set_more(bool(page.next))

    def _count_words(self, more: bool) -> str:
        count = len(self.results.rows.results)
        if not count:
            return self.tr("Nothing was found. Try other words, or fewer filters.")
        if more:
            return self.tr("{models}, and more below").format(models=count_models(count))
        return self.tr("{models}, that is all").format(models=count_models(count))

    @Slot(object)
    def _search_failed(self, error: ExpectedError) -> None:
        self.results.say(self.tr("The hub could not be asked."), can_browse=False)
        self.failed.emit(error, not isinstance(error, WorkingOffline))

    # One model

    @Slot(object)
    def _choose_soon(self) -> None:
        self._choosing.start()

    @Slot()
    def _chosen(self) -> None:
        result = self.results.current
        if result is not None and result.model.repo != self.details.repo:
            self._look_at(result)

    def _look_at(self, result: Result) -> None:
        if result.is_starter:
            self.details.show_details(starter_details(result))
            return
        revision = result.recommended.revision if result.recommended else ""
        self.details.show_busy(result.model.repo)
        self._hub.details(result.model.repo, revision or "main")

    @Slot(str)
    def look_at(self, repo: str) -> None:
        """Show the newest version of `repo`, wherever the wish comes from."""
        self.details.show_busy(repo)
        row = self.results.rows.row_of(repo)
        if row >= 0 and (result := self.results.rows.results[row]).is_starter:
            self._look_at(result)
        else:
            self._hub.details(repo)
        self.results.select(repo)
        self._choosing.stop()  # it is asked for already

    @Slot(object)
    def _details_ready(self, details: ModelDetails) -> None:
        if self.details.state == "busy":  # or else the starter is shown by now
            self.details.show_details(details)  # of another name, where it was renamed

    @Slot(object)
    def _details_failed(self, error: ExpectedError) -> None:
        if self.details.state == "busy":  # or else another model is shown by now
            self.details.show_error(error)

    @Slot(str)
    def _open_page(self, repo: str) -> None:
        hub = self._services.preferences.value.hub_endpoint.rstrip("/") or OFFICIAL_HUB
        open_page(f"{hub}/{repo}")

    # Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.measure()

    def hideEvent(self, event: QHideEvent) -> None:
        self._choosing.stop()
        super().hideEvent(event)
