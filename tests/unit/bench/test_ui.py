"""The figures of long conversations and of many, on short ones and few, without a model."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_llm.bench import long_chats, many_chats
from desktop_llm.bench.made_up import Amount, chain, fill, formulas, make_messages
from desktop_llm.bench.report import Report
from desktop_llm.bench.window import BenchWindow
from desktop_llm.core.conversation import Conversation
from desktop_llm.core.paths import Paths
from desktop_llm.services.chat import ChatService
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.storage import StorageService
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from desktop_llm.ui.chat.conversation_list import ConversationList
from desktop_llm.ui.chat.messages import MessageList
from tests.fakes import FakeContextService, FakeInferenceService

AMOUNT = Amount(conversations=3, messages=2, lengths=(6, 8))
FEW: dict[Any, dict[str, object]] = {
    long_chats: {
        "OPENINGS": 1,
        "DELETIONS": 1,
        "KEYS": 2,
        "KEY_REST_MS": 1,
        "PLAN_MS": 1,
        "EXACT_MS": 20,
        "APPENDS": 10,
    },
    many_chats: {
        "SEARCHES": 1,
        "LISTINGS": 1,
        "SCROLL_STEPS": 3,
        "SETTLE_MS": 1,
        "QUERIES": {"nothing": "qqxqq"},
    },
}


class Window(QWidget):
    """The parts of the window that are measured, over a file."""

    def __init__(self, chat: ChatService) -> None:
        super().__init__()
        composer = QPlainTextEdit(self)
        composer.setObjectName("composer")
        messages, conversations = MessageList(self), ConversationList(self)
        self.services = SimpleNamespace(chat=chat)
        self.page = SimpleNamespace(messages=messages, conversations=conversations)
        chat.conversation_opened.connect(lambda _, shown: messages.set_messages(shown))
        chat.conversations_changed.connect(conversations.set_conversations)
        chat.hits_found.connect(conversations.set_hits)


@pytest.fixture
def long(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """A database with little in it."""
    for module, values in FEW.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)
    return fill(paths.database, AMOUNT)


@pytest.fixture
def window(
    long: dict[int, str], qtbot: QtBot, qapp: QApplication, paths: Paths
) -> Iterator[BenchWindow]:
    storage = StorageService(paths.database)
    inference: Any = FakeInferenceService()
    context: Any = FakeContextService()
    chat = ChatService(inference, storage, context)
    made: Any = BenchWindow.__new__(BenchWindow)
    made.app, made.window = qapp, Window(chat)
    qtbot.addWidget(made.window)
    made.window.show()
    storage.start()
    chat.start()
    yield made
    chat.shut_down()
    storage.shut_down()


def test_what_is_made_up_is_a_path_of_questions_and_answers() -> None:
    messages = make_messages(Conversation("c"), 4)
    assert [message.role for message in messages] == ["user", "assistant"] * 2
    assert Tree(messages).path == messages
    (answer,) = chain(Conversation("c"), [formulas(5)])
    assert answer.content.count("$$") == 2


def test_the_database_has_as_much_as_was_wanted(paths: Paths, long: dict[int, str]) -> None:
    database = open_database(paths.database)
    store = ConversationStore(database)
    counts = sorted(len(store.load(each.id)[1]) for each in store.list_conversations())
    found = {length: len(store.load(key)[1]) for length, key in long.items()}
    database.close()
    assert counts == [2, 2, 2, 6, 8]
    assert found == {6: 6, 8: 8}


def test_a_conversation_is_opened_written_in_and_deleted_in(
    window: BenchWindow, long: dict[int, str]
) -> None:
    report = Report("ui", {})
    long_chats.measure_conversation(report, window, "6 messages", long[6])
    budgets = {figure.name: figure.budget for figure in report.figures}
    assert budgets["6 messages: open"] == 300
    assert budgets["6 messages: keystroke, p99"] == 16
    assert budgets["6 messages: delete the last message"] == 100
    assert budgets["6 messages: delete a message in the middle"] == 100
    assert len(window.window.services.chat.messages) == 6, "what was deleted is there again"


def test_the_list_is_scrolled_and_searched(window: BenchWindow) -> None:
    report = Report("ui", {})
    many_chats.measure_list(report, window)
    many_chats.measure_search(report, window)
    names = [figure.name for figure in report.figures]
    assert names[:2] == ["5 conversations: list them", "5 conversations: rename one"]
    assert names[-1] == "search for nothing, 0 hits"
    assert report.figures[-1].budget == 50
