"""The model browser wired into the app: what is fetched is offered, what is set is used."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm import app as app_module
from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import Settings, load_settings, save_settings
from desktop_llm.library.cache_layout import cache_folder
from desktop_llm.library.hub_types import (
    DownloadPlan,
    HubAccess,
    LibraryEntry,
    ModelChoices,
    SearchPage,
    SearchQuery,
)
from desktop_llm.library.registry import Registry
from desktop_llm.ui.main_window import MainWindow
from tests.fake_models import COMMIT, a_hub_model, a_plan, an_entry
from tests.fakes import ScriptedEngine
from tests.gui.conftest import find
from tests.unit.core.model_files import make_folder

WAIT_MS = 30_000
REPO = "tiny-models/Tiny-0.5B-Instruct"


def cached(repo: str = REPO) -> LibraryEntry:
    """A model in the hub's cache."""
    root = cache_folder() / ("models--" + repo.replace("/", "--"))
    folder = make_folder(root / "snapshots" / COMMIT)
    write_atomically(root / "refs" / "main", COMMIT)
    return an_entry(repo, path=str(folder))


class Client:
    """A hub process that fetches when the test lets it."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self.asked: list[HubAccess] = []
        self.closed = threading.Event()

    def search(
        self, access: HubAccess, query: SearchQuery, page: str, stop: threading.Event
    ) -> SearchPage | None:
        self.asked.append(access)
        return SearchPage((a_hub_model(),)) if self._wait(stop) else None

    def download(
        self, plan: DownloadPlan, access: HubAccess, on_progress: object, stop: threading.Event
    ) -> LibraryEntry | None:
        self.asked.append(access)
        return cached(plan.repo) if self._wait(stop) else None

    def check_token(self, access: HubAccess) -> str:
        return "pip"

    def kill(self) -> None:
        """Its process starts again by itself."""

    def shut_down(self) -> None:
        self.closed.set()

    def _wait(self, stop: threading.Event) -> bool:
        while not self.release.wait(0.005):
            if stop.is_set() or self.closed.is_set():
                return False
        return True


class App:
    """Starts the app, as often as a test needs."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.qtbot = qtbot
        self._monkeypatch = monkeypatch
        self.client = Client()
        self.engine = ScriptedEngine()
        self.windows: list[MainWindow] = []

    def start(self) -> MainWindow:
        self.client, self.engine = Client(), ScriptedEngine()
        self._monkeypatch.setattr(app_module, "HubClient", lambda: self.client)
        self._monkeypatch.setattr(app_module, "ProcessEngine", lambda: self.engine)
        self._monkeypatch.setattr(app_module, "Secrets", lambda: Secrets(lambda: None))
        _, window = app_module.create_app()
        self.qtbot.addWidget(window)
        with self.qtbot.waitSignal(window.painted):
            window.show()
        self.windows.append(window)
        return window

    def wait(self, condition: Callable[[], Any]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)


@pytest.fixture
def app(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    made = App(qtbot, monkeypatch)
    yield made
    for window in made.windows:
        window.close()


def names(window: MainWindow) -> list[str]:
    return [model.name for model in window.services.models.models]


def test_what_was_fetched_can_be_picked_and_is_in_the_library(app: App) -> None:
    window = app.start()
    app.wait(lambda: names(window))
    assert REPO not in names(window)
    window.services.downloads.add(a_plan(REPO))
    app.client.release.set()
    app.wait(lambda: REPO in names(window))
    app.wait(lambda: window.services.library.find(REPO))


def test_what_was_removed_can_be_picked_no_more(app: App) -> None:
    cached()
    window = app.start()
    app.wait(lambda: window.services.library.find(REPO) and REPO in names(window))
    window.services.library.remove(REPO)
    app.wait(lambda: REPO not in names(window))
    app.wait(lambda: not window.services.library.find(REPO))


def test_the_model_that_was_set_is_loaded_at_the_start(app: App, paths: Paths) -> None:
    cached("org/a")
    cached("org/b")
    first = app.start()
    app.wait(lambda: app.engine.loaded)
    first.services.library.set_default("org/b")
    first.close()
    app.start()
    app.wait(lambda: app.engine.loaded)
    assert app.engine.loaded is not None
    assert app.engine.loaded.name == "org/b"


def test_a_default_model_that_is_gone_means_the_last_one(app: App, paths: Paths) -> None:
    cached("org/a")
    cached("org/b")
    save_settings(paths.settings, Settings(default_model="org/gone", last_model="org/b"))
    app.start()
    app.wait(lambda: app.engine.loaded)
    assert app.engine.loaded is not None
    assert app.engine.loaded.name == "org/b"


def test_a_model_that_was_loaded_says_when_it_was_used(app: App) -> None:
    cached()
    window = app.start()
    app.wait(lambda: app.engine.loaded)
    app.wait(lambda: [e for e in window.services.library.entries if e.last_used > 0])


def test_what_was_set_for_a_model_holds_when_it_is_loaded(app: App, paths: Paths) -> None:
    cached()
    choices = ModelChoices(1024, "Be brief.", "{{ messages }}", "float32")
    Registry.of(paths).update(REPO, choices=choices)
    window = app.start()
    app.wait(lambda: app.engine.options)
    options = app.engine.options
    assert options is not None
    assert (options.context_length, options.dtype) == (1024, "float32")
    assert options.template == "{{ messages }}"
    app.wait(lambda: window.services.inference.state.phase == "ready")
    app.wait(lambda: window.services.library.find(REPO))
    window.services.chat.send("Hello")
    app.wait(lambda: app.engine.requests)
    assert [m.content for m in app.engine.requests[0].messages] == ["Be brief.", "Hello"]


def test_a_change_of_what_is_set_loads_the_model_again_only_if_it_has_to(app: App) -> None:
    cached()
    window = app.start()
    library = window.services.library
    app.wait(lambda: window.services.inference.state.phase == "ready" and library.find(REPO))
    loads = app.engine.calls.count(f"load {REPO}")
    with app.qtbot.waitSignal(library.choices_changed):
        library.set_choices(REPO, ModelChoices(system_prompt="Be kind."))
    with app.qtbot.waitSignal(library.choices_changed):
        library.set_choices(REPO, ModelChoices(context_length=512, system_prompt="Be kind."))
    app.wait(lambda: app.engine.options and app.engine.options.context_length == 512)
    app.wait(lambda: window.services.inference.state.phase == "ready")
    assert app.engine.calls.count(f"load {REPO}") == loads + 1


def test_going_offline_pauses_downloads_and_gives_up_the_search(app: App) -> None:
    window = app.start()
    services = window.services
    services.downloads.add(a_plan(REPO))
    services.hub.search(SearchQuery())
    app.wait(lambda: len(app.client.asked) == 2)
    services.preferences.set("offline", True)
    assert [each.state for each in services.downloads.downloads] == ["paused"]
    assert not services.hub.busy
    assert services.hub.access().offline


def test_closing_during_a_download_is_quick_and_the_next_start_has_it_paused(app: App) -> None:
    window = app.start()
    window.services.downloads.add(a_plan(REPO))
    app.wait(lambda: app.client.asked)
    began = time.monotonic()
    window.close()
    assert time.monotonic() - began < 30  # the download itself would never end
    again = app.start()
    assert [each.state for each in again.services.downloads.downloads] == ["paused"]


def test_an_account_for_this_session_only_is_not_expected_at_the_next_start(
    app: App, paths: Paths
) -> None:
    window = app.start()
    places: list[str] = []
    window.services.hub.sign_in("hf_x", lambda name, place: places.append(place), lambda e: None)
    app.wait(lambda: places)
    assert places == ["session"]
    assert window.services.hub.account == "pip"
    window.close()
    assert load_settings(paths.settings).hub_account == ""
    assert app.start().services.hub.account == ""


# --- the page of settings ------------------------------------------------------------------------


def problem_of(dialog: QWidget) -> list[str]:
    return [
        label.text()
        for label in dialog.findChildren(QLabel)
        if label.property("kind") == "danger" and label.isVisible()
    ]


def test_an_address_is_typed_and_nonsense_is_told(app: App) -> None:
    window = app.start()
    window.commands["settings"].trigger()
    dialog = find(window, QWidget, "settingsDialog")
    dialog.show_page("models")  # type: ignore[attr-defined]
    line = find(dialog, QLineEdit, "hub_endpointPicker")
    line.setText("nonsense")
    app.qtbot.keyClick(line, Qt.Key.Key_Tab)
    line.editingFinished.emit()
    assert problem_of(dialog)
    assert window.services.preferences.value.hub_endpoint == ""
    line.setText(" https://mirror.example.org ")
    line.editingFinished.emit()
    assert not problem_of(dialog)
    assert window.services.preferences.value.hub_endpoint == "https://mirror.example.org"


def test_the_first_model_is_chosen_from_those_that_are_here(app: App) -> None:
    cached()
    window = app.start()
    app.wait(lambda: REPO in names(window))
    window.commands["settings"].trigger()
    dialog = find(window, QWidget, "settingsDialog")
    box = find(dialog, QComboBox, "default_modelPicker")
    assert box.currentData() == ""
    box.setCurrentIndex(box.findData(REPO))
    box.activated.emit(box.currentIndex())
    assert window.services.preferences.value.default_model == REPO
