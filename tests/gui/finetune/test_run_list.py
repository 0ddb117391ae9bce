"""The list of runs: what it tells, and what can be done from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from desktop_llm.ui.finetune.page import FineTunePage
from tests.fake_runs import a_card, a_job, a_run
from tests.gui.conftest import Desk, find


@pytest.fixture
def page(desk: Desk) -> Iterator[FineTunePage]:
    desk.window.commands["showRuns"].trigger()
    yield desk.window.places.fine_tune


def cells(page: FineTunePage, row: int) -> list[str]:
    model = page.runs.view.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def button(page: FineTunePage, name: str) -> QAbstractButton:
    return find(page, QAbstractButton, name)


def test_without_runs_it_says_what_a_run_is_and_leads_to_one(page: FineTunePage) -> None:
    assert not page.runs.view.isVisible()
    button(page, "firstRunButton").click()
    assert page.tabs.currentIndex() == 0


def test_a_row_tells_state_task_model_data_result_and_time(desk: Desk, page: FineTunePage) -> None:
    desk.training.show(
        a_run("b-1", "finished", seconds=288.0),
        a_run("a-1", "finished", job=a_job("classify"), card=a_card("classify")),
    )
    first = cells(page, 0)
    assert (first[0], first[1], first[3]) == ("Finished", "identity", "Starter")
    assert first[4:] == ["identity.json", "loss 2.33 → 0.41", "4 min 48 s"]
    assert cells(page, 1)[5] == "52.1 % → 87.9 %"


def test_what_changes_is_shown_and_the_choice_stays(desk: Desk, page: FineTunePage) -> None:
    desk.training.show(a_run("b-1", "finished"), a_run("a-1", "running"))
    page.runs.select("a-1")
    desk.training.change("a-1", step=45)
    assert cells(page, 1)[5] == "75 %"
    desk.training.show(a_run("c-1", "failed"), *desk.training.runs)
    chosen = page.runs.selected()
    assert chosen is not None and chosen.id == "a-1"


def test_enter_opens_a_run_and_back_returns_to_it(
    desk: Desk, page: FineTunePage, qtbot: QtBot
) -> None:
    desk.training.show(a_run("b-1", "finished"), a_run("a-1", "finished"))
    page.runs.select("a-1")
    page.runs.view.setFocus()
    qtbot.keyClick(page.runs.view, Qt.Key.Key_Return)
    assert page.run.run_id == "a-1"
    assert page.run.isVisible()
    button(page, "backToRuns").click()
    assert page.runs.isVisible()
    chosen = page.runs.selected()
    assert chosen is not None and chosen.id == "a-1"


def test_only_what_can_be_done_is_offered(desk: Desk, page: FineTunePage) -> None:
    desk.training.show(a_run("a-1", "running"))
    assert not button(page, "runsDeleteButton").isEnabled()
    assert not button(page, "runsExportButton").isEnabled()
    assert not button(page, "runsResumeButton").isVisible()
    desk.training.change("a-1", state="interrupted", alive=False)
    assert button(page, "runsResumeButton").isVisible()
    button(page, "runsResumeButton").click()
    assert ("resume", "a-1") in desk.training.calls


def test_a_deleted_run_can_be_brought_back(desk: Desk, page: FineTunePage) -> None:
    desk.training.show(a_run("a-1", "finished"))
    button(page, "runsDeleteButton").click()
    assert ("delete", "a-1") in desk.training.calls
    assert page.toast.isVisible()
    find(page, QAbstractButton, "toastAction").click()
    assert desk.training.calls[-1] == ("undo_delete",)


def test_a_run_is_renamed_in_place(desk: Desk, page: FineTunePage, qtbot: QtBot) -> None:
    desk.training.show(a_run("a-1", "finished"))
    button(page, "runsRenameButton").click()
    edit = find(page, QLineEdit, "runNameEdit")
    edit.setText("  Aria  2 ")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: ("rename", "a-1", "Aria 2") in desk.training.calls)


def test_an_adapter_is_exported_where_the_person_says(
    desk: Desk, page: FineTunePage, tmp_path: Path
) -> None:
    desk.training.show(a_run("a-1", "finished"))
    button(page, "runsExportButton").click()
    dialog = find(page, QFileDialog, "exportDialog")
    dialog.fileSelected.emit(str(tmp_path / "out"))
    dialog.reject()
    assert desk.training.calls[-1] == ("export", "a-1", tmp_path / "out")
    assert desk.training.export_done is not None
    desk.training.export_done(tmp_path / "out")
    assert page.toast.isVisible()


def test_a_run_that_is_deleted_elsewhere_is_left(desk: Desk, page: FineTunePage) -> None:
    desk.training.show(a_run("a-1", "finished"))
    page.open_run("a-1")
    desk.training.show()
    assert not page.run.isVisible()


def test_the_columns_fit_the_smallest_window(desk: Desk, page: FineTunePage, qtbot: QtBot) -> None:
    desk.training.show(a_run("a-1", "finished"))
    desk.window.resize(960, 600)
    view = find(page, QTableView, "runList")
    qtbot.waitUntil(lambda: view.horizontalScrollBar().maximum() == 0)
