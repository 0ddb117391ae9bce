"""The composition root: everything wired together, with an engine that plays a script."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from desktop_llm import app as app_module
from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.services import models as models_module
from desktop_llm.ui.main_window import MainWindow
from tests.fakes import ScriptedEngine
from tests.gui.conftest import ROOT, find
from tests.values import FakeError, a_source

pytestmark = pytest.mark.usefixtures("models")


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> list[ModelSource]:
    """What the disk holds."""
    found = [a_source("starter"), a_source("other")]
    monkeypatch.setattr(models_module, "list_models", lambda paths: found)
    return found


class Start:
    """Starts the app, as often as a test needs."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self._qtbot = qtbot
        self._monkeypatch = monkeypatch
        self.windows: list[MainWindow] = []

    def __call__(self, engine: ScriptedEngine) -> MainWindow:
        self._monkeypatch.setattr(app_module, "ProcessEngine", lambda: engine)
        _, window = app_module.create_app()
        self._qtbot.addWidget(window)
        with self._qtbot.waitSignal(window.painted):
            window.show()
        self.windows.append(window)
        return window


@pytest.fixture
def start(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    starter = Start(qtbot, monkeypatch)
    yield starter
    for window in starter.windows:
        window.close()


def write(window: MainWindow, qtbot: QtBot, text: str) -> None:
    qtbot.waitUntil(lambda: window.services.inference.state.phase == "ready")
    edit = window.page.composer.edit
    qtbot.keyClicks(edit, text)
    qtbot.keyClick(edit, Qt.Key.Key_Return)


def last(window: MainWindow) -> Message:
    return window.services.chat.messages[-1]


def test_a_question_is_answered_and_kept(start: Start, qtbot: QtBot) -> None:
    window = start(ScriptedEngine(["The sky ", "is blue."]))
    write(window, qtbot, "Why?")
    qtbot.waitUntil(lambda: len(window.services.chat.messages) == 2)
    qtbot.waitUntil(lambda: last(window).state == "complete")
    assert last(window).content == "The sky is blue."
    window.close()

    again = start(ScriptedEngine())
    view = find(again, QListView, "conversationList")
    qtbot.waitUntil(lambda: view.model().rowCount() == 2)
    assert view.model().index(1, 0).data() == "Why?"
    view.setCurrentIndex(view.model().index(1, 0))
    qtbot.waitUntil(lambda: len(again.services.chat.messages) == 2)
    assert last(again).content == "The sky is blue."


def test_the_model_of_the_last_time_is_loaded_by_itself(start: Start, qtbot: QtBot) -> None:
    first = start(ScriptedEngine())
    qtbot.waitUntil(lambda: first.services.inference.state.phase == "ready")
    first.page.bar.pick("other")
    first.commands["loadModel"].trigger()
    qtbot.waitUntil(lambda: first.services.preferences.value.last_model == "other")
    first.close()
    engine = ScriptedEngine()
    second = start(engine)
    qtbot.waitUntil(lambda: second.services.inference.state.phase == "ready")
    assert engine.loaded == a_source("other")
    assert second.page.bar.picked == a_source("other")


def test_without_a_model_the_welcome_page_offers_the_starter(
    start: Start, qtbot: QtBot, models: list[ModelSource]
) -> None:
    models.clear()
    engine = ScriptedEngine()
    window = start(engine)
    qtbot.waitUntil(lambda: bool(window.page.welcome.offer_text))
    qtbot.waitUntil(lambda: window.services.inference.state.phase == "idle")
    assert not [call for call in engine.calls if call.startswith("load")]


def test_closing_while_an_answer_is_written_keeps_it(start: Start, qtbot: QtBot) -> None:
    release = threading.Event()
    window = start(ScriptedEngine(["Half an ", release, "answer"]))
    write(window, qtbot, "Tell me")
    qtbot.waitUntil(lambda: "Half an" in last(window).content)
    window.close()
    assert not window.isVisible()

    again = start(ScriptedEngine())
    view = find(again, QListView, "conversationList")
    qtbot.waitUntil(lambda: view.model().rowCount() == 2)
    view.setCurrentIndex(view.model().index(1, 0))
    qtbot.waitUntil(lambda: len(again.services.chat.messages) == 2)
    assert last(again).content == "Half an "
    assert last(again).state in ("stopped", "interrupted")


def test_a_model_that_cannot_be_loaded_is_told_and_tried_again(start: Start, qtbot: QtBot) -> None:
    engine = ScriptedEngine(load_steps=[FakeError(detail="no memory")])
    window = start(engine)
    qtbot.waitUntil(window.page.banner.isVisible)
    assert "no memory" in window.page.banner.words
    engine.load_steps = []
    window.page.banner.retry_requested.emit()
    qtbot.waitUntil(lambda: window.services.inference.state.phase == "ready")
    assert not window.page.banner.isVisible()


def test_a_choice_of_device_reaches_the_engine(start: Start, qtbot: QtBot) -> None:
    engine = ScriptedEngine()
    window = start(engine)
    qtbot.waitUntil(lambda: window.services.inference.state.phase == "ready")
    window.services.preferences.set("device", "cpu")
    qtbot.waitUntil(lambda: engine.options is not None and engine.options.device == "cpu")


def test_the_language_changes_while_the_app_runs(
    start: Start, qtbot: QtBot, chinese: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_llm.ui.i18n.resource", lambda name: chinese)
    window = start(ScriptedEngine(["Fine."]))
    write(window, qtbot, "How are you?")
    qtbot.waitUntil(lambda: last(window).state == "complete")
    window.services.preferences.set("language", "zh_CN")
    view = find(window, QListView, "conversationList")
    qtbot.waitUntil(lambda: view.model().rowCount() == 2)
    assert view.model().index(0, 0).data() == "今天"
    assert not window.page.welcome.isVisible()
    window.services.preferences.set("language", "en")
    assert window.page.bar.button.text() == "Eject"


def test_an_unwritable_data_folder_is_told_and_the_draft_kept(
    start: Start, qtbot: QtBot, paths: Paths
) -> None:
    paths.data.parent.mkdir(parents=True, exist_ok=True)
    paths.data.mkdir()
    paths.database.mkdir()  # a folder in the place of the file: also root cannot write it
    window = start(ScriptedEngine())
    write(window, qtbot, "precious words")
    qtbot.waitUntil(lambda: window.page.composer.text == "precious words")
    qtbot.waitUntil(window.page.banner.isVisible)


def test_the_window_starts_without_torch_and_what_is_needed_later(paths: Paths) -> None:
    program = """
import sys
from PySide6.QtCore import QTimer
from desktop_llm.app import create_app
app, window = create_app([])
window.painted.connect(lambda: QTimer.singleShot(500, window.close))
window.show()
app.exec()
heavy = {"torch", "transformers", "accelerate", "numpy", "pyarrow", "huggingface_hub", "qtawesome"}
heavy |= {"ziamath", "ziafont", "latex2mathml", "pygments", "PySide6.QtCharts", "pyqtgraph"}
heavy |= {"pypdf", "docx", "openpyxl", "lxml", "bs4", "jinja2", "charset_normalizer"}
sys.exit(", ".join(heavy & set(sys.modules)) or 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
