"""Where a person is in a conversation, as a value that can be kept and gone back to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.layout import Anchor
from desktop_llm.ui.chat.messages.selection import Place

if TYPE_CHECKING:
    from desktop_llm.ui.chat.messages.view import MessageList


def describe(view: MessageList) -> dict[str, Any]:
    """The position, the selection and the edit that was begun, in words that JSON knows.

    Nothing of a position at the end: there one stays, whatever is added.
    """
    found: dict[str, Any] = {}
    if not view.follows:
        anchor = view.sheet.anchor_at(view.value, view.viewport().height())
        if anchor is not None:
            found["at"] = [anchor.message, anchor.piece, round(anchor.part, 4), anchor.offset]
    if not view.selection.is_empty:
        messages = view.sheet.messages
        found["selection"] = [
            [messages[place.message].id, place.piece, place.position]
            for place in (view.selection.anchor, view.selection.head)
            if place is not None and place.message < len(messages)
        ]
    editing = view.editing.message_id
    if editing in view.unsaved:
        found["edit"] = [editing, view.unsaved[editing]]
    return found


def go_back(view: MessageList, place: dict[str, Any]) -> None:
    """Be where `describe` said; what of it is not there any more, or is malformed, is left out."""
    match place.get("edit"):
        case [str(message_id), str(text)] if view.sheet.number(message_id) is not None:
            view.unsaved.setdefault(message_id, text)
            view.editing.begin(message_id, focus=False)
    match place.get("selection"):
        case [[str(first), int(), int()] as start, [str(last), int(), int()] as end]:
            numbers = view.sheet.number(first), view.sheet.number(last)
            if numbers[0] is not None and numbers[1] is not None:
                places = (Place(numbers[0], *start[1:]), Place(numbers[1], *end[1:]))
                view.selection.select(*places)
                view.show_selection()
    match place.get("at"):
        case [str(message_id), int(piece), float() | int() as part, int(offset)]:
            if view.sheet.number(message_id) is not None:
                view.go_to(Anchor(message_id, piece, float(part), offset))


def anchor_after(view: MessageList, messages: Sequence[Message]) -> Anchor | None:
    """What shall stay where it is when `messages` are shown; None: it is another conversation.

    Of another path of the same conversation, what both have stays, if it can be seen; else the
    first message that is another one begins where the one before it in its place began.
    """
    old = view.sheet.messages
    if not old or not messages or old[0].conversation_id != messages[0].conversation_id:
        return None
    pairs = zip(old, messages, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0].id == pair[1].id, pairs))
    seen = view.sheet.anchor_at(view.value, view.viewport().height())
    number = view.sheet.number(seen.message) if seen is not None else None
    if number is not None and number < same and (same < len(old) or not view.follows):
        return seen
    if same < min(len(old), len(messages)):
        return Anchor(messages[same].id, -1, 0.0, view.sheet.top(same) - view.value)
    return None if view.follows or seen is None or number is None or number >= same else seen
