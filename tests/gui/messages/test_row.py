"""The row of buttons, the marks in the header, attached files, and what is dimmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Attachment, Message
from desktop_llm.ui.chat.messages import MessageList, words
from desktop_llm.ui.chat.messages.buttons import ActionButton
from tests.gui.conftest import hover
from tests.gui.messages.samples import many, message
from tests.values import a_record


def button(view: MessageList, message_id: str, name: str) -> ActionButton:
    frame = view.frames[message_id]
    assert frame is not None
    found = frame.button(name)
    assert found is not None, name
    return found


def names(view: MessageList, message_id: str) -> list[str]:
    frame = view.frames[message_id]
    assert frame is not None
    return [each.objectName() for each in frame.buttons]


def a_file(number: int, name: str = "", size: int = 2048) -> Attachment:
    return Attachment(f"f{number}", name or f"file{number}.txt", "text/plain", "0" * 64, size, "x")


def talk() -> list[Message]:
    return [message(0, "user", "Question"), message(1, content="Answer")]


def test_an_answer_and_a_question_have_their_own_buttons(view: MessageList) -> None:
    view.set_messages(talk())

    assert names(view, "m0") == ["copyButton", "editButton", "moreButton"]
    assert names(view, "m1") == [
        *("copyButton", "retryButton", "samplesButton", "editButton"),
        *("upButton", "downButton", "moreButton"),
    ]


def test_the_versions_can_be_stepped_through_as_far_as_they_go(
    view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages(talk())
    view.set_versions({"m1": (3, 3)})
    back, forth = button(view, "m1", "versionBack"), button(view, "m1", "versionNext")

    assert back.isEnabled() and not forth.isEnabled()
    assert back.revealed, "versions are told although the mouse is elsewhere"
    frame = view.frames["m1"]
    assert frame is not None
    assert frame.version_words == "Version 3 of 3"
    with qtbot.waitSignal(view.version_step_requested) as asked:
        back.click()
    assert asked.args == ["m1", -1]

    view.set_versions({})
    assert "versionBack" not in names(view, "m1")


def test_another_version_appears_where_the_one_before_it_was(view: MessageList) -> None:
    old = many(60)
    view.set_messages(old)
    view.scroll_by(-1500)
    number = view.shown()[1]
    top = view.sheet.top(number) - view.value
    other = message(number, content="Another version.\n\nIt has two paragraphs.")
    new = [*old[:number], replace(other, id="other"), *many(90)[number + 1 :]]
    view.set_messages(new)

    assert view.sheet.top(number) - view.value == top
    assert view.messages[number].id == "other"


def test_the_focus_stays_on_the_arrow_that_was_pressed(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(talk())
    view.set_versions({"m1": (1, 3)})
    view.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is view)
    button(view, "m1", "versionNext").setFocus(Qt.FocusReason.TabFocusReason)
    view.frames.versions = {"other": (2, 3)}
    view.set_messages([talk()[0], replace(talk()[1], id="other", content="Second version")])

    assert QApplication.focusWidget() is button(view, "other", "versionNext")


def test_a_vote_is_given_and_taken_back(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(talk())
    with qtbot.waitSignal(view.vote_requested) as voted:
        button(view, "m1", "upButton").click()
    assert voted.args == ["m1", "up"]
    view.update_message(replace(view.messages[1], vote="up"))
    assert [mark.icon for mark in words.marks(view.messages[1], False, False)] == ["thumbs-up-fill"]
    with qtbot.waitSignal(view.vote_requested) as voted:
        button(view, "m1", "upButton").click()
    assert voted.args == ["m1", ""]


def test_several_answers_are_asked_for_from_a_small_menu(
    view: MessageList, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[QMenu] = []
    monkeypatch.setattr(QMenu, "popup", lambda menu, place: opened.append(menu))
    view.set_messages(talk())
    button(view, "m1", "samplesButton").click()
    (menu,) = opened
    asked: list[tuple[Any, ...]] = []
    view.samples_requested.connect(lambda *args: asked.append(args))
    for action in menu.actions():
        action.trigger()

    assert asked == [("m1", 1), ("m1", 2), ("m1", 4)]


def test_while_an_answer_is_written_the_tree_is_left_alone(view: MessageList) -> None:
    view.set_messages(talk())
    view.set_versions({"m1": (1, 2)})
    view.set_busy(True)
    enabled = {each: button(view, "m1", each).isEnabled() for each in names(view, "m1")}

    assert [name for name, free in enabled.items() if not free] == [
        *("versionBack", "versionNext", "retryButton", "samplesButton"),
    ]
    view.set_busy(False)
    assert button(view, "m1", "retryButton").isEnabled()


def test_dimmed_messages_say_why_and_nothing_moves(view: MessageList) -> None:
    view.set_messages(many(10_000))
    before = (view.value, view.sheet.total)
    shown = view.messages[view.shown()[0]].id
    view.set_dimmed(frozenset(each.id for each in view.messages))
    frame = view.frames[shown]
    assert frame is not None

    assert "The model no longer sees this" in frame.accessibleDescription()
    assert (view.value, view.sheet.total) == before
    assert not view.grab().isNull()
    view.set_dimmed(frozenset())
    assert "no longer" not in frame.accessibleDescription()


def test_files_of_a_message_are_named_with_their_size(view: MessageList, qtbot: QtBot) -> None:
    files = (a_file(0, "report.pdf", 1_234_567), a_file(1, "‮evil.txt", 10))
    view.set_messages([message(0, "user", "Read this", attachments=files)])
    frame = view.frames["m0"]
    assert frame is not None
    chips = [each for each in frame.buttons if each.objectName() == "attachmentButton"]

    assert [each.accessibleName() for each in chips] == [
        "report.pdf  ·  1.2 MB",
        "⟨U+202E⟩evil.txt  ·  10 bytes",
    ]
    assert "report.pdf" in frame.accessibleDescription()
    with qtbot.waitSignal(view.attachment_requested) as asked:
        QTest.mouseClick(chips[1], Qt.MouseButton.LeftButton)
    assert asked.args == ["m0", 1]


@pytest.mark.parametrize("count", [3, 200])
def test_many_files_stay_in_the_column(view: MessageList, count: int) -> None:
    view.resize(420, 700)
    files = tuple(a_file(number, "x" * 80 + str(number)) for number in range(count))
    view.set_messages([message(0, "user", "Read", attachments=files), message(1, content="Yes")])
    card = view.sheet.card(0)

    assert len(card.chips) == min(count, 8)
    assert all(chip.left() >= 0 and chip.right() < card.width for chip in card.chips)
    assert card.actions.top() > card.chips[-1].bottom() > card.bubble.bottom()


def test_the_time_is_told_in_full_and_in_short() -> None:
    old = message(0, created_at=0.0)
    assert "1970" in words.time_full(old) and "70" in words.time_short(old)
    assert len(words.time_short(message(0))) < len(words.time_short(old))


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({}, "Thought for a while"),
        ({"thinking_s": 12.4}, "Thought for 12 s"),
        ({"thinking_s": 0.2, "thinking_tokens": 1200}, "Thought for 1 s, 1,200 tokens"),
    ],
)
def test_the_thinking_tells_how_long_it_took(facts: dict[str, Any], title: str) -> None:
    assert words.thinking_title(message(0, generation=a_record(**facts))) == title


def test_hovering_anywhere_over_a_message_shows_its_buttons(view: MessageList) -> None:
    view.set_messages([*talk(), message(2, "user", "More")])
    copy = button(view, "m1", "copyButton")
    assert not copy.revealed
    header = view.sheet.rect(1).topLeft() + QPoint(300, 5) - QPoint(0, view.value)
    hover(view.viewport(), header)

    assert copy.revealed


def test_the_whole_time_is_told_over_the_header(
    view: MessageList, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, text, widget: told.append(text))
    view.set_messages(talk())
    for below in (8, 60):
        point = view.sheet.rect(1).topLeft() + QPoint(20, below) - QPoint(0, view.value)
        place = view.viewport().mapToGlobal(point)
        QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, point, place))

    assert told == [words.time_full(view.messages[1])]


def test_frames_are_used_again_for_other_messages(view: MessageList) -> None:
    view.set_messages(many(400))
    view.set_versions({f"m{number}": (1, 2) for number in range(0, 400, 3)})
    for _ in range(60):
        view.scroll_by(-300)
    kept = {id(each) for each in view.viewport().children()}
    for _ in range(60):
        view.scroll_by(-300)

    assert len({id(each) for each in view.viewport().children()} - kept) <= 2
    for number in view.shown():
        message_id = view.messages[number].id
        assert ("versionNext" in names(view, message_id)) == (number % 3 == 0)
        assert ("retryButton" in names(view, message_id)) == (number % 2 == 1)
