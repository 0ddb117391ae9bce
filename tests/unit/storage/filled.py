"""Databases with something in them, and ways to look at them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database, open_database
from tests.values import a_conversation, a_message, a_record

REPOSITORY = Path(__file__).resolve().parents[3]


@contextmanager
def opened(path: Path, migrations: list[str] | None = None) -> Iterator[Database]:
    database = open_database(path, migrations)
    try:
        yield database
    finally:
        database.close()


def fill(path: Path, conversations: int = 1, messages: int = 4) -> None:
    text, record = "A sentence about 语言模型. " * 20, a_record(token_ids=tuple(range(50)))
    with opened(path) as database:
        store = ConversationStore(database)
        for number in range(conversations):
            conversation = a_conversation(title=f"Conversation {number}")
            with store.transaction():
                store.save_conversation(conversation)
                for _ in range(messages):
                    message = a_message(content=text, conversation_id=conversation.id)
                    store.add_message(replace(message, generation=record))


def titles(path: Path) -> set[str]:
    with opened(path) as database:
        return {c.title for c in ConversationStore(database).list_conversations()}


def leave_unclean(path: Path) -> None:
    """End as a killed process does: the last changes are in the log beside the file only."""
    child = (
        "import os, sys; from pathlib import Path; from tests.unit.storage.filled import *\n"
        "database = open_database(Path(sys.argv[1]))\n"
        "ConversationStore(database).save_conversation(a_conversation(title='in the log'))\n"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", child, str(path)], check=True, cwd=REPOSITORY)
    assert path.with_name(path.name + "-wal").stat().st_size > 0


def contents(folder: Path) -> dict[str, str]:
    """The hash of every file that matters, by name."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.is_file() and not file.name.endswith("-shm")
    }
