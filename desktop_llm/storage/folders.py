"""The folders of the conversation list."""

from __future__ import annotations

from desktop_llm.core.conversation import Folder
from desktop_llm.storage.database import Database


class Folders:
    """Folders on disk. They are deleted, and come back, by `storage.trash`.

    A conversation may name a folder that is not listed, since that is in the trash: it is shown
    without one until the folder comes back.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Folder]:
        """Folders that are not in the trash, in their order."""
        rows = self._database.query(
            "SELECT id, name, position FROM folder WHERE NOT EXISTS"
            " (SELECT 1 FROM trash WHERE kind = 'folder' AND trash.id = folder.id)"
            " ORDER BY position, seq"
        )
        return [Folder(*row) for row in rows]

    def save(self, folder: Folder) -> None:
        """Add or replace a folder; the conversations in it stay."""
        self._database.put("folder", "id", vars(folder))
