from __future__ import annotations

import threading
from typing import Any

import pytest
from PySide6.QtCore import QTimer

from desktop_llm.core.conversation import new_id
from desktop_llm.services import chat_drafts
from desktop_llm.services.errors import ContextFull
from desktop_llm.storage.database import Database
from desktop_llm.storage.errors import DiskFull
from tests.fakes import FakeContextService


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    assert chat_drafts.SAVE_MS <= 1500
    monkeypatch.setattr(chat_drafts, "SAVE_MS", 50)


def on_disk(chat, conversation_id=""):
    found: list[Any] = []
    chat.storage.call(lambda store: store.drafts.get(conversation_id), found.append)
    chat.wait(lambda: bool(found))
    return found[0].text


def test_a_draft_is_on_the_disk_within_two_seconds_while_it_is_typed(chat):
    chat.service.draft_changed("Dear")
    chat.service.draft_changed("Dear Sir")
    chat.wait(lambda: on_disk(chat) == "Dear Sir")


def test_the_draft_of_the_new_chat_is_there_after_the_app_was_killed(chat, open_chat):
    chat.service.draft_changed("Precious")
    chat.wait(lambda: on_disk(chat) == "Precious")
    chat.storage.shut_down()  # nothing else is saved
    again = open_chat()
    again.wait(lambda: ["Precious", {}] in again.said("draft_loaded"))
    assert again.service.draft == "Precious"


def test_what_was_typed_before_the_draft_was_read_is_kept_with_it(chat, open_chat):
    chat.service.draft_changed("Old")
    chat.close()
    again = open_chat()
    again.service.draft_changed("New")
    again.wait(lambda: again.said("draft_restored") == ["Old"])
    assert again.service.draft == "New"


def test_a_draft_that_could_not_be_saved_is_saved_with_the_next_change(chat, monkeypatch):
    failed: list[str] = []

    def write(self, *arguments):
        failed.append("full")
        raise DiskFull("/data/conversations.sqlite", "20.0 MB", "0.0 MB")

    with monkeypatch.context() as full:
        full.setattr(Database, "write", write)
        chat.service.draft_changed("Dear")
        chat.wait(lambda: bool(failed))
        chat.settle()
    chat.service.draft_changed("Dear Sir")
    chat.wait(lambda: on_disk(chat) == "Dear Sir")
    assert chat.said("failed") == []


def test_what_was_typed_before_an_empty_draft_was_read_stays(chat):
    chat.service.draft_changed("First")
    chat.settle()
    assert chat.service.draft == "First"
    assert ["First", {}] not in chat.said("draft_loaded")


def test_each_conversation_has_its_draft_and_its_place(chat):
    chat.ask_and_answer()
    key = chat.service.current.id
    chat.service.draft_changed("for one")
    chat.service.place_changed({"top": 5})
    chat.service.new_conversation()
    assert chat.said("draft_loaded")[-1] == ["", {}]
    chat.service.draft_changed("for the new one")
    chat.service.open(key)
    chat.wait(lambda: chat.service.current.id == key)
    assert chat.said("draft_loaded")[-1] == ["for one", {"top": 5}]
    chat.service.new_conversation()
    assert chat.said("draft_loaded")[-1] == ["for the new one", {}]


def test_what_was_sent_is_no_draft_any_more(chat):
    chat.service.draft_changed("Question")
    chat.wait(lambda: on_disk(chat) == "Question")
    chat.service.draft_changed("")
    chat.ask_and_answer("Question")
    assert on_disk(chat) == ""
    chat.service.draft_changed("Next")
    chat.wait(lambda: on_disk(chat, chat.service.current.id) == "Next")
    chat.service.new_conversation()
    assert chat.service.draft == ""


@pytest.mark.parametrize("typed", ["", "Next"])
def test_a_draft_saved_after_its_message_does_not_bring_the_message_back(open_chat, typed):
    chat = open_chat(context=FakeContextService())
    chat.settle()
    disk_is_slow = threading.Event()
    chat.storage.call(lambda store: disk_is_slow.wait(10))
    chat.service.draft_changed("Question")
    chat.service.send("Question")
    chat.service.draft_changed(typed)
    QTimer.singleShot(150, disk_is_slow.set)
    chat.wait(disk_is_slow.is_set)
    chat.wait(lambda: chat.service.messages[-1].role == "assistant")
    chat.wait(lambda: on_disk(chat, chat.service.current.id) == typed)
    assert on_disk(chat) == ""


def test_a_text_that_was_not_sent_in_the_new_chat_waits_there(open_chat):
    context: Any = FakeContextService()
    chat = open_chat(context=context)
    chat.ask_and_answer()
    first, waiting = chat.service.current.id, []
    context.prepare = lambda *facts: waiting.append(facts)
    chat.service.new_conversation()
    chat.service.send("Long question")
    chat.service.open(first)
    chat.wait(lambda: chat.service.current.id == first)
    waiting[0][-1](ContextFull(2, 1))
    assert chat.said("draft_restored") == []
    chat.service.new_conversation()
    assert chat.service.draft == "Long question"


def test_a_text_that_is_being_prepared_is_still_a_draft(open_chat):
    context: Any = FakeContextService()
    waiting = []
    context.prepare = lambda *facts: waiting.append(facts)
    chat = open_chat(context=context)
    chat.settle()
    chat.service.draft_changed("")
    chat.service.send("Long question")
    chat.service.draft_changed("more")
    chat.wait(lambda: on_disk(chat) == "Long question\n\nmore")
    waiting[0][-1](ContextFull(2, 1))
    assert chat.said("draft_restored") == ["Long question"]


def test_closing_the_app_while_a_question_is_prepared_keeps_it(open_chat):
    context: Any = FakeContextService()
    context.prepare = lambda *facts: None
    chat = open_chat(context=context)
    chat.service.send("Long question")
    chat.close()
    again = open_chat()
    again.wait(lambda: again.service.draft == "Long question")


def test_an_unknown_conversation_is_not_opened(chat):
    before = chat.service.current.id
    chat.service.open(new_id())
    chat.settle()
    assert chat.service.current.id == before
