"""The page for a new run fits its window, in both languages, and everything in it has a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.ui import i18n
from tests.gui.conftest import find
from tests.gui.finetune.conftest import Preparation
from tests.gui.finetune.preparation import (
    Bench,
    a_file_report,
    a_report,
    a_token_report,
    rejections,
)
from tests.gui.test_main_window import is_cut_off, operated, settled
from tests.values import a_source

VIEWS = ("rows", "tokens", "lengths")


@pytest.fixture(params=["en", "zh_CN"])
def full(
    request: pytest.FixtureRequest,
    make_preparation: Callable[[Bench], Preparation],
    speak: Callable[[i18n.Choice], None],
    qtbot: QtBot,
) -> Preparation:
    """A page that shows all it has."""
    speak(request.param)
    made = make_preparation(Bench([a_source("starter"), a_source("Qwen/Qwen2.5-0.5B-Instruct")]))
    file = a_file_report(kept=80, rejected_count=11, rejected=rejections(11))
    made.page.add_files([file.path])
    made.wait_for_check(qtbot)
    notes = (Text("The result is judged by 9 rows only; take its figures as rough."),)
    report = a_report(file, placeholders={"name": 45, "author": 30}, notes=notes)
    made.bench.data.checked.emit(report)
    qtbot.waitUntil(lambda: bool(made.bench.data.questions))
    made.bench.data.tokens_ready.emit(a_token_report())
    made.page.training.unfold(True)
    return made


@pytest.mark.parametrize("size", [QSize(860, 480), QSize(1200, 680)])
def test_nothing_is_cut_off(full: Preparation, qtbot: QtBot, size: QSize) -> None:
    page = full.page
    page.resize(size)
    for view in VIEWS:
        find(page, QAbstractButton, f"previewView_{view}").click()
        qtbot.waitUntil(lambda: settled(page))
        assert find(page, QWidget, "newRunContents").width() <= size.width()
        for widget in page.findChildren(QWidget):
            if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible():
                assert not is_cut_off(widget), (widget.text(), widget.size(), widget.sizeHint())


def test_everything_is_named_and_large_enough(full: Preparation, qtbot: QtBot) -> None:
    page = full.page
    for view in VIEWS:
        find(page, QAbstractButton, f"previewView_{view}").click()
        qtbot.waitUntil(lambda: settled(page))
        for widget in operated(page):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()
            if widget.isVisible():
                assert min(widget.width(), widget.height()) >= 24, widget.objectName()
