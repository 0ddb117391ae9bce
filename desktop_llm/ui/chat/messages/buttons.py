"""Buttons on cards. They paint themselves, so that hidden ones can still be reached by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_llm.ui.chat.messages.look import Look
from desktop_llm.ui.icons import icon


class ActionButton(QAbstractButton):
    """An icon, with words beside it if it has a text; at least 26 pixels high and wide."""

    focus_changed = Signal()

    def __init__(self, parent: QWidget, look: Look, name: str, glyph: str, label: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setToolTip(label)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.look = look
        self.revealed = True
        """Shown although neither the mouse nor the keyboard is at it."""
        self.boxed = False
        """Framed and filled, for the one thing that should be done now."""
        self.narrow = False
        self._glyph = glyph
        self._done = False
        self.setFont(look.quiet.font)

    def set_revealed(self, revealed: bool) -> None:
        if revealed != self.revealed:
            self.revealed = revealed
            self.update()

    def set_glyph(self, glyph: str) -> None:
        if glyph != self._glyph:
            self._glyph = glyph
            self.update()

    def show_done(self) -> None:
        """Say by a tick, until the mouse or the keyboard goes away, that it worked."""
        self._done = True
        self.update()

    def _color(self) -> str:
        if self.boxed:
            return "accent_text"
        if not self.isEnabled():
            return "border_strong"
        return "success" if self._done else ("text" if self.underMouse() else "text_muted")

    # Qt's own names

    def sizeHint(self) -> QSize:
        side = max(26, self.look.row - 2)
        icon_side = self.look.icon + 1
        if not self.text():
            return QSize(24 if self.narrow else side, side)
        words = QFontMetrics(self.font()).horizontalAdvance(self.text())
        return QSize(icon_side + 6 + words + 20, side + (4 if self.boxed else 0))

    def leaveEvent(self, event: QEvent) -> None:
        self._done = False
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._done = False
        super().focusOutEvent(event)
        self.focus_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not (self.revealed or self.hasFocus() or self.underMouse()):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_box(painter)
        side = self.look.icon + 1 - 4 * self.narrow
        glyph = "check" if self._done else self._glyph
        left = (self.width() - side) // 2 if not self.text() else 10
        square = QRect(left, (self.height() - side) // 2, side, side)
        if self.isRightToLeft() and self.text():
            square.moveRight(self.width() - 10)
        icon(glyph, self._color()).paint(painter, square)  # type: ignore[arg-type]
        if self.text():
            painter.setFont(self.font())
            painter.setPen(self.look.color(self._color()))
            room = self.rect().adjusted(side + 16, 0, -8, 0)
            if self.isRightToLeft():
                room = self.rect().adjusted(8, 0, -side - 16, 0)
            lead = Qt.AlignmentFlag.AlignLeft  # the other side where one reads from the right
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | lead, self.text())
        painter.end()

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        radius = self.look.theme.radius.m - 1
        painter.setPen(Qt.PenStyle.NoPen)
        if self.boxed:
            hover = self.underMouse() or self.isDown()
            painter.setBrush(self.look.color("accent_hover" if hover else "accent"))
            painter.drawRoundedRect(box, radius, radius)
        elif self.isEnabled() and (self.isDown() or self.underMouse()):
            painter.setBrush(self.look.color("border" if self.isDown() else "surface_raised"))
            painter.drawRoundedRect(box, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.look.color("text" if self.boxed else "accent"), 2))
            painter.drawRoundedRect(box, radius, radius)


class Chip(ActionButton):
    """The label of an attached file."""

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.look.row)

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = "accent" if self.hasFocus() else "border"
        painter.setPen(QPen(self.look.color(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(self.look.color("surface_raised" if self.underMouse() else "surface"))
        painter.drawRoundedRect(box, self.look.theme.radius.m, self.look.theme.radius.m)


class RowLabel(QWidget):
    """Words between the buttons of a row."""

    def __init__(self, parent: QWidget, look: Look, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._look = look
        self._text = ""
        self.setFont(look.quiet.font)

    def set_text(self, text: str, accessible: str) -> None:
        if (text, accessible) != (self._text, self.accessibleName()):
            self._text = text
            self.setAccessibleName(accessible)
            self.setToolTip(accessible)
            self.update()

    def sizeHint(self) -> QSize:
        side = max(26, self._look.row - 2)
        return QSize(QFontMetrics(self.font()).horizontalAdvance(self._text) + 4, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._look.color("text_muted"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class NewestButton(ActionButton):
    """Round, above the text: goes to the end of the conversation."""

    SIDE = 36

    def __init__(self, parent: QWidget, look: Look, label: str) -> None:
        super().__init__(parent, look, "newestButton", "arrow-down", label)
        self.resize(self.SIDE, self.SIDE)

    def _paint_box(self, painter: QPainter) -> None:
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        edge = "accent" if self.hasFocus() else "border_strong"
        painter.setPen(QPen(self.look.color(edge), 2 if self.hasFocus() else 1))
        painter.setBrush(self.look.color("surface_raised" if self.underMouse() else "surface"))
        painter.drawEllipse(box)
