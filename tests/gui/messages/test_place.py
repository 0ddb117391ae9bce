"""Where one was in a conversation is kept, and gone back to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.selection import Place
from tests.gui.messages.samples import many, message


def test_position_selection_and_edit_come_back(view: MessageList) -> None:
    messages = many(200)
    view.set_messages(messages)
    view.scroll_by(-4000)
    view.editing.begin("m100", focus=False)
    assert view.editing.editor is not None
    view.editing.editor.field.setPlainText("Other words")
    view.scroll_by(-300)
    view.selection.select(Place(10, 0, 2), Place(10, 0, 9))
    text, place = view.selected_text(), json.loads(json.dumps(view.place()))
    seen = view.sheet.anchor_at(view.value, 700)
    view.unsaved.clear()
    view.set_messages([replace(message(900, "user", "Elsewhere"), conversation_id="d")])
    view.set_messages(messages)
    assert view.follows
    view.restore_place(place)

    assert view.sheet.anchor_at(view.value, 700) == seen
    assert view.selected_text() == text != ""
    assert view.unsaved == {"m100": "Other words"}


def test_at_the_end_one_stays_at_the_end(view: MessageList) -> None:
    view.set_messages(many(30))
    assert view.place() == {}
    view.restore_place({})
    assert view.follows


@pytest.mark.parametrize(
    "place",
    [
        {"at": ["gone", 0, 0.5, 3], "selection": [["gone", 0, 1], ["m1", 0, 2]]},
        {"at": "nonsense", "selection": 5, "edit": ["m1"]},
        {"at": ["m1", 99, 0.5, 3], "selection": [["m1", 99, 1], ["m2", 77, 2]]},
        {"edit": ["gone", "text"]},
    ],
)
def test_a_place_that_is_not_there_any_more_does_no_harm(
    view: MessageList, place: dict[str, Any]
) -> None:
    view.set_messages(many(30))
    view.restore_place(place)
    assert not view.grab().isNull()
    view.selected_text()


def test_a_new_place_is_told_after_a_moment(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(many(60))
    with qtbot.waitSignal(view.place_changed) as told:
        view.scroll_by(-900)
    assert told.args is not None
    assert told.args[0] == view.place() != {}


def test_a_message_is_jumped_to_and_pointed_out(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(many(500))
    view.scroll_to("m100")

    assert 0 <= view.sheet.top(100) - view.value < 100
    assert view.marked == "m100"
    qtbot.waitUntil(lambda: view.marked == "")


def test_commands_are_about_the_message_in_use(view: MessageList, qtbot: QtBot) -> None:
    told: list[str] = []
    view.current_changed.connect(lambda: told.append(view.current_message))
    assert view.current_message == ""
    view.set_messages([message(0, "user", "One"), message(1, content="Two")])
    assert view.current_message == "m1"
    view.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is view)
    frame = view.frames["m0"]
    assert frame is not None
    frame.setFocus()
    assert view.current_message == "m0"
    frame.buttons[0].setFocus()

    assert view.current_message == "m0"
    assert told[-1] == "m0"
