"""Whatever was done before, search finds what a plain look at every text finds."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from desktop_llm.core.conversation import Message, new_id
from desktop_llm.storage import search_index as module
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from tests.values import a_conversation

BITS = (
    "的",
    "模",
    "模型",
    "かな",
    "글",
    "a",
    "ab",
    "The",
    "hat",
    "é",
    "ẞ",
    "7",
    "42",
    "+",
    "🙂",
    "_",
)
TEXTS = st.lists(st.sampled_from((*BITS, " ", " ", "\n", "，", '"', "*")), max_size=8).map("".join)
QUERIES = st.lists(st.sampled_from((*BITS, *BITS, " ")), min_size=1, max_size=4).map("".join)


def is_letter(character: str) -> bool:
    return (character.isascii() and character.isalpha()) or character in "éß"


def plainly_has(text: str, query: str) -> bool:
    """What search means, said without an index: no regular expression, no table."""
    text, query = (value.replace("ẞ", "ß").casefold().replace("ss", "ß") for value in (text, query))
    return bool(query.split()) and all(piece_is_in(text, piece) for piece in query.split())


def piece_is_in(text: str, piece: str) -> bool:
    letters = next((n for n, c in enumerate(piece) if not is_letter(c)), len(piece))
    places = [at for at in range(len(text)) if text.startswith(piece, at)]
    if letters in (1, 2):
        places = [at for at in places if at == 0 or not is_letter(text[at - 1])]
    return bool(places)


def undeleted(messages: list[Message]) -> list[Message]:
    """Those that are not deleted and follow nothing deleted; parents come first."""
    gone: set[str | None] = set()
    for message in messages:
        if message.deleted_at is not None or message.parent_id in gone:
            gone.add(message.id)
    return [message for message in messages if message.id not in gone]


class Searching(RuleBasedStateMachine):
    """The store itself tells what texts there are."""

    conversations = Bundle("conversations")
    messages = Bundle("messages")

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(module, "_BATCH", 2)
        self.patch.setattr(module, "_STEP", 2)
        self.patch.setattr(module, "_MOST_WORDS", 2)
        self.open()

    def open(self) -> None:
        self.database = open_database(Path(self.folder.name) / "conversations.sqlite")
        self.store = ConversationStore(self.database)
        self.store.recover()

    @rule(target=conversations, title=TEXTS)
    def begin(self, title: str) -> str:
        conversation = a_conversation(title=title)
        self.store.save_conversation(conversation)
        return conversation.id

    @rule(conversation=conversations, title=TEXTS)
    def rename(self, conversation: str, title: str) -> None:
        if found := self.store.find(conversation):
            self.store.save_conversation(replace(found, title=title))

    @rule(target=messages, conversation=conversations, content=TEXTS)
    def say(self, conversation: str, content: str) -> str:
        return self.add(conversation, None, content)

    @rule(target=messages, parent=messages, content=TEXTS)
    def reply(self, parent: str, content: str) -> str:
        found = self.find(parent)
        return self.add(found.conversation_id, parent, content) if found else parent

    def add(self, conversation: str, parent: str | None, content: str) -> str:
        message = Message(new_id(), conversation, parent, "user", content)
        if self.store.find(conversation):
            self.store.add_message(message)
        return message.id

    def find(self, message: str) -> Message | None:
        rows = self.database.query("SELECT conversation_id FROM message WHERE id = ?", message)
        found = self.store.load(rows[0][0])[1] if rows else []
        return next((m for m in found if m.id == message), None)

    @rule(message=messages, content=TEXTS)
    def change(self, message: str, content: str) -> None:
        if found := self.find(message):
            self.store.finish_message(replace(found, content=content))

    @rule(message=messages, text=TEXTS)
    def continue_until_killed(self, message: str, text: str) -> None:
        if found := self.find(message):
            self.store.add_message(replace(found, state="streaming"))
            self.store.append_stream(message, text)
            self.open_again()

    @rule(kind=st.just("message"), thing=messages, change=st.sampled_from(["put", "restore"]))
    def move_message(self, kind: Any, thing: str, change: str) -> None:
        getattr(self.store.trash, change)(kind, thing)

    @rule(thing=conversations, change=st.sampled_from(["put", "restore", "remove"]))
    def move_conversation(self, thing: str, change: str) -> None:
        getattr(self.store.trash, change)("conversation", thing)

    @rule(message=messages)
    def remove_message(self, message: str) -> None:
        self.store.trash.remove("message", message)

    @rule()
    def open_again(self) -> None:
        self.database.close()
        self.open()

    @rule()
    def lose_the_index(self) -> None:
        self.store.index.begin_anew()

    @rule(query=QUERIES)
    def search(self, query: str) -> None:
        expected: set[tuple[str, str | None]] = set()
        for conversation in self.store.list_conversations():
            texts: dict[str | None, str] = {None: conversation.title}
            for message in undeleted(self.store.load(conversation.id)[1]):
                texts[message.id] = message.content
            for place, text in texts.items():
                if plainly_has(text, query):
                    expected.add((conversation.id, place))
        hits = self.store.index.search(query)
        assert {(hit.conversation.id, hit.message_id) for hit in hits} == expected
        assert len(hits) == len(expected)

    @invariant()
    def the_index_agrees_with_itself(self) -> None:
        if hasattr(self, "store"):
            with self.store.transaction():
                self.database.write(
                    "INSERT INTO search_index (search_index) VALUES ('integrity-check')"
                )

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.database.close()
            self.patch.undo()
            self.folder.cleanup()


TestSearching = Searching.TestCase
TestSearching.settings = settings(max_examples=10, stateful_step_count=25, deadline=None)
