"""What the tests of the conversation list share: a window that has nothing else in it."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QListView, QMainWindow

from desktop_llm.core.conversation import Conversation, Folder
from desktop_llm.core.paths import Paths
from desktop_llm.ui.chat.conversation_list import ConversationList
from desktop_llm.ui.chat.conversation_view import ConversationView
from desktop_llm.ui.chat.list_actions import ListActions
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.preferences import Preferences
from tests.fakes import FakeChatService
from tests.gui.conftest import Desk, find

DAY = 86_400
WORK, HOME = Folder("f1", "Work", 1.0), Folder("f2", "Home", 2.0)


class Lists:
    """The list with its commands over a chat service that only remembers."""

    def __init__(self, paths: Paths) -> None:
        self.chat = FakeChatService()
        self.preferences = Preferences(paths.settings)
        self.window = QMainWindow()
        self.commands = Commands(self.window)
        self.commands.fill(self.window.menuBar())
        services: Any = self
        self.conversations = ConversationList()
        self.actions = ListActions(self.conversations, services, self.window)
        self.actions.add_commands(self.commands)
        self.window.setCentralWidget(self.conversations)
        self.window.resize(260, 700)

    def called(self, name: str) -> list[tuple[Any, ...]]:
        """What the chat service was asked under `name`."""
        return [call[1:] for call in self.chat.calls if call[0] == name]


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


def view_of(desk: Desk | Lists) -> ConversationView:
    return find(desk.window, ConversationView, "conversationList")


def texts(view: QListView) -> list[str]:
    model = view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(desk: Desk | Lists, *titles: str) -> None:
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
