"""Attachments, feedback, folders, presets and drafts come back as they were saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from desktop_llm.core.conversation import Attachment, Conversation, Folder, FormUse, Message
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.drafts import Draft
from desktop_llm.storage.presets import Preset
from tests.values import a_conversation, a_message

Reopen = Callable[[], ConversationStore]


def an_attachment(name: str, **changes: Any) -> Attachment:
    facts: dict[str, Any] = {"media_type": "text/plain", "sha256": "ab", "size": 9, "text": "ha"}
    return Attachment(**{"id": f"id of {name}", "name": name} | facts | changes)


def test_every_field_of_a_conversation_and_a_message_comes_back(
    store: ConversationStore, reopen: Reopen
) -> None:
    conversation = a_conversation(
        folder_id="f",
        pinned=True,
        title_source="person",
        context_policy="keep_ends",
        thinking=False,
        preset="p",
        json_schema="{}",
    )
    message = a_message(
        conversation_id=conversation.id,
        attachments=(an_attachment("b.txt"), an_attachment("a.txt", in_prompt=False)),
        form=FormUse("translate", {"to": "中文"}),
        pinned=True,
        vote="down",
        correction="Better.",
        deleted_at=time.time(),
    )
    assert unset(conversation, Conversation) <= {"active_leaf", "system_prompt", "sampling"}
    assert unset(message, Message) <= {"parent_id", "thinking", "state", "error", "generation"}
    store.save_conversation(conversation)
    store.add_message(message)
    assert reopen().load(conversation.id) == (conversation, [message])


def unset(value: object, kind: Any) -> set[str]:
    """Fields that have their default value, of which a test learns nothing."""
    found = {f.name for f in fields(kind) if getattr(value, f.name) == f.default}
    return (
        found
        | {f.name for f in fields(kind) if getattr(value, f.name) is None}
        | {
            f.name
            for f in fields(kind)
            if callable(f.default_factory) and getattr(value, f.name) == f.default_factory()
        }
    )


def test_attachments_belong_to_their_messages_in_their_order(store: ConversationStore) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    files = [an_attachment(name) for name in ("c", "a", "b")]
    messages = [
        a_message(conversation_id=conversation.id, attachments=tuple(files[:number]))
        for number in (3, 0, 1)
    ]
    store.add_messages(messages)
    assert store.load(conversation.id)[1] == messages


def test_a_conversation_is_loaded_by_few_queries_however_many_attachments(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    for number in range(20):
        file = an_attachment(str(number))
        store.add_message(a_message(conversation_id=conversation.id, attachments=(file,)))
    queries: list[str] = []
    query = store._database.query

    def counted(sql: str, *values: Any) -> Any:
        queries.append(sql)
        return query(sql, *values)

    monkeypatch.setattr(store._database, "query", counted)
    assert len(store.load(conversation.id)[1]) == 20
    assert len(queries) <= 5


def test_copies_of_a_message_share_the_text_of_its_attachments(store: ConversationStore) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    file = an_attachment("big", text="x" * 1000)
    uses = [file, replace(file, in_prompt=False), replace(file, text="x" * 10)]
    messages = [a_message(conversation_id=conversation.id, attachments=(use,)) for use in uses]
    store.add_messages(messages)
    assert store.load(conversation.id)[1] == messages, "the same file may be used in other ways"
    rows = store._database.query("SELECT length(text) FROM attachment")
    assert sorted(row[0] for row in rows) == [10, 1000]
    store.trash.remove("message", messages[0].id)
    assert store.load(conversation.id)[1] == messages[1:]


def test_attachments_do_not_change_once_they_are_written(store: ConversationStore) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    message = a_message(conversation_id=conversation.id, attachments=(an_attachment("a"),))
    store.add_message(message)
    store.finish_message(replace(message, content="more", attachments=(an_attachment("b"),)))
    assert store.load(conversation.id)[1] == [replace(message, content="more")]
    assert store._database.query("PRAGMA foreign_key_check") == []


def test_feedback_is_saved_and_a_growing_reply_does_not_take_it_back(
    store: ConversationStore, reopen: Reopen
) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    reply = a_message(conversation_id=conversation.id, content="", state="streaming")
    store.add_message(reply)
    judged = replace(reply, pinned=True, vote="up", correction="Yes!", deleted_at=time.time())
    store.save_message(replace(judged, content="not this", state="complete"))
    store.append_stream(reply.id, "Ye")
    assert store.load(conversation.id)[1] == [replace(judged, content="Ye")]
    store.finish_message(replace(reply, content="Yes", state="complete"))
    assert reopen().load(conversation.id)[1] == [replace(judged, content="Yes", state="complete")]
    store = reopen()
    store.save_message(reply)
    assert store.load(conversation.id)[1] == [replace(reply, content="Yes", state="complete")]


def test_many_messages_are_added_all_or_none(store: ConversationStore) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    good = a_message(conversation_id=conversation.id)
    with pytest.raises(Exception, match="cannot be saved"):
        store.add_messages([good, replace(good, id="other", conversation_id="nowhere")])
    assert store.load(conversation.id)[1] == []


def test_find_knows_conversations_wherever_they_are(store: ConversationStore) -> None:
    conversation = a_conversation()
    assert store.find(conversation.id) is None
    store.save_conversation(conversation)
    assert store.find(conversation.id) == conversation
    store.trash.put("conversation", conversation.id)
    assert store.find(conversation.id) == conversation


def test_folders_are_listed_in_their_order_and_can_be_changed(
    store: ConversationStore, reopen: Reopen
) -> None:
    last, first = Folder("1", "Home", 2.0), Folder("2", "工作", 1.0)
    store.folders.save(last)
    store.folders.save(first)
    assert store.folders.list() == [first, last]
    renamed = replace(last, name="Away", position=0.5)
    store.folders.save(renamed)
    assert reopen().folders.list() == [renamed, first]


def test_presets_are_listed_by_kind_and_can_be_changed(
    store: ConversationStore, reopen: Reopen
) -> None:
    bold = Preset("1", "preset", "Bold", {"temperature": 1.5, "stop": ["终"], "seed": None})
    poet = Preset("2", "prompt", "Poet", {"text": "Rhyme."})
    mild = Preset("3", "preset", "Mild")
    for preset in (bold, poet, mild):
        store.presets.save(preset)
    changed = replace(bold, name="Bolder", body={"temperature": 2})
    store.presets.save(changed)
    again = reopen()
    assert again.presets.list("preset") == [changed, mild]
    assert again.presets.list("prompt") == [poet]


def test_drafts_are_kept_per_conversation_also_of_the_new_chat(
    store: ConversationStore, reopen: Reopen
) -> None:
    drafts = [Draft("", "new"), Draft("c", "你好\n", {"leaf": "m", "offset": 12.5})]
    for draft in drafts:
        store.drafts.save(replace(draft, text="before"))
        store.drafts.save(draft)
    again = reopen()
    assert [again.drafts.get(draft.conversation_id) for draft in drafts] == drafts
    assert again.drafts.get("other") == Draft("other")
    again.drafts.forget("c")
    again.drafts.forget("c")
    assert [again.drafts.get("").text, again.drafts.get("c").text] == ["new", ""]


@pytest.mark.parametrize("damage", ["", "[1]", "{", "null", "7"])
def test_an_unreadable_place_or_preset_is_an_empty_one(
    store: ConversationStore, damage: str
) -> None:
    store.drafts.save(Draft("c", "text", {"a": 1}))
    store.presets.save(Preset("p", "preset", "Bold", {"a": 1}))
    with store.transaction():
        store._database.write("UPDATE draft SET place = ?", damage)
        store._database.write("UPDATE preset SET body = ?", damage)
    assert store.drafts.get("c") == Draft("c", "text")
    assert store.presets.list("preset") == [Preset("p", "preset", "Bold")]
