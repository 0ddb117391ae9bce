"""A window over fake services, and the compiled Chinese catalogue."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import PySide6
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.services.inference import EngineState
from desktop_llm.services.tasks import TaskService
from desktop_llm.ui import i18n, theme
from desktop_llm.ui.context import Services
from desktop_llm.ui.main_window import MainWindow
from desktop_llm.ui.preferences import Preferences
from tests.fake_documents import FakeDocumentService
from tests.fake_exchange import FakeBackupService, FakeExchangeService
from tests.fake_models import FakeDownloadService, FakeHubService, FakeLibraryService
from tests.fake_runs import FakeDataService, FakeTrainingService
from tests.fake_servers import FakeServerService
from tests.fake_serving import FakeServingService
from tests.fake_speed import FakeSpeedService
from tests.fakes import FakeChatService, FakeContextService, FakeInferenceService, FakeModelService
from tests.values import a_device, a_loaded_model, a_source

if TYPE_CHECKING:
    from tests.gui.conversation_rows import Lists

W = TypeVar("W", bound=QWidget)


def hover(widget: QWidget, place: QPoint, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """The pointer moves to `place`, over `widget` whatever other windows lie there.

    `QTest.mouseMove` moves the pointer of the whole screen, and what is on top gets the event.
    """
    there, everywhere = QPointF(place), QPointF(widget.mapToGlobal(place))
    event = QMouseEvent(
        QEvent.Type.MouseMove, there, everywhere,
        Qt.MouseButton.NoButton, held, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "resources" / "translations" / "desktop_llm_zh_CN.ts"


class Desk:
    """The fakes and the window over them."""

    def __init__(self, paths: Paths) -> None:
        self.chat = FakeChatService()
        self.inference = FakeInferenceService(EngineState("idle", device=a_device()))
        self.models = FakeModelService([a_source("starter"), a_source("other")])
        self.tasks = TaskService()
        self.preferences = Preferences(paths.settings)
        self.training = FakeTrainingService()
        self.data = FakeDataService()
        parts: Any = (self.chat, self.inference, self.models, self.tasks, self.preferences, paths)
        fine_tuning: Any = (self.training, self.data)
        self.hub = FakeHubService()
        self.downloads = FakeDownloadService()
        self.library = FakeLibraryService()
        browser: Any = (self.hub, self.downloads, self.library)
        self.exchange = FakeExchangeService()
        self.context = FakeContextService()
        self.documents = FakeDocumentService()
        self.backups = FakeBackupService()
        beside: Any = (self.exchange, self.context, self.documents, self.backups)
        self.servers = FakeServerService()
        self.serving = FakeServingService()
        self.speed = FakeSpeedService()
        beside = (*beside, self.servers, self.serving, self.speed)
        self.services = Services(*parts, *fine_tuning, *browser, *beside)
        self.window = MainWindow(self.services)

    def load(self, name: str = "starter", **facts: Any) -> None:
        """The engine has the model `name` in memory now."""
        self.load_source(a_source(name), **facts)

    def load_source(self, source: ModelSource, **facts: Any) -> None:
        model = a_loaded_model(source, **facts)
        self.inference.set_state(EngineState("ready", model=model, device=a_device()))

    def called(self, name: str) -> list[tuple[Any, ...]]:
        """What the chat service was asked under `name`."""
        return [call[1:] for call in self.chat.calls if call[0] == name]


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """The widget called `name` inside `parent`; there has to be one."""
    found = parent.findChild(kind, name)
    assert found is not None, name
    return found


@pytest.fixture(autouse=True)
def english_and_light(qapp: QApplication) -> None:
    """Words, numbers and colours do not depend on this system or the test before."""
    i18n.install(qapp, "en")
    theme.apply(qapp, "light")


@pytest.fixture(scope="session")
def lrelease() -> Callable[[Path, Path], str]:
    """Compiles a catalogue: source, target, and gives back what the tool printed."""
    tool = Path(PySide6.__file__).parent / (
        "lrelease.exe" if sys.platform == "win32" else "lrelease"
    )

    def compile_catalogue(source: Path, target: Path) -> str:
        done = subprocess.run(
            [str(tool), str(source), "-qm", str(target)], capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    return compile_catalogue


@pytest.fixture(scope="session")
def chinese(
    tmp_path_factory: pytest.TempPathFactory, lrelease: Callable[[Path, Path], str]
) -> Path:
    """A compiled catalogue in a folder of its own."""
    target = tmp_path_factory.mktemp("translations") / "desktop_llm_zh_CN.qm"
    lrelease(CATALOGUE, target)
    return target


@pytest.fixture
def speak(
    qapp: QApplication, chinese: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[i18n.Choice], None]]:
    """Makes the application speak a language; English again afterwards."""
    monkeypatch.setattr(i18n, "resource", lambda name: chinese)
    yield lambda choice: cast(None, i18n.install(qapp, choice))
    i18n.install(qapp, "en")


@pytest.fixture
def desk(qtbot: QtBot, paths: Paths) -> Iterator[Desk]:
    made = Desk(paths)
    qtbot.addWidget(made.window)
    made.window.resize(1180, 780)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.close()
    made.tasks.shut_down()
    made.preferences.flush()


@pytest.fixture
def lists(qtbot: QtBot, paths: Paths) -> Iterator[Lists]:
    """The conversation list without the window around it."""
    from tests.gui.conversation_rows import Lists

    made = Lists(paths)
    qtbot.addWidget(made.window)
    made.window.show()
    qtbot.waitExposed(made.window)
    yield made
    made.window.close()
    made.preferences.flush()
