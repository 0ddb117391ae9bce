"""The rows of the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from desktop_llm.library.hub_types import LibraryEntry
from desktop_llm.ui import icons
from desktop_llm.ui.icons import Tint
from desktop_llm.ui.models.words import (
    UNKNOWN,
    date_words,
    kind_words,
    size_words,
    verified_words,
)
from desktop_llm.ui.translate import words

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NAME, KIND, SIZE, CHECKED, USED, ENGINE = range(6)
SORT_ROLE = Role.UserRole
ENGINES = {"transformers": "Transformers", "llama.cpp": "llama.cpp"}
KIND_ICONS = {
    "starter": "sparkle",
    "hub": "cube",
    "folder": "folder",
    "gguf": "file",
    "own": "graduation-cap",
}


class LibraryRows(QAbstractTableModel):
    """In the order of the service; a proxy sorts and filters."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[LibraryEntry] = []
        self._default = ""

    @property
    def entries(self) -> list[LibraryEntry]:
        return self._entries

    def set_entries(self, entries: Sequence[LibraryEntry]) -> None:
        """Show `entries`; the selection stays where only values changed."""
        same = [entry.name for entry in entries] == [entry.name for entry in self._entries]
        if same:
            self._entries = list(entries)
            self._tell()
            return
        self.beginResetModel()
        self._entries = list(entries)
        self.endResetModel()

    def set_default(self, name: str) -> None:
        """Mark the model that is loaded when the window opens."""
        self._default = name
        self._tell()

    def _tell(self) -> None:
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, ENGINE))

    def entry(self, index: Index) -> LibraryEntry | None:
        return self._entries[index.row()] if index.isValid() else None

    def row_of(self, name: str) -> int:
        """The row of a model; -1 if it is not here."""
        return next((row for row, each in enumerate(self._entries) if each.name == name), -1)

    def _text(self, entry: LibraryEntry, column: int) -> str:
        if column == NAME:
            title = entry.title or entry.name
            if entry.name == self._default:
                return self.tr("{title} (default)").format(title=title)
            return title
        if column == KIND:
            return self._kind(entry)
        if column == SIZE:
            return size_words(entry.size)
        if column == CHECKED:
            return verified_words(entry)
        if column == USED:
            return date_words(entry.last_used)
        if entry.missing or entry.incomplete:
            return UNKNOWN
        usual = ENGINES.get(entry.engine, entry.engine)
        return usual if entry.usable else self.tr("None yet")

    def _kind(self, entry: LibraryEntry) -> str:
        if not entry.base:
            return kind_words(entry)
        text = self.tr("Adapter for {base}")
        if entry.kind == "own":
            text = self.tr("Fine-tuned from {base}")
        return text.format(base=entry.base.rpartition("/")[2])

    def _tooltip(self, entry: LibraryEntry, column: int) -> str:
        if column == NAME:
            return f"{entry.name}\n{entry.path}"
        if column == SIZE and entry.own_size != entry.size:
            text = self.tr("{size}; {own} of it is not shared with other models.")
            return text.format(size=size_words(entry.size), own=size_words(entry.own_size))
        if column in (CHECKED, ENGINE) and entry.problem:
            return words(entry.problem)
        if column == ENGINE and not entry.usable:
            return self.tr("No engine of this version can run this model.")
        if column == KIND and entry.base:
            return entry.base
        return self._text(entry, column)

    def _sort_key(self, entry: LibraryEntry, column: int) -> Any:
        if column == SIZE:
            return float(entry.size)  # Qt does not compare integers as large as this
        if column == USED:
            return entry.last_used
        return self._text(entry, column).lower()

    # Qt's own names

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else ENGINE + 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        entry, column = self._entries[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(entry, column)
        if role == Role.ToolTipRole:
            return self._tooltip(entry, column)
        if role == SORT_ROLE:
            return self._sort_key(entry, column)
        if role == Role.DecorationRole and column == NAME:
            return icons.icon(KIND_ICONS[entry.kind], "text_muted")
        if role == Role.DecorationRole and column == CHECKED:
            return icons.icon(*_check_icon(entry))
        if role == Role.TextAlignmentRole and column == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole and section == SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != Role.DisplayRole:
            return None
        return (
            self.tr("Name"),
            self.tr("Kind"),
            self.tr("Size"),
            self.tr("Files"),
            self.tr("Last used"),
            self.tr("Engine"),
        )[section]


def is_spoilt(entry: LibraryEntry) -> bool:
    """Whether it lacks something, or holds something wrong: fetching it again helps."""
    return entry.missing or entry.incomplete or entry.verified is False


def _check_icon(entry: LibraryEntry) -> tuple[str, Tint]:
    if is_spoilt(entry):
        return "x-circle", "danger"
    return ("check-circle", "success") if entry.verified else ("question", "text_muted")
