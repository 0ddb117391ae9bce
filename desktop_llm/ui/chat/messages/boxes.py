"""Pieces in a frame: code and tables, which scroll sideways when they are too wide, and rules."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QCoreApplication, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTextTable

from desktop_llm.ui.chat.messages.document import CELL_PADDING, Manner, column_widths
from desktop_llm.ui.chat.messages.highlight import Highlighter
from desktop_llm.ui.chat.messages.leaves import Leaf
from desktop_llm.ui.chat.messages.piece import Piece, Range

_PADDING = 12
_THUMB = 5
"""Thickness of the mark that shows how far a wide piece is scrolled."""


class WidePiece(Piece):
    """A piece whose content may be wider than itself."""

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
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = look.theme.radius.m
        outline = QPainterPath()
        outline.addRoundedRect(frame, radius, radius)
        self._paint_back(painter, outline)
        painter.save()
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        painter.setClipRect(self._content_rect(), Qt.ClipOperation.IntersectClip)
        super().paint(painter, clip, selected)
        painter.restore()
        painter.setPen(QPen(look.color("code_border"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("border_strong"))
        painter.setOpacity(0.55)
        painter.drawRoundedRect(self.thumb, _THUMB / 2, _THUMB / 2)
        painter.restore()

    def _content_rect(self) -> QRect:
        return self.rect

    def _paint_back(self, painter: QPainter, outline: QPainterPath) -> None:
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

    def _paint_back(self, painter: QPainter, outline: QPainterPath) -> None:
        look = self.manner.look
        painter.fillPath(outline, look.color("code_background"))
        bar = self.rect
        bar.setHeight(look.code_header)
        painter.setPen(look.color("code_border"))
        painter.drawLine(QPointF(bar.left(), bar.bottom() + 0.5), QPointF(bar.right(), bar.bottom() + 0.5))
        painter.setPen(look.color("text_muted"))
        painter.setFont(look.quiet.font)
        name = self.leaf.language or QCoreApplication.translate("MessageList", "Code")
        room = bar.adjusted(_PADDING + 2, 0, -44, 0)
        name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)


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
        wanted = sum(column_widths(self.leaf, self.manner.type_of(self.leaf)))
        document.setTextWidth(max(self._available, wanted))
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

    def _paint_back(self, painter: QPainter, outline: QPainterPath) -> None:
        look = self.manner.look
        painter.save()
        painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
        tops = self._row_tops[1:]
        head_end = self.y + tops[0] if tops else self.rect.bottom() + 1.0
        head = QRectF(self.x, self.y, self.width, head_end - self.y)
        painter.fillRect(head, look.color("code_background"))
        painter.setPen(look.color("code_border"))
        for top in tops:
            y = round(self.y + top) + 0.5
            painter.drawLine(QPointF(self.x, y), QPointF(self.x + self.width, y))
        painter.restore()


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


def make_piece(leaf: Leaf, manner: Manner) -> Piece:
    """The piece that shows `leaf`."""
    kinds = {"code": CodePiece, "table": TablePiece, "rule": RulePiece}
    return kinds.get(leaf.kind, Piece)(leaf, manner)
