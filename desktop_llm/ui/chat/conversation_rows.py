"""The model of the conversation list: changes by as little as possible, so that nothing jumps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desktop_llm.core.conversation import Conversation, Folder
from desktop_llm.ui.chat.conversation_order import PINNED, Row, arranged, key

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

DRAGGED = "application/x-desktop-llm-rows"
"""What is dragged: a line with the kind ("conversation" or "folder"), then a line for each id."""

MOST_CHANGES = 100
"""Separate insertions and removals; beyond that it is quicker to begin anew."""


class ConversationRows(QAbstractListModel):
    """Conversations, newest first, as the service gives them, in the order of `arranged`."""

    renamed = Signal(str, str)
    """id, new title."""
    folder_renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._places: dict[tuple[str, str], int] = {}
        """Of the rows; empty until somebody asks."""
        self._conversations: dict[str, Conversation] = {}
        self._folders: list[Folder] = []
        self._closed: set[str] = set()
        self._busy: frozenset[str] = frozenset()
        self._pinned_heading = False
        self.current = ""
        """The id of the open conversation."""

    @property
    def folders(self) -> list[Folder]:
        """In the order of the list."""
        return sorted(self._folders, key=lambda folder: folder.position)

    @property
    def closed(self) -> list[str]:
        """Ids of the folders that hide what they hold."""
        return sorted(self._closed)

    @property
    def is_empty(self) -> bool:
        return not self._conversations and not self._folders

    def set_conversations(self, conversations: Sequence[Conversation]) -> None:
        """Show `conversations`, newest first."""
        self._conversations = {each.id: each for each in conversations}
        self._arrange()

    def set_folders(self, folders: Sequence[Folder]) -> None:
        self._folders = list(folders)
        self._arrange()

    def set_closed(self, folder_ids: Iterable[str]) -> None:
        """Hide what is in these folders, and show what is in the others."""
        self._closed = set(folder_ids)
        self._arrange()

    def set_busy(self, conversation_ids: Collection[str]) -> None:
        """Mark the conversations in which an answer is being written."""
        changed = self._busy ^ frozenset(conversation_ids)
        self._busy = frozenset(conversation_ids)
        self._tell(changed)

    def set_current(self, conversation_id: str) -> None:
        """Mark the open conversation."""
        changed = {self.current, conversation_id}
        self.current = conversation_id
        self._tell(changed)

    def show_pinned_heading(self, show: bool) -> None:
        """Show the heading of the pinned ones even if there are none: something is dragged."""
        self._pinned_heading = show
        self._arrange()

    def row(self, index: AnyIndex) -> Row | None:
        return self._rows[index.row()] if index.isValid() else None

    def between(self, top: int, bottom: int) -> list[Row]:
        """The rows from `top` to `bottom` that can be chosen."""
        return [row for row in self._rows[top : bottom + 1] if row.kind != "heading"]

    def conversation(self, conversation_id: str) -> Conversation | None:
        return self._conversations.get(conversation_id)

    def is_busy(self, row: Row) -> bool:
        """Whether an answer is written here, or in a closed folder's conversation."""
        if row.kind == "folder":
            return not row.open and any(self._folder_of(each) == row.id for each in self._busy)
        return row.id in self._busy

    def is_current(self, row: Row) -> bool:
        """Whether this is the open conversation, or the closed folder in which it is."""
        if row.kind == "folder":
            return not row.open and self._folder_of(self.current) == row.id
        return row.kind == "conversation" and row.id == self.current

    def index_of(self, row_id: str, kind: str = "conversation") -> QModelIndex:
        """Where a conversation is; an invalid index if it is not shown."""
        if not self._places:
            self._places = {key(row): place for place, row in enumerate(self._rows)}
        place = self._places.get((kind, row_id))
        return QModelIndex() if place is None else self.index(place)

    def _folder_of(self, conversation_id: str) -> str | None:
        found = self._conversations.get(conversation_id)
        return found.folder_id if found and not found.pinned else None

    def _arrange(self) -> None:
        conversations = self._conversations.values()
        today, heading = date.today(), self._pinned_heading
        self._change(arranged(conversations, self._folders, self._closed, today, heading))

    def _change(self, wanted: list[Row]) -> None:
        """Remove, move, insert and renew rows until they are `wanted`."""
        self._places = {}
        first, last = _difference(self._rows, wanted)
        old, new = self._rows[first : last or None], wanted[first : last or None]
        kept = {key(row) for row in old} & {key(row) for row in new}
        gone = _runs([first + n for n, row in enumerate(old) if key(row) not in kept])
        come = _runs([first + n for n, row in enumerate(new) if key(row) not in kept])
        if len(gone) + len(come) > MOST_CHANGES:
            self.beginResetModel()
            self._rows = wanted
            self.endResetModel()
            return
        for begin, end in reversed(gone):
            self.beginRemoveRows(QModelIndex(), begin, end)
            del self._rows[begin : end + 1]
            self.endRemoveRows()
        self._sort(first, [key(row) for row in new if key(row) in kept])
        for begin, end in come:
            self.beginInsertRows(QModelIndex(), begin, end)
            self._rows[begin:begin] = wanted[begin : end + 1]
            self.endInsertRows()
        changed = [first + n for n, row in enumerate(new) if row != self._rows[first + n]]
        for begin, end in _runs(changed):
            self._rows[begin : end + 1] = wanted[begin : end + 1]
            self.dataChanged.emit(self.index(begin), self.index(end))

    def _sort(self, first: int, wanted: list[tuple[str, str]]) -> None:
        """Bring the rows from `first` on into the order of `wanted`."""
        before = self._rows[first : first + len(wanted)]
        if [key(row) for row in before] == wanted:
            return
        self.layoutAboutToBeChanged.emit()
        places = {each: first + place for place, each in enumerate(wanted)}
        held = self.persistentIndexList()
        moved = [
            self.index(places.get(key(self._rows[index.row()]), index.row())) for index in held
        ]
        self._rows[first : first + len(wanted)] = sorted(before, key=lambda row: places[key(row)])
        self.changePersistentIndexList(held, moved)
        self.layoutChanged.emit()

    def _tell(self, ids: Collection[str]) -> None:
        """Rows of these conversations and all folders look different now."""
        for place, row in enumerate(self._rows):
            if row.id in ids or row.kind == "folder":
                self.dataChanged.emit(self.index(place), self.index(place))

    def _accessible(self, row: Row) -> str:
        if row.kind == "folder":
            state = self.tr("folder, open") if row.open else self.tr("folder, closed")
            name = self.tr("{name}, {state}, conversations: {count}")
            return name.format(name=row.title, state=state, count=row.size)
        if self.is_busy(row):
            return self.tr("{title}, being answered").format(title=row.title)
        return row.title

    def _description(self, row: Row) -> str:
        """The level of the tree, for those who do not see it."""
        if row.kind == "heading":
            return ""
        if row.section == PINNED:
            return self.tr("Pinned")
        names = [f.name for f in self._folders if f.id == row.section]
        if row.kind == "conversation" and names:
            return self.tr("Level 2, in the folder “{name}”").format(name=names[0])
        return self.tr("Level 1")

    # Qt's own names

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == Role.EditRole:
            found = self._conversations.get(row.id)
            return found.title if found else row.title
        if role == Role.DisplayRole or (role == Role.ToolTipRole and row.kind != "heading"):
            return " ".join(row.title.split())
        if role == Role.AccessibleTextRole:
            return self._accessible(row)
        if role == Role.AccessibleDescriptionRole:
            return self._description(row)
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Role.EditRole) -> bool:  # noqa: N802
        row, title = self._rows[index.row()], " ".join(str(value).split())
        if not title or title == self.data(index, Role.EditRole):
            return False
        signal = self.folder_renamed if row.kind == "folder" else self.renamed
        signal.emit(row.id, title)
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None or row.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        flag = Qt.ItemFlag
        return (
            flag.ItemIsEnabled
            | flag.ItemIsSelectable
            | flag.ItemIsEditable
            | flag.ItemIsDragEnabled
        )

    def mimeTypes(self) -> list[str]:  # noqa: N802
        return [DRAGGED]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802
        """Of `indexes` only those that are of the first one's kind."""
        rows = [self._rows[index.row()] for index in indexes]
        ids = dict.fromkeys(row.id for row in rows if row.kind == rows[0].kind)
        data = QMimeData()
        data.setData(DRAGGED, "\n".join([rows[0].kind, *ids]).encode())
        return data


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending `places` as first and last of every row without a gap."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _difference(old: Sequence[Row], new: Sequence[Row]) -> tuple[int, int]:
    """How many rows are the same at the beginning, and at the end as a negative number."""
    most = min(len(old), len(new))
    first = next((n for n in range(most) if old[n] != new[n]), most)
    last = next((n for n in range(most - first) if old[-1 - n] != new[-1 - n]), most - first)
    return first, -last
