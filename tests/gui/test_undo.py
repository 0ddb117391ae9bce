"""Ctrl+Z takes back what was done last: a deletion, or what was typed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_llm.core.text import Text
from tests.values import a_message


def press_undo(widget):
    QTest.keyClick(widget, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def test_a_deletion_is_taken_back_from_the_message_field(desk):
    edit = desk.window.page.composer.edit
    edit.insertPlainText("Half a thought")
    desk.chat.set_undo(Text("Delete the message"))
    press_undo(edit)
    assert desk.called("undo") == [()]
    assert edit.toPlainText() == "Half a thought"


def test_what_was_typed_after_the_deletion_comes_first(desk):
    edit = desk.window.page.composer.edit
    desk.chat.set_undo(Text("Delete the message"))
    QTest.keyClicks(edit, "x")
    press_undo(edit)
    assert desk.called("undo") == []
    assert edit.toPlainText() == ""


def test_with_nothing_to_take_back_the_text_is_undone(desk):
    edit = desk.window.page.composer.edit
    QTest.keyClicks(edit, "x")
    desk.chat.set_undo(None)
    press_undo(edit)
    assert edit.toPlainText() == ""


def test_the_command_takes_back_a_deletion_where_nothing_can_be_typed(desk, qtbot):
    desk.window.show()
    desk.chat.show([a_message("user", "Hi")])
    desk.window.page.messages.setFocus()
    qtbot.waitUntil(desk.window.page.messages.hasFocus)
    desk.window.commands["undo"].trigger()
    assert desk.called("undo") == [()]
