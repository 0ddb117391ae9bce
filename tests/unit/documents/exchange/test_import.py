"""Conversations come in from this app, ChatGPT, Open WebUI and ShareGPT; bad ones are told."""

from __future__ import annotations

import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.core.conversation import Attachment, Conversation, Message, new_id
from desktop_llm.documents.errors import FileEmpty, FileMissing, NotConversations
from desktop_llm.documents.exchange import lossless
from desktop_llm.documents.exchange.archive import Archived, chained
from desktop_llm.documents.exchange.reading import read_conversations


def node(role, parts, parent, **fields):
    content = {"content_type": "text", "parts": parts}
    return {"message": {"author": {"role": role}, "content": content, **fields}, "parent": parent}


CHATGPT = {
    "title": "Trip",
    "create_time": 1_700_000_000.5,
    "update_time": 1_700_000_100.0,
    "current_node": "d",
    "mapping": {
        "d": node("assistant", ["Rome!"], "b"),
        "root": {"message": None, "parent": None, "children": ["s"]},
        "s": node("system", [""], "root"),
        "b": node("user", ["Where to?", {"asset_pointer": "x"}], "s", create_time=1_700_000_001.0),
        "c": node("assistant", ["Paris!"], "b"),
        "t": node("tool", ["noise"], "c"),
    },
}
OPEN_WEBUI = {
    "id": "x",
    "title": "Soup",
    "created_at": 1_700_000_000,
    "chat": {
        "title": "Soup",
        "history": {
            "currentId": "2",
            "messages": {
                "1": {"parentId": None, "role": "user", "content": "How?", "timestamp": 1.7e9},
                "2": {"parentId": "1", "role": "assistant", "content": "Boil."},
                "3": {"parentId": "1", "role": "assistant", "content": "Fry."},
            },
        },
    },
}
SHAREGPT = {
    "conversations": [
        {"from": "system", "value": "Be kind."},
        {"from": "human", "value": "你好"},
        {"from": "gpt", "value": "您好!"},
    ]
}


def written(folder, data, name="export.json"):
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), "utf-8")
    return path


def read(path):
    found: list[Archived] = []
    report = read_conversations(path, found.append)
    assert report.kept == len(found)
    return report, found


def shown(archived):
    return [(message.role, message.content) for message in archived.path]


def test_a_chatgpt_export_keeps_its_versions_and_the_one_that_was_shown(tmp_path):
    report, [archived] = read(written(tmp_path, [CHATGPT]))
    assert report.source == "chatgpt"
    assert archived.conversation.title == "Trip"
    assert archived.conversation.created_at == 1_700_000_000.5
    assert shown(archived) == [("user", "Where to?"), ("assistant", "Rome!")]
    assert {message.content for message in archived.messages} == {"Where to?", "Paris!", "Rome!"}
    assert len({m.parent_id for m in archived.messages if m.role == "assistant"}) == 1


def test_the_zip_that_people_get_is_read_as_it_is(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("chat.html", "<html>")
        archive.writestr("conversations.json", json.dumps([CHATGPT]))
    assert shown(read(path)[1][0])[0] == ("user", "Where to?")


def test_an_open_webui_export_is_read_as_a_tree(tmp_path):
    report, [archived] = read(written(tmp_path, [OPEN_WEBUI]))
    assert report.source == "open-webui"
    assert shown(archived) == [("user", "How?"), ("assistant", "Boil.")]
    assert len(archived.messages) == 3


@pytest.mark.parametrize("name", ["d.json", "d.jsonl"])
def test_sharegpt_dialogues_are_read_from_json_and_json_lines(tmp_path, name):
    lines = [SHAREGPT, SHAREGPT]
    text = json.dumps(lines) if name == "d.json" else "\n".join(map(json.dumps, lines))
    report, found = read(written(tmp_path, text, name))
    assert (report.source, report.kept) == ("sharegpt", 2)
    assert shown(found[0]) == [("user", "你好"), ("assistant", "您好!")]
    assert found[0].conversation.system_prompt == "Be kind."


def test_our_own_file_comes_back_and_importing_it_twice_overwrites_nothing(tmp_path):
    message = Message(new_id(), "", None, "user", "Hi")
    before = chained(Conversation(new_id(), "Mine"), [message])
    path = written(tmp_path, "".join(lossless.pieces([before])))
    (_, [first]), (_, [second]) = read(path), read(path)
    ids = {archived.conversation.id for archived in (before, first, second)}
    assert len(ids) == 3
    assert shown(first) == shown(second) == [("user", "Hi")]


def test_good_conversations_are_kept_and_bad_ones_told_with_number_and_reason(tmp_path):
    unknown = {"conversations": [{"from": "parrot", "value": "?"}]}
    empty = {"title": "Nothing", "mapping": {"a": {"message": None, "parent": None}}}
    entries = [SHAREGPT, unknown, 7, empty, CHATGPT]
    report, found = read(written(tmp_path, entries))
    assert len(found) == 2
    assert [each.number for each in report.rejected] == [2, 3, 4]
    assert "parrot" in str(report.rejected[0].reason)
    assert report.rejected[2].title == "Nothing"


def test_a_broken_line_costs_only_itself(tmp_path):
    text = "\n".join([json.dumps(SHAREGPT), '{"conversations": [', json.dumps(SHAREGPT)])
    report, found = read(written(tmp_path, text, "d.jsonl"))
    assert len(found) == 2
    assert "line 2" in str(report.rejected[0].reason)


def test_a_broken_message_of_our_own_costs_its_conversation_only(tmp_path):
    good = lossless.to_data(
        chained(Conversation(new_id()), [Message(new_id(), "", None, "user", "Hi")])
    )
    bad = json.loads(json.dumps(good))
    bad["messages"][0]["role"] = "parrot"
    data = {"format": lossless.FORMAT, "version": 1, "conversations": [bad, good, 5, None]}
    report, found = read(written(tmp_path, data))
    assert len(found) == 1
    assert [each.number for each in report.rejected] == [1, 3, 4]


def test_a_file_of_a_newer_version_is_not_guessed_at(tmp_path):
    data = {"format": lossless.FORMAT, "version": 2, "conversations": [{}]}
    report, found = read(written(tmp_path, data))
    assert not found
    assert "newer" in str(report.rejected[0].reason)


@pytest.mark.parametrize("text", ["[]", "{}", "null", "hello", '{"a": 1}', "[1, 2]", '[[["x"]]]'])
def test_a_file_without_conversations_is_refused(tmp_path, text):
    with pytest.raises(NotConversations):
        read(written(tmp_path, text))


def test_missing_empty_and_deeply_nested_files_are_told(tmp_path):
    with pytest.raises(FileMissing):
        read(tmp_path / "nothing.json")
    with pytest.raises(FileEmpty):
        read(written(tmp_path, ""))
    with pytest.raises(NotConversations):
        read(written(tmp_path, "[" * 200_000))


def test_circles_and_missing_parents_are_cut(tmp_path):
    node = {"author": {"role": "user"}, "content": {"parts": ["x"]}}
    mapping = {
        "a": {"message": node, "parent": "b"},
        "b": {"message": node, "parent": "a"},
        "c": {"message": node, "parent": "nowhere"},
    }
    _, [archived] = read(written(tmp_path, [{"mapping": mapping, "current_node": "a"}]))
    assert len(archived.messages) == 3
    assert archived.path


NAMES = (
    "mapping message author role content parts parent chat history messages conversations from "
    "value title currentId parentId"
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES.split()), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=60)
@given(JSON)
def test_whatever_a_file_holds_is_read_or_told(tmp_path_factory, data):
    path = written(tmp_path_factory.mktemp("any"), json.dumps(data))
    try:
        report, found = read(path)
    except NotConversations:
        return
    assert found or report.rejected
    for archived in found:
        assert archived.path


def own_file(path, *conversations):
    listed = {"format": lossless.FORMAT, "version": 1, "conversations": conversations}
    path.write_text(json.dumps(listed))
    return path


@pytest.mark.parametrize("value", [10**400, float("nan"), 1e300])
def test_impossible_moments_harm_no_other_conversation(tmp_path, value):
    message = Message(new_id(), "c", None, "user", "Hi")
    good = lossless.to_data(Archived(Conversation("c"), (message,)))
    bad = {**good, "created_at": value, "messages": [good["messages"][0] | {"created_at": value}]}
    found: list[Archived] = []
    report = read_conversations(own_file(tmp_path / "a.json", bad, good), found.append)
    assert report.kept + len(report.rejected) == 2
    assert all(0 < archived.messages[0].created_at < 1e11 for archived in found)
    file = tmp_path / "b.json"
    file.write_text(json.dumps([CHATGPT | {"create_time": value}, CHATGPT]))
    report = read_conversations(file, found.append)
    assert report.kept + len(report.rejected) == 2
    assert report.kept


@pytest.mark.parametrize("size", [2**64, -(2**70)])
def test_numbers_that_no_database_holds_are_told(tmp_path, size):
    file = Attachment("a", "a.txt", "text/plain", "", size, "text")
    message = Message(new_id(), "c", None, "user", "Hi", attachments=(file,))
    data = lossless.to_data(Archived(Conversation("c"), (message,)))
    path = own_file(tmp_path / "a.json", data)
    report = read_conversations(path, lambda archived: None)
    assert [each.number for each in report.rejected] == [1]


def test_a_broken_archive_is_told(tmp_path):
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", json.dumps([CHATGPT] * 50))
    data = bytearray(path.read_bytes())
    data[60:90] = b"\xff" * 30
    path.write_bytes(data)
    with pytest.raises(NotConversations):
        read_conversations(path, lambda archived: None)
