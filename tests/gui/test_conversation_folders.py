"""Folders and pins in the list: by drag and drop, by menu and by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Folder
from desktop_llm.core.paths import Paths
from tests.gui.conftest import find
from tests.gui.conversation_rows import (
    HOME,
    WORK,
    Lists,
    choose,
    drop,
    middle,
    some,
    texts,
    view_of,
)


@pytest.fixture
def filled(lists: Lists) -> Lists:
    """Pinned: 1; Work: 2; Home: nothing; then 0 and 3."""
    lists.chat.folders_changed.emit([HOME, WORK])
    changes = {"c1": {"pinned": True}, "c2": {"folder_id": "f1"}}
    lists.chat.conversations_changed.emit(some(4, **changes))
    return lists


def folder_menu(lists: Lists) -> dict[str, QAction]:
    menu = lists.commands["moveToFolder"].menu()
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return {action.text().replace("&", ""): action for action in menu.actions()}


def test_pinned_ones_come_first_then_folders_then_the_others(filled: Lists) -> None:
    assert texts(view_of(filled)) == [
        *("Pinned", "Title 1", "Work", "Title 2", "Home"),
        *("Today", "Title 0", "Older", "Title 3"),
    ]


def test_a_conversation_whose_folder_is_gone_stands_by_its_time(filled: Lists) -> None:
    filled.chat.folders_changed.emit([HOME])
    assert texts(view_of(filled))[-3:] == ["Title 2", "Older", "Title 3"]


def test_a_click_folds_a_folder_and_that_is_remembered(
    filled: Lists, qtbot: QtBot, paths: Paths
) -> None:
    view = view_of(filled)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, "Work"))
    assert "Title 2" not in texts(view)
    assert filled.preferences.value.closed_folders == ["f1"]
    filled.preferences.flush()
    again = Lists(paths)
    again.chat.folders_changed.emit([WORK])
    again.chat.conversations_changed.emit(some(1, c0={"folder_id": "f1"}))
    assert texts(view_of(again)) == ["Work"]


def test_folding_away_the_open_conversation_opens_no_other(filled: Lists) -> None:
    choose(filled, "Title 2")
    view_of(filled).fold_requested.emit("f1", False)
    assert filled.called("open") == [("c2",)]


def test_the_keyboard_folds_and_unfolds(filled: Lists, qtbot: QtBot) -> None:
    view = view_of(filled)
    choose(filled, "Title 2")
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.currentIndex().data() == "Work"
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert "Title 2" not in texts(view)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    assert "Title 2" in texts(view)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert "Title 2" not in texts(view)


def test_conversations_are_dropped_into_a_folder(filled: Lists) -> None:
    view = view_of(filled)
    drop(view, ["Title 0", "Title 3"], middle(view, "Home"))
    assert filled.called("move") == [(["c0", "c3"], "f2")]
    drop(view, ["Title 0"], middle(view, "Title 2"))
    assert filled.called("move")[-1] == (["c0"], "f1")


def test_a_conversation_is_dropped_out_of_its_folder(filled: Lists) -> None:
    view = view_of(filled)
    drop(view, ["Title 2"], middle(view, "Today"))
    drop(view, ["Title 2"], QPoint(20, view.viewport().height() - 2))
    assert filled.called("move") == [(["c2"], None)] * 2


def test_dropping_onto_pinned_pins_and_away_from_it_unpins(filled: Lists) -> None:
    view = view_of(filled)
    drop(view, ["Title 0"], middle(view, "Pinned"))
    drop(view, ["Title 1"], middle(view, "Work"))
    assert filled.called("set_pinned") == [(["c0"], True), (["c1"], False)]
    assert filled.called("move") == [(["c1"], "f1")]


def test_what_stays_where_it_is_is_not_written(filled: Lists) -> None:
    view = view_of(filled)
    drop(view, ["Title 2"], middle(view, "Work"))
    drop(view, ["Title 1"], middle(view, "Pinned"))
    drop(view, ["Work"], middle(view, "Work"))
    assert not [
        filled.called(name)
        for name in ("move", "set_pinned", "place_folder")
        if filled.called(name)
    ]


def test_a_folder_is_dropped_between_others(filled: Lists) -> None:
    view = view_of(filled)
    drop(view, ["Home"], middle(view, "Title 1"))
    drop(view, ["Work"], middle(view, "Title 0"))
    assert filled.called("place_folder") == [("f2", 0.0), ("f1", 3.0)]


def test_folders_are_moved_by_the_keyboard(filled: Lists, qtbot: QtBot) -> None:
    view = view_of(filled)
    choose(filled, "Home")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    choose(filled, "Work")
    filled.commands["folderDown"].trigger()
    assert filled.called("place_folder") == [("f2", 0.0), ("f1", 3.0)]


def test_the_menu_moves_conversations(filled: Lists) -> None:
    choose(filled, "Title 2", "Title 3")
    menu = folder_menu(filled)
    assert list(menu) == ["Work", "Home", "", "New folder…", "No folder"]
    menu["Home"].trigger()
    folder_menu(filled)["No folder"].trigger()
    assert filled.called("move") == [(["c2", "c3"], "f2"), (["c2", "c3"], None)]


def test_conversations_go_to_a_new_folder_which_is_named_in_place(
    filled: Lists, qtbot: QtBot
) -> None:
    choose(filled, "Title 3")
    folder_menu(filled)["New folder…"].trigger()
    assert filled.called("move") == [(["c3"], "new folder")]
    filled.chat.folders_changed.emit([WORK, HOME, Folder("new folder", "New folder", 3.0)])
    editor = view_of(filled).findChild(QLineEdit)
    assert editor and editor.text() == "New folder"
    editor.setText("Trips")
    with qtbot.waitSignal(filled.conversations.folder_rename_requested):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert filled.called("rename_folder") == [("new folder", "Trips")]


def test_the_button_makes_a_folder(filled: Lists) -> None:
    find(filled.window, QToolButton, "newFolderButton").click()
    filled.commands["newFolder"].trigger()
    assert filled.called("make_folder") == [("New folder",)] * 2


def test_deleting_a_folder_keeps_what_is_in_it(filled: Lists) -> None:
    choose(filled, "Work")
    filled.commands["delete"].trigger()
    assert filled.called("delete_folder") == [("f1",)]
    assert filled.called("delete_many") == []


def test_all_pinned_ones_are_unpinned_together(filled: Lists) -> None:
    choose(filled, "Title 1")
    assert filled.commands["pin"].isChecked()
    filled.commands["pin"].trigger()
    assert filled.called("set_pinned") == [(["c1"], False)]


def test_a_double_click_on_a_folder_does_not_rename_it(filled: Lists, qtbot: QtBot) -> None:
    view = view_of(filled)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, "Work"))
    assert view.findChild(QLineEdit) is None


def test_while_something_is_dragged_there_is_a_place_to_pin_it(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some(2))
    view = view_of(lists)
    view.rows.show_pinned_heading(True)
    assert texts(view)[0] == "Pinned"
    drop(view, ["Title 1"], middle(view, "Pinned"))
    view.rows.show_pinned_heading(False)
    assert texts(view)[0] == "Today"
    assert lists.called("set_pinned") == [(["c1"], True)]
