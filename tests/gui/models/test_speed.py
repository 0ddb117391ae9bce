"""Speed: what is asked for is measured, shown, kept, shared and deleted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QProgressBar,
    QPushButton,
    QTableView,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from desktop_llm.services.errors import MeasurementFailed
from desktop_llm.ui.models.speed_page import SpeedPage
from tests.fake_speed import a_speed_result
from tests.gui.conftest import Desk, find
from tests.values import a_source


@pytest.fixture
def speed(desk: Desk, qtbot: QtBot) -> SpeedPage:
    """The page as a person finds it at the first visit."""
    desk.window.commands["measureSpeed"].trigger()
    return desk.window.places.models.speed


def button(page: SpeedPage, name: str) -> QAbstractButton:
    return find(page, QAbstractButton, name)


def cells(page: SpeedPage, row: int) -> list[str]:
    model = find(page, QTableView, "speedTable").model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_the_command_leads_to_the_page_which_says_that_nothing_was_measured(
    desk: Desk, speed: SpeedPage
) -> None:
    assert speed.isVisible()
    assert ("refresh",) in desk.speed.calls
    assert speed.results.result is None
    assert not find(speed, QTableView, "speedTable").isVisible()


def test_what_is_chosen_is_measured_for_every_chosen_model(desk: Desk, speed: SpeedPage) -> None:
    speed.setup.models.item(1).setCheckState(Qt.CheckState.Checked)
    speed.setup.settings["4-bit"].click()
    speed.setup.rivals["llamacpp"].click()
    speed.setup.lengths[4096].click()
    button(speed, "speedMeasure").click()
    [(_, wishes)] = [call for call in desk.speed.calls if call[0] == "measure"]
    assert [wish.model for wish in wishes] == ["starter", "other"]
    assert wishes[0].settings == ("exact", "8-bit")
    assert wishes[0].against == ("stock",)
    assert wishes[0].prompt_tokens == (64, 512, 2048, 4096)


def test_without_a_length_nothing_can_be_measured(speed: SpeedPage) -> None:
    for box in speed.setup.lengths.values():
        box.setChecked(False)
    assert not speed.setup.button.isEnabled()


def test_models_that_are_elsewhere_or_only_classify_are_not_offered(
    desk: Desk, speed: SpeedPage
) -> None:
    desk.models.models = [a_source("chats"), replace(a_source("sorts"), kind="classifier")]
    desk.models.refresh()
    assert [each.model for each in speed.setup.wishes] == ["chats"]
    assert speed.setup.models.count() == 1


def test_the_progress_is_told_until_it_is_stopped(desk: Desk, speed: SpeedPage) -> None:
    button(speed, "speedMeasure").click()
    desk.speed.step("measuring", "ours 8-bit", 512, 0.25)
    assert speed.words == "Desktop LLM, 8-bit: a prompt of 512 tokens"
    assert not speed.setup.button.isEnabled()
    button(speed, "speedStop").click()
    assert ("stop",) in desk.speed.calls
    assert speed.words == ""
    assert speed.setup.button.isEnabled()


def test_before_the_first_figures_their_place_tells_how_far_it_is(
    desk: Desk, speed: SpeedPage
) -> None:
    button(speed, "speedMeasure").click()
    desk.speed.step("measuring", "ours 8-bit", 2048, 0.25)
    empty = speed.results.empty
    assert empty.isVisible()
    assert "Measuring Starter" in empty.words
    assert "a prompt of 2,048 tokens" in empty.words
    assert find(empty, QProgressBar, "speedFirstProgress").value() == 250
    button(speed, "speedStop").click()
    assert "Nothing measured yet" in empty.words


def test_the_focus_stays_with_the_measuring(desk: Desk, speed: SpeedPage, qtbot: QtBot) -> None:
    measure, stop = button(speed, "speedMeasure"), button(speed, "speedStop")
    desk.window.activateWindow()
    measure.setFocus()
    qtbot.waitUntil(measure.hasFocus)
    measure.click()
    assert stop.hasFocus()
    stop.click()
    assert measure.hasFocus()


def test_a_measurement_is_shown_as_a_table_with_the_fastest_first(
    desk: Desk, speed: SpeedPage
) -> None:
    desk.speed.finish(a_speed_result())
    assert cells(speed, 0)[:2] == ["llama.cpp, Q4_1", "64"]
    assert cells(speed, 3)[:2] == ["Desktop LLM, 8-bit", "512"]
    assert "Desktop LLM" in speed.results.card.accessibleName()


def test_the_plot_shows_what_is_chosen(desk: Desk, speed: SpeedPage, qtbot: QtBot) -> None:
    desk.speed.finish(a_speed_result())
    qtbot.waitUntil(lambda: speed.results.card.plot is not None)
    plot = speed.results.card.plot
    assert plot is not None
    assert plot.curves == [[1.5, 2.5], [3.0, 6.0], [1.0, 3.5]]
    button(speed, "speedQuantity_writing").click()
    assert plot.curves == [[40.0, 40.0]] * 3


def test_a_measurement_is_copied_as_text_with_the_machine(desk: Desk, speed: SpeedPage) -> None:
    desk.speed.finish(a_speed_result())
    button(speed, "speedCopy").click()
    text = QGuiApplication.clipboard().text()
    assert "Tiny model" in text
    assert "A processor, 2 cores" in text
    assert "llama.cpp Q4_1" in text


def test_a_deleted_measurement_comes_back(desk: Desk, speed: SpeedPage) -> None:
    desk.speed.show([a_speed_result("new"), a_speed_result("old")])
    find(speed, QComboBox, "speedHistory").setCurrentIndex(1)
    find(speed, QToolButton, "speedDelete").click()
    assert ("delete", "old") in desk.speed.calls
    find(desk.window.places.models, QAbstractButton, "toastAction").click()
    assert ("undo_delete",) in desk.speed.calls


def test_a_new_measurement_is_shown_and_an_older_one_stays_shown(
    desk: Desk, speed: SpeedPage
) -> None:
    desk.speed.show([a_speed_result("b"), a_speed_result("a")])
    find(speed, QComboBox, "speedHistory").setCurrentIndex(1)
    desk.speed.show(desk.speed.history)
    assert speed.results.result is not None
    assert speed.results.result.id == "a"
    desk.speed.finish(a_speed_result("c"))
    assert speed.results.result.id == "c"


def test_a_measurement_is_exported_where_the_person_wants_it(
    desk: Desk, speed: SpeedPage, tmp_path: Path
) -> None:
    desk.speed.finish(a_speed_result())
    button(speed, "speedExport").click()
    dialog = find(speed, QFileDialog, "speedExportDialog")
    dialog.fileSelected.emit(str(tmp_path / "figures.json"))
    dialog.reject()
    assert ("export", "one", tmp_path / "figures.json") in desk.speed.calls


def test_what_went_wrong_is_told(desk: Desk, speed: SpeedPage) -> None:
    desk.speed.failed.emit(MeasurementFailed("exit code 137"))
    banner = desk.window.places.models.banner
    assert "could not be measured" in banner.words
    assert "137" not in banner.words
    find(banner, QPushButton, "bannerCopy").click()
    assert "exit code 137" in QGuiApplication.clipboard().text()
