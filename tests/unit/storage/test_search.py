"""Search: what is found, where, in which order, and that the index is never trusted too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.conversation import Attachment, Conversation, Message
from desktop_llm.storage import search_index as module
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.search_index import SearchHit
from desktop_llm.storage.search_text import Query, fold
from tests.unit.storage.filled import opened
from tests.values import a_conversation, a_message

Reopen = Callable[[], ConversationStore]


def said(store: ConversationStore, *texts: str, title: str = "") -> tuple[Conversation, list[str]]:
    """A conversation of one message after the other; their ids."""
    conversation = a_conversation(title=title)
    messages: list[Message] = []
    for number, text in enumerate(texts):
        parent = messages[-1].id if messages else None
        messages.append(
            a_message(
                content=text,
                conversation_id=conversation.id,
                parent_id=parent,
                created_at=float(number),
            )
        )
    with store.transaction():
        store.save_conversation(conversation)
        store.add_messages(messages)
    return conversation, [message.id for message in messages]


def shown(hit: SearchHit) -> list[str]:
    """What is highlighted."""
    return [hit.snippet[start:end] for start, end in hit.spans]


@pytest.mark.parametrize(
    ("text", "query", "highlighted"),
    [
        ("小语言模型", "语", ["语"]),
        ("小语言模型", "言模", ["言模"]),
        ("小语言模型", "语言模型", ["语言模型"]),
        ("小语言模型", "语模", None),
        ("日本語をカタカナで", "タ", ["タ"]),
        ("한국어 문장", "국어", ["국어"]),
        ("สวัสดีครับ", "ดี", ["ดี"]),
        ("The Weather", "the", ["The", "the"]),
        ("The Weather", "weat", ["Weat"]),
        ("The Weather", "EATHER", ["eather"]),
        ("The Weather", "wea the", ["The", "Weathe"]),
        ("The Weather", "weather rain", None),
        ("The Weather", "th", ["Th"]),
        ("The Weather", "he", None),
        ("The Weather", "w", ["W"]),
        ("The Weather", "e", None),
        ("STRAẞE", "straße", ["STRAẞE"]),
        ("Größe", "RÖSS", None),
        ("ПРИВЕТ мир", "ривет", ["РИВЕТ"]),
        ("100% of C++, a\\b", "100%", ["100%"]),
        ("100% of C++, a\\b", "c++", ["C++"]),
        ("100% of C++, a\\b", "\\", ["\\"]),
        ("100% of C++, a\\b", "1_0", None),
        ("abc++", "c++", None),
        ("abc++", "abc+", ["abc+"]),
        ("xabc.org", "abc.o", ["abc.o"]),
        ("file name_of_it.py", "name_of", ["name_of"]),
        ("用GPT4写", "gpt4写", ["GPT4写"]),
        ("模型t5", "模型t", ["模型t"]),
        ("模型xt5", "模型t", None),
        ("number 31415", "141", ["141"]),
        ("smile 🙂!", "🙂", ["🙂"]),
        ("smile 🙂!", "🙂!", ["🙂!"]),
        ('say "no" OR (yes*)', '"no"', ['"no"']),
        ('say "no" OR (yes*)', "or yes", ["OR", "yes"]),
        ('say "no" OR (yes*)', "yes*)", ["yes*)"]),
        ('say "no" OR (yes*)', "NOR", None),
        ("quote's", "'", ["'"]),
        ("a\0b", "a\0b", ["a", "b"]),
        ("line one\nline two", "one line", ["line", "one", "line"]),
        ("anything", " \t\n", None),
        ("anything", "\0", None),
    ],
)
def test_what_a_query_finds(
    store: ConversationStore, text: str, query: str, highlighted: list[str] | None
) -> None:
    conversation, [message] = said(store, text)
    said(store, "not 无关")
    hits = store.index.search(query)
    assert [hit.message_id for hit in hits] == ([message] if highlighted else [])
    assert [shown(hit) for hit in hits] == ([highlighted] if highlighted else [])
    store.save_conversation(replace(conversation, title=text))
    found = [hit.message_id for hit in store.index.search(query)]
    assert found == ([None, message] if highlighted else []), "titles are found in the same way"


def test_hits_come_newest_first_and_as_many_as_wanted(store: ConversationStore) -> None:
    old = replace(a_conversation(title="word"), updated_at=2.5)
    store.save_conversation(old)
    conversation, ids = said(store, *["a word"] * 5)
    hits = store.index.search("word")
    assert [hit.message_id for hit in hits] == [ids[4], ids[3], None, ids[2], ids[1], ids[0]]
    assert [hit.conversation for hit in hits] == [
        old if hit.message_id is None else conversation for hit in hits
    ]
    assert store.index.search("word", limit=2) == hits[:2]


def test_more_candidates_than_are_looked_at_together(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BATCH", 2)
    _, ids = said(store, "ab cd", *["ab. cd"] * 20, "ab cd", "x")
    assert [hit.message_id for hit in store.index.search("ab cd")] == ids[-2::-1]
    assert store.index.search("ab,") == []


def test_a_part_of_very_many_words_is_found_without_the_help_of_the_words(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_WORDS", 3)
    _, ids = said(store, "rain", "brain", "drain", "grain", "train", "nothing")
    assert [hit.message_id for hit in store.index.search("rain")] == ids[4::-1]
    assert [hit.message_id for hit in store.index.search("rain b")] == [ids[1]]
    _, [mixed] = said(store, "terrain.txt")
    assert [hit.message_id for hit in store.index.search("rain.t")] == [mixed]


def test_long_queries_are_searched_to_their_end(store: ConversationStore) -> None:
    words, signs = " ".join(f"word{n}" for n in range(300)), "的一是了我不人在他有这上" * 30
    _, ids = said(store, f"{words} end", words, f"{signs}终", signs)
    assert [hit.message_id for hit in store.index.search(f"{words} end")] == [ids[0]]
    assert [hit.message_id for hit in store.index.search(f"{signs}终")] == [ids[2]]


def test_the_snippet_is_one_short_line_around_the_first_hit(store: ConversationStore) -> None:
    said(store, "before\n" * 100 + "the  hit\tis\n\nhere" + " after" * 100)
    [hit] = store.index.search("hit")
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert "before the hit is here after" in hit.snippet
    assert shown(hit) == ["hit"]
    assert "\n" not in hit.snippet
    assert 90 <= len(hit.snippet) <= 130


def test_the_snippet_shows_a_long_hit_to_its_end(store: ConversationStore) -> None:
    said(store, "x" * 100 + "长" * 300 + "终")
    [hit] = store.index.search("长" * 300)
    assert shown(hit) == ["长" * 300]


@given(st.text(), st.text(min_size=1))
def test_whatever_the_text_a_snippet_shows_the_hit(text: str, piece: str) -> None:
    query = Query(piece)
    if query.pieces and query.hits(text):
        snippet, spans = query.snippet(text)
        assert spans
        assert len(snippet.splitlines()) == 1
        assert all(0 <= start < end <= len(snippet) for start, end in spans)
        assert all(end < start for (_, end), (start, _) in pairwise(spans))


@given(st.text(st.characters()))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_attachments_are_searched_by_name_and_text(store: ConversationStore) -> None:
    conversation = a_conversation()
    store.save_conversation(conversation)
    file = Attachment("f", "合同.pdf", "application/pdf", "00", 9, "the rent is due")
    message = a_message(conversation_id=conversation.id, content="see", attachments=(file,))
    store.add_message(message)
    for query in ("合同.p", "rent due", "see rent"):
        assert [hit.message_id for hit in store.index.search(query)] == [message.id], query
    store.trash.remove("message", message.id)
    assert store.index.search("rent") == []


def test_what_is_deleted_or_follows_it_is_not_found_until_it_is_back(
    store: ConversationStore,
) -> None:
    conversation, ids = said(store, "word 1", "word 2", "word 3", title="word")
    store.trash.put("message", ids[1])
    assert [hit.message_id for hit in store.index.search("word")] == [None, ids[0]]
    store.trash.restore("message", ids[1])
    assert len(store.index.search("word")) == 4
    store.trash.put("conversation", conversation.id)
    assert store.index.search("word") == []
    store.trash.restore("conversation", conversation.id)
    assert len(store.index.search("word")) == 4


def test_a_change_is_found_and_what_was_before_is_not(
    store: ConversationStore, reopen: Reopen
) -> None:
    conversation, [first] = said(store, "apple", title="one")
    message = a_message(conversation_id=conversation.id, content="", state="streaming")
    store.add_message(message)
    store.append_stream(message.id, "half")
    assert store.index.search("half") == [], "only what is finished is indexed"
    store.finish_message(replace(message, content="whole", state="complete"))
    store.add_message(replace(message, content="whole", state="streaming"))
    store.append_stream(message.id, " continued")
    store.save_conversation(replace(conversation, title="two"))
    again = reopen()
    for query, found in (
        ("apple", [first]),
        ("whole", [message.id]),
        ("whole continued", [message.id]),
        ("one", []),
        ("two", [None]),
    ):
        assert [hit.message_id for hit in again.index.search(query)] == found, query
    assert integrity(again) == "ok"


def integrity(store: ConversationStore) -> str:
    """FTS5 raises if its tables do not agree."""
    database = store._database
    with store.transaction():
        database.write("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    return str(database.query("PRAGMA integrity_check")[0][0])


def test_what_is_gone_leaves_no_trace_in_the_index(store: ConversationStore) -> None:
    def traces(word: str) -> int:
        sql = "SELECT count(*) FROM search_index WHERE search_index MATCH ?"
        return int(store._database.query(sql, f'"{word}"')[0][0])

    conversation, ids = said(store, "apple", "banana", "cherry", title="plum")
    store.save_conversation(replace(conversation, title="peach"))
    message = store.load(conversation.id)[1][0]
    store.finish_message(replace(message, content="apricot"))
    store.trash.remove("message", ids[1])
    words = ("plum", "peach", "apple", "apricot", "banana", "cherry")
    assert [traces(word) for word in words] == [0, 1, 0, 1, 0, 0]
    store.trash.remove("conversation", conversation.id)
    assert [traces(word) for word in words] == [0] * 6
    assert integrity(store) == "ok"


def test_what_a_failed_transaction_wrote_is_not_found(store: ConversationStore) -> None:
    class Trouble(Exception):
        pass

    with pytest.raises(Trouble), store.transaction():
        said(store, "apple", title="pear")
        raise Trouble
    assert store.index.search("apple") == store.index.search("pear") == []


def test_an_index_that_is_not_there_yet_is_made_at_the_start(
    store: ConversationStore, reopen: Reopen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_STEP", 2)
    _, ids = said(store, *["word"] * 5, title="word")
    with store.transaction():
        store._database.write("UPDATE search_state SET rules = 'of yesterday'")
        store._database.write("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    found = [hit.message_id for hit in reopen().index.search("word")]
    assert found == [None, *ids[::-1]]


@pytest.mark.parametrize("steps", range(4))
def test_an_index_whose_making_was_interrupted_is_completed(
    store: ConversationStore,
    reopen: Reopen,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    steps: int,
) -> None:
    monkeypatch.setattr(module, "_STEP", 2)
    _, ids = said(store, *["word"] * 5)
    store.index.begin_anew()
    for _ in range(steps):
        store.index.complete_step()
    store.add_message(replace(store.load(_conversation_of(store))[1][0], content="new word"))
    again = reopen()
    assert [hit.message_id for hit in again.index.search("word")] == ids[::-1]
    assert [hit.message_id for hit in again.index.search("new")] == ids[:1]
    assert integrity(again) == "ok"
    assert "damaged" not in caplog.text


def _conversation_of(store: ConversationStore) -> str:
    return store.list_conversations()[0].id


@pytest.mark.parametrize("table", ["search_index_data", "search_index_idx", "search_index_config"])
def test_a_damaged_index_is_made_anew_and_loses_nothing(
    store: ConversationStore, table: str
) -> None:
    conversation, ids = said(store, "word 1", "词 2")
    with store.transaction():
        store._database.write(f"DELETE FROM {table}")
    message = a_message(conversation_id=conversation.id, content="word 3", parent_id=ids[1])
    store.add_message(message)
    store.finish_message(replace(message, content="word 4"))
    assert [m.content for m in store.load(conversation.id)[1]] == ["word 1", "词 2", "word 4"]
    assert {hit.message_id for hit in store.index.search("word")} == {ids[0], message.id}
    assert [hit.message_id for hit in store.index.search("词")] == [ids[1]]


def test_an_index_of_noise_is_made_anew(database_path: Path) -> None:
    with opened(database_path) as database:
        store = ConversationStore(database)
        store.recover()
        said(store, *[f"word {number} 词" for number in range(300)])
        with store.transaction():
            database.write("UPDATE search_index_data SET block = randomblob(length(block))")
    with opened(database_path) as database:
        store = ConversationStore(database)
        store.recover()
        said(store, "word of today")
        assert len(store.index.search("word", limit=1000)) == 301
        assert len(store.index.search("词", limit=1000)) == 300
