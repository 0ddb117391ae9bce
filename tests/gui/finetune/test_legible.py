"""Runs in every state and language: named, large enough, and no text cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.training.events import AdviceEvent
from desktop_llm.ui import i18n
from tests.fake_runs import a_card, a_job, a_run, some_events
from tests.gui.conftest import Desk
from tests.gui.finetune.test_page import CLASSIFIER, TUNED
from tests.gui.test_main_window import is_cut_off, operated, settled
from tests.values import FakeError

Speak = Callable[[i18n.Choice], None]

RUNS = (
    a_run("live-1", "running"),
    a_run("paused-1", "paused"),
    a_run("interrupted-1", "interrupted"),
    a_run("failed-1", "failed", error=FakeError(detail="the disk is full")),
    a_run("identity-1", "finished"),
    a_run("worse-1", "stopped", card=a_card(problems=(Text("It is no better than its base."),))),
    a_run("films-1", "finished", job=a_job("classify", "films"), card=a_card("classify")),
)


def looks_right(desk: Desk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: settled(desk.window))
    for widget in desk.window.findChildren(QLabel) + desk.window.findChildren(QAbstractButton):
        if widget.isVisible():
            assert not is_cut_off(widget), (widget.text(), widget.size(), widget.sizeHint())
    for used in operated(desk.window):
        if used.isVisible():
            assert used.objectName(), used
            assert used.accessibleName() or getattr(used, "text", str)(), used.objectName()
            assert min(used.width(), used.height()) >= 24, (used.objectName(), used.size())


@pytest.mark.parametrize("size", [QSize(960, 600), QSize(1280, 800)])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_runs_can_be_read_in_every_state(
    desk: Desk, qtbot: QtBot, speak: Speak, language: i18n.Choice, size: QSize
) -> None:
    speak(language)
    desk.window.build()
    desk.window.resize(size)
    desk.models.models += [TUNED, CLASSIFIER]
    desk.training.show(*RUNS)
    for run in RUNS:
        desk.training.events[run.id] = [*some_events(30), AdviceEvent(0, 3, Text("Halved."))]
    desk.window.commands["showRuns"].trigger()
    page = desk.window.places.fine_tune
    looks_right(desk, qtbot)
    for run in RUNS:
        page.open_run(run.id)
        looks_right(desk, qtbot)
    page.run.show_view("try")
    looks_right(desk, qtbot)
    page.open_run("identity-1")
    page.run.result.more.click()
    looks_right(desk, qtbot)
    page.run.show_view("compare")
    QApplication.processEvents()
    looks_right(desk, qtbot)
    smallest = desk.window.minimumSizeHint()
    assert (smallest.width(), smallest.height()) <= (960, 600)
