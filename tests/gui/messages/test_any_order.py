"""Whatever happens, in whatever order: what is on the screen is exact, and the view is in range."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages import MessageList
from tests.gui.conftest import hover
from tests.gui.messages.samples import ANSWER, many, message
from tests.values import FakeError

TEXTS = (ANSWER, "word ", "**", "\n", "```", "| a | b |\n|--|--|\n", "مرحبا", "> ")
STATES: tuple[Any, ...] = ("complete", "stopped", "streaming", "interrupted")


class Someone:
    """Does something at random to a list of messages."""

    def __init__(self, view: MessageList, seed: int) -> None:
        self.view = view
        self.random = random.Random(seed)
        self.next = 1000
        view.set_messages(many(self.random.randrange(70)))

    def act(self) -> None:
        acts = (
            self.resize, self.scroll, self.ask, self.answer, self.stream, self.stream, self.stream,
            self.update, self.fail, self.unfold, self.restyle, self.select, self.drag, self.hide,
            self.turn, self.tab,
        )  # fmt: skip
        self.random.choice(acts)()

    def any_message(self) -> int:
        if not self.view.sheet.messages:
            self.ask()
        return self.random.randrange(len(self.view.sheet.messages))

    def resize(self) -> None:
        self.view.resize(self.random.randrange(150, 1400), self.random.randrange(80, 1200))

    def scroll(self) -> None:
        self.view.scroll_by(self.random.randrange(-3000, 3000))

    def ask(self) -> None:
        self.next += 1
        self.view.add_message(message(self.next, "user", "q " * self.random.randrange(1, 400)))

    def answer(self) -> None:
        self.next += 1
        self.view.add_message(message(self.next, state="streaming"))

    def stream(self) -> None:
        text = self.random.choice(TEXTS)
        start = self.random.randrange(len(text))
        text = text[start : start + self.random.randrange(1, 200)]
        chosen = self.view.sheet.messages[self.any_message()]
        self.view.append_text(chosen.id, text, self.random.random() < 0.2)

    def update(self) -> None:
        chosen = self.view.sheet.messages[self.any_message()]
        length = self.random.choice([len(chosen.content), len(chosen.content) // 2])
        state = self.random.choice(STATES)
        self.view.update_message(replace(chosen, state=state, content=chosen.content[:length]))

    def fail(self) -> None:
        chosen = self.view.sheet.messages[self.any_message()]
        error = FakeError(detail="x " * self.random.randrange(200))
        self.view.update_message(replace(chosen, state="failed", error=error))

    def unfold(self) -> None:
        self.view._toggle_thinking(self.any_message())

    def restyle(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self.random.choice(["light", "dark"]))

    def select(self) -> None:
        self.view.select_all()
        self.view.selected_text()

    def drag(self) -> None:
        places = [
            QPoint(self.random.randrange(self.view.width()), self.random.randrange(-20, 700))
            for _ in range(3)
        ]
        viewport, left = self.view.viewport(), Qt.MouseButton.LeftButton
        QTest.mousePress(viewport, left, pos=places[0])
        hover(viewport, places[1], left)
        QTest.mouseRelease(viewport, left, pos=places[2])
        self.view.selected_text()

    def hide(self) -> None:
        self.view.setVisible(not self.view.isVisible())

    def turn(self) -> None:
        sides = [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
        self.view.setLayoutDirection(self.random.choice(sides))

    def tab(self) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.view, Qt.Key.Key_Tab)


def check(view: MessageList) -> None:
    height, bar = view.viewport().height(), view.verticalScrollBar()
    assert bar.maximum() == max(0, view.sheet.total - height)
    assert 0 <= view.value <= bar.maximum()
    assert not view.follows or view.value == bar.maximum()
    for number in view.shown():
        card = view.sheet.card(number)
        assert card.height == view.sheet.rect(number).height()
        top = view.value - view.sheet.top(number)
        shown = card.between(top, top + height - 1)
        assert all(card.pieces[each].is_measured for each in shown)
        assert view.frames[card.message.id] is not None


def live(view: MessageList, seed: int, steps: int) -> None:
    someone = Someone(view, seed)
    for _ in range(steps):
        someone.act()
        QApplication.processEvents()
        if view.isVisible():
            check(view)
    view.show()
    view.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.mark.parametrize("seed", [3, 22, 48])
def test_the_view_is_right_after_any_sequence_of_events(view: MessageList, seed: int) -> None:
    live(view, seed, 120)


@pytest.mark.soak
@pytest.mark.timeout(400)
def test_the_view_is_right_after_many_sequences_of_events(view: MessageList) -> None:
    end = time.monotonic() + 180
    seed = random.randrange(10**9)
    while time.monotonic() < end:
        seed += 1
        print(f"seed {seed}")
        live(view, seed, 200)
