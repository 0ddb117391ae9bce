"""The context menu of the messages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from desktop_llm.ui.chat.messages.leaves import Leaf
from desktop_llm.ui.chat.messages.piece import Piece
from desktop_llm.ui.chat.messages.words import translate

if TYPE_CHECKING:
    from desktop_llm.ui.chat.messages.view import MessageList

_LINKS = 8
"""Links in a context menu at most."""


def context_menu(view: MessageList, point: QPoint) -> QMenu:
    """The commands for what is at a point of the viewport."""
    menu = QMenu(view)
    menu.setObjectName("messageMenu")
    key = QKeySequence.StandardKey
    copy = menu.addAction(translate("MessageList", "&Copy"), key.Copy, view.copy)
    copy.setEnabled(not view.selection.is_empty)
    message_id = view.message_at(point)
    if message_id:
        copy_message = partial(view.press, message_id, "copyButton", -1)
        menu.addAction(translate("MessageList", "Copy &message"), copy_message)
        number = view.sheet.number(message_id)
        if number is not None:
            _add_links(view, menu, view.sheet.card(number).pieces, view.link_at(point))
        if view.fill_menu is not None:
            view.fill_menu(menu, message_id, False)
    menu.addSeparator()
    menu.addAction(translate("MessageList", "Select &all"), key.SelectAll, view.select_all)
    return menu


def more_menu(view: MessageList, message_id: str) -> QMenu:
    """The commands for a message that have no button of their own."""
    menu = QMenu(view)
    menu.setObjectName("moreMenu")
    if view.fill_menu is not None:
        view.fill_menu(menu, message_id, True)
    return menu


def samples_menu(view: MessageList, message_id: str) -> QMenu:
    """How many answers to ask for."""
    menu = QMenu(view)
    menu.setObjectName("samplesMenu")
    for count, text in (
        (1, translate("MessageList", "&One more answer")),
        (2, translate("MessageList", "&Two answers side by side")),
        (4, translate("MessageList", "&Four answers side by side")),
    ):
        action = menu.addAction(text, partial(view.samples_requested.emit, message_id, count))
        action.setObjectName(f"samples{count}")
    return menu


def show(menu: QMenu, place: QPoint) -> None:
    """Open `menu` at a place of the screen; it is gone when it was closed."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(place)


def _add_links(view: MessageList, menu: QMenu, pieces: Sequence[Piece], here: str) -> None:
    """Links can be followed without a mouse: those of the message are in its menu."""
    links = [here] if here else [link for piece in pieces for link in _links(piece.leaf)]
    for link in list(dict.fromkeys(links))[:_LINKS]:
        shown = menu.fontMetrics().elidedText(link, Qt.TextElideMode.ElideMiddle, 360)
        text = translate("MessageList", "Open {address}").replace(
            "{address}", shown.replace("&", "&&")
        )
        menu.addAction(text, partial(view.link_activated.emit, link))


def _links(leaf: Leaf) -> list[str]:
    cells = [leaf.spans, *(cell for row in leaf.rows for cell in row)]
    return [span.link for cell in cells for span in cell if span.link]
