"""The Models page over fake services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_llm.library.machine_speed import Machine
from desktop_llm.ui.models import discover
from desktop_llm.ui.models.page import ModelsPage
from tests.gui.conftest import Desk

GB = 1_000_000_000
LAPTOP = Machine(
    memory_free=6 * GB, memory_total=16 * GB, disk_free=50 * GB, bandwidth=20e9, cores=4
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured: these pages run on a laptop with 6 GB free."""
    monkeypatch.setattr(discover, "measure_machine", lambda paths, device: LAPTOP)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that would have been opened outside of the app."""
    found: list[str] = []

    def note(url: object) -> bool:
        found.append(url.toString())  # type: ignore[attr-defined]
        return True

    for module in ("page", "card_view"):
        monkeypatch.setattr(f"desktop_llm.ui.models.{module}.QDesktopServices.openUrl", note)
    return found


@pytest.fixture
def page(desk: Desk, qtbot: QtBot) -> Iterator[ModelsPage]:
    """The page as a person finds it at the first visit."""
    desk.window.commands["showModels"].trigger()
    yield desk.window.places.models


@pytest.fixture
def discovering(page: ModelsPage, qtbot: QtBot) -> ModelsPage:
    """Turned to Discover, with the machine known."""
    page.show_discover()
    qtbot.waitUntil(lambda: page.discover._machine is not None)
    return page


@pytest.fixture
def model_folder(tmp_path: Path) -> Callable[[str], Path]:
    """Makes what looks like the folder of a model."""

    def make(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").touch()
        return folder

    return make
