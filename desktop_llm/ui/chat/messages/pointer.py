"""The mouse over the messages: selecting, links, wide blocks that are dragged sideways."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Slot
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.boxes import WidePiece
from desktop_llm.ui.chat.messages.piece import Piece
from desktop_llm.ui.chat.messages.selection import END, Place

if TYPE_CHECKING:
    from desktop_llm.ui.chat.messages.canvas import MessageCanvas

_SCROLL_MS = 25


class Pointer(QObject):
    """Turns mouse events, in the coordinates of the viewport, into what they mean."""

    def __init__(self, view: MessageCanvas) -> None:
        super().__init__(view)
        self._view = view
        self._pressed_link = ""
        self._clicks = 0
        self._last_press = QPoint()
        self._dragging = False
        self._dragged: tuple[WidePiece, int, int] | None = None
        """A wide piece, with the place of the mouse and its scroll value at the start."""
        self._position = QPoint()
        self._scrolling = QTimer(self)
        self._scrolling.setInterval(_SCROLL_MS)
        self._scrolling.timeout.connect(self._scroll_on)
        self._triple = QTimer(self)
        self._triple.setSingleShot(True)

    def press(self, event: QMouseEvent) -> None:
        """Begin a selection, extend it with Shift, or take hold of a scroll mark."""
        point = event.position().toPoint()
        thumb = self._wide_at(point, thumb_only=True)
        if thumb is not None:
            self._dragged = (thumb, point.x(), thumb.scroll)
            return
        place = self._view.place_at(point)
        if place is None:
            return
        selection = self._view.selection
        if self._triple.isActive() and (point - self._last_press).manhattanLength() < 6:
            self._select_block(place)
            return
        self._pressed_link = self._view.link_at(point)
        self._dragging = True
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and selection.anchor:
            selection.head = place
        else:
            selection.begin(place)
        self._view.show_selection()

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word; one more click will select its block."""
        point = event.position().toPoint()
        place = self._view.place_at(point)
        piece = self._view.piece_at(place) if place else None
        if place is None or piece is None or piece.leaf.kind == "rule":
            return
        word = piece.word_at(place.position)
        start, end = (place._replace(position=each) for each in (word.start, word.end))
        self._view.selection.select(start, end)
        self._pressed_link = ""
        self._last_press = point
        self._triple.start(QApplication.doubleClickInterval())
        self._view.show_selection()

    def _select_block(self, place: Place) -> None:
        self._triple.stop()
        self._view.selection.select(place._replace(position=0), place._replace(position=END))
        self._view.show_selection()

    def move(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the mouse."""
        point = event.position().toPoint()
        self._position = point
        if self._dragged is not None:
            piece, start, scroll = self._dragged
            if piece.drag_thumb(point.x() - start, scroll):
                self._view.viewport().update()
        elif self._dragging and event.buttons() & Qt.MouseButton.LeftButton:
            self._extend()
            inside = 0 <= point.y() < self._view.viewport().height()
            if inside:
                self._scrolling.stop()
            elif not self._scrolling.isActive():
                self._scrolling.start()
        else:
            self._hover(point, event.globalPosition().toPoint())

    def release(self, event: QMouseEvent) -> None:
        """End what the press began; a link that was not dragged away from is followed."""
        self._scrolling.stop()
        self._dragging = False
        self._dragged = None
        link, self._pressed_link = self._pressed_link, ""
        still_there = link and link == self._view.link_at(event.position().toPoint())
        if still_there and self._view.selection.is_empty:
            self._view.link_activated.emit(link)

    def tell_time(self, event: QHelpEvent) -> None:
        """Over the header of a message: when exactly that was written."""
        view, point = self._view, event.pos()
        number = view.sheet.number(view.message_at(point))
        if number is None:
            return
        top = view.sheet.top(number) - view.value
        if point.y() - top <= view.sheet.card(number).header.height():
            when = words.time_full(view.sheet.messages[number])
            QToolTip.showText(event.globalPos(), when, view.viewport())

    def stop(self) -> None:
        """Let go of everything; the view is hidden or shows something else."""
        self._scrolling.stop()
        self._triple.stop()
        self._dragging = False
        self._dragged = None

    def scroll_sideways(self, point: QPoint, distance: int) -> bool:
        """Scroll the wide block under a point; False if there is none that could move."""
        piece = self._wide_at(point)
        if piece is None or not piece.furthest:
            return False
        if piece.scroll_to(piece.scroll + distance):
            self._view.viewport().update()
        return True

    def _wide_at(self, point: QPoint, thumb_only: bool = False) -> WidePiece | None:
        found = self._view.spot(point)
        if found is None:
            return None
        card, number, inner = found
        piece: Piece = card.pieces[number]
        if not isinstance(piece, WidePiece):
            return None
        area = piece.thumb.adjusted(-4, -6, 4, 4) if thumb_only else piece.rect
        return piece if not piece.thumb.isNull() and area.contains(inner) else None

    def _extend(self) -> None:
        place = self._view.place_at(self._position)
        if place is not None and place != self._view.selection.head:
            self._view.selection.head = place
            self._view.show_selection()

    @Slot()
    def _scroll_on(self) -> None:
        """The mouse is above or below the view while it selects."""
        y, height = self._position.y(), self._view.viewport().height()
        beyond = y if y < 0 else max(0, y - height)
        bar = self._view.verticalScrollBar()
        bar.setValue(bar.value() + max(-60, min(60, beyond // 2 or 1)))
        self._extend()

    def _hover(self, point: QPoint, on_screen: QPoint) -> None:
        viewport = self._view.viewport()
        link = self._view.link_at(point)
        shape = Qt.CursorShape.ArrowCursor
        if link:
            shape = Qt.CursorShape.PointingHandCursor
        elif self._view.is_over_text(point):
            shape = Qt.CursorShape.IBeamCursor
        if viewport.cursor().shape() != shape:
            viewport.setCursor(shape)
        if link:
            QToolTip.showText(on_screen, f"<qt>{html.escape(link)}</qt>", viewport)
        elif QToolTip.isVisible():
            QToolTip.hideText()
