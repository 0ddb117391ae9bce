"""The model of what a search found: hits under their conversations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractListModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)

from desktop_llm.core.conversation import Conversation
from desktop_llm.storage.search_index import SearchHit

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

LEAD = 24
"""Characters before the first found word; more would push it out of a narrow list."""


class HitRow(NamedTuple):
    """A conversation (`heading`) or a place in it."""

    conversation: Conversation
    heading: bool
    message_id: str | None
    text: str
    spans: tuple[tuple[int, int], ...] = ()
    """Where the words are that were searched, as begin and end in `text`."""


class HitRows(QAbstractListModel):
    """Conversations with a hit, newest first, each with its hits."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[HitRow] = []

    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show `hits` in place of those before."""
        rows = _grouped(hits, self.tr("New chat"))
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def row(self, index: AnyIndex) -> HitRow | None:
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, row: HitRow | None) -> QModelIndex:
        """The same place in the hits of now; an invalid index if it is not among them."""
        if row is None:
            return QModelIndex()
        wanted = row.conversation.id, row.message_id, row.heading
        places = (
            place
            for place, each in enumerate(self._rows)
            if (each.conversation.id, each.message_id, each.heading) == wanted
        )
        place = next(places, None)
        return QModelIndex() if place is None else self.index(place)

    def first_hit(self) -> QModelIndex:
        """The first row that has a found word; an invalid index if there is none."""
        found = (place for place, row in enumerate(self._rows) if row.spans or not row.heading)
        place = next(found, None)
        return QModelIndex() if place is None else self.index(place)

    # Qt's own names

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return row.text
        if role == Role.ToolTipRole:
            return row.text if row.heading else None
        if role == Role.AccessibleDescriptionRole:
            if row.heading:
                return day(row.conversation)
            title = row.conversation.title or self.tr("New chat")
            return self.tr("Found in “{title}”").format(title=title)
        return None


def day(conversation: Conversation) -> str:
    """When a conversation was changed last."""
    when = QDateTime.fromSecsSinceEpoch(int(conversation.updated_at)).date()
    return QLocale().toString(when, QLocale.FormatType.ShortFormat)


def _grouped(hits: Iterable[SearchHit], untitled: str) -> list[HitRow]:
    groups: dict[str, list[SearchHit]] = {}
    for hit in hits:
        groups.setdefault(hit.conversation.id, []).append(hit)
    rows = []
    for group in sorted(groups.values(), key=lambda each: -each[0].conversation.updated_at):
        talk = group[0].conversation
        titles = [hit for hit in group if hit.message_id is None]
        text, spans = (titles[0].snippet, titles[0].spans) if titles else (talk.title, ())
        rows.append(HitRow(talk, True, None, _one_line(text or untitled), tuple(spans)))
        rows += [
            HitRow(talk, False, hit.message_id, *_near(_one_line(hit.snippet), hit.spans))
            for hit in group
            if hit.message_id is not None
        ]
    return rows


def _one_line(text: str) -> str:
    """The same number of characters without line breaks: the spans stay right."""
    return "".join(" " if c.isspace() else c for c in text)


def _near(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`text` from shortly before the first of `spans`, and where these are now."""
    cut = max(0, spans[0][0] - LEAD) if spans else 0
    if not cut:
        return text, tuple(spans)
    space = text.find(" ", cut, spans[0][0])
    cut = space + 1 if space >= 0 else cut
    return "…" + text[cut:], tuple((begin - cut + 1, end - cut + 1) for begin, end in spans)
