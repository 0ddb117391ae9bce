"""The library: what it tells of each model, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTableView,
)
from pytestqt.qtbot import QtBot

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.text import Text
from desktop_llm.library.hub_types import LibraryEntry, ModelChoices
from desktop_llm.services.library import Work
from desktop_llm.ui.models.library_rows import CHECKED
from desktop_llm.ui.models.model_settings_dialog import ModelSettingsDialog
from desktop_llm.ui.models.page import ModelsPage
from desktop_llm.ui.models.questions import ImportQuestion, RemoveQuestion
from tests.fake_models import COMMIT, GB, an_entry, some_details
from tests.gui.conftest import Desk, find
from tests.values import FakeError, a_source


def cells(page: ModelsPage, row: int) -> list[str]:
    model = find(page, QTableView, "libraryList").model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def act(page: ModelsPage, name: str, action: str) -> None:
    """Choose a model, and a command of its menu."""
    page.library.select(name)
    page.library.actions_by_name[action].trigger()


def test_before_anything_is_known_the_disk_is_looked_at(desk: Desk, page: ModelsPage) -> None:
    assert ("refresh",) in desk.library.calls
    assert not page.library.view.isVisible()


def test_an_empty_library_leads_to_discover(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([])
    find(page, QAbstractButton, "firstModel").click()
    assert page.discover.isVisible()


def test_a_row_tells_kind_size_check_use_and_engine(desk: Desk, page: ModelsPage) -> None:
    desk.library.show(
        [
            an_entry("Qwen/Qwen3-0.6B", size=2 * GB, own_size=GB, last_used=0.0),
            an_entry("run:a-1", title="identity", kind="own", base="Qwen/Qwen3-0.6B"),
            an_entry("/m/x.gguf", kind="gguf", verified=False),
            an_entry("/m/y", kind="folder", missing=True, verified=None),
            an_entry("b/c", usable=False, verified=None),
            an_entry("d/e", usable=False, verified=None, incomplete=True),
        ]
    )
    assert cells(page, 0) == [
        "Qwen3-0.6B",
        "From the hub",
        "2.00 GB",
        "Checked",
        "–",
        "Transformers",
    ]
    assert cells(page, 1)[:2] == ["identity", "Fine-tuned from Qwen3-0.6B"]
    assert cells(page, 2)[1:4] == ["Imported GGUF file", "1.00 GB", "Damaged"]
    assert cells(page, 3)[3] == "Missing"
    assert (cells(page, 4)[3], cells(page, 4)[5]) == ("Not checked", "None yet")
    assert (cells(page, 5)[3], cells(page, 5)[5]) == ("Incomplete", "–")


def test_only_what_can_be_done_is_offered(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b"), an_entry("c/d", missing=True), an_entry("e/f", usable=0)])
    actions = page.library.actions_by_name
    page.library.select("a/b")
    assert [name for name, action in actions.items() if not action.isEnabled()] == ["again"]
    page.library.select("c/d")
    assert [name for name, action in actions.items() if action.isEnabled()] == ["again", "remove"]
    page.library.select("e/f")
    assert not actions["chat"].isEnabled()
    assert actions["verify"].isEnabled()


def test_the_choice_stays_when_the_library_changes(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b"), an_entry("c/d")])
    page.library.select("c/d")
    desk.library.show([an_entry("z/z"), an_entry("a/b"), an_entry("c/d", verified=False)])
    chosen = page.library.selected()
    assert chosen is not None and chosen.name == "c/d"


def test_names_are_filtered_and_columns_sorted(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/Big", size=9 * GB), an_entry("a/small", size=GB)])
    find(page, QLineEdit, "libraryFilter").setText("SMA")
    assert page.library.view.model().rowCount() == 1
    find(page, QLineEdit, "libraryFilter").clear()
    page.library.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert cells(page, 0)[0] == "small"


def test_a_model_is_loaded_into_a_new_chat(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("other")])
    act(page, "other", "chat")
    assert any(call[0] == "load" and call[1].name == "other" for call in desk.inference.calls)
    assert ("new_conversation",) in desk.chat.calls
    assert desk.window.places.shown == "navChat"


def test_a_model_that_the_picker_does_not_know_yet_is_waited_for(
    desk: Desk, page: ModelsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.models, "refresh", lambda: None)
    desk.library.show([an_entry("new/model")])
    act(page, "new/model", "chat")
    desk.models.models.append(a_source("new/model"))
    desk.models.models_changed.emit(desk.models.models)
    assert any(call[0] == "load" and call[1].name == "new/model" for call in desk.inference.calls)


def test_a_model_that_only_reads_says_so(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("an/encoder")])
    act(page, "an/encoder", "chat")
    assert page.toast.isVisible()
    assert not any(call[0] == "load" for call in desk.inference.calls)


def test_a_classifier_is_tried_in_its_own_place(desk: Desk, page: ModelsPage) -> None:
    source = ModelSource("run:films-1", Path("/r"), "films", kind="classifier")
    desk.models.models.append(source)
    tried: list[str] = []
    page.try_requested.connect(tried.append)
    page.chat_with("run:films-1")
    assert tried == ["run:films-1"]


def test_the_default_is_marked(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b")])
    act(page, "a/b", "default")
    assert ("set_default", "a/b") in desk.library.calls
    assert cells(page, 0)[0] == "b (default)"


def test_files_are_checked_and_the_outcome_told(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b", verified=None)])
    act(page, "a/b", "verify")
    assert ("verify", "a/b") in desk.library.calls
    desk.library.set_work(Work("verify", "a/b", 0.5))
    assert page.work.isVisible() and "a/b" in page.work.words
    find(page, QAbstractButton, "stopWork").click()
    assert ("stop_work",) in desk.library.calls
    desk.library.set_work(None)
    desk.library.verified.emit(an_entry("a/b", verified=False))
    assert not page.work.isVisible()
    assert page.toast.isVisible()


def test_a_check_without_anything_to_compare_with_says_so(desk: Desk, page: ModelsPage) -> None:
    desk.library.verified.emit(an_entry("a/b", verified=None))
    told = [label.text() for label in page.toast.findChildren(QLabel)]
    assert "There is nothing to compare b with yet." in told


def test_a_damaged_model_of_the_hub_can_be_fetched_again(desk: Desk, page: ModelsPage) -> None:
    desk.library.verified.emit(an_entry("a/b", verified=False))
    find(page, QAbstractButton, "toastAction").click()
    assert desk.hub.calls[-1] == ("details", "a/b", "main")
    assert page.discover.isVisible()


@pytest.mark.parametrize("spoilt", [{"incomplete": True}, {"verified": False}])
def test_a_model_that_lacks_files_says_why_and_leads_to_its_download(
    desk: Desk, page: ModelsPage, spoilt: dict[str, bool]
) -> None:
    why = Text("Its weights are cut off.")
    desk.library.show([an_entry("a/b", repo="a/b", commit=COMMIT, problem=why, **spoilt)])
    assert page.library.rows.index(0, CHECKED).data(Qt.ItemDataRole.ToolTipRole) == str(why)
    act(page, "a/b", "again")
    assert desk.hub.calls[-1] == ("details", "a/b", "main")
    desk.hub.details_ready.emit(some_details("a/b"))
    assert "Download" in find(page, QAbstractButton, "downloadButton").text()


def test_a_model_is_shown_in_the_file_manager(
    desk: Desk, page: ModelsPage, opened: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "x.gguf"
    file.touch()
    desk.library.show([an_entry("x", kind="gguf", path=str(file))])
    act(page, "x", "reveal")
    assert opened == [f"file://{tmp_path}"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (an_entry("a/b", own_size=3 * GB), "3.00 GB"),
        (an_entry("/m/x", kind="folder", own_size=GB, copied=True), "trash"),
        (an_entry("/m/x", kind="gguf", own_size=0, path="/m/x"), "stay where they are: /m/x"),
        (
            an_entry("/m/x", kind="gguf", own_size=GB, path="/m/x"),
            "stay where they are: /m/x\nWhat was made of them for the engine is deleted",
        ),
        (an_entry("run:a", kind="own", own_size=GB), "undo"),
    ],
)
def test_removing_says_what_it_frees_and_needs_a_yes(
    desk: Desk, page: ModelsPage, entry: LibraryEntry, said: str
) -> None:
    desk.library.show([entry])
    act(page, entry.name, "remove")
    question = find(page, RemoveQuestion, "removeQuestion")
    assert entry.title in question.text()
    assert said in question.informativeText()
    assert question.defaultButton() is question.button(QMessageBox.StandardButton.Cancel)
    question.reject()
    assert not any(call[0] == "remove" for call in desk.library.calls)


def test_a_yes_removes_and_the_freed_space_is_told(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b")])
    act(page, "a/b", "remove")
    find(page, QPushButton, "confirmRemove").click()
    assert ("remove", "a/b", False) in desk.library.calls
    desk.library.removed.emit("a/b", GB)
    assert page.toast.isVisible()


@pytest.mark.parametrize("trash", [False, True])
@pytest.mark.parametrize("prepared", [0, GB])
def test_a_file_used_where_it_is_goes_to_the_trash_only_if_the_person_wants_it(
    desk: Desk, page: ModelsPage, trash: bool, prepared: int
) -> None:
    desk.library.show([an_entry("/m/x", kind="gguf", own_size=prepared)])
    act(page, "/m/x", "remove")
    find(page, QCheckBox, "removeTrash").setChecked(trash)
    find(page, QPushButton, "confirmRemove").click()
    assert ("remove", "/m/x", trash) in desk.library.calls


def test_a_model_of_ones_own_can_be_brought_back(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("run:a-1", title="identity", kind="own")])
    act(page, "run:a-1", "remove")
    find(page, QPushButton, "confirmRemove").click()
    find(page, QAbstractButton, "toastAction").click()
    assert desk.training.calls[-1] == ("undo_delete",)


def test_settings_of_a_model_are_kept(desk: Desk, page: ModelsPage) -> None:
    desk.library.show([an_entry("a/b", choices=ModelChoices(2048, "Be brief."))])
    act(page, "a/b", "settings")
    dialog = find(page, ModelSettingsDialog, "modelSettings")
    assert (dialog.context.value(), dialog.prompt.toPlainText()) == (2048, "Be brief.")
    dialog.context.setValue(0)
    dialog.dtype.setCurrentIndex(dialog.dtype.findData("float32"))
    find(dialog, QPushButton, "modelSettingsSave").click()
    expected = ModelChoices(None, "Be brief.", "", "float32")
    assert ("set_choices", "a/b", expected) in desk.library.calls


@pytest.mark.parametrize(("button", "copy"), [("importStay", False), ("importCopy", True)])
def test_a_dropped_model_is_imported_as_the_person_says(
    desk: Desk, model_folder: Callable[[str], Path], button: str, copy: bool
) -> None:
    folder = model_folder("phi")
    desk.window.places.add_files([folder])
    assert desk.window.places.shown == "navModels"
    question = find(desk.window, ImportQuestion, "importQuestion")
    find(question, QPushButton, button).click()
    assert ("import_path", folder, copy) in desk.library.calls
    desk.library.imported.emit(an_entry(str(folder), kind="folder"))
    assert desk.window.places.models.toast.isVisible()


def test_dropped_data_still_goes_to_fine_tuning(desk: Desk, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "hello"}\n')
    desk.window.places.add_files([file])
    assert desk.window.places.shown == "navFineTune"
    qtbot.waitUntil(lambda: bool(desk.data.calls))


def test_a_model_and_data_that_are_dropped_together_are_both_taken(
    desk: Desk, model_folder: Callable[[str], Path], tmp_path: Path, qtbot: QtBot
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"text": "one"}\n')
    desk.window.places.add_files([model_folder("phi"), rows])
    assert desk.window.places.shown == "navModels"
    question = find(desk.window, ImportQuestion, "importQuestion")
    assert "phi" in question.text() and "rows" not in question.text()
    question.reject()
    qtbot.waitUntil(lambda: bool(desk.data.calls))


def test_what_failed_is_told(desk: Desk, page: ModelsPage) -> None:
    desk.library.failed.emit(FakeError(detail="no such file"))
    assert "no such file" in page.banner.words


def test_a_thousand_models_are_shown_at_once(desk: Desk, page: ModelsPage, qtbot: QtBot) -> None:
    desk.library.show([an_entry(f"owner/model-{number}") for number in range(1000)])
    assert page.library.view.model().rowCount() == 1000
    page.library.select("owner/model-999")
    qtbot.waitUntil(lambda: page.library.view.verticalScrollBar().value() > 0)
