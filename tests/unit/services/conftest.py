from __future__ import annotations

from typing import Any

import pytest

from desktop_llm.services.chat import ChatService
from desktop_llm.services.chat_tree import Tree
from desktop_llm.services.context import ContextService
from desktop_llm.services.storage import StorageService
from tests.fakes import FakeInferenceService


class Chat:
    """A ChatService over a real file and a fake engine, and all that it said."""

    def __init__(self, qtbot, paths, inference=None, context=None, **options):
        self.qtbot = qtbot
        self.storage = StorageService(paths.database)
        self.inference: Any = inference or FakeInferenceService()
        self.context = context or ContextService(self.inference)  # type: ignore[arg-type]
        self.service = ChatService(
            self.inference,  # type: ignore[arg-type]
            self.storage,
            self.context,
            **options,
        )
        self.heard: list[tuple[Any, ...]] = []
        for name in (
            "conversations_changed",
            "conversation_opened",
            "message_added",
            "text_appended",
            "message_changed",
            "message_saved",
            "live_changed",
            "busy_changed",
            "deleted",
            "undo_changed",
            "versions_changed",
            "jump_requested",
            "folders_changed",
            "hits_found",
            "presets_changed",
            "reproduced",
            "draft_loaded",
            "failed",
            "busy_conversations_changed",
            "draft_restored",
        ):
            getattr(self.service, name).connect(
                lambda *facts, name=name: self.heard.append((name, *facts))
            )
        self.storage.start()
        self.service.start()

    def said(self, name):
        """What the signal `name` carried, each time."""
        return [facts[0] if len(facts) == 1 else facts for n, *facts in self.heard if n == name]

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=20_000)

    def settle(self):
        """Wait until the storage has done all that was asked of it."""
        done: list[Any] = []
        self.storage.call(lambda store: None, done.append)
        self.wait(lambda: bool(done))

    def on_disk(self, conversation_id=""):
        """The conversation as another start of the app would read it."""
        found: list[Any] = []
        key = conversation_id or self.service.current.id
        self.storage.call(lambda store: store.load(key), found.append)
        self.wait(lambda: bool(found))
        conversation, tree = found[0]
        return conversation, Tree(tree, conversation.active_leaf).path

    def ask(self, text="Hello"):
        """Send and wait until the engine has been asked."""
        before = len(self.inference.requests)
        self.service.send(text)
        self.wait(lambda: len(self.inference.requests) > before)

    def ask_and_answer(self, text="Hello", answer="Hi."):
        self.ask(text)
        self.inference.say(answer)
        self.inference.finish()
        self.settle()

    def close(self):
        self.service.shut_down()
        self.context.shut_down()
        self.inference.shut_down()
        self.storage.shut_down()


@pytest.fixture
def chat(qtbot, paths):
    made = Chat(qtbot, paths)
    yield made
    made.close()


@pytest.fixture
def open_chat(qtbot, paths):
    """Start the chat anew over the same file."""
    made = []

    def start(inference=None, **options):
        made.append(Chat(qtbot, paths, inference, **options))
        return made[-1]

    yield start
    for each in made:
        each.close()
