"""Any sequence of what a person can do with conversations, with the app ending in between."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from desktop_llm.core.conversation import Conversation, Message, State, new_id
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import open_database
from tests.values import a_conversation, a_record

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class Conversations(RuleBasedStateMachine):
    """`conversations`, `messages` and `trash` are what the store must hold."""

    known = Bundle("known")
    nodes = Bundle("nodes")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, Message] = {}
        self.trash: set[str] = set()

    @initialize()
    def start(self) -> None:
        self.database = open_database(Path(self.folder.name) / "conversations.sqlite")
        self.store = ConversationStore(self.database)
        self.store.recover()

    @rule(target=known, title=TEXTS)
    def begin(self, title: str) -> str:
        conversation = a_conversation(title=title, updated_at=float(len(self.conversations)))
        self.store.save_conversation(conversation)
        self.conversations[conversation.id] = conversation
        return conversation.id

    @rule(target=nodes, conversation=known, content=TEXTS)
    def begin_anew(self, conversation: str, content: str) -> str:
        return self.add(Message(new_id(), conversation, None, "user", content))

    @rule(target=nodes, parent=nodes, content=TEXTS, streaming=st.booleans())
    def reply(self, parent: str, content: str, streaming: bool) -> str:
        conversation = self.messages[parent].conversation_id
        state: State = "streaming" if streaming else "complete"
        return self.add(Message(new_id(), conversation, parent, "assistant", content, state=state))

    def add(self, message: Message) -> str:
        conversation = self.conversations[message.conversation_id]
        shown = replace(conversation, active_leaf=message.id)
        with self.store.transaction():
            self.store.add_message(message)
            self.store.save_conversation(shown)
        self.messages[message.id] = message
        self.conversations[shown.id] = shown
        return message.id

    @rule(node=nodes, text=TEXTS, thinking=TEXTS)
    def stream(self, node: str, text: str, thinking: str) -> None:
        message = self.messages[node]
        if message.state == "streaming":
            self.store.append_stream(node, text, thinking)
            self.messages[node] = replace(
                message, content=message.content + text, thinking=message.thinking + thinking
            )

    @rule(node=nodes, text=TEXTS)
    def finish(self, node: str, text: str) -> None:
        message = replace(self.messages[node], content=text, state="stopped", generation=a_record())
        self.store.finish_message(message)
        self.messages[node] = message

    @rule(conversation=known)
    def delete(self, conversation: str) -> None:
        self.store.trash.put("conversation", conversation)
        self.trash.add(conversation)

    @rule(conversation=known)
    def restore(self, conversation: str) -> None:
        self.store.trash.restore("conversation", conversation)
        self.trash.discard(conversation)

    @rule()
    def end_and_start_again(self) -> None:
        self.database.close()
        self.start()
        for message in list(self.messages.values()):
            if message.state == "streaming":
                self.messages[message.id] = replace(message, state="interrupted")

    @invariant()
    def the_store_holds_the_same(self) -> None:
        if not hasattr(self, "store"):
            return
        visible = [c for c in self.conversations.values() if c.id not in self.trash]
        assert self.store.list_conversations() == visible[::-1]
        for conversation in self.conversations.values():
            found, messages = self.store.load(conversation.id)
            assert found == conversation
            expected = [m for m in self.messages.values() if m.conversation_id == conversation.id]
            assert messages == expected

    def teardown(self) -> None:
        self.database.close()
        self.folder.cleanup()


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
