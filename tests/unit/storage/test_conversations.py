"""Conversations come back as they were saved, whatever they hold and however the app ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_llm.core.conversation import Conversation, Message
from desktop_llm.core.errors import UnknownError
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.errors import DiskFull, EarlierSaveFailed
from tests.values import FakeError, a_conversation, a_message, a_record

Reopen = Callable[[], ConversationStore]


def a_saved_conversation(store: ConversationStore, **changes: Any) -> Conversation:
    conversation = a_conversation(**changes)
    store.save_conversation(conversation)
    return conversation


def a_saved_message(
    store: ConversationStore, conversation: Conversation, **changes: Any
) -> Message:
    message = a_message(**{"conversation_id": conversation.id} | changes)
    store.add_message(message)
    return message


def titles(conversations: list[Conversation]) -> list[str]:
    return [conversation.title for conversation in conversations]


def test_a_conversation_comes_back_with_everything_it_holds(
    store: ConversationStore, reopen: Reopen
) -> None:
    record = GenerationRecord(
        model="starter",
        engine="transformers",
        device="cuda",
        dtype="bfloat16",
        sampling=Sampling(temperature=0.1, stop_strings=("\n\n", "终")),
        seed=2**64 - 1,
        prompt_tokens=12,
        new_tokens=3,
        ttft_s=0.25,
        tokens_per_s=41.5,
        stop_reason="stop_string",
        threads=4,
        revision="abc",
        template_hash="t",
        adapter_hash="a",
        bits=4,
        token_ids=(0, 70_000, 2**32 - 1),
        versions={"torch": "2.13.0"},
        prompt_hash="f00",
        thinking=False,
        system_prompt="Be kind.",
        left_out=("m-1", "m0"),
        continued_from=3,
        template_overridden=True,
        thinking_tokens=2,
        thinking_s=1.5,
        cached_tokens=4,
        drafted_tokens=9,
        accepted_tokens=6,
        json_schema="{}",
    )
    unset = [f.name for f in fields(record) if getattr(record, f.name) == f.default]
    assert unset == [], "the test must give every field a value of its own"
    conversation = Conversation(
        "c", "A title", "m2", "Be brief.", Sampling(seed=3, top_k=7), 1000.5, 2000.25
    )
    question = Message("m1", "c", None, "user", "Wie geht’s? 你好 🙂\0", created_at=1.0)
    answer = Message(
        "m2", "c", "m1", "assistant", "Gut.", "Hmm…", "failed", FakeError(detail="x"), 2.0, record
    )
    store.save_conversation(conversation)
    store.add_message(question)
    store.add_message(answer)
    found, messages = reopen().load("c")
    assert found == conversation
    assert [replace(m, error=None) for m in messages] == [question, replace(answer, error=None)]
    error = messages[1].error
    assert isinstance(error, FakeError)
    assert error.facts == {"detail": "x"}


def test_a_record_can_be_replaced_and_taken_away(store: ConversationStore) -> None:
    message = a_saved_message(store, a_saved_conversation(store), generation=a_record(new_tokens=1))
    for record in (a_record(new_tokens=2), None, a_record(new_tokens=3)):
        store.finish_message(replace(message, generation=record))
        assert store.load(message.conversation_id)[1][0].generation == record


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(st.characters()))
def test_any_text_comes_back_even_with_nul_characters_and_broken_emoji(
    store: ConversationStore, text: str
) -> None:
    message = a_saved_message(store, a_saved_conversation(store, title=text), content=text)
    expected = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    conversation, messages = store.load(message.conversation_id)
    assert (conversation.title, messages[0].content) == (expected, expected)


def test_both_halves_of_an_emoji_that_were_split_are_joined(store: ConversationStore) -> None:
    message = a_saved_message(store, a_saved_conversation(store), content="\ud83d\ude42 \ud83d")
    assert store.load(message.conversation_id)[1][0].content == "🙂 \ufffd"


def test_an_error_of_another_version_does_not_keep_a_conversation_from_opening(
    store: ConversationStore,
) -> None:
    class ErrorOfTomorrow(FakeError):
        def __init__(self, **facts: Any) -> None:
            if "detail" not in facts:
                raise TypeError
            super().__init__(**facts)

    ErrorOfTomorrow.__name__ = "ErrorOfTomorrow2"
    message = a_saved_message(store, a_saved_conversation(store), error=ErrorOfTomorrow(detail=""))
    error = store.load(message.conversation_id)[1][0].error
    assert isinstance(error, UnknownError)
    assert "ErrorOfTomorrow2" in str(error)


def test_the_list_has_the_latest_changed_first_and_pages(store: ConversationStore) -> None:
    for number in range(5):
        a_saved_conversation(store, title=str(number), updated_at=float(number))
    assert titles(store.list_conversations()) == ["4", "3", "2", "1", "0"]
    assert titles(store.list_conversations(limit=2, offset=1)) == ["3", "2"]


def test_messages_keep_their_order_when_the_clock_is_set_back(store: ConversationStore) -> None:
    conversation = a_saved_conversation(store)
    for number, clock in enumerate((500.0, 100.0, 300.0)):
        a_saved_message(store, conversation, content=str(number), created_at=clock)
    assert [m.content for m in store.load(conversation.id)[1]] == ["0", "1", "2"]


def test_saving_again_changes_a_conversation_and_keeps_its_messages(
    store: ConversationStore,
) -> None:
    conversation = a_saved_conversation(store)
    a_saved_message(store, conversation)
    store.save_conversation(replace(conversation, title="New", active_leaf="x"))
    found, messages = store.load(conversation.id)
    assert found.title == "New"
    assert len(messages) == 1


def test_an_unknown_conversation_is_a_key_error(store: ConversationStore) -> None:
    with pytest.raises(KeyError):
        store.load("nowhere")


def test_a_journalled_reply_is_found_after_a_kill_as_interrupted(
    store: ConversationStore, reopen: Reopen
) -> None:
    message = a_saved_message(
        store, a_saved_conversation(store), role="assistant", content="So ", state="streaming"
    )
    store.append_stream(message.id, "", "Let me think. ")
    store.append_stream(message.id, "it is ", "Yes.")
    store.append_stream(message.id, "good")
    _, before = store.load(message.conversation_id)
    assert (before[0].content, before[0].state) == ("So it is good", "streaming")
    again = reopen()
    expected = replace(
        message, content="So it is good", thinking="Let me think. Yes.", state="interrupted"
    )
    assert again.load(message.conversation_id)[1] == [expected]
    assert reopen().load(message.conversation_id)[1] == [expected], "a second start adds nothing"


def test_a_finished_reply_leaves_no_journal(store: ConversationStore, reopen: Reopen) -> None:
    message = a_saved_message(store, a_saved_conversation(store), content="", state="streaming")
    store.append_stream(message.id, "half of")
    store.finish_message(replace(message, content="half of it", state="complete"))
    assert store.load(message.conversation_id)[1][0].content == "half of it"
    assert reopen().load(message.conversation_id)[1][0].state == "complete"


def test_continuing_a_reply_journals_behind_what_it_has(
    store: ConversationStore, reopen: Reopen
) -> None:
    message = a_saved_message(store, a_saved_conversation(store), content="", state="streaming")
    store.append_stream(message.id, "One")
    interrupted = reopen().load(message.conversation_id)[1][0]
    again = reopen()
    again.add_message(replace(interrupted, state="streaming"))
    again.append_stream(message.id, " two")
    assert reopen().load(message.conversation_id)[1][0].content == "One two"


def test_replies_are_recovered_for_reading_even_if_the_disk_is_full(
    store: ConversationStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_saved_message(store, a_saved_conversation(store), content="", state="streaming")
    store.append_stream(message.id, "Half")

    def full(self: ConversationStore) -> None:
        raise DiskFull("/", "20 MB", "0 MB")

    with monkeypatch.context() as patch:
        patch.setattr(ConversationStore, "_end_streams", full)
        found = reopen().load(message.conversation_id)[1][0]
        assert (found.content, found.state) == ("Half", "interrupted")
    found = reopen().load(message.conversation_id)[1][0]
    assert (found.content, found.state) == ("Half", "interrupted")


def test_several_changes_are_one_transaction_or_none(store: ConversationStore) -> None:
    conversation = a_conversation()

    class Trouble(Exception):
        pass

    with pytest.raises(Trouble), store.transaction():
        store.save_conversation(conversation)
        a_saved_message(store, conversation)
        raise Trouble
    assert store.list_conversations() == []
    with store.transaction():
        store.save_conversation(conversation)
        a_saved_message(store, conversation)
    assert len(store.load(conversation.id)[1]) == 1


@pytest.mark.parametrize(
    "save",
    [
        lambda store: store.add_message(a_message(conversation_id="missing")),
        lambda store: store.append_stream("missing", "text"),
        lambda store: a_saved_message(store, a_saved_conversation(store), parent_id="missing"),
    ],
    ids=["no conversation", "no message", "no parent"],
)
def test_what_belongs_to_something_unsaved_is_refused_and_the_store_goes_on(
    store: ConversationStore, save: Callable[[ConversationStore], object]
) -> None:
    with pytest.raises(EarlierSaveFailed):
        save(store)
    a_saved_message(store, a_saved_conversation(store))
