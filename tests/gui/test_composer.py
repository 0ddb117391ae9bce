"""The composer: what Enter does, what cannot be sent, and how it grows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.composer import MAX_LINES, Composer


@pytest.fixture
def composer(qtbot: QtBot) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.show()
    qtbot.waitExposed(made)
    return made


def compose(composer: Composer, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(composer.edit, event)


def test_enter_sends_and_shift_enter_breaks_the_line(composer: Composer, qtbot: QtBot) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(composer.edit, "one")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")
    assert sent == []
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Enter)
    assert sent == ["one\ntwo", "one\ntwo"]


def test_enter_during_composition_never_sends(composer: Composer, qtbot: QtBot) -> None:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    qtbot.keyClicks(composer.edit, "a")
    compose(composer, "にほん")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    compose(composer, "", commit="日本")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["a日本"]


@pytest.mark.parametrize("text", ["", " ", "\n\t \n", "\u3000"])
def test_nothing_cannot_be_sent(composer: Composer, qtbot: QtBot, text: str) -> None:
    composer.set_text(text)
    assert not composer.button.isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)


def test_the_same_button_sends_and_stops(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("hello")
    assert composer.button.accessibleName() == "Send"
    with qtbot.waitSignal(composer.send_requested):
        composer.button.click()
    composer.set_busy(True)
    assert composer.button.accessibleName() == "Stop"
    with qtbot.waitSignal(composer.stop_requested), qtbot.assertNotEmitted(composer.send_requested):
        composer.button.click()


def test_nothing_is_sent_while_an_answer_is_written(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("hello")
    composer.set_busy(True)
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert composer.text == "hello"


def test_it_grows_with_its_text_and_then_scrolls(composer: Composer, qtbot: QtBot) -> None:
    one = composer.edit.height()
    composer.set_text("\n".join("x" * MAX_LINES))
    ten = composer.edit.height()
    assert ten >= one + (MAX_LINES - 1) * composer.edit.fontMetrics().lineSpacing()
    composer.set_text("\n" * 100)
    assert composer.edit.height() == ten
    composer.set_text("")
    assert composer.edit.height() == one


def test_a_wrapped_line_makes_it_grow_too(composer: Composer) -> None:
    one = composer.edit.height()
    composer.set_text("word " * 60)
    assert composer.edit.height() > one


def test_a_reason_blocks_sending_until_it_is_lifted(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("hello")
    composer.set_blocked("Too long by 12 tokens.")
    assert not composer.button.isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    composer.set_blocked("")
    assert composer.button.isEnabled()


def test_a_replaced_draft_comes_back_by_undo(composer: Composer) -> None:
    composer.set_text("my long draft")
    composer.set_text("")
    composer.edit.undo()
    assert composer.text == "my long draft"


def test_tab_leaves_the_field(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("hello")
    composer.edit.setFocus()
    qtbot.keyClick(composer.edit, Qt.Key.Key_Tab)
    assert composer.text == "hello"
