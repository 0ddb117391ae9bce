"""What stands where in the conversation list: the pinned ones, the folders, the others by time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from PySide6.QtCore import QCoreApplication

from desktop_llm.core.conversation import Conversation, Folder

PINNED = "pinned"
"""The section of the pinned conversations; a folder's is its id, that of the others is ""."""


class Row(NamedTuple):
    """One line of the list. Plain texts only, so that ten thousand are compared quickly."""

    kind: Literal["heading", "folder", "conversation"]
    id: str
    title: str
    section: str = ""
    size: int = 0
    """Of the conversations in a folder."""
    open: bool = True
    """Whether a folder shows them."""


def key(row: Row) -> tuple[str, str]:
    """What stays the same while a row is shown: kind and id."""
    return row[:2]


def arranged(
    conversations: Iterable[Conversation],
    folders: Sequence[Folder],
    closed: Collection[str],
    today: date,
    pinned_heading: bool = False,
) -> list[Row]:
    """The rows for `conversations`, which come newest first.

    `closed`: ids of the folders that hide what they hold. `pinned_heading`: also if nothing is
    pinned. A conversation whose folder is not there (it may be in the trash) stands by its time.
    """
    known = {folder.id for folder in folders}
    sections: dict[str, list[Conversation]] = defaultdict(list)
    for conversation in conversations:
        folder = conversation.folder_id
        place = PINNED if conversation.pinned else folder if folder in known else ""
        sections[place or ""].append(conversation)
    rows = []
    if pinned_heading or PINNED in sections:
        rows.append(Row("heading", PINNED, _tr_pinned(), PINNED))
        rows += _conversations(sections[PINNED], PINNED)
    for each in sorted(folders, key=lambda folder: folder.position):
        inside, is_open = sections[each.id], each.id not in closed
        rows.append(Row("folder", each.id, each.name, each.id, len(inside), is_open))
        rows += _conversations(inside, each.id) if is_open else ()
    rows += _by_time(sections[""], today)
    return rows


def _tr_pinned() -> str:
    return QCoreApplication.translate("ConversationRows", "Pinned")


def _conversations(conversations: Iterable[Conversation], section: str) -> list[Row]:
    untitled = QCoreApplication.translate("ConversationRows", "New chat")
    return [Row("conversation", c.id, c.title or untitled, section) for c in conversations]


def _by_time(conversations: Sequence[Conversation], today: date) -> Iterator[Row]:
    """With a heading where an earlier period begins."""
    periods = iter(_periods(today))
    name, begins = "", float("inf")
    for conversation, row in zip(conversations, _conversations(conversations, ""), strict=True):
        if conversation.updated_at < begins:
            while conversation.updated_at < begins:
                name, title, begins = next(periods)
            yield Row("heading", name, title)
        yield row


def _periods(today: date) -> list[tuple[str, str, float]]:
    """Name, heading and beginning (seconds since 1970) of every period, latest first."""
    translate = QCoreApplication.translate
    return [
        ("today", translate("ConversationRows", "Today"), _midnight(today, 0)),
        ("yesterday", translate("ConversationRows", "Yesterday"), _midnight(today, 1)),
        ("week", translate("ConversationRows", "Last seven days"), _midnight(today, 6)),
        ("month", translate("ConversationRows", "Last thirty days"), _midnight(today, 29)),
        ("older", translate("ConversationRows", "Older"), float("-inf")),
    ]


def _midnight(today: date, days_ago: int) -> float:
    return datetime.combine(today - timedelta(days=days_ago), time.min).timestamp()
