"""The trash: everything that is deleted comes back whole, until it is removed for good."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from desktop_llm.core.conversation import Attachment, Conversation, Folder, Message
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.drafts import Draft
from desktop_llm.storage.presets import Preset
from desktop_llm.storage.trash import Kind
from tests.values import a_conversation, a_message, a_record

Reopen = Callable[[], ConversationStore]


def a_tree(store: ConversationStore) -> tuple[Conversation, dict[str, Message]]:
    """root → (a → (a1, a2), b); b is shown. Every message has a record and an attachment."""
    parents = {"root": None, "a": "root", "a1": "a", "a2": "a", "b": "root"}
    conversation = a_conversation(id="c", active_leaf="b", title="Trees")
    file = Attachment("f", "a.txt", "text/plain", "00", 3, "oak")
    tree = {
        name: a_message(
            id=name,
            conversation_id="c",
            parent_id=parent,
            content=f"text of {name}",
            attachments=(file,),
            generation=a_record(),
        )
        for name, parent in parents.items()
    }
    with store.transaction():
        store.save_conversation(conversation)
        store.add_messages(list(tree.values()))
    return conversation, tree


def count(store: ConversationStore, table: str) -> int:
    return int(store._database.query(f"SELECT count(*) FROM {table}")[0][0])


def test_each_kind_of_thing_is_gone_until_it_is_restored(
    store: ConversationStore, reopen: Reopen
) -> None:
    conversation, tree = a_tree(store)
    folder, preset = Folder("f", "Work"), Preset("p", "prompt", "Poet", {"text": "Rhyme."})
    store.folders.save(folder)
    store.presets.save(preset)
    things: list[tuple[Kind, str, str, str]] = [
        ("message", "a", "text of a", "c"),
        ("folder", "f", "Work", ""),
        ("preset", "p", "Poet", ""),
    ]
    for kind, thing, title, place in things:
        store.trash.put(kind, thing)
        [entry] = store.trash.entries()
        assert (entry.kind, entry.id, entry.title, entry.conversation_id) == (
            kind,
            thing,
            title,
            place,
        )
        assert abs(entry.deleted_at - time.time()) < 60
        again = reopen()
        assert (again.folders.list() == []) == (kind == "folder")
        assert (again.presets.list("prompt") == []) == (kind == "preset")
        deleted = {m.id for m in again.load("c")[1] if m.deleted_at is not None}
        assert deleted == ({"a"} if kind == "message" else set())
        again.trash.restore(kind, thing)
        store = again
    store.trash.put("conversation", "c")
    assert [(e.kind, e.title) for e in store.trash.entries()] == [("conversation", "Trees")]
    assert store.list_conversations() == []
    store = reopen()
    assert store.find("c") == conversation
    store.trash.restore("conversation", "c")
    assert store.trash.entries() == []
    assert store.list_conversations() == [conversation]
    assert store.load("c") == (conversation, list(tree.values()))
    assert (store.folders.list(), store.presets.list("prompt")) == ([folder], [preset])


@pytest.mark.parametrize("kind", ["conversation", "message", "folder", "preset"])
def test_what_was_never_saved_can_be_deleted_restored_and_removed(
    store: ConversationStore, kind: Kind
) -> None:
    for change in (store.trash.put, store.trash.restore, store.trash.remove):
        change(kind, "unsaved")
        assert store.trash.entries() == []


def test_the_trash_lists_the_last_deleted_first_and_no_parts_of_what_is_deleted(
    store: ConversationStore,
) -> None:
    a_tree(store)
    store.presets.save(Preset("p", "preset", "Bold"))
    store.trash.put("message", "a1")
    store.trash.put("preset", "p")
    assert [entry.id for entry in store.trash.entries()] == ["p", "a1"]
    store.trash.put("conversation", "c")
    assert [entry.id for entry in store.trash.entries()] == ["c", "p"]


def test_the_title_of_a_message_in_the_trash_is_how_it_begins_in_one_line(
    store: ConversationStore,
) -> None:
    _, tree = a_tree(store)
    store.finish_message(replace(tree["b"], content="One\n\n two" + " x" * 1000))
    store.trash.put("message", "b")
    [entry] = store.trash.entries()
    assert entry.title.startswith("One two x")
    assert len(entry.title) <= 200


def test_removing_a_message_takes_what_follows_it_and_nothing_else(
    store: ConversationStore, reopen: Reopen
) -> None:
    conversation, tree = a_tree(store)
    store.trash.put("message", "a")
    store.trash.put("message", "a1")
    store.trash.remove("message", "a")
    store = reopen()
    assert store.load("c") == (conversation, [tree["root"], tree["b"]])
    assert store.trash.entries() == []
    assert count(store, "generation") == 2
    assert count(store, "attachment") == 1
    assert [hit.message_id for hit in store.index.search("text")] == ["b", "root"]
    assert store._database.query("PRAGMA foreign_key_check") == []


@pytest.mark.parametrize(
    ("leaf", "removed", "shown"),
    [("a1", "a1", "a"), ("a1", "a", "root"), ("a1", "root", None), ("b", "a", "b")],
)
def test_a_conversation_shows_what_came_before_a_removed_message(
    store: ConversationStore, leaf: str, removed: str, shown: str | None
) -> None:
    conversation, _ = a_tree(store)
    store.save_conversation(replace(conversation, active_leaf=leaf))
    store.trash.remove("message", removed)
    assert store.load("c")[0].active_leaf == shown


def test_removing_a_conversation_takes_everything_of_it(store: ConversationStore) -> None:
    a_tree(store)
    store.drafts.save(Draft("c", "unsent"))
    store.append_stream("b", "journal")
    store.trash.put("message", "a")
    store.trash.put("conversation", "c")
    store.trash.remove("conversation", "c")
    tables = ("conversation", "message", "generation", "attachment", "message_attachment")
    for table in (*tables, "stream_chunk", "trash", "draft"):
        assert count(store, table) == 0, table
    assert store.find("c") is None
    assert store.index.search("text") == store.index.search("trees") == []


def test_a_removed_folder_is_forgotten_by_its_conversations(store: ConversationStore) -> None:
    store.folders.save(Folder("f", "Work"))
    inside = a_conversation(folder_id="f")
    store.save_conversation(inside)
    store.trash.put("folder", "f")
    assert store.find(inside.id) == inside, "it comes back into the folder with it"
    store.trash.remove("folder", "f")
    assert store.list_conversations() == [replace(inside, folder_id=None)]


def test_a_removed_preset_is_gone(store: ConversationStore) -> None:
    store.presets.save(Preset("p", "preset", "Bold"))
    store.trash.put("preset", "p")
    store.trash.remove("preset", "p")
    store.trash.restore("preset", "p")
    assert not store.presets.list("preset")
    assert not store.trash.entries()


def test_the_start_removes_what_was_deleted_more_than_thirty_days_ago(
    store: ConversationStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for name in ("old", "recent"):
        store.save_conversation(a_conversation(id=name, folder_id=f"{name} folder"))
        store.save_conversation(a_conversation(id=f"{name} tree"))
        store.add_message(a_message(id=f"{name} message", conversation_id=f"{name} tree"))
        store.folders.save(Folder(f"{name} folder", name))
        store.presets.save(Preset(f"{name} preset", "preset", name))
    for name, days in (("old", 30.1), ("recent", 29.9)):
        monkeypatch.setattr(time, "time", lambda days=days: now - days * 86400)
        store.trash.put("conversation", name)
        store.trash.put("message", f"{name} message")
        store.trash.put("folder", f"{name} folder")
        store.trash.put("preset", f"{name} preset")
    monkeypatch.setattr(time, "time", lambda: now)
    again = reopen()
    assert {entry.id for entry in again.trash.entries()} == {
        "recent",
        "recent message",
        "recent folder",
        "recent preset",
    }
    assert again.find("old") is None
    assert again.load("old tree")[1] == []
    assert len(again.load("recent tree")[1]) == 1


def test_a_chain_longer_than_sqlite_nests_is_removed(
    store: ConversationStore,
) -> None:
    store.save_conversation(a_conversation(id="c", active_leaf="1099"))
    chain = [
        a_message(id=str(n), conversation_id="c", parent_id=str(n - 1) if n else None)
        for n in range(1100)
    ]
    store.add_messages(chain)
    store.trash.put("message", "1")
    assert [hit.message_id for hit in store.index.search("hello")] == ["0"]
    store.trash.remove("message", "1")
    assert store.load("c")[0].active_leaf == "0"
    assert [m.id for m in store.load("c")[1]] == ["0"]
    store.add_messages(chain[1:])
    store.trash.remove("conversation", "c")
    assert store.find("c") is None
