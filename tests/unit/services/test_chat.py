from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from desktop_llm.core.generation import ChatMessage, PromptProgress, Sampling
from desktop_llm.engine.errors import EngineCrashed, NoModelLoaded
from desktop_llm.services.errors import ContextFull
from desktop_llm.services.inference import EngineState, InferenceService
from desktop_llm.storage.database import Database
from desktop_llm.storage.errors import DiskFull
from tests.fakes import FakeContextService, ScriptedEngine
from tests.values import FakeError, a_loaded_model, a_source


@pytest.fixture
def full_disk(monkeypatch):
    """From `fill()` on nothing more can be saved, until `free()`."""

    class Disk:
        full = False

        def fill(self):
            self.full = True

        def free(self):
            self.full = False

    disk = Disk()
    original = Database.write

    def write(self, *arguments):
        if disk.full:
            raise DiskFull("/data/conversations.sqlite", "20.0 MB", "0.0 MB")
        original(self, *arguments)

    monkeypatch.setattr(Database, "write", write)
    return disk


def contents(messages):
    return [(message.role, message.content, message.state) for message in messages]


# Sending and answering


def test_the_app_opens_with_an_empty_conversation_that_is_not_saved(chat):
    chat.settle()
    assert chat.service.messages == []
    assert chat.said("conversations_changed") == [[]]
    assert len(chat.said("conversation_opened")) == 1


def test_a_message_is_shown_at_once_and_saved_before_the_engine_is_asked(chat):
    chat.service.send("Hello")
    assert contents(chat.said("message_added")) == [("user", "Hello", "complete")]
    assert chat.inference.requests == []
    chat.wait(lambda: bool(chat.inference.requests))
    names = [name for name, *_ in chat.heard if name.startswith("message")]
    assert names == ["message_added", "message_saved", "message_added"]
    assert contents(chat.on_disk()[1]) == [
        ("user", "Hello", "complete"),
        ("assistant", "", "streaming"),
    ]


@pytest.mark.parametrize("text", ["", "   ", "\n\t\n"])
def test_an_empty_prompt_is_not_sent(chat, text):
    chat.service.send(text)
    chat.settle()
    assert chat.said("message_added") == []


def test_an_answer_appears_word_by_word_and_is_saved_in_the_end(chat):
    chat.ask()
    chat.inference.say("One")
    chat.inference.say(" two")
    reply = chat.service.messages[1]
    assert chat.said("text_appended") == [[reply.id, "One", False], [reply.id, " two", False]]
    chat.inference.finish()
    assert contents(chat.said("message_changed")) == [("assistant", "One two", "complete")]
    assert chat.said("message_saved") == [chat.service.messages[0].id]
    chat.settle()
    assert chat.said("message_saved")[1:] == [reply.id]
    saved = chat.on_disk()[1][1]
    assert (saved.content, saved.state) == ("One two", "complete")
    assert saved.generation.model == "fake"


def test_thinking_is_told_apart_and_not_sent_back_to_the_model(chat):
    chat.ask()
    chat.inference.say("Hm.", thinking=True)
    chat.inference.say("Yes.")
    assert (chat.service.messages[1].thinking, chat.service.messages[1].content) == ("Hm.", "Yes.")
    chat.inference.finish()
    chat.ask("And?")
    assert chat.inference.requests[-1].messages == (
        ChatMessage("user", "Hello"),
        ChatMessage("assistant", "Yes."),
        ChatMessage("user", "And?"),
    )


def test_a_conversation_without_a_system_prompt_gets_that_of_its_model(open_chat):
    chat = open_chat(model_prompt=lambda: "Be a parrot.")
    chat.ask("Hello")
    assert chat.inference.requests[-1].messages[0] == ChatMessage("system", "Be a parrot.")
    chat.inference.finish()
    chat.settle()
    assert chat.service.current.system_prompt == ""
    chat.service.set_system_prompt("Be short.")
    chat.ask("Hello again")
    assert chat.inference.requests[-1].messages[0] == ChatMessage("system", "Be short.")


def test_the_model_gets_the_system_prompt_and_the_sampling(chat):
    chat.service.set_system_prompt("Be short.")
    chat.service.set_sampling(Sampling(temperature=0.0, seed=7))
    chat.ask()
    request = chat.inference.requests[0]
    assert request.messages[0] == ChatMessage("system", "Be short.")
    assert request.sampling.seed == 7


def test_a_second_message_is_refused_while_a_reply_is_written(chat):
    chat.ask()
    chat.service.send("Me too")
    chat.settle()
    assert len(chat.inference.requests) == 1
    assert len(chat.service.messages) == 2


def test_busy_is_told_once_at_the_start_and_once_at_the_end(chat):
    chat.ask_and_answer()
    assert chat.said("busy_changed") == [True, False]


def test_stop_ends_the_reply_with_its_text(chat):
    chat.ask()
    chat.inference.say("So far")
    chat.service.stop()
    assert ("stop", chat.inference.last) in chat.inference.calls
    chat.inference.end_stopped()
    assert contents(chat.on_disk()[1])[1] == ("assistant", "So far", "stopped")


def test_stop_before_the_engine_is_asked_never_asks_it(chat):
    chat.service.send("Hello")
    chat.service.stop()
    chat.wait(lambda: not chat.service.busy)
    assert chat.inference.requests == []
    assert contents(chat.service.messages)[1] == ("assistant", "", "stopped")


def test_an_error_of_the_engine_is_shown_where_it_happened_and_saved(chat):
    chat.ask()
    chat.inference.fail(FakeError(detail="too long"))
    chat.settle()
    reply = chat.on_disk()[1][1]
    assert reply.state == "failed"
    assert isinstance(chat.service.messages[1].error, FakeError)
    assert chat.said("failed") == []


def test_what_a_crashed_engine_has_written_is_interrupted(chat):
    chat.ask()
    chat.inference.say("Half an")
    chat.inference.fail(EngineCrashed("SIGKILL"))
    reply = chat.service.messages[1]
    assert (reply.content, reply.state) == ("Half an", "interrupted")
    assert isinstance(reply.error, EngineCrashed)


def test_the_figures_of_a_running_reply_follow_its_events(chat):
    chat.ask()
    chat.inference.event_received.emit(chat.inference.last, PromptProgress(512, 1000))
    chat.inference.say("Hi")
    first, second = chat.said("live_changed")
    assert (first.prompt_done, first.prompt_total, first.ttft_s) == (512, 1000, None)
    assert second.new_tokens == 1
    assert second.ttft_s >= 0
    chat.inference.finish()
    assert chat.said("live_changed")[-1].tokens_per_s == 20.0


def test_halves_of_a_split_emoji_are_made_whole(chat):
    chat.ask("a \ud83d\ude00 b \ud83d")
    assert chat.inference.requests[0].messages[0].content == "a 😀 b \ufffd"


# Journalling and the end of the app


def test_a_running_reply_is_journalled_while_it_is_written(chat):
    chat.ask()
    chat.inference.say("Some text")
    chat.wait(lambda: contents(chat.on_disk()[1])[1] == ("assistant", "Some text", "streaming"))
    chat.inference.say(" and more")
    chat.wait(lambda: chat.on_disk()[1][1].content == "Some text and more")


def test_closing_the_app_keeps_the_text_and_marks_the_reply_as_interrupted(chat, open_chat):
    chat.ask()
    chat.inference.say("Half")
    key = chat.service.current.id
    chat.close()
    again = open_chat()
    again.service.open(key)
    again.wait(lambda: len(again.service.messages) == 2)
    assert contents(again.service.messages)[1] == ("assistant", "Half", "interrupted")


def test_what_the_engine_says_after_the_end_is_ignored(chat):
    chat.ask()
    chat.inference.say("Half")
    chat.service.shut_down()
    chat.inference.end_stopped()
    assert contents(chat.service.messages)[1] == ("assistant", "Half", "interrupted")


# Going on and trying again


def test_an_interrupted_reply_goes_on_inside_the_message(chat):
    chat.ask()
    chat.inference.say("Half")
    chat.inference.fail(EngineCrashed("SIGKILL"))
    reply_id = chat.service.messages[1].id
    chat.service.continue_reply(reply_id)
    chat.wait(lambda: len(chat.inference.requests) == 2)
    request = chat.inference.requests[1]
    assert request.continue_last
    assert request.messages[-1] == ChatMessage("assistant", "Half")
    chat.inference.say(" and half")
    assert contents(chat.service.messages)[1] == ("assistant", "Half and half", "streaming")
    chat.wait(lambda: chat.on_disk()[1][1].content == "Half and half")
    chat.inference.finish()
    _, path = chat.on_disk()
    assert contents(path)[1] == ("assistant", "Half and half", "complete")
    assert (path[1].id, path[1].error) == (reply_id, None)


def test_a_reply_without_text_is_written_from_its_beginning(chat):
    chat.ask()
    chat.inference.fail(EngineCrashed("SIGKILL"))
    chat.service.continue_reply(chat.service.messages[1].id)
    chat.wait(lambda: len(chat.inference.requests) == 2)
    assert not chat.inference.requests[1].continue_last
    assert chat.inference.requests[1].messages == (ChatMessage("user", "Hello"),)


def test_a_reply_that_others_follow_goes_on_as_another_version(chat):
    chat.ask_and_answer("One", "Half")
    chat.ask_and_answer("Two", "2")
    first = chat.service.messages[1].id
    chat.service.continue_reply(first)
    chat.wait(lambda: len(chat.inference.requests) == 3)
    assert chat.inference.requests[2].messages[-1] == ChatMessage("assistant", "Half")
    chat.inference.say(" and half")
    chat.inference.finish()
    assert [message.content for message in chat.on_disk()[1]] == ["One", "Half and half"]
    chat.service.choose_version(first)
    assert [message.content for message in chat.service.messages] == ["One", "Half", "Two", "2"]


def test_only_a_reply_can_go_on(chat):
    chat.ask_and_answer()
    chat.service.continue_reply(chat.service.messages[0].id)
    chat.service.continue_reply("unknown")
    chat.settle()
    assert len(chat.inference.requests) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_trying_again_writes_a_sibling_and_keeps_the_first_reply(chat, which):
    chat.ask_and_answer(answer="First")
    user, first = chat.service.messages
    chat.service.retry(chat.service.messages[which].id)
    chat.wait(lambda: len(chat.inference.requests) == 2)
    assert chat.inference.requests[1].messages == (ChatMessage("user", "Hello"),)
    chat.inference.say("Second")
    chat.inference.finish()
    _, path = chat.on_disk()
    assert contents(path)[1] == ("assistant", "Second", "complete")
    assert path[1].parent_id == user.id
    assert contents(chat.said("conversation_opened")[-1][1])[1][0] == "assistant"
    tree: list[object] = []
    chat.storage.call(lambda store: store.load(user.conversation_id)[1], tree.extend)
    chat.wait(lambda: len(tree) == 3)
    assert first.id in [message.id for message in tree]  # type: ignore[attr-defined]


def test_trying_an_earlier_reply_again_leaves_what_came_after(chat):
    chat.ask_and_answer("One", "1")
    chat.ask_and_answer("Two", "2")
    chat.service.retry(chat.service.messages[1].id)
    chat.wait(lambda: len(chat.inference.requests) == 3)
    assert [message.content for message in chat.service.messages] == ["One", ""]


# Several conversations


def test_a_conversation_is_titled_by_its_first_words_and_listed_when_it_is_saved(chat):
    chat.ask_and_answer("What is\n the capital of France?")
    assert [c.title for c in chat.said("conversations_changed")[-1]] == [
        "What is the capital of France?"
    ]
    assert chat.service.current.title == "What is the capital of France?"


def test_a_new_conversation_reuses_one_that_is_empty(chat):
    first = chat.service.current.id
    chat.service.new_conversation()
    assert chat.service.current.id == first
    chat.ask_and_answer()
    chat.service.new_conversation()
    assert chat.service.current.id != first
    assert chat.service.messages == []


def test_the_new_conversation_is_the_same_until_something_is_sent_in_it(chat):
    chat.ask_and_answer()
    first = chat.service.current.id
    chat.service.new_conversation()
    new = chat.service.current.id
    chat.service.open(first)
    chat.wait(lambda: chat.service.current.id == first)
    chat.service.new_conversation()
    assert chat.service.current.id == new, "or its files would be lost"
    chat.ask_and_answer()
    chat.service.open(first)
    chat.wait(lambda: chat.service.current.id == first)
    chat.service.new_conversation()
    assert chat.service.current.id not in (first, new)


def test_an_answer_goes_on_while_another_conversation_is_open(chat):
    chat.ask("Long one")
    first = chat.service.current.id
    chat.inference.say("Begin")
    chat.service.new_conversation()
    assert not chat.service.busy
    chat.heard.clear()
    chat.inference.say(" middle")
    assert chat.said("text_appended") == chat.said("live_changed") == []
    chat.service.open(first)
    chat.wait(lambda: chat.service.current.id == first)
    assert chat.service.busy
    assert chat.service.messages[1].content == "Begin middle"
    chat.inference.say(" end")
    assert chat.said("text_appended") == [[chat.service.messages[1].id, " end", False]]
    chat.inference.finish()
    assert contents(chat.on_disk()[1])[1] == ("assistant", "Begin middle end", "complete")


def test_an_answer_that_ended_out_of_sight_is_whole_when_one_comes_back(chat):
    chat.ask()
    first = chat.service.current.id
    chat.service.new_conversation()
    chat.inference.say("Done")
    chat.service.open(first)
    chat.inference.finish()  # the file is read before this is saved
    chat.wait(lambda: chat.service.current.id == first)
    assert contents(chat.service.messages)[1] == ("assistant", "Done", "complete")


def test_two_conversations_are_answered_at_a_time(chat):
    chat.ask("First")
    one = chat.inference.last
    chat.service.new_conversation()
    chat.ask("Second")
    two = chat.inference.last
    chat.inference.say("2", two)
    chat.inference.say("1", one)
    assert chat.service.messages[1].content == "2"
    chat.inference.finish(one)
    assert chat.service.busy
    chat.inference.finish(two)
    assert not chat.service.busy


def test_of_several_clicks_in_the_list_the_last_one_counts(chat):
    keys = []
    for text in ("a", "b"):
        chat.service.new_conversation()
        chat.ask_and_answer(text)
        keys.append(chat.service.current.id)
    chat.service.new_conversation()
    chat.heard.clear()
    chat.service.open(keys[0])
    chat.service.open(keys[1])
    chat.settle()
    assert [conversation.id for conversation, _ in chat.said("conversation_opened")] == [keys[1]]


def test_opening_what_is_open_loses_nothing_that_is_on_its_way(chat):
    chat.ask_and_answer()
    chat.service.open(chat.service.current.id)
    chat.service.send("At once")
    chat.wait(lambda: len(chat.service.messages) == 4)
    assert [message.content for message in chat.service.messages] == ["Hello", "Hi.", "At once", ""]


def test_a_reopened_conversation_keeps_its_settings(chat, open_chat):
    chat.ask_and_answer()
    chat.service.set_system_prompt("Be kind.")
    chat.service.set_sampling(Sampling(top_k=3))
    key = chat.service.current.id
    chat.close()
    again = open_chat()
    again.service.open(key)
    again.wait(lambda: again.service.current.id == key)
    assert again.service.current.system_prompt == "Be kind."
    assert again.service.current.sampling.top_k == 3


def test_settings_are_saved_when_another_conversation_is_opened(chat):
    chat.ask_and_answer()
    chat.service.set_system_prompt("Be kind.")
    key = chat.service.current.id
    chat.service.new_conversation()
    assert chat.on_disk(key)[0].system_prompt == "Be kind."


def test_renaming_changes_the_title_and_not_the_order(chat):
    chat.ask_and_answer("Older")
    older = chat.service.current.id
    chat.service.new_conversation()
    chat.ask_and_answer("Newer")
    chat.service.rename(older, "  Much\nolder ")
    chat.service.rename(older, "   ")
    chat.settle()
    chat.settle()
    assert [c.title for c in chat.said("conversations_changed")[-1]] == ["Newer", "Much older"]


def test_a_deleted_conversation_can_be_brought_back(chat):
    chat.ask_and_answer()
    key = chat.service.current.id
    chat.service.delete(key)
    chat.wait(lambda: bool(chat.said("deleted")))
    assert chat.service.messages == []
    chat.settle()
    assert chat.said("conversations_changed")[-1] == []
    chat.service.undo()
    chat.wait(lambda: chat.service.current.id == key)
    assert [message.content for message in chat.service.messages] == ["Hello", "Hi."]
    chat.settle()
    assert [c.id for c in chat.said("conversations_changed")[-1]] == [key]
    chat.service.undo()


def test_a_conversation_that_is_deleted_while_it_is_opened_is_not_shown(chat):
    chat.ask_and_answer()
    key = chat.service.current.id
    chat.service.new_conversation()
    chat.service.open(key)
    chat.service.delete(key)
    chat.settle()
    assert chat.service.current.id != key
    chat.service.undo()
    chat.wait(lambda: chat.service.current.id == key)


def test_deleting_a_conversation_stops_its_answer(chat):
    chat.ask()
    chat.inference.say("Half")
    key = chat.service.current.id
    chat.service.delete(key)
    assert ("stop", chat.inference.last) in chat.inference.calls
    chat.inference.end_stopped()
    assert contents(chat.on_disk(key)[1])[1] == ("assistant", "Half", "stopped")


def test_a_search_finds_messages_until_it_is_emptied(chat):
    for text in ("Apples", "Pears"):
        chat.service.new_conversation()
        chat.ask_and_answer(text)
    chat.service.search("apples")
    chat.wait(lambda: bool(chat.said("hits_found")))
    assert {hit.conversation.title for hit in chat.said("hits_found")[-1]} == {"Apples"}
    chat.service.search("")
    assert chat.said("hits_found")[-1] == []


# A disk that is full


def test_a_message_that_cannot_be_saved_is_shown_and_handed_back(chat, full_disk):
    full_disk.fill()
    chat.service.send("Precious words")
    chat.wait(lambda: bool(chat.said("failed")))
    assert isinstance(chat.said("failed")[0], DiskFull)
    assert chat.said("draft_restored") == ["Precious words"]
    (shown,) = chat.service.messages
    assert (shown.state, type(shown.error)) == ("failed", DiskFull)
    assert chat.said("message_saved") == chat.inference.requests == []
    assert chat.said("busy_changed") == [True, False]


def test_after_space_was_freed_the_same_text_goes_through(chat, full_disk):
    full_disk.fill()
    chat.service.send("Precious words")
    chat.wait(lambda: bool(chat.said("failed")))
    full_disk.free()
    chat.ask_and_answer("Precious words")
    assert contents(chat.service.messages) == [
        ("user", "Precious words", "complete"),
        ("assistant", "Hi.", "complete"),
    ]
    assert contents(chat.on_disk()[1]) == contents(chat.service.messages)


def test_a_disk_that_fills_up_while_a_reply_is_written_is_told_once(chat, full_disk):
    chat.ask()
    full_disk.fill()
    chat.inference.say("Text")
    chat.wait(lambda: bool(chat.said("failed")))
    chat.inference.say(" more")
    full_disk.free()
    chat.wait(lambda: chat.on_disk()[1][1].content == "Text more")
    assert len(chat.said("failed")) == 1


def test_a_reply_that_could_not_be_saved_is_saved_with_the_next_message(chat, full_disk):
    chat.ask()
    chat.inference.say("Whole")
    full_disk.fill()
    chat.inference.finish()
    chat.wait(lambda: bool(chat.said("failed")))
    reply = chat.service.messages[1]
    assert (reply.content, reply.state) == ("Whole", "complete")
    assert reply.id not in chat.said("message_saved")
    full_disk.free()
    chat.ask("Next")
    assert contents(chat.on_disk()[1])[1] == ("assistant", "Whole", "complete")
    assert reply.id in chat.said("message_saved")


# What the next prompt will be


def test_the_draft_is_planned_with_the_conversation(open_chat):
    context = FakeContextService()
    chat = open_chat(context=context)
    chat.ask_and_answer()
    context.calls.clear()
    chat.service.draft_changed("a")
    chat.service.draft_changed("a draft")
    chat.wait(lambda: bool(context.calls))
    _, conversation, system_prompt, path = context.calls[-1]
    assert (conversation, system_prompt) == (chat.service.current, "")
    assert [message.content for message in path] == ["Hello", "Hi.", "a draft"]


def test_a_prompt_that_is_too_long_is_not_sent_and_comes_back(open_chat):
    context: Any = FakeContextService()
    context.prepare = lambda *facts: facts[-1](ContextFull(5000, 2048))
    chat = open_chat(context=context)
    chat.service.send("Everything")
    assert isinstance(chat.said("failed")[0], ContextFull)
    assert chat.said("draft_restored") == ["Everything"]
    assert chat.said("busy_changed") == [True, False]
    chat.settle()
    assert chat.said("conversations_changed")[-1] == []


# All together


def loading(chat):
    """A model is being loaded, whose context is as long as a few words."""
    chat.inference.engine = ScriptedEngine()
    chat.inference.set_state(EngineState("loading"))
    return EngineState("ready", model=a_loaded_model(context_length=8))


def test_a_message_waits_for_the_model_that_is_being_loaded_and_is_planned_for_it(chat):
    ready = loading(chat)
    chat.service.send("far too many words for this small model to read at once")
    chat.settle()
    assert (chat.service.busy, chat.inference.requests) == (True, [])
    chat.inference.set_state(ready)
    assert isinstance(chat.said("failed")[0], ContextFull)
    assert chat.said("draft_restored") == [chat.service.messages[0].content]
    assert not chat.service.busy


def test_a_message_that_waits_for_a_model_can_be_stopped(chat):
    loading(chat)
    chat.service.send("Hello")
    chat.service.stop()
    chat.wait(lambda: not chat.service.busy)
    assert contents(chat.on_disk()[1])[1] == ("assistant", "", "stopped")
    assert chat.inference.requests == []


def test_a_message_comes_back_if_loading_is_cancelled_and_goes_on_if_it_fails(chat):
    loading(chat)
    chat.service.send("Hello")
    chat.inference.set_state(EngineState("starting"))
    assert isinstance(chat.said("failed")[0], NoModelLoaded)
    assert chat.said("draft_restored") == ["Hello"]
    loading(chat)
    chat.service.send("Again")
    chat.inference.set_state(EngineState("failed", error=FakeError(detail="no")))
    chat.wait(lambda: bool(chat.inference.requests))


def test_a_prompt_goes_through_every_thread_and_ends_on_the_disk(open_chat, paths):
    engine = ScriptedEngine(["Hello", " world", "."])
    inference = InferenceService(engine)
    inference.start()
    inference.load(a_source())
    chat = open_chat(inference)
    chat.service.send("Greet the world")
    chat.wait(lambda: len(chat.said("message_saved")) == 2)
    assert contents(chat.service.messages)[1] == ("assistant", "Hello world.", "complete")
    chat.close()
    with sqlite3.connect(paths.database) as database:
        assert database.execute("SELECT content FROM message ORDER BY seq").fetchall() == [
            ("Greet the world",),
            ("Hello world.",),
        ]
    database.close()


def test_a_reply_is_equal_to_itself_on_the_disk(chat):
    chat.ask_and_answer()
    assert chat.on_disk()[1] == [replace(m) for m in chat.service.messages]
