"""The rows of the trash: what was deleted, when, and how long it can be restored."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop_llm.storage.trash import TRASH_DAYS, Kind, TrashEntry
from desktop_llm.ui import icons

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
TITLE, KIND, DELETED, LEFT = range(4)
DAY_S = 86_400
ICONS: dict[Kind, str] = {
    "conversation": "chat-circle",
    "message": "chat-text",
    "folder": "folder-simple",
    "preset": "sliders-horizontal",
}


def days_left(entry: TrashEntry, now: float) -> int:
    """Days until `entry` goes for good; 0 if it may go at any moment."""
    return max(0, math.ceil(TRASH_DAYS - (now - entry.deleted_at) / DAY_S))


class TrashRows(QAbstractTableModel):
    """Entries, the last deleted first."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[TrashEntry] = []
        self._now = 0.0

    def set_entries(self, entries: Sequence[TrashEntry]) -> None:
        """Show `entries`."""
        self.beginResetModel()
        self._entries = sorted(entries, key=lambda entry: -entry.deleted_at)
        self._now = time.time()
        self.endResetModel()

    @property
    def entries(self) -> list[TrashEntry]:
        return self._entries

    def kind_words(self, kind: Kind) -> str:
        """What kind of thing it was."""
        return {
            "conversation": self.tr("Conversation"),
            "message": self.tr("Message"),
            "folder": self.tr("Folder"),
            "preset": self.tr("Preset"),
        }[kind]

    def title(self, entry: TrashEntry) -> str:
        """Its title, or what stands in place of one."""
        untitled = self.tr("New chat") if entry.kind == "conversation" else self.tr("Without text")
        return " ".join(entry.title.split()) or untitled

    def _left(self, entry: TrashEntry) -> str:
        days = days_left(entry, self._now)
        if days == 1:
            return self.tr("1 day")
        return self.tr("{number} days").format(number=days)

    def _text(self, entry: TrashEntry, column: int) -> str:
        if column == TITLE:
            return self.title(entry)
        if column == KIND:
            return self.kind_words(entry.kind)
        if column == DELETED:
            when = QDateTime.fromSecsSinceEpoch(int(entry.deleted_at))
            return QLocale().toString(when, QLocale.FormatType.ShortFormat)
        return self._left(entry)

    # Qt's own names

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else LEFT + 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        entry, column = self._entries[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(entry, column)
        if role == Role.DecorationRole and column == TITLE:
            return icons.icon(ICONS[entry.kind], "text_muted")
        if role == Role.AccessibleTextRole and column == TITLE:
            said = self.tr("{kind} “{title}”")
            return said.format(kind=self.kind_words(entry.kind), title=self.title(entry))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if role != Role.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (self.tr("Title"), self.tr("Kind"), self.tr("Deleted"), self.tr("Kept for"))[section]
