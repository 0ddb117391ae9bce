"""Fine-tune in the window: its place, its tabs, dropped files, the run in the status bar."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QMessageBox,
    QTabWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.generation import ModelSource
from desktop_llm.ui import i18n
from desktop_llm.ui.finetune.page import RUNS, FineTunePage
from tests.fake_runs import a_job, a_progress, a_run, some_events
from tests.gui.conftest import Desk, find
from tests.values import FakeError

TUNED = ModelSource("run:identity-1", Path("/base"), "identity", adapter=Path("/result"))
CLASSIFIER = ModelSource("run:films-1", Path("/result"), "films", kind="classifier")


def page(desk: Desk) -> FineTunePage:
    desk.window.commands["showFineTune"].trigger()
    return desk.window.places.fine_tune


def files_to_train_on(desk: Desk) -> list[Path]:
    return [file.path for file in page(desk).new.state().draft.data.files]


def a_drag(path: Path) -> tuple[QMimeData, QDragEnterEvent]:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime, QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def fall(desk: Desk, mime: QMimeData) -> None:
    event = QDropEvent(
        QPointF(300, 100),  # the upper part, which trains
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(desk.window, event)


def test_the_page_is_made_at_the_first_visit(desk: Desk, qtbot: QtBot) -> None:
    assert desk.window.places.visited is None
    qtbot.mouseClick(find(desk.window, QToolButton, "navFineTune"), Qt.MouseButton.LeftButton)
    assert find(desk.window, QTabWidget, "fineTuneTabs").isVisible()
    assert find(desk.window, QToolButton, "navFineTune").isChecked()
    desk.window.commands["showChat"].trigger()
    assert desk.window.page.isVisible()
    assert find(desk.window, QToolButton, "navChat").isChecked()


def test_neither_the_window_nor_the_list_of_runs_imports_the_plots(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "desktop_llm.ui.finetune.loss_plot", raising=False)
    desk.training.show(a_run())
    page(desk).show_runs()
    QApplication.processEvents()
    assert "desktop_llm.ui.finetune.loss_plot" not in sys.modules


def test_files_dragged_over_the_window_are_invited_and_taken(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "identity.json"
    mime, enter = a_drag(file)
    QApplication.sendEvent(desk.window, enter)
    assert enter.isAccepted()
    assert find(desk.window, QWidget, "dropOverlay").isVisible()
    fall(desk, mime)
    assert not find(desk.window, QWidget, "dropOverlay").isVisible()
    assert page(desk).tabs.currentIndex() == 0
    assert files_to_train_on(desk) == [file]


def test_files_that_are_dragged_away_again_leave_nothing(desk: Desk, tmp_path: Path) -> None:
    _mime, enter = a_drag(tmp_path / "a.json")
    QApplication.sendEvent(desk.window, enter)
    QApplication.sendEvent(desk.window, QDragLeaveEvent())
    assert not find(desk.window, QWidget, "dropOverlay").isVisible()
    assert desk.window.places.visited is None


def test_dragged_text_is_not_taken_by_the_window(desk: Desk) -> None:
    mime = QMimeData()
    mime.setText("hello")
    enter = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter.ignore()
    QApplication.sendEvent(desk.window, enter)
    assert not enter.isAccepted()


def test_the_message_field_leaves_files_to_the_window_and_takes_text(desk: Desk) -> None:
    edit = desk.window.page.composer.edit
    mime, _ = a_drag(Path("/data/a.json"))
    assert not edit.canInsertFromMimeData(mime)
    text = QMimeData()
    text.setText("hello")
    assert edit.canInsertFromMimeData(text)


def test_a_second_start_with_files_prepares_a_run(desk: Desk, tmp_path: Path) -> None:
    desk.window.come_to_front([str(tmp_path / "b.csv")])
    assert desk.window.places.shown == "navFineTune"
    assert files_to_train_on(desk) == [tmp_path / "b.csv"]


def test_a_run_that_is_begun_is_shown_at_once(desk: Desk) -> None:
    fine_tune = page(desk)
    fine_tune.new.start_requested.emit(a_job())
    assert desk.training.calls[0] == ("begin", a_job())
    assert fine_tune.tabs.currentIndex() == RUNS
    assert fine_tune.run.run_id == "begun-1"
    assert fine_tune.run.isVisible()


def test_a_run_that_cannot_begin_says_why(desk: Desk) -> None:
    fine_tune = page(desk)
    desk.training.failed.emit(FakeError(detail="disk full"))
    assert "disk full" in fine_tune.banner.words


def test_run_again_prepares_the_same_job(desk: Desk) -> None:
    fine_tune = page(desk)
    desk.training.show(a_run("identity-1", "finished"))
    fine_tune.open_run("identity-1")
    find(fine_tune, QAbstractButton, "runAgainButton").click()
    assert fine_tune.tabs.currentIndex() == 0
    assert fine_tune.new.state().draft.data == a_job().data


def test_the_status_bar_tells_of_the_run_and_leads_to_it(desk: Desk) -> None:
    button = find(desk.window, QToolButton, "statusTraining")
    assert not button.isVisible()
    desk.training.show(a_run("identity-1", "running"))
    desk.training.tell("identity-1", a_progress(45))
    assert "identity" in button.text()
    assert "75 %" in button.text()
    assert "1 min 35 s" in button.text()
    button.click()
    assert page(desk).run.run_id == "identity-1"
    desk.training.change("identity-1", state="finished", alive=False)
    assert not button.isVisible()


def test_the_menu_steers_the_run_that_is_alive(desk: Desk) -> None:
    commands = desk.window.commands
    assert not commands["pauseRun"].isEnabled()
    assert not commands["stopRun"].isEnabled()
    desk.training.show(a_run("identity-1", "running"))
    commands["pauseRun"].trigger()
    desk.training.change("identity-1", state="paused")
    assert "Resume" in commands["pauseRun"].text()
    commands["pauseRun"].trigger()
    commands["stopRun"].trigger()
    assert desk.training.calls == [
        ("pause", "identity-1"),
        ("resume", "identity-1"),
        ("stop", "identity-1", True),
    ]


def test_chat_with_it_is_one_click(desk: Desk) -> None:
    fine_tune = page(desk)
    desk.models.models.append(TUNED)
    desk.training.show(a_run("identity-1", "finished"))
    fine_tune.open_run("identity-1")
    find(fine_tune, QAbstractButton, "chatWithResultButton").click()
    assert ("load", TUNED, None) in desk.inference.calls
    assert desk.called("new_conversation") == [()]
    assert desk.window.places.shown == "navChat"


def test_chat_waits_for_the_list_of_models_that_has_the_result(desk: Desk) -> None:
    fine_tune = page(desk)
    desk.training.show(a_run("identity-1", "finished"))
    fine_tune.open_run("identity-1")

    def refresh() -> None:
        desk.models.models = [*desk.models.models, TUNED]
        desk.models.models_changed.emit(desk.models.models)

    desk.models.refresh = refresh  # type: ignore[method-assign]
    find(fine_tune, QAbstractButton, "chatWithResultButton").click()
    assert ("load", TUNED, None) in desk.inference.calls
    picker = find(desk.window, QComboBox, "modelPicker")
    assert picker.currentText() == "identity"


def test_a_classifier_chosen_in_the_chat_can_be_tried_there(desk: Desk) -> None:
    desk.models.models = [*desk.models.models, CLASSIFIER]
    desk.models.models_changed.emit(desk.models.models)
    desk.training.show(a_run("films-1", "finished", job=a_job("classify", "films")))
    desk.window.page.bar.pick(CLASSIFIER.name)
    button = find(desk.window, QAbstractButton, "loadButton")
    assert button.text() == "Try it"
    assert "cannot chat" in desk.window.page.bar.stage
    button.click()
    assert page(desk).run.view == "try"
    assert not any(call[0] == "load" for call in desk.inference.calls)


def test_another_language_comes_back_to_the_same_place(
    desk: Desk, speak: Callable[[i18n.Choice], None]
) -> None:
    fine_tune = page(desk)
    desk.models.models.append(TUNED)
    desk.training.show(a_run("identity-1", "finished"))
    desk.training.events["identity-1"] = some_events(20)
    fine_tune.open_run("identity-1")
    fine_tune.run.show_view("compare")
    speak("zh_CN")
    desk.window.build()
    again = desk.window.places.fine_tune
    assert again is not fine_tune
    assert desk.window.places.shown == "navFineTune"
    assert (again.tabs.currentIndex(), again.run.run_id, again.run.view) == (
        RUNS,
        "identity-1",
        "compare",
    )
    assert again.run.history.evals


def question(desk: Desk) -> QMessageBox:
    return find(desk.window, QMessageBox, "closeQuestion")


def test_closing_while_a_run_is_alive_asks_first(desk: Desk, qtbot: QtBot) -> None:
    desk.training.show(a_run("identity-1", "running"))
    desk.window.close()
    assert desk.window.isVisible()
    find(question(desk), QAbstractButton, "closeCancel").click()
    assert desk.window.isVisible()
    desk.window.close()
    with qtbot.waitSignal(desk.window.closed):
        find(question(desk), QAbstractButton, "closeStop").click()
    assert not desk.window.training_goes_on
    assert not desk.window.isVisible()
    assert desk.preferences.value.ask_about_training


def test_the_answer_is_remembered_if_wanted(desk: Desk, qtbot: QtBot) -> None:
    desk.training.show(a_run("identity-1", "running"))
    desk.window.close()
    find(question(desk), QAbstractButton, "closeRemember").click()
    with qtbot.waitSignal(desk.window.closed):
        find(question(desk), QAbstractButton, "closeContinue").click()
    assert desk.window.training_goes_on
    assert not desk.preferences.value.ask_about_training
    assert desk.preferences.value.training_continues


def test_closing_without_a_run_asks_nothing(desk: Desk) -> None:
    desk.training.show(a_run("identity-1", "finished"))
    desk.window.close()
    assert not desk.window.isVisible()
