"""Selecting with mouse and keyboard, and what goes to the clipboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.messages import MessageList
from tests.gui.conftest import hover
from tests.gui.messages.conftest import Pointing
from tests.gui.messages.samples import many, message

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def talk(view: MessageList) -> MessageList:
    view.set_messages(
        [
            message(0, "user", "What is it?"),
            message(
                1, content="It is a **list**:\n\n1. first\n2. second word\n\n```js\nlet x;\n```"
            ),
            message(2, "user", "Thank you"),
        ]
    )
    return view


def drag(view: MessageList, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    hover(view.viewport(), (start + end) / 2, LEFT)
    hover(view.viewport(), end, LEFT)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_dragging_selects_within_a_paragraph(talk: MessageList, point: Pointing) -> None:
    drag(talk, point(1, "is a"), point(1, "list"))

    assert talk.selected_text() == "is a "


def test_dragging_selects_across_messages_in_both_directions(
    talk: MessageList, point: Pointing
) -> None:
    expected = "is it?\n\nIt is a list:\n\n1. first\n2. second word\n\nlet x;\n\nThank"
    drag(talk, point(0, "is it"), point(2, " you"))
    assert talk.selected_text() == expected
    drag(talk, point(2, " you"), point(0, "is it"))
    assert talk.selected_text() == expected


def test_shift_and_a_click_extend_the_selection(talk: MessageList, point: Pointing) -> None:
    QTest.mouseClick(talk.viewport(), LEFT, pos=point(1, "first"))
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mouseClick(talk.viewport(), LEFT, shift, point(1, "word"))

    assert talk.selected_text() == "1. first\nsecond "


def test_a_double_click_selects_a_word_and_a_third_its_block(
    talk: MessageList, point: Pointing
) -> None:
    place = point(1, "second") + QPoint(4, 0)
    QTest.mouseDClick(talk.viewport(), LEFT, pos=place)
    assert talk.selected_text() == "second"
    QTest.mouseClick(talk.viewport(), LEFT, pos=place)
    assert talk.selected_text() == "2. second word"


def test_a_click_lets_go_of_the_selection(talk: MessageList, point: Pointing) -> None:
    talk.select_all()
    QTest.mouseClick(talk.viewport(), LEFT, pos=point(1, "first"))

    assert talk.selected_text() == ""


def test_everything_is_selected_and_copied_by_keyboard(talk: MessageList, qtbot: QtBot) -> None:
    QTest.keySequence(talk, "Ctrl+A")
    with qtbot.waitSignal(talk.copied):
        QTest.keySequence(talk, "Ctrl+C")

    assert clipboard() == (
        "What is it?\n\nIt is a list:\n\n1. first\n2. second word\n\nlet x;\n\nThank you"
    )


def test_a_very_long_conversation_is_copied_without_building_it(view: MessageList) -> None:
    messages = many(2000)
    view.set_messages(messages)
    view.select_all()
    text = view.selected_text()

    assert all(each.content.split("\n")[0][:20] in text for each in messages[1:-1:97])
    assert sum(view.sheet.shown_card(each.id) is not None for each in messages) < 20


def test_the_copy_button_copies_the_source_of_the_message(talk: MessageList, qtbot: QtBot) -> None:
    frame = talk.frames["m1"]
    assert frame is not None
    copy = next(each for each in frame.buttons if each.objectName() == "copyButton")
    with qtbot.waitSignal(talk.copied):
        copy.click()

    assert clipboard() == talk.messages[1].content


def test_the_button_over_code_copies_the_code_alone(talk: MessageList) -> None:
    button = talk.findChild(QAbstractButton, "copyCodeButton")
    assert button is not None
    button.click()

    assert clipboard() == "let x;"


def test_dragging_beyond_the_edge_scrolls(view: MessageList, point: Pointing, qtbot: QtBot) -> None:
    view.set_messages(many(40))
    view.scroll_by(-3000)
    start = QPoint(300, 300)
    before = view.value
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    hover(view.viewport(), QPoint(300, view.viewport().height() + 80), LEFT)
    qtbot.waitUntil(lambda: view.value > before + 100)
    QTest.mouseRelease(view.viewport(), LEFT, pos=QPoint(300, 699))

    assert len(view.selected_text()) > 100


def test_the_context_menu_offers_what_can_be_done_here(
    view: MessageList, point: Pointing, qtbot: QtBot
) -> None:
    view.set_messages([message(0, content="See [this](https://a.example/x) and *that*.")])
    menu = view._menu(point(0, "that"))
    actions = {action.text().replace("&", ""): action for action in menu.actions()}
    assert list(actions) == [
        "Copy", "Copy message", "Open https://a.example/x", "", "Select all",
    ]  # fmt: skip
    assert not actions["Copy"].isEnabled()
    with qtbot.waitSignal(view.link_activated) as opened:
        actions["Open https://a.example/x"].trigger()
    assert opened.args == ["https://a.example/x"]
    actions["Copy message"].trigger()
    assert clipboard().startswith("See [this]")
    actions["Select all"].trigger()
    assert view.selected_text() == "See this and that."


def test_the_menu_key_opens_the_menu(view: MessageList, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[int] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: opened.append(len(menu.actions())))
    view.set_messages([message(0, content="text")])
    place = QPoint(300, 60)
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Keyboard, place, view.viewport().mapToGlobal(place)
    )
    QApplication.sendEvent(view.viewport(), event)

    assert opened == [4]


def test_a_link_is_followed_by_a_click_but_not_by_a_drag(
    view: MessageList, point: Pointing, qtbot: QtBot
) -> None:
    view.set_messages([message(0, content="See [this page](https://a.example/x) now.")])
    with qtbot.assertNotEmitted(view.link_activated):
        drag(view, point(0, "this"), point(0, "page") + QPoint(8, 0))
    with qtbot.waitSignal(view.link_activated) as opened:
        QTest.mouseClick(view.viewport(), LEFT, pos=point(0, "page"))

    assert opened.args == ["https://a.example/x"]


def test_the_pointer_over_text_is_a_text_cursor(talk: MessageList, point: Pointing) -> None:
    hover(talk.viewport(), point(1, "first"))
    assert talk.viewport().cursor().shape() == Qt.CursorShape.IBeamCursor
    hover(talk.viewport(), QPoint(5, 5))
    assert talk.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_selection_survives_a_growing_answer(view: MessageList, point: Pointing) -> None:
    view.set_messages([message(0, "user", "Question"), message(1, state="streaming")])
    view.append_text("m1", "First.\n\nSecond")
    view._flush()
    drag(view, point(0, "Question"), point(1, "Second"))
    view.append_text("m1", " and more.\n\nThird.")
    view._flush()

    assert view.selected_text() == "Question\n\nFirst."
