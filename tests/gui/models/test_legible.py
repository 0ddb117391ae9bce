"""The Models page in every state, language and size: named, large enough, and no text cut off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_errors import HubUnreachable, RepositoryGated
from desktop_llm.library.hub_types import Refusal
from desktop_llm.services.library import Work
from desktop_llm.ui import i18n
from desktop_llm.ui.models.page import ModelsPage
from tests.fake_models import a_hub_model, a_plan, an_entry, some_details, some_progress
from tests.gui.conftest import Desk
from tests.gui.models.test_details import gguf_choices
from tests.gui.test_main_window import is_cut_off, operated, settled
from tests.values import FakeError

Speak = Callable[[i18n.Choice], None]
REPO = "tiny-models/Tiny-0.5B-Instruct"


def looks_right(window: QWidget, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: settled(window))
    for widget in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
        if widget.isVisible() and widget.window() is window:
            assert not is_cut_off(widget), (widget.text(), widget.size(), widget.sizeHint())
    for used in operated(window):
        if used.isVisible() and not used.inherits("QDialogButtonBox"):
            assert used.objectName(), used
            assert used.accessibleName() or getattr(used, "text", str)(), used.objectName()
            assert min(used.width(), used.height()) >= 24, (used.objectName(), used.size())
    for area in window.findChildren(QScrollArea):
        inner = area.widget()
        if area.isVisible() and inner:
            assert inner.width() <= area.viewport().width(), (area.objectName(), inner.width())


def fill_library(desk: Desk) -> None:
    plans = [a_plan(), a_plan("a/waiting"), a_plan("a/failed")]
    desk.library.show(
        [
            an_entry("starter", kind="starter", title="SmolLM2 135M Instruct"),
            an_entry("run:a", kind="own", title="identity", base="Qwen/Qwen3-0.6B", verified=None),
            an_entry("/m/" + "long-" * 20 + ".gguf", kind="gguf", verified=False),
            an_entry("/m/gone", kind="folder", missing=True),
        ]
    )
    desk.downloads.put(Download(plans[0], "running", some_progress(plans[0])))
    desk.downloads.put(Download(plans[1]))
    desk.downloads.put(Download(plans[2], "failed", error=FakeError(detail="a long " * 30)))


@pytest.mark.parametrize("size", [QSize(960, 600), QSize(1280, 800)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_state_can_be_read(
    desk: Desk, qtbot: QtBot, speak: Speak, language: i18n.Choice, size: QSize
) -> None:
    speak(language)
    desk.window.build()
    desk.window.resize(size)
    desk.window.commands["showModels"].trigger()
    page = desk.window.places.models
    looks_right(desk.window, qtbot)
    desk.library.show([])
    looks_right(desk.window, qtbot)
    fill_library(desk)
    desk.library.set_work(Work("import", "/home/somebody/models/phi", None))
    looks_right(desk.window, qtbot)
    desk.library.set_work(None)
    for download in list(desk.downloads.downloads):
        desk.downloads.cancel(download.id)
    for state in discover_states(desk, page, qtbot):
        assert state
        looks_right(desk.window, qtbot)
    smallest = desk.window.minimumSizeHint()
    assert (smallest.width(), smallest.height()) <= (960, 600)


def discover_states(desk: Desk, page: ModelsPage, qtbot: QtBot) -> list[str]:
    """Walk through the states of Discover; each is looked at as it is reached."""
    page.show_discover()
    qtbot.waitUntil(lambda: page.discover._machine is not None)
    reached = ["recommended"]
    for answer in (
        some_details(REPO, choices=gguf_choices()),
        some_details(
            REPO,
            choices=(),
            refusal=Refusal("pickle", Text("Unsafe. " * 20), "a/safe-" + "long-" * 18),
        ),
    ):
        page.discover.look_at(REPO)
        looks_right(desk.window, qtbot)
        desk.hub.details_ready.emit(replace(answer, card="# Card\n\n" + "text " * 400))
        looks_right(desk.window, qtbot)
        page.discover.details.show_view("files")
        looks_right(desk.window, qtbot)
        reached.append("details")
    page.discover.look_at(REPO)
    desk.hub.details_failed.emit(RepositoryGated(REPO, f"https://huggingface.co/{REPO}"))
    looks_right(desk.window, qtbot)
    page.discover.search()
    desk.hub.give([a_hub_model("owner/" + "long-" * 20, access="gated")] * 30)
    looks_right(desk.window, qtbot)
    desk.hub.failed.emit(HubUnreachable("hub.example.org"))
    return [*reached, "failed"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_dialog_can_be_read(
    desk: Desk, qtbot: QtBot, speak: Speak, language: i18n.Choice
) -> None:
    speak(language)
    desk.window.build()
    desk.window.commands["showModels"].trigger()
    page = desk.window.places.models
    desk.library.show([an_entry("a/b")])
    page.show_discover()
    qtbot.waitUntil(lambda: page.discover._machine is not None)
    for show in (
        page.discover.help_me_choose,
        page.ask_token,
        page.library.actions_by_name["settings"].trigger,
        page.library.actions_by_name["remove"].trigger,
    ):
        show()
        dialogs = [each for each in page.findChildren(QDialog) if each.isVisible()]
        assert len(dialogs) == 1
        looks_right(dialogs[0], qtbot)
        dialogs[0].reject()
        qtbot.waitUntil(lambda: not any(each.isVisible() for each in page.findChildren(QDialog)))
