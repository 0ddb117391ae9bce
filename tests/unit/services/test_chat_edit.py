from __future__ import annotations

import pytest

from desktop_llm.core.conversation import FormUse
from desktop_llm.services.context import PreparedPrompt
from desktop_llm.storage.database import Database
from desktop_llm.storage.errors import DiskFull


def texts(chat):
    return [message.content for message in chat.service.messages]


@pytest.fixture
def talk(chat):
    """A conversation of two questions and two answers."""
    chat.ask_and_answer("One", "1")
    chat.ask_and_answer("Two", "2")
    chat.heard.clear()
    return chat


@pytest.fixture
def full_disk(monkeypatch):
    def write(self, *arguments):
        raise DiskFull("/data/conversations.sqlite", "20.0 MB", "0.0 MB")

    return lambda: monkeypatch.setattr(Database, "write", write)


def shown_and_saved(chat):
    """The path, when the window shows what is on the disk."""
    chat.settle()
    on_disk = [message.content for message in chat.on_disk()[1]]
    assert on_disk == texts(chat)
    return on_disk


# Versions


def test_versions_are_counted_and_shown_in_turn(talk):
    key, answer = talk.service.current.id, talk.service.messages[3].id
    talk.service.retry(answer)
    talk.wait(lambda: len(talk.inference.requests) == 3)
    talk.inference.say("zwei")
    talk.inference.finish()
    new = talk.service.messages[3].id
    assert talk.service.versions == {new: (2, 2)}
    talk.service.show_version(new, 1)
    assert texts(talk)[3] == "zwei"
    talk.service.show_version(new, -1)
    assert (texts(talk)[3], talk.said("versions_changed")[-1]) == ("2", {answer: (1, 2)})
    talk.service.choose_version(new)
    assert [m.content for m in talk.service.siblings(new)] == ["2", "zwei"]
    talk.service.new_conversation()
    talk.service.open(key)
    talk.wait(lambda: len(talk.service.messages) == 4)
    assert texts(talk)[3] == "zwei"


def test_a_version_can_be_looked_at_while_another_is_written(talk):
    first = talk.service.messages[3].id
    talk.service.retry(first)
    talk.wait(lambda: len(talk.inference.requests) == 3)
    new = talk.service.messages[3].id
    talk.service.show_version(new, -1)
    talk.inference.say("zwei")
    assert texts(talk)[3] == "2"
    talk.service.show_version(first, 1)
    assert texts(talk)[3] == "zwei"
    talk.inference.finish()
    assert shown_and_saved(talk)[3] == "zwei"


def test_an_edited_question_is_answered_as_another_version(talk):
    question = talk.service.messages[0]
    talk.service.edit(question.id, "Uno", ask=True)
    talk.wait(lambda: len(talk.inference.requests) == 3)
    assert [m.content for m in talk.inference.requests[-1].messages] == ["Uno"]
    talk.inference.say("1!")
    talk.inference.finish()
    assert shown_and_saved(talk) == ["Uno", "1!"]
    talk.service.show_version(talk.service.messages[0].id, -1)
    assert texts(talk) == ["One", "1", "Two", "2"]


def test_an_edited_answer_keeps_what_follows_and_is_nobodys_generation(talk):
    talk.service.edit(talk.service.messages[1].id, "one!", ask=False)
    assert shown_and_saved(talk) == ["One", "one!", "Two", "2"]
    edited = talk.service.messages[1]
    assert edited.generation is None
    assert set(talk.said("message_saved")) >= {m.id for m in talk.service.messages[1:]}


def test_what_is_sent_goes_on_from_where_it_was_branched(talk):
    talk.service.branch_here(talk.service.messages[1].id)
    assert texts(talk) == ["One", "1"]
    talk.ask_and_answer("Other", "o")
    assert shown_and_saved(talk) == ["One", "1", "Other", "o"]
    assert talk.service.versions == {talk.service.messages[2].id: (2, 2)}


def test_messages_are_inserted_and_change_roles_without_an_answer(talk):
    talk.service.insert(talk.service.messages[0].id, "assistant", "Hm.")
    talk.service.change_role(talk.service.messages[1].id, "system")
    assert shown_and_saved(talk) == ["One", "Hm.", "1", "Two", "2"]
    assert talk.service.messages[1].role == "system"
    assert len(talk.inference.requests) == 2


def test_an_inserted_message_begins_a_conversation(chat):
    chat.service.insert(None, "user", "Out of nothing")
    assert shown_and_saved(chat) == ["Out of nothing"]
    assert [c.title for c in chat.said("conversations_changed")[-1]] == ["Out of nothing"]
    chat.ask_and_answer("And on", "yes")
    assert shown_and_saved(chat) == ["Out of nothing", "And on", "yes"]


def test_the_draft_goes_with_a_conversation_that_began_with_an_insertion(chat):
    chat.service.draft_changed("Typed")
    chat.service.insert(None, "user", "Out of nothing")
    chat.settle()
    key = chat.service.current.id
    chat.service.new_conversation()
    assert chat.service.draft == ""
    chat.service.open(key)
    chat.wait(lambda: chat.service.draft == "Typed")


def test_a_fork_is_opened_and_leaves_the_first_conversation(talk):
    before = talk.service.current
    talk.service.fork(talk.service.messages[1].id)
    talk.wait(lambda: talk.service.current.id != before.id)
    assert shown_and_saved(talk) == ["One", "1"]
    assert len(talk.said("conversations_changed")[-1]) == 2
    talk.ask_and_answer("Else", "e")
    talk.service.open(before.id)
    talk.wait(lambda: talk.service.current.id == before.id)
    assert texts(talk) == ["One", "1", "Two", "2"]


def test_nothing_is_edited_while_an_answer_is_written(talk):
    talk.ask("Three")
    for message in talk.service.messages[:2]:
        talk.service.edit(message.id, "x", ask=message.role == "user")
    talk.service.insert(talk.service.messages[0].id, "user", "x")
    talk.service.insert(None, "system", "x")
    assert texts(talk) == ["One", "1", "Two", "2", "Three", ""]


# Deleting and undoing


def test_deletions_are_undone_the_last_first(talk):
    view = texts(talk)
    talk.service.delete_message(talk.service.messages[1].id)
    assert shown_and_saved(talk) == ["One", "Two", "2"]
    talk.service.delete_version(talk.service.messages[1].id)
    assert shown_and_saved(talk) == ["One"]
    assert [str(text) for text in talk.said("deleted")] == [
        "The message was deleted.",
        "The version was deleted.",
    ]
    talk.service.undo()
    talk.wait(lambda: len(talk.service.messages) == 3)
    assert shown_and_saved(talk) == ["One", "Two", "2"]
    assert str(talk.service.undo_text) == "Delete the message"
    talk.service.undo()
    talk.wait(lambda: len(talk.service.messages) == 4)
    assert shown_and_saved(talk) == view
    assert talk.service.versions == {}
    assert talk.service.undo_text is None
    talk.service.undo()


def test_a_deleted_message_comes_back_from_the_trash_after_a_restart(talk, open_chat):
    key = talk.service.current.id
    talk.service.delete_version(talk.service.messages[3].id)
    talk.settle()
    talk.close()
    again = open_chat()
    again.service.open(key)
    again.wait(lambda: len(again.service.messages) == 3)
    found: list[object] = []
    again.service.trash_entries(found.extend)
    again.wait(lambda: bool(found))
    again.service.restore(found[0])
    again.wait(lambda: len(again.service.messages) == 4)
    assert again.said("jump_requested") == [again.service.messages[3].id]
    assert (found[0].kind, found[0].title) == ("message", "2")  # type: ignore[attr-defined]


def test_what_was_removed_for_good_cannot_be_undone(talk):
    talk.service.delete_version(talk.service.messages[3].id)
    found: list[object] = []
    talk.settle()
    talk.service.trash_entries(found.extend)
    talk.wait(lambda: bool(found))
    talk.service.remove_for_good(found[0])
    talk.wait(lambda: talk.service.undo_text is None)
    assert shown_and_saved(talk) == ["One", "1", "Two"]


def test_deleting_what_is_being_written_stops_it(talk):
    talk.ask("Three")
    talk.inference.say("Th")
    talk.service.delete_message(talk.service.messages[4].id)
    assert talk.inference.calls[-1] == ("stop", talk.inference.last)
    talk.inference.end_stopped()
    assert shown_and_saved(talk) == ["One", "1", "Two", "2"]
    talk.service.undo()
    talk.wait(lambda: len(talk.service.messages) == 6)
    assert shown_and_saved(talk)[4:] == ["Three", "Th"]


def test_undo_opens_the_conversation_it_is_about(talk):
    key = talk.service.current.id
    talk.service.delete_version(talk.service.messages[2].id)
    talk.settle()
    talk.service.new_conversation()
    talk.service.undo()
    talk.wait(lambda: talk.service.current.id == key)
    assert texts(talk) == ["One", "1", "Two", "2"]


# Marks


def test_marks_are_saved_and_shown(talk):
    answer = talk.service.messages[1]
    talk.service.pin(answer.id, True)
    talk.service.rate(answer.id, "down")
    talk.service.correct(answer.id, "One, of course")
    talk.settle()
    marked = talk.on_disk()[1][1]
    assert (marked.pinned, marked.vote, marked.correction) == (True, "down", "One, of course")
    assert talk.said("message_changed")[-1] == marked == talk.service.messages[1]


def test_an_answer_can_be_rated_while_it_is_written(talk):
    talk.ask("Three")
    talk.inference.say("3")
    reply = talk.service.messages[-1].id
    talk.service.rate(reply, "up")
    talk.inference.say("!")
    talk.inference.finish()
    assert (talk.service.messages[-1].vote, shown_and_saved(talk)[-1]) == ("up", "3!")
    assert talk.on_disk()[1][-1].vote == "up"


# A disk that is full


@pytest.mark.parametrize(
    "deed",
    [
        lambda service, key: service.edit(key, "x", ask=False),
        lambda service, key: service.insert(key, "user", "x"),
        lambda service, key: service.delete_message(key),
        lambda service, key: service.delete_version(key),
        lambda service, key: service.rate(key, "up"),
    ],
)
def test_what_cannot_be_saved_is_told_and_not_shown(talk, full_disk, deed):
    view = talk.service.messages
    full_disk()
    deed(talk.service, view[1].id)
    talk.wait(lambda: bool(talk.said("failed")))
    talk.wait(lambda: talk.service.messages == view)
    assert isinstance(talk.said("failed")[0], DiskFull)
    assert talk.said("deleted") == talk.said("message_saved") == []
    assert talk.service.undo_text is None


def test_a_first_message_that_cannot_be_inserted_is_not_shown(chat, full_disk):
    chat.settle()
    full_disk()
    chat.service.insert(None, "user", "x")
    chat.wait(lambda: bool(chat.said("failed")))
    assert chat.service.messages == []
    assert chat.service.current.title == ""


# Forms


def test_a_raw_form_is_gone_on_with_and_has_no_chat_around_it(chat):
    chat.service.send("Once upon", form=FormUse("complete", {"text": "Once upon", "length": "20"}))
    chat.wait(lambda: bool(chat.inference.requests))
    request = chat.inference.requests[0]
    assert (request.prompt, request.messages) == ("Once upon", ())
    chat.inference.say(" a time")
    chat.service.stop()
    chat.inference.end_stopped()
    chat.service.continue_reply(chat.service.messages[1].id)
    chat.wait(lambda: len(chat.inference.requests) == 2)
    assert chat.inference.requests[1].prompt == "Once upon a time"
    assert not chat.inference.requests[1].continue_last


def test_a_conversation_stays_where_it_was_just_put_when_it_is_edited(chat):
    chat.ask_and_answer()
    key = chat.service.current.id
    folder = chat.service.make_folder("Work")
    chat.service.move([key], folder)
    chat.service.set_pinned([key], True)
    chat.service.edit(chat.service.messages[0].id, "Other words", ask=False)
    chat.settle()
    conversation, path = chat.on_disk()
    assert path[0].content == "Other words"
    assert (conversation.folder_id, conversation.pinned) == (folder, True)


def test_what_is_marked_while_it_is_being_saved_stays_marked(chat):
    chat.service.send("Hello")
    chat.service.pin(chat.service.messages[0].id, True)
    chat.wait(lambda: bool(chat.inference.requests))
    chat.settle()
    assert chat.service.messages[0].pinned
    assert chat.on_disk()[1][0].pinned


def test_nothing_is_deleted_while_the_question_behind_it_is_being_saved(chat):
    chat.ask_and_answer()
    before = [message.id for message in chat.service.messages]
    chat.service.send("More")
    chat.service.delete_message(before[0])
    chat.settle()
    assert [message.id for message in chat.service.messages][:2] == before


def test_what_is_marked_before_it_is_saved_stays_marked_when_another_chat_is_begun(
    chat, monkeypatch
):
    ready = []
    monkeypatch.setattr(chat.context, "prepare", lambda *facts: ready.append(facts[3]))
    chat.service.send("Hello")
    chat.wait(lambda: bool(ready))
    key = chat.service.current.id
    chat.service.pin(chat.service.messages[0].id, True)
    chat.service.new_conversation()
    ready[0](PreparedPrompt((), (), ""))
    chat.settle()
    assert chat.on_disk(key)[1][0].pinned
