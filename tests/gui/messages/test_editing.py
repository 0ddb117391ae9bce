"""A message is rewritten where it stands, and what was typed is not lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.editor import MessageEditor
from tests.gui.messages.samples import many, message


def talk() -> list[Message]:
    return [message(0, "user", "Question"), message(1, content="Answer")]


def editor(view: MessageList) -> MessageEditor:
    assert view.editing.editor is not None
    return view.editing.editor


def begin(view: MessageList, message_id: str, text: str) -> MessageEditor:
    view.editing.begin(message_id)
    editor(view).field.setPlainText(text)
    return editor(view)


def test_the_editor_takes_the_place_of_the_text(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(talk())
    frame = view.frames["m0"]
    assert frame is not None
    edit = frame.button("editButton")
    assert edit is not None
    view.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is view)
    edit.click()
    place = view.sheet.editor_place("m0").translated(0, -view.value)

    assert editor(view).geometry() == place
    assert editor(view).text == "Question"
    assert QApplication.focusWidget() is editor(view).field
    assert frame.buttons == []


@pytest.mark.parametrize(
    ("message_id", "asked"),
    [("m0", True), ("m1", False)],
)
def test_control_and_enter_save(
    view: MessageList, qtbot: QtBot, message_id: str, asked: bool
) -> None:
    view.set_messages(talk())
    field = begin(view, message_id, "Other words").field
    with qtbot.waitSignal(view.edit_requested) as saved:
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    assert saved.args == [message_id, "Other words", asked]
    assert view.editing.message_id == message_id, "it is closed by whoever has saved it"
    view.editing.end()
    assert view.editing.editor is None
    assert view.unsaved == {}


def test_only_a_question_can_be_asked_again(view: MessageList) -> None:
    view.set_messages(talk())
    assert not begin(view, "m1", "Other words").ask.isVisible()
    assert begin(view, "m0", "Other words").ask.isVisible()


def test_nothing_empty_is_saved_and_nothing_while_an_answer_is_written(view: MessageList) -> None:
    view.set_messages(talk())
    made = begin(view, "m0", "  ")
    assert not made.ask.isEnabled() and not made.save.isEnabled()
    made.field.setPlainText("Question")
    assert made.ask.isEnabled() and not made.save.isEnabled()
    made.field.setPlainText("Other words")
    view.set_busy(True)
    assert not made.ask.isEnabled() and not made.save.isEnabled()
    view.set_busy(False)
    assert made.ask.isEnabled() and made.save.isEnabled()


def test_escape_gives_up_what_can_be_brought_back(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(talk())
    with qtbot.waitSignal(view.edit_discarded) as gone:
        QTest.keyClick(begin(view, "m0", "Other words").field, Qt.Key.Key_Escape)
    assert view.editing.editor is None
    view.editing.begin(*gone.args)
    assert editor(view).text == "Other words"
    editor(view).field.setPlainText("Question")
    with qtbot.assertNotEmitted(view.edit_discarded):
        editor(view).cancel.click()


def test_what_was_given_up_waits_for_its_conversation(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(talk())
    with qtbot.waitSignal(view.edit_discarded) as gone:
        QTest.keyClick(begin(view, "m0", "Other words").field, Qt.Key.Key_Escape)
    view.set_messages([])
    view.editing.begin(*gone.args)
    assert view.editing.editor is None
    view.set_messages(talk())
    assert editor(view).text == "Other words"


def test_the_text_survives_scrolling_and_resizing(view: MessageList) -> None:
    view.set_messages(many(300))
    view.editing.begin("m298")
    editor(view).field.setPlainText("Other words")
    for _ in range(120):
        view.scroll_by(-400)
    view.resize(520, 500)
    assert not editor(view).geometry().intersects(view.viewport().rect())
    view.scroll_to("m298")

    assert editor(view).text == "Other words"
    assert editor(view).geometry().intersects(view.viewport().rect())
    assert editor(view).width() == view.sheet.column


def test_the_editor_grows_with_its_text_up_to_the_view(view: MessageList) -> None:
    view.set_messages(talk())
    view.editing.begin("m0")
    low = editor(view).height()
    editor(view).field.setPlainText("A line\n" * 9)
    middle = editor(view).height()
    assert editor(view).field.verticalScrollBar().maximum() == 0
    editor(view).field.setPlainText("A line\n" * 500)

    assert low < middle < editor(view).height() < view.viewport().height()


def test_an_edit_that_was_begun_waits_in_its_conversation(view: MessageList) -> None:
    view.set_messages(talk())
    begin(view, "m0", "Other words")
    view.set_messages([replace(message(7, "user", "Elsewhere"), conversation_id="d")])
    assert view.editing.editor is None
    assert view.unsaved == {"m0": "Other words"}
    view.set_messages(talk())

    assert editor(view).text == "Other words"


def test_a_second_edit_keeps_the_first(view: MessageList) -> None:
    view.set_messages(talk())
    begin(view, "m0", "Other words")
    view.editing.begin("m1")
    assert editor(view).text == "Answer"
    view.editing.begin("m0")

    assert editor(view).text == "Other words"


def test_an_answer_that_grows_does_not_disturb_an_edit(view: MessageList) -> None:
    view.set_messages([*talk(), message(2, "user", "More"), message(3, state="streaming")])
    made = begin(view, "m0", "Other words")
    view.append_text("m3", "A paragraph.\n\n" * 40)
    view._flush()
    view.update_message(message(3, content="A paragraph"))

    assert view.editing.editor is made
    assert made.text == "Other words"
    view.editing.begin("m3")
    assert editor(view).text == "A paragraph"


def test_what_is_being_written_by_the_model_cannot_be_edited(view: MessageList) -> None:
    view.set_messages([talk()[0], message(1, state="streaming")])
    view.editing.begin("m1")
    assert view.editing.editor is None
