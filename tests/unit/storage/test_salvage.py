"""What is readable in a damaged database comes back; the damaged file stays as it was."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_llm.core.conversation import Attachment, Folder, new_id
from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database, Value, open_database
from desktop_llm.storage.drafts import Draft
from desktop_llm.storage.errors import BackupDamaged, DiskFull
from desktop_llm.storage.salvage import Salvaged, salvage
from tests.unit.storage.filled import fill, leave_unclean, opened
from tests.values import a_conversation, a_message, a_record


def fill_all(path: Path, conversations: int = 12, messages: int = 6) -> None:
    with opened(path) as database:
        store = ConversationStore(database)
        folder = Folder(new_id(), "Work")
        store.folders.save(folder)
        for number in range(conversations):
            conversation = a_conversation(title=f"Conversation {number}", folder_id=folder.id)
            store.save_conversation(conversation)
            parent = None
            for turn in range(messages):
                message = a_message(
                    "assistant" if turn % 2 else "user",
                    f"Message {turn} of {number}. " * 30,
                    conversation_id=conversation.id,
                    parent_id=parent,
                )
                if turn % 2:
                    message = replace(message, generation=a_record())
                else:
                    file = Attachment(new_id(), "a.txt", "text/plain", "", 1, f"file {turn}")
                    message = replace(message, attachments=(file,))
                store.add_message(message)
                parent = message.id


def everything(path: Path) -> dict[str, object]:
    with opened(path) as database:
        store = ConversationStore(database)
        return {
            conversation.title: [replace(m, id="") for m in store.load(conversation.id)[1]]
            for conversation in store.list_conversations(limit=-1)
        }


def test_an_undamaged_file_comes_over_whole_and_only_once(tmp_path: Path) -> None:
    source, target = tmp_path / "old" / "c.sqlite", tmp_path / "new" / "c.sqlite"
    fill_all(source)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    with opened(target) as database:
        first = salvage(source, database)
        again = salvage(source, database)
    assert (first.conversations, first.messages) == (12, 72)
    assert (again.conversations, again.messages) == (0, 0)
    assert everything(target) == everything(source)
    assert hashlib.sha256(source.read_bytes()).hexdigest() == digest


def test_what_was_only_in_the_log_comes_over_too(tmp_path: Path) -> None:
    source, target = tmp_path / "old" / "c.sqlite", tmp_path / "new" / "c.sqlite"
    fill(source)
    leave_unclean(source)
    with opened(target) as database:
        salvage(source, database)
        found = ConversationStore(database).list_conversations()
    assert "in the log" in {conversation.title for conversation in found}


def test_messages_that_have_lost_their_conversation_get_one(tmp_path: Path) -> None:
    source, target = tmp_path / "old" / "c.sqlite", tmp_path / "new" / "c.sqlite"
    fill_all(source, conversations=2)
    with opened(source) as database:
        database._connection.execute("PRAGMA foreign_keys = OFF")
        database._connection.execute("DELETE FROM conversation")
    with opened(target) as database:
        assert salvage(source, database).messages == 12
        assert len(ConversationStore(database).list_conversations()) == 2


def test_what_is_there_now_is_neither_deleted_nor_given_an_old_draft(tmp_path: Path) -> None:
    path = tmp_path / "c.sqlite"
    kept, sent, gone = a_conversation(), a_conversation(), a_conversation()
    with opened(path) as database:
        store = ConversationStore(database)
        for conversation in (kept, sent, gone):
            store.save_conversation(conversation)
            store.drafts.save(Draft(conversation.id, "unsent"))
        store.drafts.save(Draft("", "of a new chat"))
        store.trash.put("conversation", kept.id)
        backup = store.backups.make()
        assert backup is not None
        store.trash.restore("conversation", kept.id)
        store.drafts.forget(sent.id)
        store.drafts.forget("")
        store.trash.remove("conversation", gone.id)
        assert store.backups.take_over(backup) == Salvaged(1, 0)
        listed = {conversation.id for conversation in store.list_conversations()}
        assert listed == {kept.id, sent.id, gone.id}
        drafts = [store.drafts.get(key).text for key in (sent.id, gone.id, "")]
        assert drafts == ["", "unsent", ""]


def test_the_draft_of_a_new_chat_comes_over_into_a_new_file(tmp_path: Path) -> None:
    source, target = tmp_path / "old" / "c.sqlite", tmp_path / "new" / "c.sqlite"
    with opened(source) as database:
        ConversationStore(database).drafts.save(Draft("", "unsent"))
    with opened(target) as database:
        salvage(source, database)
        assert ConversationStore(database).drafts.get("").text == "unsent"


def test_a_disk_that_is_full_midway_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = tmp_path / "old" / "c.sqlite", tmp_path / "new" / "c.sqlite"
    fill_all(source)
    with opened(target) as database:
        backups = ConversationStore(database).backups
        write, left = Database.write, [50]

        def run_out(self: Database, sql: str, *values: Value) -> None:
            left[0] -= 1
            if not left[0]:
                raise DiskFull(target, "20 MB", "0 MB")
            write(self, sql, *values)

        monkeypatch.setattr(Database, "write", run_out)
        with pytest.raises(DiskFull):
            backups.take_over(source)
        assert ConversationStore(database).list_conversations() == []
        assert backups.take_over(source) == Salvaged(12, 72)


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    with opened(tmp_path / "c.sqlite") as database, pytest.raises(BackupDamaged):
        ConversationStore(database).backups.take_over(tmp_path / "gone.sqlite")


def harmed(data: bytes, chance: random.Random) -> bytes:
    """A span of `data` flipped, zeroed or cut off."""
    harm = bytearray(data)
    start = chance.randrange(len(harm))
    end = min(len(harm), start + chance.choice([1, 16, 512, 4096, 40_000]))
    match chance.choice(["flip", "zero", "truncate"]):
        case "flip":
            harm[start:end] = bytes(byte ^ chance.randrange(1, 256) for byte in harm[start:end])
        case "zero":
            harm[start:end] = bytes(end - start)
        case _:
            del harm[start:]
    return bytes(harm)


def open_and_salvage(data: bytes, folder: Path) -> int:
    """Open a database of these bytes as the app does; the conversations that are there then."""
    path = folder / "conversations.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    database = open_database(path)
    try:
        store = ConversationStore(database)
        store.recover()
        if database.notice is None:
            for conversation in store.list_conversations(limit=-1):
                store.load(conversation.id)
            return len(store.list_conversations(limit=-1))
        kept = Path(str(database.notice.facts["moved_to"]))
        assert kept.read_bytes() == data, "the damaged file is kept as it is"
        salvage(kept, database)
        assert kept.read_bytes() == data
        assert database.query("PRAGMA integrity_check")[0][0] == "ok"
        assert not database.query("PRAGMA foreign_key_check")
        for conversation in store.list_conversations(limit=-1):
            store.load(conversation.id)
        return len(store.list_conversations(limit=-1))
    finally:
        database.close()


def run_damages(tmp_path: Path, count: int, seed: int) -> list[int]:
    print(f"seed {seed}")
    golden = tmp_path / "golden" / "conversations.sqlite"
    fill_all(golden)
    data, chance = golden.read_bytes(), random.Random(seed)
    return [open_and_salvage(harmed(data, chance), tmp_path / str(n)) for n in range(count)]


def test_damaged_databases_open_and_give_back_what_is_readable(tmp_path: Path) -> None:
    found = run_damages(tmp_path, 12, 2026)
    assert len(found) == 12
    assert sum(count > 0 for count in found) >= 6, found


@pytest.mark.soak
def test_three_hundred_damaged_databases_open(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10_000)
    found = run_damages(tmp_path, 300, seed)
    print(f"{sum(count > 0 for count in found)} of 300 gave something back")
    assert len(found) == 300
