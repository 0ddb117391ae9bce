"""Find in conversation: what is counted, what is gone to, and what it costs."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.find_bar import FindBar
from desktop_llm.ui.chat.messages import MessageList
from desktop_llm.ui.chat.messages.find import ranges
from tests.gui.messages.samples import ANSWER, many, message


@pytest.fixture
def bar(view: MessageList, qtbot: QtBot) -> Iterator[FindBar]:
    """The bar above the view, in a window with another field that has the focus."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    made = FindBar(view)
    other = QLineEdit()
    other.setObjectName("other")
    for widget in (other, made, view):
        column.addWidget(widget)
    window.resize(900, 700)
    window.show()
    qtbot.waitExposed(window)
    other.setFocus()
    yield made
    made.close_bar()
    column.removeWidget(view)
    view.setParent(None)


def look_for(bar: FindBar, text: str, qtbot: QtBot) -> None:
    """Type `text` and wait until everything has been looked at."""
    bar.open()
    bar.field.setText(text)
    qtbot.waitUntil(lambda: not bar.finder.is_searching, timeout=10_000)


def marked(view: MessageList) -> list[str]:
    """The texts that are marked as the current hit on the screen."""
    view.grab()
    found = []
    for number in view.shown():
        card, top = view.sheet.card(number), view.value - view.sheet.top(number)
        shown = card.between(top, top + view.viewport().height() - 1)
        for piece in card.pieces[shown.start : shown.stop]:
            if piece.mark is not None and piece.document is not None:
                part = piece.marks[piece.mark]
                found.append(piece.document.toRawText()[part.start : part.end])
    return found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("csv", 6), ("DictReader", 2), ("short plan for", 1), ("**short", 0), ("python.org", 0),
        ("Rows per second", 1), ("1,200,000", 1), ("low", 2), ("中文", 1), ("数据", 1), ("$5", 1),
        ("mc^2", 0), ("nowhere", 0), ("  the  MANUAL ", 1), ("[", 2), ("\\", 0),
    ],
)  # fmt: skip
def test_hits_are_counted_in_the_text_that_is_shown(
    bar: FindBar, view: MessageList, qtbot: QtBot, text: str, count: int
) -> None:
    view.set_messages([message(0, content=ANSWER)])
    look_for(bar, text, qtbot)
    qtbot.waitUntil(lambda: bar.finder.total == count)
    view.resize(900, 4000)

    wanted = bar.finder._wanted
    assert wanted is not None
    pieces = view.sheet.card(0).pieces
    assert sum(len(ranges(wanted, piece)) for piece in pieces) == count


def test_the_case_can_be_made_to_matter(bar: FindBar, view: MessageList, qtbot: QtBot) -> None:
    view.set_messages([message(0, "user", "Ada ada ADA"), message(1, content="ada")])
    look_for(bar, "ada", qtbot)
    assert bar.count.text() == "1 of 4"

    bar.match_case.setChecked(True)
    qtbot.waitUntil(lambda: bar.count.text() == "1 of 2")


def test_enter_goes_on_and_round_and_shift_back(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages(
        [message(number, content=f"word {number}\n\n" + "filler\n\n" * 30) for number in range(3)]
    )
    view.scroll_by(-100_000)
    look_for(bar, "word", qtbot)
    seen = [bar.finder.position]
    for key in (Qt.KeyboardModifier.NoModifier,) * 3 + (Qt.KeyboardModifier.ShiftModifier,):
        QTest.keyClick(bar.field, Qt.Key.Key_Return, key)
        seen.append(bar.finder.position)
        assert marked(view) == ["word"]

    assert seen == [1, 2, 3, 1, 3]


def test_a_hit_far_down_in_wide_code_is_brought_into_view(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    code = "\n".join(["line"] * 200 + ["x " * 300 + "needle"] + ["line"] * 200)
    view.set_messages([*many(20), message(50, content=f"```\n{code}\n```"), *many(1)])
    view.scroll_by(-100_000)
    look_for(bar, "needle", qtbot)

    assert marked(view) == ["needle"]
    box = bar.finder._box(20, view.sheet.card(20).body[0], 0)
    assert box is not None
    assert view.viewport().rect().contains(box.toRect())


def test_a_hit_in_folded_thoughts_unfolds_them(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages([message(0, content="an answer", thinking="a secret thought")])
    assert not view.sheet.card(0).thinking_open
    look_for(bar, "secret", qtbot)

    assert view.sheet.card(0).thinking_open
    assert marked(view) == ["secret"]


def test_what_is_streamed_is_found_too(bar: FindBar, view: MessageList, qtbot: QtBot) -> None:
    view.set_messages([message(0, content="word", state="streaming")])
    look_for(bar, "word", qtbot)
    view.append_text("m0", " and another wo")
    view.append_text("m0", "rd")

    qtbot.waitUntil(lambda: bar.count.text() == "1 of 2")


def test_letters_beyond_sixteen_bits_do_not_shift_the_marks(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages([message(0, content="😀😀 needle 😀 needle")])
    look_for(bar, "needle", qtbot)

    piece = view.sheet.card(0).body[0]
    assert [piece.text(part) for part in ranges(bar.finder._wanted, piece)] == ["needle"] * 2  # type: ignore[arg-type]


def test_escape_closes_and_gives_the_focus_back(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages([message(0, content="word")])
    look_for(bar, "word", qtbot)
    assert bar.field.hasFocus()
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)

    assert not bar.isVisible()
    assert bar.window().findChild(QLineEdit, "other").hasFocus()  # type: ignore[union-attr]
    assert marked(view) == []


def test_ten_thousand_messages_are_searched_without_a_stop(
    bar: FindBar, view: MessageList, qtbot: QtBot
) -> None:
    view.set_messages(many(10_000))
    bar.open()
    slowest = 0.0
    started = time.thread_time()
    bar.field.setText("premature")
    slowest = time.thread_time() - started
    while -1 in bar.finder._counts:
        bar.finder._timer.stop()
        before = time.thread_time()
        bar.finder._go_on()
        slowest = max(slowest, time.thread_time() - before)
    bar.finder.stop()

    assert slowest < 0.25  # the budget is far smaller; this machine may be slow
