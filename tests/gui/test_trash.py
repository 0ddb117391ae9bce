"""The trash: what is in it, how long, and back or away for good."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from desktop_llm.storage.trash import TrashEntry
from desktop_llm.ui.dialogs.trash import TrashDialog
from desktop_llm.ui.dialogs.trash_rows import LEFT, days_left
from tests.gui.conftest import Desk, find
from tests.gui.conversation_rows import Lists

DAY = 86_400


def entries() -> list[TrashEntry]:
    now = time.time()
    return [
        TrashEntry("message", "m1", "The moon", now - 5 * DAY, "c2"),
        TrashEntry("conversation", "c1", "", now - 60),
        TrashEntry("folder", "f1", "<b>Work</b>", now - 29.5 * DAY),
    ]


@pytest.fixture
def trash(lists: Lists) -> TrashDialog:
    lists.chat.trash = entries()
    lists.commands["trash"].trigger()
    return find(lists.window, TrashDialog, "trashDialog")


def column(dialog: TrashDialog, number: int) -> list[str]:
    model = find(dialog, QTableView, "trashList").model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def choose(dialog: TrashDialog, *rows: int) -> None:
    view = find(dialog, QTableView, "trashList")
    view.clearSelection()
    for row in rows:
        flags = view.selectionModel().SelectionFlag
        view.selectionModel().select(view.model().index(row, 0), flags.Select | flags.Rows)


def press(dialog: TrashDialog, name: str) -> None:
    find(dialog, QPushButton, name).click()


def question(dialog: TrashDialog) -> QMessageBox:
    return find(dialog, QMessageBox, "trashQuestion")


def test_the_trash_tells_what_was_deleted_and_how_long_it_is_kept(trash: TrashDialog) -> None:
    assert column(trash, 0) == ["New chat", "The moon", "<b>Work</b>"]
    assert column(trash, 1) == ["Conversation", "Message", "Folder"]
    assert column(trash, LEFT) == ["30 days", "25 days", "1 day"]


def test_days_are_never_less_than_none() -> None:
    assert days_left(TrashEntry("preset", "p", "", 0.0), 40.0 * DAY) == 0


def test_several_things_are_restored_at_once(lists: Lists, trash: TrashDialog) -> None:
    assert not find(trash, QPushButton, "trashRestore").isEnabled()
    choose(trash, 0, 2)
    lists.chat.trash = entries()[:1]
    press(trash, "trashRestore")
    assert [entry.id for (entry,) in lists.called("restore")] == ["c1", "f1"]
    assert column(trash, 0) == ["The moon"]


def test_a_double_click_restores(lists: Lists, trash: TrashDialog) -> None:
    view = find(trash, QTableView, "trashList")
    choose(trash, 1)
    view.doubleClicked.emit(view.model().index(1, 0))
    assert [entry.id for (entry,) in lists.called("restore")] == ["m1"]


def test_deleting_for_good_is_asked_once_and_says_what(
    lists: Lists, trash: TrashDialog, qtbot: QtBot
) -> None:
    choose(trash, 1)
    qtbot.keyClick(find(trash, QTableView, "trashList"), Qt.Key.Key_Delete)
    asked = question(trash)
    assert asked.text() == "Delete “The moon” for good?"
    assert "follows" in asked.informativeText()
    assert asked.textFormat() == Qt.TextFormat.PlainText
    assert lists.called("remove_for_good") == []
    find(asked, QPushButton, "confirmTrashRemoval").click()
    assert [entry.id for (entry,) in lists.called("remove_for_good")] == ["m1"]


def test_nothing_goes_when_the_question_is_cancelled(lists: Lists, trash: TrashDialog) -> None:
    choose(trash, 0, 1)
    press(trash, "trashRemove")
    assert question(trash).text() == "Delete 2 things for good?"
    question(trash).reject()
    assert lists.called("remove_for_good") == []


def test_the_trash_is_emptied(lists: Lists, trash: TrashDialog) -> None:
    press(trash, "trashEmpty")
    lists.chat.trash = []
    find(question(trash), QPushButton, "confirmTrashRemoval").click()
    assert len(lists.called("remove_for_good")) == 3
    empty = [label for label in trash.findChildren(QLabel) if label.text() == "The trash is empty."]
    assert empty[0].isVisible()
    assert not find(trash, QPushButton, "trashEmpty").isEnabled()


def test_the_button_below_the_list_opens_the_trash(desk: Desk) -> None:
    find(desk.window, QPushButton, "trashButton").click()
    assert find(desk.window, TrashDialog, "trashDialog").isVisible()
    assert desk.called("trash_entries") == [()]


def test_an_undo_elsewhere_is_seen_in_the_open_trash(lists: Lists, trash: TrashDialog) -> None:
    lists.chat.trash = entries()[1:]
    lists.chat.set_undo(None)
    assert len(column(trash, 0)) == 2
