"""The list of conversations: order, choice of one or many, rename in place, delete and undo."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.text import Text
from tests.gui.conftest import Desk, find
from tests.gui.conversation_rows import WORK, Lists, choose, middle, some, texts, view_of

Role = Qt.ItemDataRole


def test_conversations_stand_under_headings_of_time(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some(4))
    assert texts(view_of(lists)) == [
        "Today",
        "Title 0",
        "Last thirty days",
        "Title 1",
        "Title 2",
        "Older",
        "Title 3",
    ]


def test_choosing_one_opens_it(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some())
    choose(lists, "Title 1")
    assert lists.called("open") == [("c1",)]


def test_a_click_opens_when_the_button_is_released(lists: Lists, qtbot: QtBot) -> None:
    lists.chat.conversations_changed.emit(some())
    view = view_of(lists)
    left, place = Qt.MouseButton.LeftButton, middle(view, "Title 1")
    qtbot.mousePress(view.viewport(), left, pos=place)
    assert lists.called("open") == []
    qtbot.mouseRelease(view.viewport(), left, pos=place)
    assert lists.called("open") == [("c1",)]


def test_a_right_click_chooses_without_opening(lists: Lists, qtbot: QtBot) -> None:
    lists.chat.conversations_changed.emit(some())
    view = view_of(lists)
    right = Qt.MouseButton.RightButton
    qtbot.mouseClick(view.viewport(), right, pos=middle(view, "Title 1"))
    assert lists.conversations.selected() == "c1"
    assert lists.called("open") == []


def test_a_new_list_keeps_the_choice_and_opens_nothing(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some())
    choose(lists, "Title 1")
    lists.chat.conversations_changed.emit(some(2))
    assert lists.conversations.selected() == "c1"
    assert lists.called("open") == [("c1",)]


def test_the_end_of_a_chosen_conversation_opens_no_other_one(lists: Lists) -> None:
    conversations = some(5)
    lists.chat.conversations_changed.emit(conversations)
    choose(lists, "Title 0")
    choose(lists, "Title 2", "Title 3")
    opened = len(lists.called("open"))
    lists.chat.conversations_changed.emit([conversations[0], *conversations[4:]])
    assert len(lists.called("open")) == opened


def test_a_change_elsewhere_moves_nothing_that_is_looked_at(lists: Lists) -> None:
    conversations = some(300)
    lists.chat.conversations_changed.emit(conversations)
    view = view_of(lists)
    view.verticalScrollBar().setValue(3000)
    seen = view.indexAt(QPoint(20, 100))
    title, top = seen.data(), view.visualRect(seen).top()
    moved = [conversations[200], *conversations[:200], *conversations[201:]]
    lists.chat.conversations_changed.emit([*some(1, c0={"id": "new"}), *moved])
    again = view.model().index(texts(view).index(title), 0)
    assert view.visualRect(again).top() == top


def test_many_chosen_ones_stay_chosen_when_one_moves(lists: Lists) -> None:
    conversations = some(6)
    lists.chat.conversations_changed.emit(conversations)
    choose(lists, "Title 2", "Title 4")
    lists.chat.conversations_changed.emit([conversations[4], *conversations[:4], conversations[5]])
    assert {each.id for each in lists.conversations.chosen()} == {"c2", "c4"}


def test_headings_cannot_be_chosen_by_the_keyboard(lists: Lists, qtbot: QtBot) -> None:
    lists.chat.conversations_changed.emit(some())
    choose(lists, "Title 0")
    qtbot.keyClick(view_of(lists), Qt.Key.Key_Down)
    assert lists.called("open")[-1] == ("c1",)


def test_enter_on_the_open_conversation_goes_to_the_composer(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    view_of(desk).setFocus()
    qtbot.keyClick(view_of(desk), Qt.Key.Key_Return)
    assert desk.window.focusWidget() is desk.window.page.composer.edit


def test_f2_renames_in_place(lists: Lists, qtbot: QtBot) -> None:
    lists.chat.conversations_changed.emit(some())
    choose(lists, "Title 1")
    view_of(lists).setFocus()
    qtbot.keyClick(view_of(lists), Qt.Key.Key_F2)
    editor = view_of(lists).findChild(QLineEdit)
    assert editor and editor.text() == "Title 1"
    editor.setText("  Better\ttitle ")
    with qtbot.waitSignal(lists.conversations.rename_requested):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert lists.called("rename") == [("c1", "Better title")]


def test_a_refresh_does_not_end_the_editing_of_a_title(lists: Lists, qtbot: QtBot) -> None:
    conversations = some(4)
    lists.chat.conversations_changed.emit(conversations)
    choose(lists, "Title 2")
    lists.conversations.rename_selected()
    editor = view_of(lists).findChild(QLineEdit)
    assert editor
    editor.setText("Half a ti")
    lists.chat.conversations_changed.emit([conversations[3], *conversations[:3]])
    assert editor.isVisible() and editor.text() == "Half a ti"
    with qtbot.waitSignal(lists.conversations.rename_requested):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert lists.called("rename") == [("c2", "Half a ti")]


def test_delete_asks_nobody_and_can_be_undone(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    view_of(desk).setFocus()
    qtbot.keyClick(view_of(desk), Qt.Key.Key_Delete)
    assert desk.called("delete_many") == [(["c1"],)]
    desk.chat.deleted.emit(Text("Deleted."))
    undo = find(desk.window, QPushButton, "toastAction")
    assert undo.isVisible()
    undo.click()
    assert desk.called("undo") == [()]
    assert not undo.isVisible()


def test_commands_act_on_all_that_are_chosen(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some(4))
    lists.conversations.set_current("c0")
    choose(lists, "Title 1", "Title 2", "Title 3")
    commands = lists.commands
    assert not commands["rename"].isEnabled()
    commands["pin"].trigger()
    commands["delete"].trigger()
    assert lists.called("set_pinned") == [(["c1", "c2", "c3"], True)]
    assert lists.called("delete_many") == [(["c1", "c2", "c3"],)]


def test_select_all_opens_nothing(desk: Desk) -> None:
    desk.chat.conversations_changed.emit(some(4))
    view_of(desk).setFocus()
    desk.window.commands["selectAll"].trigger()
    assert len(desk.window.page.conversations.chosen()) == 4
    assert desk.called("open") == []


def test_undo_in_the_list_takes_a_deletion_back(desk: Desk) -> None:
    desk.chat.conversations_changed.emit(some())
    view_of(desk).setFocus()
    desk.window.commands["undo"].trigger()
    assert desk.called("undo") == [()]


def test_the_deletion_can_be_undone_by_the_menu_later(desk: Desk) -> None:
    assert not desk.window.commands["undoDelete"].isEnabled()
    desk.chat.set_undo(Text("Delete"))
    desk.window.commands["undoDelete"].trigger()
    assert desk.called("undo") == [()]


def test_the_delete_key_in_the_composer_deletes_text_only(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    qtbot.keyClick(desk.window.page.composer.edit, Qt.Key.Key_Delete)
    assert desk.called("delete_many") == []


def test_a_screen_reader_hears_levels_and_what_is_being_answered(lists: Lists) -> None:
    lists.chat.folders_changed.emit([WORK])
    lists.chat.conversations_changed.emit(some(2, c1={"folder_id": "f1"}))
    lists.chat.busy_conversations_changed.emit(frozenset({"c1"}))
    view = view_of(lists)
    folder, inside = (view.model().index(row, 0) for row in (0, 1))
    assert folder.data(Role.AccessibleTextRole) == "Work, folder, open, conversations: 1"
    assert inside.data(Role.AccessibleTextRole) == "Title 1, being answered"
    assert "Level 2" in inside.data(Role.AccessibleDescriptionRole)
    lists.chat.busy_conversations_changed.emit(frozenset())
    assert inside.data(Role.AccessibleTextRole) == "Title 1"


def test_titles_are_plain_text_in_one_line(lists: Lists) -> None:
    lists.chat.conversations_changed.emit(some(1, c0={"title": "<b>bold</b>\n\n&amp;"}))
    assert texts(view_of(lists))[1] == "<b>bold</b> &amp;"


def test_an_empty_list_says_so(lists: Lists) -> None:
    lists.chat.conversations_changed.emit([])
    assert "appear here" in lists.conversations.empty_text
    lists.chat.conversations_changed.emit(some())
    assert lists.conversations.empty_text == ""


def test_ten_thousand_conversations_are_listed_quickly(lists: Lists) -> None:
    conversations = some(10_000)
    started = time.thread_time()
    lists.chat.conversations_changed.emit(conversations)
    view_of(lists).grab()
    assert time.thread_time() - started < 1.0
    moved = [conversations[500], *conversations[:500], *conversations[501:]]
    started = time.thread_time()
    lists.chat.conversations_changed.emit(moved)
    assert time.thread_time() - started < 0.5


def test_a_new_chat_is_asked_for_by_the_button_and_the_menu(desk: Desk) -> None:
    button = find(desk.window, QPushButton, "newChatButton")
    button.click()
    desk.window.commands["newChat"].trigger()
    assert len(desk.called("new_conversation")) == 2
    assert desk.window.focusWidget() is desk.window.page.composer.edit


def test_all_that_are_chosen_are_exported(desk: Desk, tmp_path: Path) -> None:
    desk.chat.conversations_changed.emit(some(3))
    choose(desk, "Title 0", "Title 2")
    desk.window.commands["exportConversation"].trigger()
    find(desk.window, QPushButton, "exportGo").click()
    dialog = find(desk.window, QFileDialog, "exportPlaceDialog")
    dialog.fileSelected.emit(str(tmp_path / "two"))
    assert desk.exchange.calls[0][1] == ["c0", "c2"]
    dialog.close()


def test_the_keyboard_opens_the_menu_of_what_is_chosen(
    lists: Lists, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: None)
    lists.chat.conversations_changed.emit(some(3))
    choose(lists, "Title 1")
    view = view_of(lists)
    reason = QContextMenuEvent.Reason.Keyboard
    view.contextMenuEvent(QContextMenuEvent(reason, QPoint(), QPoint()))
    menu = view.findChild(QMenu)
    assert menu and [action.objectName() for action in menu.actions() if action.isVisible()] == [
        *("rename", "pin", "moveToFolder", "exportConversation", "delete")
    ]
