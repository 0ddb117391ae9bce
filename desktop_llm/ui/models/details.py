"""All about one model before it is fetched: overview, card and files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.catalogue import find
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_types import LibraryEntry, ModelDetails
from desktop_llm.library.machine_speed import Machine
from desktop_llm.library.starter import NAME as STARTER
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.finetune.tables import Table, TextTable
from desktop_llm.ui.models.access_help import AccessHelp
from desktop_llm.ui.models.card_view import CardView
from desktop_llm.ui.models.download_bar import DownloadBar
from desktop_llm.ui.models.overview import Overview
from desktop_llm.ui.models.words import size_words
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

State = Literal["nothing", "busy", "error", "details"]
STATES: tuple[State, ...] = ("nothing", "busy", "error", "details")
VIEWS = ("overview", "card", "files")


class DetailsPane(QWidget):
    """Asks by signals; what it shows comes from the `show_` methods."""

    download_requested = Signal(object)
    """DownloadPlan"""
    starter_requested = Signal()
    resume_requested = Signal(str)
    """The id of a plan."""
    chat_requested = Signal(str)
    """A name in the library."""
    look_requested = Signal(str)
    """A repository, in its newest version."""
    token_requested = Signal()
    page_requested = Signal(str)
    """A repository whose page on the hub is to be opened."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.details: ModelDetails | None = None
        self.repo = ""
        """Of what is shown, or on its way."""
        self._entries: Sequence[LibraryEntry] = ()
        self._downloads: Sequence[Download] = ()
        self.help = AccessHelp()
        self.overview = Overview()
        self.card = CardView()
        self.bar = DownloadBar()
        self._files = TextTable()
        self._table = Table(self._files, "modelFiles", self.tr("Files of the model"))
        self._files.setParent(self._table)
        self._title, self._owner = ElidedLabel(), ElidedLabel()
        self._page = named(QPushButton(), "openModelPage", self.tr("Open its page on the hub"))
        views = {
            "overview": self.tr("Overview"),
            "card": self.tr("Model card"),
            "files": self.tr("Files"),
        }
        self.views = Segments("modelView", self.tr("What is shown"), list(views.items()))
        self._views, self._states = QStackedWidget(), QStackedWidget()
        self._busy_text = label(kind="muted", wrap=True)
        self.setProperty("pane", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._arrange()
        self._connect()
        self.show_nothing()

    def _arrange(self) -> None:
        files = QWidget()
        inner = QVBoxLayout(files)
        inner.setContentsMargins(20, 4, 20, 16)
        inner.addWidget(self._table)
        self._table.verticalHeader().hide()
        for page in (self.overview, self.card, files):
            self._views.addWidget(page)
        shown = QWidget()
        column = QVBoxLayout(shown)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head())
        column.addWidget(self._views, 1)
        column.addWidget(self.bar)
        text = self.tr("Choose a model to see whether it runs on this computer.")
        nothing = self._centred(label(text, "muted", wrap=True))
        for page in (nothing, self._busy(), self._problem(), shown):
            self._states.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._states)

    def _head(self) -> QVBoxLayout:
        self._title.setProperty("kind", "section")
        self._owner.setProperty("kind", "muted")
        self._page.setIcon(icons.icon("arrow-square-out"))
        self._page.setProperty("kind", "quiet")
        self._page.setToolTip(self.tr("Open its page on the hub"))
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._title)
        names.addWidget(self._owner)
        top = QHBoxLayout()
        top.addLayout(names, 1)
        top.addWidget(self._page)
        column = QVBoxLayout()
        column.setContentsMargins(20, 12, 16, 10)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.views)
        return column

    @staticmethod
    def _centred(text: QLabel, below: QWidget | None = None) -> QWidget:
        page = QWidget()
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(page)
        column.setContentsMargins(40, 16, 40, 16)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(text)
        if below:
            column.addWidget(below)
        column.addStretch()
        return page

    def _busy(self) -> QWidget:
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName(self.tr("Asking the hub"))
        return self._centred(self._busy_text, bar)

    def _problem(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(20, 16, 20, 16)
        column.addWidget(self.help)
        column.addStretch()
        return page

    def _connect(self) -> None:
        self.views.chosen.connect(self.show_view)
        self.overview.choice_changed.connect(self._show_bar)
        self.overview.instead_requested.connect(self.look_requested)
        self.bar.download_requested.connect(self._download)
        self.bar.resume_requested.connect(self._resume)
        self.bar.chat_requested.connect(self._chat)
        self._page.clicked.connect(self._open_page)
        self.help.page_requested.connect(self._open_page)
        self.help.token_requested.connect(self.token_requested)
        self.help.retry_requested.connect(self.look_again)
        self.help.newest_requested.connect(self.look_again)

    # What is shown

    @property
    def state(self) -> State:
        return STATES[self._states.currentIndex()]

    def _turn_to(self, state: State) -> None:
        self._states.setCurrentIndex(STATES.index(state))

    def show_nothing(self) -> None:
        """No model is chosen."""
        self.details, self.repo = None, ""
        self._turn_to("nothing")

    def show_busy(self, repo: str) -> None:
        """The hub is asked for the details of `repo`."""
        self.details, self.repo = None, repo
        self._busy_text.setText(self.tr("Asking the hub about {repo}…").format(repo=repo))
        self._turn_to("busy")

    @Slot(object)
    def show_error(self, error: ExpectedError) -> None:
        """They cannot be had."""
        self.help.show_error(error)
        self._turn_to("error")

    @Slot(object)
    def show_details(self, details: ModelDetails) -> None:
        """Here they are."""
        model = details.model
        self.details, self.repo = details, model.repo
        owner, _, name = model.repo.rpartition("/")
        self._title.set_whole_text(name)
        self._owner.set_whole_text(owner)
        known = find(model.repo)
        self.bar.set_licence(model.licence, known.note if known else "")
        self.overview.show_details(details)
        self.card.show_card(model.repo, details.card or self.tr("This model has no card."))
        cells = [(file.path, size_words(file.size)) for file in details.files]
        self._files.fill((self.tr("File"), self.tr("Size")), (), cells)
        self._table.fit_columns()
        self.views.set_offered("files", bool(cells))
        self.show_view("overview")
        self._show_bar()
        self._turn_to("details")

    @Slot(str)
    def show_view(self, view: str) -> None:
        """One of `VIEWS`."""
        self.views.set_value(view)
        self._views.setCurrentIndex(VIEWS.index(view))

    def set_machine(self, machine: Machine) -> None:
        """What this computer has."""
        self.bar.set_free_disk(machine.disk_free)
        self.overview.set_machine(machine)
        self._show_bar()

    def set_known(self, entries: Sequence[LibraryEntry], downloads: Sequence[Download]) -> None:
        """What is on this computer, and what is on its way."""
        self._entries, self._downloads = entries, downloads
        self._show_bar()

    @Slot()
    def _show_bar(self) -> None:
        details, choice = self.details, self.overview.choice
        if details is None or choice is None:
            self.bar.show_choice(None, "", None)
            return
        plan = details.plan(choice)
        download = next((each for each in self._downloads if each.id == plan.id), None)
        self.bar.show_choice(choice, self._installed(), download)

    def _installed(self) -> str:
        """The name in the library of what is chosen; "" if it is not there."""
        details, choice = self.details, self.overview.choice
        if details is None or choice is None:
            return ""
        for entry in self._entries:
            same = entry.repo == details.model.repo and entry.commit == details.commit
            if choice.id == STARTER:
                same = entry.kind == "starter"
            elif choice.format == "gguf":
                same = same and entry.path.endswith(choice.files)
            whole = not (entry.missing or entry.incomplete) and entry.verified is not False
            if same and whole:
                return entry.name
        return ""

    # What the person does

    @Slot()
    def _download(self) -> None:
        details, choice = self.details, self.overview.choice
        if choice is not None and choice.id == STARTER:
            self.starter_requested.emit()
        elif details is not None and choice is not None:
            self.download_requested.emit(details.plan(choice))

    @Slot()
    def _resume(self) -> None:
        details, choice = self.details, self.overview.choice
        if details is not None and choice is not None:
            self.resume_requested.emit(details.plan(choice).id)

    @Slot()
    def _chat(self) -> None:
        self.chat_requested.emit(self._installed())

    @Slot()
    def _open_page(self) -> None:
        self.page_requested.emit(self.repo)

    @Slot()
    def look_again(self) -> None:
        """Ask for the newest version of what is shown."""
        self.look_requested.emit(self.repo)
