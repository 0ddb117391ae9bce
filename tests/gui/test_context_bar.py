"""The bar above the composer: what is sent, what is left out, and what to do about it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_llm.core.context import ContextEntry, ContextPlan, Turn, make_plan
from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.context_bar import ContextBar
from tests.gui.conftest import Desk, find
from tests.values import a_conversation, a_message


def plan_of(
    messages: list[Message],
    tokens: int = 100,
    limit: int = 1000,
    policy: Any = "ask",
    draft: int = 0,
) -> ContextPlan:
    turns = [Turn(m.id, m.role, tokens, pinned=m.pinned) for m in messages]
    if draft:
        turns.append(Turn("", "user", draft, draft=True))
    return make_plan(50, turns, policy, limit, limit // 4)


def talk(count: int, **changes: Any) -> list[Message]:
    return [
        a_message("assistant" if place % 2 else "user", f"message {place} " * 20, **changes)
        for place in range(count)
    ]


@pytest.fixture
def bar(qtbot: QtBot) -> ContextBar:
    made = ContextBar()
    qtbot.addWidget(made)
    made.resize(400, 24)
    made.show()
    return made


def show(bar: ContextBar, plan: ContextPlan) -> list[str]:
    """What was asked to be described, which grows with every question."""
    asked: list[str] = []

    def describe(entry: ContextEntry) -> str:
        asked.append(entry.message_id)
        return entry.part

    bar.show_plan(plan, describe, "summary")
    return asked


def test_every_message_has_a_segment_as_wide_as_it_is_long(bar: ContextBar) -> None:
    show(bar, plan_of(talk(4), draft=40))
    assert [s.part for s in bar.segments] == ["system", *["kept"] * 4, "draft"]
    widths = [round(s.end - s.start) for s in bar.segments]
    assert widths == [20, 40, 40, 40, 40, 16]
    assert round(bar.free_from) == 196


def test_what_is_left_out_takes_little_room(bar: ContextBar) -> None:
    show(bar, plan_of(talk(41), policy="drop_oldest"))
    dropped = [s for s in bar.segments if s.part == "dropped"]
    assert 0 < sum(s.end - s.start for s in dropped) <= 81
    assert bar.free_from <= 400


def test_a_click_goes_to_the_message_and_none_elsewhere(bar: ContextBar, qtbot: QtBot) -> None:
    messages = talk(4)
    show(bar, plan_of(messages))
    jumps: list[str] = []
    bar.jump_requested.connect(jumps.append)
    for x in (5, 70, 350):
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(x, 12))
    assert jumps == [messages[1].id]


def test_the_keyboard_reaches_every_segment(bar: ContextBar, qtbot: QtBot) -> None:
    messages = talk(3)
    asked = show(bar, plan_of(messages))
    bar.setFocus()
    qtbot.keyClick(bar, Qt.Key.Key_Right)
    assert asked[-1] == messages[0].id
    assert bar.accessibleDescription() == "kept"
    with qtbot.waitSignal(bar.jump_requested) as jumped:
        qtbot.keyClick(bar, Qt.Key.Key_End)
        qtbot.keyClick(bar, Qt.Key.Key_Return)
    assert jumped.args == [messages[-1].id]


@pytest.mark.parametrize("policy", ["ask", "drop_oldest"])
def test_ten_thousand_messages_are_painted_as_quickly_as_ten(bar: ContextBar, policy: Any) -> None:
    plan = plan_of(talk(10_000), tokens=20, limit=4096, policy=policy)
    show(bar, plan)
    assert len(bar.segments) <= 400 // 3 + 3
    picture = QPixmap(bar.size())
    took = []
    for _ in range(5):
        start = time.thread_time()
        bar.render(picture)
        took.append(time.thread_time() - start)
    assert min(took) < 0.02  # 0.001 on a machine that is not slow


def test_the_plan_is_told_in_words_and_dims_what_is_left_out(desk: Desk) -> None:
    messages = talk(12)
    desk.chat.show(messages)
    strip = desk.window.page.context
    plan = plan_of(messages, limit=900, policy="drop_oldest")
    desk.context.show(plan)
    assert strip.isVisible()
    assert strip.bar.accessibleName() == f"12 messages, 6 left out, {plan.used} of 900 tokens"
    assert desk.window.page.messages.frames.dimmed == frozenset(plan.left_out)
    assert desk.window.page.composer.meter.text() == f"{plan.used} of 900 tokens"
    desk.context.show(None)
    assert not strip.isVisible()
    assert desk.window.page.messages.frames.dimmed == frozenset()


def test_hovering_tells_which_message_it_is(desk: Desk) -> None:
    messages = talk(2)
    desk.chat.show(messages)
    desk.context.show(plan_of(messages, draft=30))
    words = desk.window.page.context_control.describe
    plan = desk.context.plan
    assert plan is not None
    said = [words(entry) for entry in plan.entries]
    assert said[1].startswith("You: message 0 message 0")
    assert said[2].endswith("…\n100 tokens")
    assert said[3] == "Your message\n30 tokens"


def test_a_conversation_that_is_too_long_offers_the_choices(desk: Desk, qtbot: QtBot) -> None:
    messages = talk(12)
    desk.chat.show(messages)
    qtbot.keyClicks(desk.window.page.composer.edit, "x")
    desk.context.show(plan_of(messages, draft=50))
    composer = desk.window.page.composer
    assert not composer.can_send
    assert "1,300" in composer.reason and "250" in composer.reason and "1,000" in composer.reason
    for name, policy in (("dropOldestButton", "drop_oldest"), ("keepEndsButton", "keep_ends")):
        button = find(desk.window, QPushButton, name)
        assert button.isVisible()
        button.click()
        assert desk.called("set_context_policy")[-1] == (policy,)
    find(desk.window, QPushButton, "shortenButton").click()
    assert composer.edit.hasFocus()
    desk.context.show(plan_of(messages[:2], draft=50))
    assert composer.reason == ""
    assert not find(desk.window, QPushButton, "dropOldestButton").isVisible()


def test_what_must_be_sent_and_is_too_long_is_told_without_choices(desk: Desk) -> None:
    desk.chat.current = a_conversation(context_policy="drop_oldest")
    messages = talk(1)
    desk.chat.show(messages)
    desk.context.show(plan_of(messages, tokens=2000, policy="drop_oldest"))
    assert "1,051" in desk.window.page.composer.reason
    assert not find(desk.window, QPushButton, "dropOldestButton").isVisible()


def test_the_menu_has_the_policies_and_shows_the_one_in_use(desk: Desk) -> None:
    desk.chat.current = a_conversation(context_policy="keep_ends")
    desk.chat.show([])
    commands = desk.window.commands
    assert commands["policy_keep_ends"].isChecked()
    commands["policy_drop_oldest"].trigger()
    assert desk.called("set_context_policy") == [("drop_oldest",)]
