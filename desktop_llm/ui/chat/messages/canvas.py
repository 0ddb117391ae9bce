"""The scroll area under the list of messages: scrolling, painting, and what is where."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages.buttons import NewestButton
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.cards_painter import paint_cards, paint_ring
from desktop_llm.ui.chat.messages.frame import by_keyboard
from desktop_llm.ui.chat.messages.frames import Frames
from desktop_llm.ui.chat.messages.layout import Anchor, MessageLayout
from desktop_llm.ui.chat.messages.look import make_look
from desktop_llm.ui.chat.messages.math_formulas import formulas
from desktop_llm.ui.chat.messages.piece import Piece
from desktop_llm.ui.chat.messages.pointer import Pointer
from desktop_llm.ui.chat.messages.scrolling import SmoothScroll
from desktop_llm.ui.chat.messages.selection import Place, Selection

_COLOUR_MS = 12
_COLOUR_S = 0.003
"""Time given to colouring one code block at a time."""


class MessageCanvas(QAbstractScrollArea):
    """Shows a `MessageLayout`. Stays at the end while that grows, if it was at the end."""

    link_activated = Signal(str)
    selection_changed = Signal()
    laid_out = Signal()
    """Everything is where it belongs: what lies over the cards can follow."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.sheet = MessageLayout(make_look(theme.current()))
        self.selection = Selection()
        self.frames = Frames(self.viewport(), self.sheet)
        self.frames.focus_changed.connect(self._focus_moved)
        self.saved: set[str] = set()
        self.progress: dict[str, tuple[int, int]] = {}
        self.model_titles: dict[str, str] = {}
        self.unsaved: dict[str, str] = {}
        """Texts of edits that were begun, by message."""
        self.marked = ""
        """A message that is framed, since one was led to it."""
        self.marker: Callable[[Card, range], None] | None = None
        """Marks what was found in some pieces of a card, before they are painted."""
        self._pointer = Pointer(self)
        self._glide = SmoothScroll(self)
        self._anchor: Anchor | None = None
        """What stays in place; None while the view follows the end."""
        self._settling = False
        self._hovered = ""
        self._ringed = False
        self.caret = True
        self._caret_timer = self._timer(500, self._blink)
        self._colour_timer = self._timer(_COLOUR_MS, self._colour)
        self._newest = NewestButton(self, self.sheet.look, self.tr("Go to the newest message"))
        self._newest.clicked.connect(self.go_to_end)
        self._newest.hide()
        theme.notifier().changed.connect(self._restyle)
        formulas().drawn.connect(self._take_drawings)

    def _timer(self, interval: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(slot)
        return timer

    # scrolling

    @property
    def follows(self) -> bool:
        """Whether the view is at the end and stays there."""
        return self._anchor is None

    @property
    def value(self) -> int:
        """Where on the sheet the view begins."""
        return self.verticalScrollBar().value()

    @Slot()
    def go_to_end(self) -> None:
        """Show the newest message and follow what is added to it."""
        self._glide.stop()
        self._anchor = None
        self.settle()

    def go_to(self, anchor: Anchor) -> None:
        """Show that place."""
        self._glide.stop()
        self._anchor = anchor
        self.settle()

    def keep_in_place(self, message_id: str) -> None:
        """Whatever changes, the upper edge of that message stays where it is."""
        number = self.sheet.number(message_id)
        if number is not None:
            self._anchor = Anchor(message_id, -1, 0.0, self.sheet.top(number) - self.value)

    def refresh(self) -> None:
        """What is shown of the messages besides their text has changed."""
        if self.isVisible():
            self._refresh()

    def settle(self, changed: int = 0) -> None:
        """Lay out what is seen, keep the anchor in place and bring everything up to date.

        What is above the height `changed` on the sheet looks as before, unless it moves.
        """
        height = self.viewport().height()
        if not self.isVisible() or height <= 0:
            return
        bar = self.verticalScrollBar()
        old = bar.value()
        for _ in range(3):  # the scroll bar itself may come or go, and take some of the width
            width = self.viewport().width()
            self.sheet.set_view(width, self.isRightToLeft())
            value = self.sheet.settle(self._anchor, height)
            self._settling = True
            bar.setRange(0, max(0, self.sheet.total - height))
            bar.setPageStep(height)
            bar.setSingleStep(self.sheet.look.body.line)
            bar.setValue(value)
            self._settling = False
            if width == self.viewport().width():
                break
        at_end = value >= bar.maximum()
        self._anchor = None if at_end else self.sheet.anchor_at(value, height)
        self._refresh(max(0, changed - value) if value == old else 0)

    def _refresh(self, top: int = 0) -> None:
        """Bring the widgets up to date, and paint what is below `top` in the view."""
        self.frames.sync(self.value, self.shown(), self.is_revealed)
        self.laid_out.emit()
        self._newest.setVisible(not self.follows)
        self._place_newest()
        self._colour()
        streaming = any(self.sheet.messages[each].state == "streaming" for each in self.shown())
        blink_ms = QApplication.cursorFlashTime() // 2
        if not streaming or blink_ms <= 0:  # 0: the person wants nothing to blink
            self.caret = True
            self._caret_timer.stop()
        elif not self._caret_timer.isActive():
            self._caret_timer.start(blink_ms)
        area = self.viewport().rect()
        area.setTop(top)
        self.viewport().update(area)

    def shown(self) -> range:
        """The numbers of the messages in view."""
        return self.sheet.between(self.value, self.value + self.viewport().height() - 1)

    def is_revealed(self, number: int) -> bool:
        last = number == len(self.sheet.messages) - 1
        return last or self.sheet.messages[number].id == self._hovered

    def _place_newest(self) -> None:
        area = self.viewport().geometry()
        left = area.center().x() - self._newest.width() // 2
        self._newest.move(left, area.bottom() - self._newest.height() - 12)

    @Slot()
    def _blink(self) -> None:
        self.caret = not self.caret
        self.viewport().update()

    @Slot()
    def _colour(self) -> None:
        """Colour the code in view, a few milliseconds at a time."""
        more = False
        top, bottom = self.value, self.value + self.viewport().height()
        for number in self.shown():
            start = self.sheet.top(number)
            for piece in self.sheet.card(number).code_pieces(top - start, bottom - start):
                more |= piece.colour(0 if more else _COLOUR_S)
        if more and not self._colour_timer.isActive():
            self._colour_timer.start()
        elif not more:
            self._colour_timer.stop()
        if self.sender() is self._colour_timer:
            self.viewport().update()

    @Slot(object)
    def _take_drawings(self, formulas: frozenset[str]) -> None:
        self.sheet.take_drawings(formulas)
        self.settle()

    @Slot()
    def _restyle(self) -> None:
        look = make_look(theme.current())
        self.frames.clear()
        self.sheet.set_look(look)
        self._newest.look = look
        self.settle()

    @Slot()
    def _focus_moved(self) -> None:
        """Tab went to a card or a button: show it."""
        for number in self.shown():
            frame = self.frames[self.sheet.messages[number].id]
            if frame is not None and frame.ringed:
                place = self.sheet.rect(number).translated(0, -self.value)
                self.reveal(place)
        self._refresh()

    def reveal(self, place: QRect) -> None:
        """Scroll as little as it takes to show that part of the viewport's coordinates."""
        height = self.viewport().height()
        if place.top() < 0:
            self.scroll_by(place.top() - 8)
        elif place.bottom() > height:
            self.scroll_by(min(place.bottom() - height + 8, place.top() - 8))

    def scroll_by(self, distance: int) -> None:
        """Scroll at once."""
        self.verticalScrollBar().setValue(self.value + distance)

    # what is where

    def spot(self, point: QPoint) -> tuple[Card, int, QPoint] | None:
        """The card, the number of the piece and the place in the card at a point of the view."""
        y = point.y() + self.value
        if not self.sheet.messages:
            return None
        number = self.sheet.at(y)
        card = self.sheet.card(number)
        inner = QPoint(point.x() - self.sheet.column_x, y - self.sheet.top(number))
        piece = card.piece_at(inner.y())
        return (card, piece, inner) if piece >= 0 else None

    def message_at(self, point: QPoint) -> str:
        """The message at a point of the view, or ""."""
        y = point.y() + self.value
        if not self.sheet.messages or y < 0:
            return ""
        number = self.sheet.at(y)
        inside = (
            self.sheet.top(number) <= y < self.sheet.top(number) + self.sheet.rect(number).height()
        )
        return self.sheet.messages[number].id if inside else ""

    def place_at(self, point: QPoint) -> Place | None:
        """The character nearest to a point of the view."""
        point = QPoint(point.x(), min(max(point.y(), 0), self.viewport().height() - 1))
        found = self.spot(point)
        if found is None:
            return None
        card, piece, inner = found
        number = self.sheet.number(card.message.id)
        assert number is not None
        position = card.pieces[piece].hit(inner.x(), inner.y())
        return Place(number, piece, position)

    def piece_at(self, place: Place) -> Piece:
        """The piece in which a place is."""
        return self.sheet.card(place.message).pieces[place.piece]

    def is_over_text(self, point: QPoint) -> bool:
        """Whether text can be selected at a point."""
        found = self.spot(point)
        return found is not None and found[0].pieces[found[1]].rect.contains(found[2])

    def link_at(self, point: QPoint) -> str:
        """The address of the link at a point, or nothing."""
        found = self.spot(point)
        if found is None or not self.is_over_text(point):
            return ""
        return found[0].pieces[found[1]].link_at(found[2].x(), found[2].y())

    def show_selection(self) -> None:
        """The selection has changed."""
        self.viewport().update()
        self.selection_changed.emit()

    # Qt's own names

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._settling:
            return
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        height = self.viewport().height()
        self._anchor = None if at_end else self.sheet.anchor_at(bar.value(), height)
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._settling:
            self.settle()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settle()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._glide.stop()
        self._pointer.stop()
        self._caret_timer.stop()
        self._colour_timer.stop()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ringed = by_keyboard(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave and self._hovered:
            self._hovered = ""
            self._refresh()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._pointer.tell_time(event)
            return True
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        sideways = delta.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not sideways:
            sideways = delta.y()
        point = event.position().toPoint()
        if abs(sideways) > abs(delta.y()) or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._pointer.scroll_sideways(point, -sideways)
        else:
            self._glide.wheel(event)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer.double_click(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer.move(event)
        hovered = self.message_at(event.position().toPoint())
        if hovered != self._hovered and not event.buttons():
            self._hovered = hovered
            self._refresh()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointer.release(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        paint_cards(self, painter, event.rect())
        if self._ringed:
            paint_ring(painter, self.viewport().rect().adjusted(2, 2, -2, -2), self.sheet.look)
        painter.end()
