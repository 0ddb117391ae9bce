"""The list of conversations: order, search, rename in place, delete and undo."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QListView, QPushButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Conversation
from desktop_llm.core.text import Text
from tests.gui.conftest import Desk, find

DAY = 86_400


def some(count: int = 3) -> list[Conversation]:
    now = time.time()
    return [
        Conversation(f"c{n}", f"Title {n}", updated_at=now - n * 10 * DAY) for n in range(count)
    ]


def view_of(desk: Desk) -> QListView:
    return find(desk.window, QListView, "conversationList")


def texts(desk: Desk) -> list[str]:
    model = view_of(desk).model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(desk: Desk, title: str) -> None:
    view = view_of(desk)
    view.setCurrentIndex(view.model().index(texts(desk).index(title), 0))


def test_conversations_stand_under_headings_of_time(desk: Desk) -> None:
    desk.chat.conversations_changed.emit(some(4))
    assert texts(desk) == [
        "Today",
        "Title 0",
        "Last thirty days",
        "Title 1",
        "Title 2",
        "Older",
        "Title 3",
    ]


def test_choosing_one_opens_it(desk: Desk) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    assert desk.called("open") == [("c1",)]


def test_a_new_list_keeps_the_choice_and_opens_nothing(desk: Desk) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    desk.chat.conversations_changed.emit(some(2))
    assert desk.window.page.conversations.selected() == "c1"
    assert desk.called("open") == [("c1",)]


def test_headings_cannot_be_chosen_by_the_keyboard(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 0")
    qtbot.keyClick(view_of(desk), Qt.Key.Key_Down)
    assert desk.called("open")[-1] == ("c1",)


def test_f2_renames_in_place(desk: Desk, qtbot: QtBot) -> None:
    desk.chat.conversations_changed.emit(some())
    choose(desk, "Title 1")
    view_of(desk).setFocus()
    qtbot.keyClick(view_of(desk), Qt.Key.Key_F2)
    editor = view_of(desk).findChild(QLineEdit)
    assert editor and editor.text() == "Title 1"
    editor.setText("Better title")
    with qtbot.waitSignal(desk.window.page.conversations.rename_requested):
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert desk.called("rename") == [("c1", "Better title")]


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


def test_ten_thousand_conversations_are_listed_quickly(desk: Desk) -> None:
    started = time.perf_counter()
    desk.chat.conversations_changed.emit(some(10_000))
    view_of(desk).grab()
    assert time.perf_counter() - started < 1.0


def test_a_new_chat_is_asked_for_by_the_button_and_the_menu(desk: Desk) -> None:
    button = find(desk.window, QPushButton, "newChatButton")
    button.click()
    desk.window.commands["newChat"].trigger()
    assert len(desk.called("new_conversation")) == 2
    assert desk.window.focusWidget() is desk.window.page.composer.edit
