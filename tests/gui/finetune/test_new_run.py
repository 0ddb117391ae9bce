"""Preparing a run: from a dropped file to the start button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from desktop_llm.training.job import DataFile, TrainingJob
from desktop_llm.ui.dialogs.rejected import RejectedDialog
from desktop_llm.ui.finetune import model_choice
from desktop_llm.ui.finetune.new_run import NewRun
from desktop_llm.ui.finetune.notes import Notes
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from tests.gui.conftest import find
from tests.gui.finetune.conftest import Preparation
from tests.gui.finetune.preparation import (
    FILE,
    Bench,
    a_file_report,
    a_report,
    a_token_report,
    rejections,
)
from tests.values import FakeError, a_source


def drop(widget: QWidget, *files: Path) -> bool:
    """Let `files` fall onto `widget` as a file manager does; whether they were taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    place, copy, left = widget.rect().center(), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, mime, left, keys)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(place), copy, mime, left, keys))
    return enter.isAccepted()


def start_button(page: QWidget) -> QAbstractButton:
    return find(page, QAbstractButton, "startTrainingButton")


def reason(page: QWidget) -> str:
    return find(page, QLabel, "startReason").text()


def pick(page: QWidget, name: str, value: object) -> None:
    """Choose the entry with `value` in the drop-down called `name`, as a person does."""
    box = find(page, QComboBox, name)
    index = [box.itemData(number) for number in range(box.count())].index(value)
    box.setCurrentIndex(index)
    box.activated.emit(index)


def press(page: QWidget, name: str) -> None:
    button = find(page, QAbstractButton, name)
    assert button.isEnabled()
    button.click()


def started(page: NewRun, qtbot: QtBot) -> TrainingJob:
    """What the start button asks for; the run ends at once."""
    with qtbot.waitSignal(page.start_requested) as signal:
        press(page, "startTrainingButton")
    job = signal.args[0]
    assert isinstance(job, TrainingJob)
    page._services.training.run_changed.emit(None)
    return job


def test_an_empty_page_asks_for_data_and_shows_nothing_else(preparation: Preparation) -> None:
    page = preparation.page
    assert not page.preview.isVisible()
    assert not page.training.isVisible()
    assert not start_button(page).isEnabled()
    assert "Drop a file" in reason(page)


def test_dropped_files_are_read_and_then_can_be_trained_on(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    assert drop(find(page, QWidget, "dropZone"), FILE, Path("/data/more.csv"))
    assert not start_button(page).isEnabled()
    assert "being read" in reason(page)
    preparation.read(qtbot)
    assert page.preview.isVisible()
    assert page.training.isVisible()
    job = started(page, qtbot)
    assert [file.path for file in job.data.files] == [FILE, Path("/data/more.csv")]
    assert job.task == "sft"
    assert job.model.name == "starter"
    assert job.created > 0


def test_text_and_links_are_not_taken_for_files(preparation: Preparation) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/data.json")])
    zone = find(preparation.page, QWidget, "dropZone")
    enter = QDragEnterEvent(
        zone.rect().center(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(zone, enter)
    assert not enter.isAccepted()


def test_the_same_file_is_taken_once(preparation: Preparation, qtbot: QtBot) -> None:
    preparation.prepare(qtbot)
    preparation.page.add_files([FILE])
    assert start_button(preparation.page).isEnabled()
    assert len(preparation.bench.data.checks) == 1


def test_a_folder_stands_for_the_data_in_it(
    preparation: Preparation, qtbot: QtBot, tmp_path: Path
) -> None:
    for name in ("b.jsonl", "a.csv", "README.md", ".hidden.json"):
        (tmp_path / name).write_text("x")
    preparation.page.add_files([tmp_path])
    preparation.wait_for_check(qtbot)
    spec, _ = preparation.bench.data.checks[-1]
    assert [file.path.name for file in spec.files] == ["a.csv", "b.jsonl"]


def test_a_folder_without_data_is_told(
    preparation: Preparation, qtbot: QtBot, tmp_path: Path
) -> None:
    preparation.page.add_files([tmp_path])
    banner = preparation.page.data.banner
    qtbot.waitUntil(lambda: banner.error is not None)
    assert str(tmp_path) in banner.words


def test_the_sample_data_is_one_click_away(preparation: Preparation, qtbot: QtBot) -> None:
    press(preparation.page, "sampleDataButton")
    preparation.wait_for_check(qtbot)
    spec, _ = preparation.bench.data.checks[-1]
    assert spec.files
    assert all(file.path.is_file() for file in spec.files)


def test_quick_changes_are_read_once(preparation: Preparation, qtbot: QtBot) -> None:
    for number in range(4):
        preparation.page.add_files([Path(f"/data/{number}.json")])
    preparation.wait_for_check(qtbot)
    assert len(preparation.bench.data.checks) == 1
    assert len(preparation.bench.data.checks[0][0].files) == 4


def test_an_answer_to_an_older_question_is_not_shown(
    preparation: Preparation, qtbot: QtBot
) -> None:
    preparation.page.add_files([FILE])
    preparation.wait_for_check(qtbot)
    preparation.page.add_files([Path("/data/more.csv")])
    preparation.bench.data.checked.emit(a_report())
    assert "being read" in reason(preparation.page)


def test_an_unreadable_file_is_told_and_can_be_tried_again(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    page.add_files([FILE])
    preparation.wait_for_check(qtbot)
    preparation.bench.data.failed.emit(FakeError(detail="disk"))
    assert "The fake had trouble: disk." in page.data.banner.words
    assert not start_button(page).isEnabled()
    press(page.data, "bannerRetry")
    preparation.read(qtbot)
    assert start_button(page).isEnabled()
    assert page.data.banner.error is None


def test_each_file_is_described_and_can_be_taken_out(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    shown = [each.whole_text for each in page.data.findChildren(ElidedLabel)]
    assert "identity.json" in shown
    assert "Instructions with answers (Alpaca) · JSON" in shown
    press(page, "removeFile")
    assert "Drop a file" in reason(page)
    assert not page.preview.isVisible()


def test_rows_that_are_left_out_are_listed_with_line_and_reason(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    file = a_file_report(kept=88, rejected_count=3, rejected=rejections(3))
    preparation.prepare(qtbot, a_report(file))
    button = find(page, QAbstractButton, "rejectedButton")
    assert button.text() == "3 left out"
    button.click()
    dialog = find(page, RejectedDialog, "rejectedDialog")
    table = find(dialog, QTableView, "rejectedTable")
    assert table.model().rowCount() == 3
    press(dialog, "copyRejected")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "identity.json\t3\tThe answer is empty."
    dialog.accept()


def test_placeholders_are_filled_in_and_the_data_read_again(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    preparation.prepare(qtbot, a_report(placeholders={"name": 45, "author": 30}))
    edit = find(page, QLineEdit, "fill_name")
    edit.setFocus()
    qtbot.keyClicks(edit, "Aria")
    assert not start_button(page).isEnabled()
    preparation.wait_for_check(qtbot)
    preparation.bench.data.checked.emit(a_report(placeholders={"author": 30}))
    assert edit.text() == "Aria"
    assert edit.isVisible()
    assert preparation.bench.data.checks[-1][0].fill == {"name": "Aria"}
    assert started(page, qtbot).data.fill == {"name": "Aria"}


def test_the_share_and_the_seed_of_the_evaluation_part_can_be_chosen(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    find(page, QSpinBox, "evalShareSpin").setValue(20)
    find(page, QSpinBox, "splitSeedSpin").setValue(7)
    preparation.read(qtbot)
    job = started(page, qtbot)
    assert (job.data.eval_fraction, job.data.seed) == (0.2, 7)


def test_a_problem_of_the_data_blocks_the_start_and_a_note_does_not(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    problem = Text("Both rows are alike.")
    preparation.prepare(qtbot, a_report(problems=(problem,), notes=(Text("A note."),)))
    assert not start_button(page).isEnabled()
    assert reason(page) == "Both rows are alike."
    assert find(page, Notes, "dataNotes").words == ["Both rows are alike.", "A note."]
    assert preparation.bench.data.questions == []


def test_a_mapping_cannot_be_left_half_done(preparation: Preparation, qtbot: QtBot) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    pick(page, "mapping_completion", "")
    preparation.read(qtbot, a_report(problems=(Text("Choose columns."),)))
    assert not start_button(page).isEnabled()
    assert reason(page) == "Choose a column for “Answer” in identity.json."
    marks = [each.text() for each in find(page, QWidget, "columnMapping").findChildren(QLabel)]
    assert marks.count("Choose a column") == 1
    pick(page, "mapping_completion", "input")
    preparation.read(qtbot)
    mapping = {"prompt": "instruction", "input": "input", "completion": "input"}
    assert started(page, qtbot).data.files == (DataFile(FILE, mapping),)


def test_another_task_finds_the_columns_anew(preparation: Preparation, qtbot: QtBot) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    pick(page, "mapping_input", "")
    preparation.read(qtbot)
    pick(page, "taskPicker", "pretrain")
    preparation.wait_for_check(qtbot)
    spec, task = preparation.bench.data.checks[-1]
    assert task == "pretrain"
    assert spec.files == (DataFile(FILE),)
    assert find(page, QWidget, "mapping_text").isVisible()


def test_the_task_that_the_data_suggests_is_chosen(preparation: Preparation, qtbot: QtBot) -> None:
    file = a_file_report(layout="text_label", task="classify", mapping={})
    preparation.page.add_files([FILE])
    preparation.read(qtbot, a_report(file, task="classify"))
    box = find(preparation.page, QComboBox, "taskPicker")
    assert box.currentData() == "classify"
    assert "fits this data" in box.currentText()
    assert started(preparation.page, qtbot).settings.method == "full"


def test_the_rows_are_shown_as_they_are(preparation: Preparation, qtbot: QtBot) -> None:
    preparation.prepare(qtbot)
    model = find(preparation.page, QTableView, "rowTable").model()
    assert [model.headerData(c, Qt.Orientation.Horizontal) for c in range(3)] == [
        "instruction",
        "input",
        "output",
    ]
    assert model.headerData(2, Qt.Orientation.Vertical) == "12"
    assert model.index(2, 1).data() == "The sky was blue."
    assert model.index(2, 1).data(Qt.ItemDataRole.ToolTipRole) == "The sky\nwas blue."


def test_the_model_is_asked_anew_when_model_or_length_change(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page, data = preparation.page, preparation.bench.data
    preparation.prepare(qtbot)
    pick(page, "baseModelPicker", a_source("other"))
    qtbot.waitUntil(lambda: len(data.questions) == 2)
    assert data.questions[-1][2].name == "other"
    find(page, QSpinBox, "maxLengthSpin").setValue(64)
    qtbot.waitUntil(lambda: len(data.questions) == 3)
    assert data.questions[-1][3] == 64
    assert started(page, qtbot).settings.max_length == 64


def test_a_model_that_cannot_read_the_rows_blocks_the_start(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page, data = preparation.page, preparation.bench.data
    page.add_files([FILE])
    preparation.wait_for_check(qtbot)
    data.checked.emit(a_report())
    qtbot.waitUntil(lambda: len(data.questions) == 1)
    data.failed.emit(FakeError(detail="no chat template"))
    assert not start_button(page).isEnabled()
    assert find(page.training, ErrorBanner, "errorBanner").isVisible()
    pick(page, "baseModelPicker", a_source("other"))
    assert start_button(page).isEnabled()


def test_results_that_are_adapters_are_no_base_and_a_missing_starter_can_be_fetched(
    make_preparation: Callable[[Bench], Preparation], qtbot: QtBot
) -> None:
    adapter = replace(a_source("run:tuned"), adapter=Path("/runs/tuned/result"))
    bench = Bench([a_source("starter"), adapter])
    bench.models.starter_missing = True
    preparation = make_preparation(bench)
    preparation.page.add_files([FILE])
    preparation.wait_for_check(qtbot)
    bench.data.checked.emit(a_report())
    assert reason(preparation.page) == "Choose a base model."
    press(preparation.page, "fetchBaseModel")
    assert ("fetch_starter",) in bench.models.calls
    bench.models.starter_missing = False
    bench.models.refresh()
    assert start_button(preparation.page).isEnabled()


def test_a_folder_that_is_no_model_is_refused(
    preparation: Preparation, qtbot: QtBot, tmp_path: Path
) -> None:
    preparation.prepare(qtbot)
    preparation.page.training.models.take_folder(str(tmp_path))
    qtbot.waitUntil(lambda: preparation.page.training.banner.error is not None)
    assert started(preparation.page, qtbot).model.name == "starter"


def test_encoders_are_offered_for_classifying_only(
    preparation: Preparation, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_choice, "list_encoders", lambda: [a_source("reader")])
    page = preparation.page
    preparation.prepare(qtbot)
    box = find(page, QComboBox, "baseModelPicker")
    assert box.findText("Reader") < 0
    pick(page, "taskPicker", "classify")
    qtbot.waitUntil(lambda: box.currentText() == "Reader")
    pick(page, "taskPicker", "sft")
    assert box.currentText() == "Starter"


def test_a_separate_file_for_evaluation_takes_the_place_of_a_share(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    press(page, "separateEvalButton")
    dialog = find(page, QFileDialog, "fileDialog")
    dialog.filesSelected.emit(["/data/held_out.csv"])
    dialog.close()
    assert not find(page, QSpinBox, "evalShareSpin").isVisible()
    preparation.read(qtbot)
    job = started(page, qtbot)
    assert job.data.eval_files == (DataFile(Path("/data/held_out.csv")),)
    evaluation = find(page, QWidget, "evaluationFiles")
    press(evaluation, "removeFile")
    assert find(page, QSpinBox, "evalShareSpin").isVisible()
    preparation.read(qtbot)
    assert started(page, qtbot).data.eval_files == ()


def test_only_one_training_runs_at_a_time(preparation: Preparation, qtbot: QtBot) -> None:
    preparation.prepare(qtbot)
    runs = preparation.bench.training
    runs.active = object()
    runs.runs_changed.emit([])
    assert not start_button(preparation.page).isEnabled()
    assert "Another training" in reason(preparation.page)
    runs.active = None
    runs.run_changed.emit(None)
    assert start_button(preparation.page).isEnabled()


def test_an_impatient_second_click_starts_nothing(preparation: Preparation, qtbot: QtBot) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    press(page, "startTrainingButton")
    assert not start_button(page).isEnabled()
    preparation.bench.training.failed.emit(FakeError(detail="disk full"))
    assert start_button(page).isEnabled()


def test_columns_can_be_chosen_at_once_where_they_are_unclear(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    press(page, "previewView_lengths")
    unclear = a_file_report(layout="unknown", mapping={}, task=None, kept=0)
    preparation.prepare(qtbot, a_report(unclear, task=None, problems=(Text("Unclear."),)))
    pick(page, "mapping_prompt", "instruction")
    assert find(page, QWidget, "mapping_completion").isVisible()
    preparation.read(qtbot, a_report(unclear, problems=(Text("Unclear."),)))
    assert reason(page) == "Choose a column for “Answer” in identity.json."


def test_presets_fill_the_settings_and_a_change_makes_them_the_persons_own(
    preparation: Preparation, qtbot: QtBot
) -> None:
    page = preparation.page
    preparation.prepare(qtbot)
    press(page, "presetPicker_article")
    job = started(page, qtbot)
    assert job.preset == "article"
    assert (job.settings.batch_size, job.settings.weight_decay) == (16, 0.01)
    assert find(page, Notes, "presetNotes").isVisible(), "the warm-up was shortened"
    press(page, "allSettingsButton")
    epochs = find(page, QWidget, "setting_epochs")
    epochs.setProperty("value", 5.0)
    assert find(page, QAbstractButton, "presetPicker_custom").isVisible()
    job = started(page, qtbot)
    assert (job.preset, job.settings.epochs, job.settings.batch_size) == ("custom", 5.0, 16)
    press(page, "reset_epochs")
    assert started(page, qtbot).preset == "article"
    assert not find(page, QAbstractButton, "presetPicker_custom").isVisible()


def test_training_all_weights_takes_a_lower_learning_rate(
    preparation: Preparation, qtbot: QtBot
) -> None:
    preparation.prepare(qtbot)
    with_adapter = started(preparation.page, qtbot).settings
    press(preparation.page, "methodPicker_full")
    whole = started(preparation.page, qtbot).settings
    assert whole.method == "full"
    assert whole.learning_rate < with_adapter.learning_rate


def test_another_page_takes_over_what_was_prepared(
    preparation: Preparation, make_preparation: Callable[[Bench], Preparation], qtbot: QtBot
) -> None:
    preparation.prepare(qtbot, a_report(placeholders={"name": 45}))
    page = preparation.page
    find(page, QLineEdit, "fill_name").setText("Aria")
    preparation.read(qtbot)
    find(page, QSpinBox, "maxLengthSpin").setValue(77)
    qtbot.keyClicks(find(page, QLineEdit, "resultNameEdit"), "My Aria")
    press(page, "previewView_lengths")
    press(page, "allSettingsButton")
    other = make_preparation(Bench([a_source("starter")]))
    other.page.restore(page.state())
    assert other.page.state().view == "lengths"
    assert other.page.preview.isVisible()
    assert find(other.page, QWidget, "setting_epochs").isVisible()
    assert find(other.page, QLineEdit, "fill_name").text() == "Aria"
    other.read(qtbot)
    old, new = started(page, qtbot), started(other.page, qtbot)
    assert (new.data, new.settings, new.preset, new.name) == (
        old.data,
        old.settings,
        "custom",
        "My Aria",
    )


def test_a_run_can_be_prepared_again(
    preparation: Preparation, make_preparation: Callable[[Bench], Preparation], qtbot: QtBot
) -> None:
    preparation.prepare(qtbot)
    find(preparation.page, QSpinBox, "maxLengthSpin").setValue(99)
    job = started(preparation.page, qtbot)
    other = make_preparation(Bench([a_source("starter")]))
    other.page.set_job(job)
    other.read(qtbot)
    again = started(other.page, qtbot)
    assert (again.data, again.settings, again.preset) == (job.data, job.settings, "custom")


def test_a_hidden_page_asks_at_once(preparation: Preparation) -> None:
    preparation.page.add_files([FILE])
    preparation.page.hide()
    assert len(preparation.bench.data.checks) == 1


def test_a_stop_token_that_is_not_learned_is_a_warning(
    preparation: Preparation, qtbot: QtBot
) -> None:
    preparation.prepare(qtbot)
    verdict = find(preparation.page, Notes, "stopVerdict")
    assert verdict.words == ["The model learns where an answer ends."]
    pick(preparation.page, "baseModelPicker", a_source("other"))
    questions = preparation.bench.data.questions
    qtbot.waitUntil(lambda: len(questions) == 2)
    preparation.bench.data.tokens_ready.emit(a_token_report(stop_learned=False))
    assert "without an end" in verdict.words[0]
    assert start_button(preparation.page).isEnabled()
