"""What a screen reader and a keyboard find."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.messages import MessageList, words
from desktop_llm.ui.chat.messages import view as view_module
from desktop_llm.ui.chat.messages.announce import announce
from tests.gui.messages.samples import conversation, many, message
from tests.values import FakeError


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was announced."""
    words: list[str] = []
    monkeypatch.setattr(view_module, "announce", lambda widget, text: words.append(text))
    return words


def test_every_visible_message_tells_speaker_place_and_text(view: MessageList) -> None:
    view.set_messages([message(0, "user", "Hello"), message(1, content="Good **day**")])
    found = []
    for number in (0, 1):
        frame = view.frames[f"m{number}"]
        assert frame is not None
        interface = QAccessible.queryAccessibleInterface(frame)
        assert interface is not None
        assert interface.role() == QAccessible.Role.Grouping
        description = interface.text(QAccessible.Text.Description)
        text, _, time = description.rpartition("\n")
        assert time == words.time_full(view.messages[number])
        found.append([interface.text(QAccessible.Text.Name), text])

    assert found == [
        ["You, message 1 of 2", "Hello"],
        ["Assistant, message 2 of 2", "Good **day**"],
    ]


def test_no_control_is_without_a_name_or_too_small(view: MessageList) -> None:
    view.set_messages(conversation())
    view.scroll_by(-200)
    for number in view.shown():
        frame = view.frames[f"m{number}"]
        assert frame is not None
        for button in frame.buttons:
            assert button.accessibleName()
            assert button.objectName()
            assert min(button.width(), button.height()) >= 24
    assert view.accessibleName() == "Conversation"


def test_the_end_of_an_answer_is_announced_once_and_its_words_are_not(
    view: MessageList, said: list[str]
) -> None:
    view.set_messages([message(0, "user", "Hello"), message(1, state="streaming")])
    for word in ["Good", "day", "to", "you"]:
        view.append_text("m1", word + " ")
    assert said == []
    done = replace(view.messages[1], state="complete")
    view.update_message(done)
    view.mark_saved("m1")
    view.update_message(done)

    assert said == ["The answer is complete. Good day to you "]


def test_an_error_is_announced_in_words(view: MessageList, said: list[str]) -> None:
    view.set_messages([message(0, "user", "Hello"), message(1, state="streaming")])
    error = FakeError(detail="it fell over")
    view.update_message(replace(view.messages[1], state="failed", error=error))

    assert said == [
        "The answer failed. The fake had trouble: it fell over. Nothing was lost. Try again."
    ]


def test_announcements_are_polite_and_harmless_without_a_reader(view: MessageList) -> None:
    announce(view, "text")


def test_tab_goes_down_the_page_once_and_leaves(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(conversation()[2:])
    view.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is view)
    view.setFocus()
    visited: list[QWidget] = []
    while (focused := QApplication.focusWidget()) not in visited and len(visited) < 60:
        assert focused is not None
        visited.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    tops = [
        widget.mapTo(view, widget.rect().topLeft()).y() + view.value
        for widget in visited
        if widget.accessibleName() and widget is not view and widget.parent() is not view
    ]
    expected = {id(each) for number in view.shown() for each in _stops(view, number)}

    assert {id(widget) for widget in visited} >= expected
    assert tops == sorted(tops)


def _stops(view: MessageList, number: int) -> list[QWidget]:
    frame = view.frames[view.messages[number].id]
    assert frame is not None
    return [frame, *frame.buttons]


def test_a_message_reached_by_tab_can_be_copied(view: MessageList, qtbot: QtBot) -> None:
    from PySide6.QtGui import QGuiApplication

    view.set_messages([message(0, content="Some *text*")])
    frame = view.frames["m0"]
    assert frame is not None
    view.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is view)
    frame.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keySequence(frame, "Ctrl+C")

    assert QGuiApplication.clipboard().text() == "Some *text*"


def test_frames_come_and_go_with_the_messages_in_view(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(many(300))
    for _ in range(30):
        view.scroll_by(-700)
    shown = {view.messages[number].id for number in view.shown()}
    frames = [child for child in view.viewport().children() if child.objectName() == "message"]
    visible = [each for each in frames if isinstance(each, QWidget) and each.isVisible()]

    assert len(visible) == len(shown)


def test_the_mouse_reaches_the_text_through_a_frame(view: MessageList) -> None:
    view.set_messages([message(0, content="Some text to select")])
    piece = view.sheet.card(0).pieces[0]
    place = piece.rect.center() + view.sheet.rect(0).topLeft()

    assert view.viewport().childAt(place) is None
