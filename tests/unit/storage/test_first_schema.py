"""A file of the first released version opens with everything that is in it."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from desktop_llm.core.conversation import Attachment, Conversation, Message
from desktop_llm.core.errors import UnknownError
from desktop_llm.core.generation import GenerationRecord, Sampling
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.salvage import salvage
from desktop_llm.storage.schema import shipped_migrations
from tests.unit.storage.filled import opened

DAY = 86400.0
NOW = time.time()

ROWS = f"""
INSERT INTO conversation (id, title, active_leaf, system_prompt, sampling, created_at, updated_at)
VALUES
    ('tree', 'Bäume 树', 'a2', 'Be brief.', '{{"temperature": 0.1, "seed": 7}}', 10.5, 30.25),
    ('empty', '', NULL, '', '{{}}', 11.0, 20.0),
    ('cut', 'Cut off', 'half', '', '{{}}', 12.0, 12.0),
    ('deleted', 'In the trash', NULL, '', '{{}}', 13.0, 13.0),
    ('old', 'Long in the trash', NULL, '', '{{}}', 14.0, 14.0);
INSERT INTO message
    (id, conversation_id, parent_id, role, content, thinking, state, error, created_at)
VALUES
    ('q', 'tree', NULL, 'user', 'Wie heißt 树?', '', 'complete', NULL, 1.0),
    ('a1', 'tree', 'q', 'assistant', 'Ba', 'Hm', 'failed',
     '{{"type": "ErrorOfThePast", "facts": {{}}}}', 2.0),
    ('a2', 'tree', 'q', 'assistant', 'Baum 🌳', 'Easy.', 'complete', NULL, 3.0),
    ('asked', 'cut', NULL, 'user', 'Go on', '', 'complete', NULL, 4.0),
    ('half', 'cut', 'asked', 'assistant', 'One ', '', 'streaming', NULL, 5.0),
    ('kept', 'deleted', NULL, 'user', 'Keep me', '', 'stopped', NULL, 6.0),
    ('lost', 'old', NULL, 'user', 'Forget me', '', 'interrupted', NULL, 7.0);
INSERT INTO generation VALUES
    ((SELECT seq FROM message WHERE id = 'a2'), 'starter', 'transformers', 'cpu', 'bfloat16',
     '{{"top_k": 9}}', '18446744073709551615', 12, 3, 0.5, 41.5, 'end', 4, 'abc', 't', 'a', 4,
     x'0000000070110100', '{{"torch": "2.13.0"}}');
INSERT INTO attachment VALUES
    ('f2', 'q', 'b.txt', 'text/plain', 'ab', 7, 'content of b'),
    ('f1', 'q', 'a.txt', 'text/csv', 'cd', 8, 'content of a');
INSERT INTO trash VALUES ('deleted', {NOW - 10 * DAY}), ('old', {NOW - 40 * DAY});
INSERT INTO stream_chunk (message_id, text, thinking) VALUES
    ('half', 'two ', ''), ('half', 'three', '!');
"""

TREE = Conversation(
    "tree", "Bäume 树", "a2", "Be brief.", Sampling(temperature=0.1, seed=7), 10.5, 30.25
)
FILES = (
    Attachment("f2", "b.txt", "text/plain", "ab", 7, "content of b"),
    Attachment("f1", "a.txt", "text/csv", "cd", 8, "content of a"),
)
QUESTION = Message("q", "tree", None, "user", "Wie heißt 树?", created_at=1.0, attachments=FILES)
RECORD = GenerationRecord(
    model="starter",
    engine="transformers",
    device="cpu",
    dtype="bfloat16",
    sampling=Sampling(top_k=9),
    seed=2**64 - 1,
    prompt_tokens=12,
    new_tokens=3,
    ttft_s=0.5,
    tokens_per_s=41.5,
    stop_reason="end",
    threads=4,
    revision="abc",
    template_hash="t",
    adapter_hash="a",
    bits=4,
    token_ids=(0, 70000),
    versions={"torch": "2.13.0"},
)
ANSWER = Message(
    "a2", "tree", "q", "assistant", "Baum 🌳", "Easy.", created_at=3.0, generation=RECORD
)


@pytest.fixture
def first(database_path: Path) -> Path:
    database_path.parent.mkdir()
    with closing(sqlite3.connect(database_path)) as connection:
        connection.executescript(shipped_migrations()[0] + ROWS + "PRAGMA user_version = 1;")
    return database_path


def test_a_released_migration_stays_as_it_was_released() -> None:
    digest = hashlib.sha256(shipped_migrations()[0].encode()).hexdigest()
    assert digest == "2822119752fca4b8b29b00b44d99ee67e2128ee35894efeb77a4f9e7a251beae"


def test_everything_is_there(first: Path) -> None:
    with opened(first) as database:
        assert database.notice is None
        store = ConversationStore(database)
        store.recover()
        found = store.list_conversations()
        assert [c.id for c in found] == ["tree", "empty", "cut"]
        assert found[1] == Conversation("empty", created_at=11.0, updated_at=20.0)
        conversation, [question, failed, answer] = store.load("tree")
        assert (conversation, question, answer) == (TREE, QUESTION, ANSWER)
        assert (failed.content, failed.thinking, failed.state) == ("Ba", "Hm", "failed")
        assert isinstance(failed.error, UnknownError)
        _, [_, half] = store.load("cut")
        assert (half.content, half.thinking, half.state) == ("One two three", "!", "interrupted")
        assert [entry.id for entry in store.trash.entries()] == ["deleted"]
        store.trash.restore("conversation", "deleted")
        assert [m.content for m in store.load("deleted")[1]] == ["Keep me"]
        assert store.find("old") is None
        assert database.query("PRAGMA foreign_key_check") == []
        assert database.query("PRAGMA integrity_check")[0][0] == "ok"


def test_everything_is_found(first: Path) -> None:
    with opened(first) as database:
        store = ConversationStore(database)
        store.recover()
        for query, ids in (
            ("树", ["q", None]),
            ("aum", ["a2"]),
            ("three", ["half"]),
            ("content of b", ["q"]),
            ("keep", []),
        ):
            assert {hit.message_id for hit in store.index.search(query)} == set(ids), query


def test_it_is_the_same_schema_as_of_a_new_file(first: Path, tmp_path: Path) -> None:
    schemas = []
    for path in (first, tmp_path / "new.sqlite"):
        with opened(path) as database:
            rows = database.query("SELECT type, name, tbl_name, sql FROM sqlite_schema")
            schemas.append({tuple(row) for row in rows})
    assert schemas[0] == schemas[1]


def test_what_is_salvaged_of_it_has_its_attachments_and_its_trash(
    first: Path, tmp_path: Path
) -> None:
    with opened(tmp_path / "new.sqlite") as database:
        store = ConversationStore(database)
        salvage(first, database)
        conversation, [question, _, answer] = store.load("tree")
        assert (conversation, question, answer) == (TREE, QUESTION, ANSWER)
        assert [entry.id for entry in store.trash.entries()] == ["deleted", "old"]
        assert {c.id for c in store.list_conversations()} == {"tree", "empty", "cut"}
        assert database.query("PRAGMA foreign_key_check") == []
