"""The list on the screen: what is built, what stays in place, and what grows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QFontMetricsF, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from desktop_llm.core.conversation import Message
from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages import view as view_module
from desktop_llm.ui.chat.messages.boxes import CodePiece
from desktop_llm.ui.chat.messages.layout import KEPT
from desktop_llm.ui.chat.messages.leaves import plain_text
from tests.gui.conftest import hover
from tests.gui.messages.conftest import Pointing
from tests.gui.messages.samples import ANSWER, conversation, many, message
from tests.values import FakeError, a_record


def shown_text(view: MessageList, number: int) -> list[str]:
    """The text of the documents of a card, built or not."""
    return [piece.ready().toPlainText() for piece in view.sheet.card(number).body]


def newest(view: MessageList) -> QAbstractButton:
    button = view.findChild(QAbstractButton, "newestButton")
    assert button is not None
    return button


def stream(view: MessageList, text: str, step: int = 5, thinking: bool = False) -> None:
    for start in range(0, len(text), step):
        view.append_text("m1", text[start : start + step], thinking)


def streaming(view: MessageList) -> None:
    view.set_messages([message(0, "user", "Hello"), message(1, state="streaming")])


def test_a_long_conversation_opens_at_its_end_and_builds_little(view: MessageList) -> None:
    messages = many(1000)
    view.set_messages(messages)

    assert view.messages == messages
    assert view.value == view.verticalScrollBar().maximum() > 100_000
    assert view.shown().stop == 1000
    assert sum(view.sheet.shown_card(each.id) is not None for each in messages) < 20


def test_only_the_cards_used_last_are_kept(view: MessageList) -> None:
    messages = many(300)
    view.set_messages(messages)
    for _ in range(400):
        view.scroll_by(-300)

    assert sum(view.sheet.shown_card(each.id) is not None for each in messages) <= KEPT


def test_what_is_on_the_screen_moves_exactly_as_far_as_it_is_scrolled(
    view: MessageList,
) -> None:
    view.set_messages(many(200))
    for _ in range(80):
        number = view.shown().stop - 1 if len(view.shown()) < 2 else view.shown()[1]
        before = view.sheet.top(number) - view.value
        if before > 400:  # it would leave the screen
            number = view.shown()[0]
            before = view.sheet.top(number) + view.sheet.rect(number).height() - view.value
            view.scroll_by(-97)
            after = view.sheet.top(number) + view.sheet.rect(number).height() - view.value
        else:
            view.scroll_by(-97)
            after = view.sheet.top(number) - view.value
        assert after == before + 97


def test_a_change_of_width_keeps_the_paragraph_at_the_top(view: MessageList) -> None:
    view.set_messages(many(200))
    view.scroll_by(-9000)
    anchor = view.sheet.anchor_at(view.value, 700)
    assert anchor is not None
    for width in range(900, 500, -37):
        view.resize(width, 700)
    after = view.sheet.anchor_at(view.value, 700)
    assert after is not None

    assert (after.message, after.piece) == (anchor.message, anchor.piece)


def test_text_is_followed_only_from_the_end(view: MessageList) -> None:
    streaming(view)
    stream(view, "A paragraph of some words.\n\n" * 60, 50)
    view._flush()
    assert view.follows
    assert view.value == view.verticalScrollBar().maximum() > 0
    assert not newest(view).isVisible()

    view.scroll_by(-200)
    place = view.value
    stream(view, "And another paragraph.\n\n" * 20, 50)
    view._flush()
    assert view.value == place
    assert newest(view).isVisible()

    newest(view).click()
    assert view.value == view.verticalScrollBar().maximum()
    assert not newest(view).isVisible()


def test_a_question_of_ones_own_is_brought_into_view(view: MessageList) -> None:
    view.set_messages(many(50))
    view.scroll_by(-2000)
    view.add_message(message(50, "user", "Another question"))

    assert view.follows


@pytest.mark.parametrize("step", [1, 7, 40])
def test_streamed_text_ends_up_like_text_that_was_there(view: MessageList, step: int) -> None:
    streaming(view)
    stream(view, ANSWER, step)
    view.update_message(replace(view.messages[1], state="complete"))
    view.resize(900, 4000)
    grown = shown_text(view, 1)
    heights = [piece.height for piece in view.sheet.card(1).body]
    view.set_messages([message(0, "user", "Hello"), message(1, content=ANSWER)])

    assert grown == shown_text(view, 1)
    assert heights == [piece.height for piece in view.sheet.card(1).body]
    assert plain_text([piece.leaf for piece in view.sheet.card(1).body]).startswith("Here is a")


def test_blocks_that_are_finished_are_not_built_again(view: MessageList) -> None:
    streaming(view)
    stream(view, "First paragraph.\n\nSecond paragraph.\n\n```python\nx = 1\n```\n\nThird.")
    view._flush()
    before = [piece.document for piece in view.sheet.card(1).body]
    stream(view, " More of it.\n\n| a | b |\n|---|---|\n| c | d |\n\nThe end.")
    view._flush()
    after = [piece.document for piece in view.sheet.card(1).body]

    assert None not in before[:3]
    assert before[:3] == after[:3]


def test_a_costly_text_is_shown_less_often_but_whole(
    view: MessageList, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(view_module, "_PAUSE", 1e6)
    streaming(view)
    stream(view, "word " * 200)
    assert len(view.sheet.messages[1].content) < 100

    qtbot.waitUntil(lambda: len(view.sheet.messages[1].content) == 1000)
    assert view.messages[1].content == "word " * 200


def test_text_for_a_conversation_that_is_not_shown_is_ignored(view: MessageList) -> None:
    streaming(view)
    view.append_text("other", "text")
    view.update_message(message(7, content="text"))
    view.mark_saved("other")
    view.set_progress("other", 1, 2)

    assert [each.content for each in view.messages] == ["Hello", ""]


def test_thinking_is_open_while_it_is_written_and_folds_when_the_answer_begins(
    view: MessageList, qtbot: QtBot
) -> None:
    streaming(view)
    stream(view, "I should think.\n\n- about it", thinking=True)
    view._flush()
    card = view.sheet.card(1)
    button = view.findChild(QAbstractButton, "thinkingButton")
    assert button is not None
    assert (card.thinking_open, button.text()) == (True, "Thinking…")

    stream(view, "The answer.")
    view._flush()
    assert (card.thinking_open, button.text()) == (False, "Thought for a while")
    assert len(card.pieces) == 1

    button.click()
    assert [piece.leaf.kind for piece in card.pieces] == ["paragraph"] * 3


@pytest.mark.parametrize(
    ("changes", "note", "can_continue"),
    [
        ({"state": "stopped"}, "You stopped this answer.", True),
        ({"state": "interrupted"}, "This answer was interrupted.", True),
        ({"generation": a_record("length")}, "The answer reached its length limit.", True),
        ({"generation": a_record("end")}, "", False),
    ],
)
def test_an_answer_says_how_it_ended_and_can_go_on(
    view: MessageList, qtbot: QtBot, changes: dict[str, Any], note: str, can_continue: bool
) -> None:
    view.set_messages([message(0, "user", "Hello"), message(1, content="Once", **changes)])
    frame = view.frames["m1"]
    assert frame is not None
    assert note in frame.accessibleDescription()
    buttons = {each.objectName(): each for each in frame.buttons}
    assert ("continueButton" in buttons) == can_continue
    with qtbot.waitSignal(view.retry_requested) as retried:
        buttons["retryButton"].click()
    assert retried.args == ["m1"]
    if can_continue:
        with qtbot.waitSignal(view.continue_requested) as continued:
            buttons["continueButton"].click()
        assert continued.args == ["m1"]


def test_a_failure_is_told_where_it_happened(view: MessageList, qtbot: QtBot) -> None:
    streaming(view)
    error = FakeError(detail="it fell over")
    view.update_message(replace(view.messages[1], state="failed", error=error))
    sentences = [piece.ready().toPlainText() for piece in view.sheet.card(1).errors]
    button = view.findChild(QAbstractButton, "tryAgainButton")
    assert button is not None

    assert sentences == ["The fake had trouble: it fell over.", "Nothing was lost.", "Try again."]
    with qtbot.waitSignal(view.retry_requested):
        button.click()


def test_buttons_of_older_messages_show_themselves_under_the_mouse(
    view: MessageList, qtbot: QtBot, point: Pointing
) -> None:
    view.set_messages([message(number, content=f"answer {number}") for number in range(4)])
    revealed = lambda number: [b.revealed for b in view.frames[f"m{number}"].buttons]  # type: ignore[union-attr] # noqa: E731
    assert (any(revealed(1)), all(revealed(3))) == (False, True)

    hover(view.viewport(), point(1, "answer"))
    assert all(revealed(1))
    assert not any(revealed(2))


def test_the_small_print_says_saved_only_after_it_was_said_here(view: MessageList) -> None:
    streaming(view)
    stream(view, "text")
    view.update_message(replace(view.messages[1], state="complete"))
    assert "m1" not in view.saved

    view.mark_saved("m1")
    assert view.saved == {"m0", "m1"}


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_PageUp])
def test_keys_scroll(view: MessageList, qtbot: QtBot, key: Qt.Key) -> None:
    view.set_messages(many(60))
    end = view.value
    qtbot.keyClick(view, key)
    qtbot.waitUntil(lambda: view.value < end - 30)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.value == 0
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.value == view.verticalScrollBar().maximum()
    assert view.follows


def wheel(view: MessageList, x: int, y: int, at: QPoint) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(x, y),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_glides(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages(many(60))
    end = view.value
    wheel(view, 0, 120, QPoint(300, 300))
    distance = QApplication.wheelScrollLines() * view.verticalScrollBar().singleStep()
    qtbot.waitUntil(lambda: abs(end - view.value - distance) <= 1)

    assert not view.follows


def test_long_lines_of_code_scroll_sideways(view: MessageList, point: Pointing) -> None:
    view.set_messages([message(0, content="```python\nx = '" + "long " * 100 + "'\n```")])
    code = view.sheet.card(0).pieces[0]
    assert isinstance(code, CodePiece)
    assert code.furthest > 1000
    place = point(0, "x =")
    wheel(view, -120, 0, place)
    assert code.scroll > 0
    wheel(view, 100_000, 0, place)
    assert code.scroll == 0


def test_a_change_of_theme_draws_everything_in_its_colours(
    view: MessageList, qapp: QApplication
) -> None:
    view.set_messages(conversation())
    view.scroll_by(-300)
    anchor = view.sheet.anchor_at(view.value, 700)
    light = view.grab().toImage().pixelColor(4, 4).lightness()
    theme.apply(qapp, "dark")
    dark = view.grab().toImage().pixelColor(4, 4).lightness()
    assert (light > 200, dark < 60) == (True, True)
    assert view.sheet.anchor_at(view.value, 700) == anchor
    theme.apply(qapp, "light")


def test_code_gets_its_colours_soon(view: MessageList, qtbot: QtBot) -> None:
    view.set_messages([message(0, content="```python\ndef f(): return 'x'\n```")])
    code = view.sheet.card(0).pieces[0]
    block = code.ready().firstBlock()
    qtbot.waitUntil(lambda: len(block.layout().formats()) > 3, timeout=20_000)
    colors = {each.format.foreground().color().name() for each in block.layout().formats()}

    syntax = theme.current().colors.syntax
    assert {syntax["keyword"], syntax["string"], syntax["name"]} <= colors


def test_streamed_code_is_coloured_like_code_that_was_there(
    view: MessageList, qtbot: QtBot
) -> None:
    source = (
        "```python\n"
        + "def f(x):\n    '''Some\n    words.'''\n    return 'y'  # z\n\n" * 40
        + "```"
    )

    def formats() -> list[list[tuple[int, int]]]:
        document = view.sheet.card(1).pieces[0].ready()
        blocks = [document.findBlockByNumber(line) for line in range(document.blockCount())]
        return [[(f.start, f.length) for f in block.layout().formats()] for block in blocks]

    def settled() -> bool:
        last = [line for line in formats() if line]
        return not view._colour_timer.isActive() and len(last) > 150

    streaming(view)
    stream(view, source, 23)
    view.update_message(replace(view.messages[1], state="complete"))
    qtbot.waitUntil(settled, timeout=20_000)
    grown = formats()
    view.set_messages([message(0, "user", "Hello"), message(1, content=source)])
    qtbot.waitUntil(settled, timeout=20_000)

    assert grown == formats()


def test_messages_read_in_the_direction_of_their_first_letter(view: MessageList) -> None:
    view.set_messages(
        [message(0, content="- أولا\n\n```\ncode\n```"), message(1, content="1. English مع")]
    )
    arabic, code = view.sheet.card(0).pieces
    (english,) = view.sheet.card(1).pieces
    direction = lambda piece: piece.ready().defaultTextOption().textDirection()  # noqa: E731

    assert direction(arabic) == Qt.LayoutDirection.RightToLeft
    assert direction(code) == direction(english) == Qt.LayoutDirection.LeftToRight
    assert arabic.x + arabic.width < view.sheet.column
    assert english.x > 0


def test_an_empty_list_paints_nothing(view: MessageList) -> None:
    view.set_messages([])
    view.select_all()
    view.copy()

    assert view.selected_text() == ""
    assert not view.grab().isNull()


def test_a_message_that_is_there_already_is_replaced(view: MessageList) -> None:
    streaming(view)
    newer: Message = replace(view.messages[1], content="text", state="complete")
    view.add_message(newer)

    assert view.messages == [view.messages[0], newer]


def test_code_is_set_in_letters_of_one_width(view: MessageList) -> None:
    metrics = QFontMetricsF(view.sheet.look.code.font)

    assert metrics.horizontalAdvance("iiii") == metrics.horizontalAdvance("MMMM")
