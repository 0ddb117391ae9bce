"""What the tests of the conversation list share."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QListView

from desktop_llm.core.conversation import Conversation, Folder
from desktop_llm.ui.chat.conversation_view import ConversationView
from tests.gui.conftest import Desk, find

DAY = 86_400
WORK, HOME = Folder("f1", "Work", 1.0), Folder("f2", "Home", 2.0)


def some(count: int = 3, **changes: Any) -> list[Conversation]:
    """Ten days between two; `changes` are fields of the one with that id."""
    now = time.time()
    return [
        Conversation(
            **{"id": f"c{n}", "title": f"Title {n}", "updated_at": now - n * 10 * DAY}
            | changes.get(f"c{n}", {})
        )
        for n in range(count)
    ]


def view_of(desk: Desk) -> ConversationView:
    return find(desk.window, ConversationView, "conversationList")


def texts(view: QListView) -> list[str]:
    model = view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(desk: Desk, *titles: str) -> None:
    """Choose one, then add the others."""
    view = view_of(desk)
    for title in titles:
        index = view.model().index(texts(view).index(title), 0)
        if title == titles[0]:
            view.setCurrentIndex(index)
        else:
            view.selectionModel().select(index, QItemSelectionModel.SelectionFlag.Select)


def middle(view: QListView, title: str) -> QPoint:
    """Where a row can be clicked."""
    return view.visualRect(view.model().index(texts(view).index(title), 0)).center()


def drop(view: ConversationView, titles: list[str], place: QPoint) -> None:
    """Drop the rows with these titles at `place`."""
    indexes = [view.model().index(texts(view).index(title), 0) for title in titles]
    data = view.model().mimeData(indexes)
    move, left, none = (
        Qt.DropAction.MoveAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    view.dropEvent(QDropEvent(QPointF(place), move, data, left, none))
