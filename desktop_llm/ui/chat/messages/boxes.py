"""Pieces in a frame: code and tables, which scroll sideways when they are too wide, and rules."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTextTable

from desktop_llm.ui.chat.messages.document import (
    CELL_PADDING,
    WIDEST_COLUMN,
    Manner,
    column_widths,
    limit_columns,
)
from desktop_llm.ui.chat.messages.highlight import Highlighter
from desktop_llm.ui.chat.messages.leaves import Leaf
from desktop_llm.ui.chat.messages.math_formulas import em_of, guess
from desktop_llm.ui.chat.messages.math_object import size_of
from desktop_llm.ui.chat.messages.piece import Piece, Range

_PADDING = 12
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
"""Code is read from left to right in every language."""
_THUMB = 5
"""Thickness of the mark that shows how far a wide piece is scrolled."""


class WidePiece(Piece):
    """A piece whose content may be wider than itself."""

    framed = True

    def __init__(self, leaf: Leaf, manner: Manner) -> None:
        super().__init__(leaf, manner)
        self.scroll = 0
        self.content_width = 0

    @property
    def furthest(self) -> int:
        """The greatest value of `scroll`."""
        return max(0, self.content_width - self.width)

    def scroll_to(self, value: int) -> bool:
        """Scroll sideways; False if that changed nothing."""
        value = min(max(value, 0), self.furthest)
        changed = value != self.scroll
        self.scroll = value
        return changed

    @property
    def thumb(self) -> QRect:
        """The mark at the lower edge; empty if everything is in view."""
        if not self.furthest:
            return QRect()
        track = self.width - 2 * _PADDING
        length = max(32, track * self.width // self.content_width)
        left = self.x + _PADDING + (track - length) * self.scroll // self.furthest
        return QRect(left, self.y + self.height - _THUMB - 3, length, _THUMB)

    def drag_thumb(self, delta: int, start: int) -> bool:
        """Follow a mouse that moved by `delta` since the scroll value was `start`."""
        free = self.width - 2 * _PADDING - self.thumb.width()
        return self.scroll_to(start + delta * self.furthest // max(free, 1))

    def paint(self, painter: QPainter, clip: QRect, selected: Range | None) -> None:
        look = self.manner.look
        radius = look.theme.radius.m
        painter.save()
        self._paint_back(painter, radius)
        painter.save()
        painter.setClipRect(self._content_rect(), Qt.ClipOperation.IntersectClip)
        super().paint(painter, clip, selected)
        painter.restore()
        if self.framed:
            paint_outline(painter, self.rect, radius, look.color("code_border"))
        if not self.thumb.isNull():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("border_strong"))
            painter.setOpacity(0.55)
            painter.drawRoundedRect(self.thumb, _THUMB / 2, _THUMB / 2)
        painter.restore()

    def _content_rect(self) -> QRect:
        return self.rect

    def _paint_back(self, painter: QPainter, radius: int) -> None:
        """Paint what lies behind the text."""


class CodePiece(WidePiece):
    """Code under a bar with its language, where the copy button is put."""

    def __init__(self, leaf: Leaf, manner: Manner) -> None:
        super().__init__(leaf, manner)
        self._finished = True
        self._highlighter: Highlighter | None = None

    @property
    def origin(self) -> QPointF:
        top = self.y + self.manner.look.code_header + _PADDING - 2
        return QPointF(self.x + _PADDING + 2 - self.scroll, top)

    @property
    def button_rect(self) -> QRect:
        """The place of the copy button, in the card."""
        side = 26
        top = self.y + (self.manner.look.code_header - side) // 2
        return QRect(self.x + self.width - side - 4, top, side, side)

    def set_leaf(self, leaf: Leaf, finished: bool) -> None:
        super().set_leaf(leaf, finished)
        self._finished = finished
        if self._highlighter is not None:
            self._highlighter.set_text(leaf.text, finished)

    def estimate(self) -> int:
        return (self.leaf.text.count("\n") + 1) * self.manner.look.code.line + self._around()

    def _around(self) -> int:
        return self.manner.look.code_header + 2 * _PADDING

    def measure(self) -> None:
        if self.is_measured:
            return
        size = self.ready().size()
        self.content_width = ceil(size.width()) + 2 * _PADDING + 4
        self.height = ceil(size.height()) + self._around()
        self.scroll_to(self.scroll)
        self._after_layout()

    @property
    def natural_width(self) -> int:
        return self.content_width

    def colour(self, seconds: float) -> bool:
        """Go on colouring the code; True if there is more to do."""
        if self._highlighter is None:
            self._highlighter = Highlighter(self.ready(), self.leaf.language, self.manner.look)
            self._highlighter.set_text(self.leaf.text, self._finished)
        return self._highlighter.step(seconds)

    def _content_rect(self) -> QRect:
        return self.rect.adjusted(_PADDING // 2, self.manner.look.code_header, -_PADDING // 2, 0)

    def _paint_back(self, painter: QPainter, radius: int) -> None:
        look = self.manner.look
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("code_background"))
        painter.drawRoundedRect(self.rect, radius, radius)
        bar = self.rect
        bar.setHeight(look.code_header)
        painter.fillRect(bar.left(), bar.bottom(), bar.width(), 1, look.color("code_border"))
        painter.setPen(look.color("text_muted"))
        painter.setFont(look.quiet.font)
        name = self.leaf.language or QCoreApplication.translate("MessageList", "Code")
        room = bar.adjusted(_PADDING + 2, 0, -44, 0)
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, _LEFT, name)


class TablePiece(WidePiece):
    """A table with a head, in as much width as it needs."""

    def __init__(self, leaf: Leaf, manner: Manner) -> None:
        super().__init__(leaf, manner)
        self._row_tops: list[float] = []
        self._available = 0

    @property
    def origin(self) -> QPointF:
        return QPointF(self.x - self.scroll, self.y)

    def estimate(self) -> int:
        kind = self.manner.type_of(self.leaf)
        return len(self.leaf.rows) * (kind.line + 2 * CELL_PADDING)

    def set_width(self, width: int) -> None:
        if width != self._available:
            self._available = width
            super().set_width(width)

    @property
    def is_measured(self) -> bool:
        return self._measured_for == self._available

    def measure(self) -> None:
        if self.is_measured:
            return
        document = self.ready()
        widths = column_widths(self.leaf, self.manner.type_of(self.leaf))
        wanted = sum(min(width, WIDEST_COLUMN) for width in widths)
        limit_columns(document, widths if wanted > self._available else [])
        self._set_text_width(max(self._available, wanted))
        self.content_width = ceil(document.idealWidth())
        self.width = min(self._available, self.content_width)
        self.height = ceil(document.size().height()) + (_THUMB + 5 if self.furthest else 0)
        self.scroll_to(self.scroll)
        self._after_layout()
        self._measured_for = self._available
        self._row_tops = self._find_rows()

    def _find_rows(self) -> list[float]:
        table = self.ready().rootFrame().childFrames()[0]
        assert isinstance(table, QTextTable)
        layout = self.ready().documentLayout()
        first_blocks = (
            table.cellAt(row, 0).firstCursorPosition().block() for row in range(table.rows())
        )
        return [layout.blockBoundingRect(block).top() - CELL_PADDING for block in first_blocks]

    def _paint_back(self, painter: QPainter, radius: int) -> None:
        look = self.manner.look
        tops = self._row_tops[1:]
        head = self.rect
        if tops:
            head.setHeight(round(tops[0]))
        painter.save()
        painter.setClipRect(head, Qt.ClipOperation.IntersectClip)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("code_background"))
        painter.drawRoundedRect(self.rect, radius, radius)
        painter.restore()
        for top in tops:
            line = QRect(self.x, self.y + round(top), self.width, 1)
            painter.fillRect(line, look.color("code_border"))


class FormulaPiece(WidePiece):
    """A formula by itself, in the middle."""

    framed = False

    @property
    def origin(self) -> QPointF:
        return QPointF(self.x - self.scroll, self.y)

    def estimate(self) -> int:
        size = size_of(self.leaf.text) if self.document else guess(self.leaf.text)
        return ceil((size.ascent + size.descent) * em_of(self.manner.type_of(self.leaf).font))

    def measure(self) -> None:
        if self.is_measured:
            return
        self._set_text_width(-1)
        self.content_width = ceil(self.ready().idealWidth())
        self._set_text_width(max(self.width, self.content_width))
        self.height = ceil(self.ready().size().height()) + (_THUMB + 5 if self.furthest else 0)
        self.scroll_to(self.scroll)
        self._after_layout()


class RulePiece(Piece):
    """A line across."""

    def estimate(self) -> int:
        return 9

    def measure(self) -> None:
        self.height = self.estimate()
        self._measured_for = self.width

    def paint(self, painter: QPainter, clip: QRect, selected: Range | None) -> None:
        y = self.y + self.height // 2
        painter.fillRect(QRect(self.x, y, self.width, 1), self.manner.look.color("border"))


def paint_outline(painter: QPainter, rect: QRect, radius: int, color: QColor) -> None:
    """A line of one pixel around `rect`. To stroke a large rounded rectangle is far slower."""
    left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
    width, height = rect.width() - 2 * radius, rect.height() - 2 * radius
    painter.fillRect(left + radius, top, width, 1, color)
    painter.fillRect(left + radius, bottom, width, 1, color)
    painter.fillRect(left, top + radius, 1, height, color)
    painter.fillRect(right, top + radius, 1, height, color)
    painter.setPen(QPen(color, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    side = 2 * radius
    box = QRectF(left + 0.5, top + 0.5, side, side)
    far_x, far_y = rect.width() - 1 - side, rect.height() - 1 - side
    for x, y, angle in ((0, 0, 90), (far_x, 0, 0), (0, far_y, 180), (far_x, far_y, 270)):
        painter.drawArc(box.translated(x, y), angle * 16, 90 * 16)


def make_piece(leaf: Leaf, manner: Manner) -> Piece:
    """The piece that shows `leaf`."""
    kinds = {"code": CodePiece, "table": TablePiece, "rule": RulePiece, "math": FormulaPiece}
    return kinds.get(leaf.kind, Piece)(leaf, manner)
