"""A message list on a screen that nobody sees, and ways to point at what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from desktop_llm.ui.chat.messages import MessageList

Pointing = Callable[[int, str], QPoint]


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[MessageList]:
    """900 by 700 pixels."""
    made = MessageList()
    qtbot.addWidget(made)
    made.resize(900, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


@pytest.fixture
def point(view: MessageList) -> Pointing:
    """Where on the viewport the first character of a text in a message is."""

    def find(message: int, text: str) -> QPoint:
        card = view.sheet.card(message)
        for piece in card.pieces:
            found = piece.ready().find(text)
            if not found.isNull():
                layout = piece.ready().documentLayout()
                block = found.block()
                line = block.layout().lineForTextPosition(found.selectionStart() - block.position())
                x: Any = line.cursorToX(found.selectionStart() - block.position())
                left = x[0] if isinstance(x, tuple) else x
                top = layout.blockBoundingRect(block).top() + line.y() + line.height() / 2
                inner = piece.origin.toPoint() + QPoint(round(left) + 1, round(top))
                return inner + view.sheet.rect(message).topLeft() - QPoint(0, view.value)
        raise AssertionError(f"{text!r} is not in message {message}")

    return find
