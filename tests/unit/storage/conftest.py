"""A database of its own for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_llm.storage.conversations import ConversationStore
from desktop_llm.storage.database import Database, open_database

Reopen = Callable[[], ConversationStore]


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def reopen(database_path: Path) -> Iterator[Reopen]:
    """Opens the database as a new start of the app does; a copy that was open is closed."""
    opened: list[Database] = []

    def open_again() -> ConversationStore:
        for database in opened:
            database.close()
        opened[:] = [open_database(database_path)]
        store = ConversationStore(opened[0])
        store.recover()
        return store

    yield open_again
    for database in opened:
        database.close()


@pytest.fixture
def store(reopen: Reopen) -> ConversationStore:
    return reopen()
