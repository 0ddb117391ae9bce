"""A damaged file never stops the app, never vanishes, and is never passed over in silence."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.storage import errors
from desktop_llm.storage.conversations import ConversationStore
from tests.unit.storage.filled import fill, leave_unclean, opened, titles
from tests.values import a_conversation, a_message


def zeros(data: bytearray) -> None:
    data[:] = bytes(len(data))


def half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def hole(data: bytearray) -> None:
    data[1024:4096] = b"\xff" * 3072


def other_program(data: bytearray) -> None:
    data[:] = b"This is a shopping list, not a database.\n" * 40


@pytest.mark.parametrize("harm", [zeros, half, hole, other_program])
def test_a_damaged_file_is_kept_aside_and_a_new_one_begun(
    database_path: Path, harm: Callable[[bytearray], None]
) -> None:
    fill(database_path, conversations=3)
    data = bytearray(database_path.read_bytes())
    harm(data)
    database_path.write_bytes(data)
    with opened(database_path) as database:
        assert isinstance(database.notice, errors.StorageDamaged)
        kept = Path(str(database.notice.facts["moved_to"]))
        ConversationStore(database).save_conversation(a_conversation(title="new"))
    assert kept.name.startswith("conversations.sqlite.corrupt-20")
    assert kept.read_bytes() == data
    assert titles(database_path) == {"new"}
    with opened(database_path) as database:
        assert database.notice is None, "it is told once"


def test_a_column_whose_name_is_damaged_is_noticed(database_path: Path) -> None:
    fill(database_path)
    data = database_path.read_bytes()
    place = data.index(b"thinking        TEXT")
    database_path.write_bytes(data[:place] + b"d" + data[place + 1 :])
    with opened(database_path) as database:
        assert isinstance(database.notice, errors.StorageDamaged)


def test_the_log_of_a_damaged_file_goes_aside_with_it(database_path: Path) -> None:
    fill(database_path)
    leave_unclean(database_path)
    log = database_path.with_name(database_path.name + "-wal")
    log_before = log.read_bytes()
    data = bytearray(database_path.read_bytes())
    hole(data)
    data[:] = data[:8192]
    database_path.write_bytes(data)
    with opened(database_path) as database:
        assert isinstance(database.notice, errors.StorageDamaged)
        kept = Path(str(database.notice.facts["moved_to"]))
    assert kept.read_bytes() == data
    assert kept.with_name(kept.name + "-wal").read_bytes() == log_before
    assert titles(database_path) == set()


def test_two_damaged_files_of_the_same_second_are_both_kept(
    database_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_llm.storage.schema._now", lambda: "2026-11-22T101112")
    for text in (b"first" * 200, b"second" * 200):
        database_path.parent.mkdir(exist_ok=True)
        database_path.write_bytes(text)
        with opened(database_path):
            pass
    kept = database_path.parent.glob("*corrupt*")
    assert sorted(file.read_bytes()[:5] for file in kept) == [b"first", b"secon"]


def test_a_database_of_another_program_is_not_written_to(database_path: Path) -> None:
    database_path.parent.mkdir()
    with closing(sqlite3.connect(database_path)) as connection:
        connection.execute("CREATE TABLE recipe (x)")
    before = database_path.read_bytes()
    with opened(database_path) as database:
        assert database.notice is not None
        kept = Path(str(database.notice.facts["moved_to"]))
    assert kept.read_bytes() == before


def test_an_empty_file_is_simply_used(database_path: Path) -> None:
    database_path.parent.mkdir()
    database_path.touch()
    with opened(database_path) as database:
        assert database.notice is None


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_broken_the_app_starts_and_what_it_says_is_typed(
    database_path: Path, seed: int
) -> None:
    harm_and_use(database_path, seed)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_three_hundred_kinds_of_damage(tmp_path: Path) -> None:
    for seed in range(1000, 1300):
        harm_and_use(tmp_path / str(seed) / "conversations.sqlite", seed)


def harm_and_use(path: Path, seed: int) -> None:
    """Break a random span, then list and open everything: a typed error or no error at all."""
    chance = random.Random(seed)
    fill(path, conversations=3, messages=6)
    data = bytearray(path.read_bytes())
    start = chance.choice((chance.randrange(100), chance.randrange(len(data))))
    span = slice(start, start + chance.choice((1, 16, 700, 5000)))
    kind = chance.choice(("flip", "zero", "noise", "cut"))
    if kind == "cut":
        del data[start:]
    elif kind == "flip":
        data[start] ^= 1 << chance.randrange(8)
    elif kind == "zero":
        data[span] = bytes(len(data[span]))
    else:
        data[span] = chance.randbytes(len(data[span]))
    path.write_bytes(data)
    try:
        with opened(path) as database:
            if database.notice is not None:
                assert Path(str(database.notice.facts["moved_to"])).read_bytes() == data
            use(ConversationStore(database))
    except errors.SchemaTooNew:
        assert path.read_bytes() == data
    except ExpectedError:
        pass


def use(store: ConversationStore) -> None:
    store.recover()
    for conversation in store.list_conversations():
        store.load(conversation.id)
    store.index.search("模型")
    new = a_conversation()
    store.save_conversation(new)
    store.add_message(a_message(conversation_id=new.id))


def test_a_flipped_bit_in_a_text_does_not_hide_its_conversation(database_path: Path) -> None:
    fill(database_path)
    data = database_path.read_bytes()
    at = data.index("语言".encode())
    database_path.write_bytes(data[:at] + b"\xff" + data[at + 1 :])
    with opened(database_path) as database:
        store = ConversationStore(database)
        conversation = store.list_conversations()[0]
        texts = [message.content for message in store.load(conversation.id)[1]]
    assert sum("\ufffd" in text for text in texts) == 1
