"""A leaf on the screen: where it is, how high it is, which character is where, how it is painted.

A piece that was never near the view has no document; its height is an estimate then.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextLine,
)

from desktop_llm.ui.chat.messages.document import (
    CODE_EDGE,
    Manner,
    TextDocument,
    build,
    extend,
    fill,
)
from desktop_llm.ui.chat.messages.leaves import Leaf, plain
from desktop_llm.ui.chat.messages.math_object import with_sources


@dataclass(frozen=True)
class Range:
    """Selected characters of a piece, as positions in its document."""

    start: int
    end: int


class Piece:
    """A paragraph, heading or stretch of plain text. Coordinates are those of the card."""

    def __init__(self, leaf: Leaf, manner: Manner) -> None:
        self.leaf = leaf
        self.manner = manner
        self.document: TextDocument | None = None
        self.x = 0
        self.y = 0
        self.width = 0
        self.height = 0
        self._measured_for = -1
        """The width that `height` is right for."""
        self._code_boxes: list[QRectF] = []
        self.marks: list[Range] = []
        """What was found here, to be marked."""
        self.mark: int | None = None
        """The one of them that is the current one."""
        self.marks_of: object = None
        """What `marks` is right for."""

    @property
    def rect(self) -> QRect:
        return QRect(self.x, self.y, self.width, self.height)

    @property
    def is_measured(self) -> bool:
        return self._measured_for == self.width

    @property
    def origin(self) -> QPointF:
        """Where in the card the document's own coordinates begin."""
        return QPointF(self.x, self.y)

    @property
    def natural_width(self) -> int:
        """The width that the text would fill if nothing limited it, once measured."""
        return ceil(self.document.idealWidth()) if self.document else 0

    def set_leaf(self, leaf: Leaf, finished: bool) -> None:
        """Show `leaf` instead; what can be kept is kept. `finished`: it will not change soon."""
        old, self.leaf = self.leaf, leaf
        if leaf == old:
            return
        self._measured_for = -1
        self.height = self.estimate()
        if self.document is not None and not extend(self.document, old, leaf, self.manner):
            fill(self.document, leaf, self.manner)

    def take_drawings(self, formulas: frozenset[str]) -> bool:
        """Some formulas can be drawn now; False if none of them is waited for here."""
        if self.document is None or not self.document.waiting & formulas:
            return False
        fill(self.document, self.leaf, self.manner)
        self._measured_for = -1
        return True

    def set_width(self, width: int) -> None:
        """Take a width; `height` is an estimate until `measure` was called."""
        if width != self.width:
            self.width = width
            if self.document is None or self._measured_for != width:
                self.height = self.estimate()

    def estimate(self) -> int:
        """About how high this will be at `width`."""
        if not self.leaf.text and not self.leaf.spans:
            return self.manner.type_of(self.leaf).line
        kind = self.manner.type_of(self.leaf)
        return kind.line * estimated_lines(plain(self.leaf), self.width / kind.character)

    def measure(self) -> None:
        """Lay the document out for `width`, building it if need be."""
        if self.is_measured:
            return
        self._set_text_width(self.width)
        self.height = ceil(self.ready().size().height())
        self._after_layout()

    def _set_text_width(self, width: float) -> None:
        """Qt lays a document out again even if the width is what it was."""
        if self.ready().textWidth() != width:
            self.ready().setTextWidth(width)

    def ready(self) -> TextDocument:
        """The document, built if need be."""
        if self.document is None:
            self.document = build(self.leaf, self.manner)
        return self.document

    def _after_layout(self) -> None:
        self._measured_for = self.width
        self._code_boxes = [
            box for start, end in self.ready().code_ranges for box in self.boxes(start, end)
        ]

    def boxes(self, start: int, end: int) -> list[QRectF]:
        """The rectangles behind the characters from `start` to `end`, in the document."""
        document = self.ready()
        block = document.findBlock(start)
        top_left = document.documentLayout().blockBoundingRect(block).topLeft()
        layout = block.layout()
        start, end = start - block.position(), end - block.position()
        boxes = []
        height = self.manner.type_of(self.leaf).line
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first = max(start, line.textStart())
            last = min(end, line.textStart() + line.textLength())
            if first < last:
                left, right = _x(line, first), _x(line, last)
                baseline = top_left.y() + line.y() + line.ascent()
                top = baseline - height * 0.68
                box = QRectF(top_left.x() + min(left, right), top, abs(right - left), height * 0.9)
                boxes.append(box.adjusted(-CODE_EDGE + 1, 0, -1, 0))
        return boxes

    def hit(self, x: float, y: float) -> int:
        """The position in the document nearest to a point."""
        point = QPointF(x, y) - self.origin
        accuracy = Qt.HitTestAccuracy.FuzzyHit
        return max(0, self.ready().documentLayout().hitTest(point, accuracy))

    def link_at(self, x: float, y: float) -> str:
        """The address under a point, or nothing."""
        if self.document is None:
            return ""
        return self.document.documentLayout().anchorAt(QPointF(x, y) - self.origin)

    def word_at(self, position: int) -> Range:
        """The word around a position."""
        cursor = QTextCursor(self.ready())
        cursor.setPosition(min(position, self.length))
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        return Range(cursor.selectionStart(), cursor.selectionEnd())

    @property
    def length(self) -> int:
        """The position behind the last character."""
        return self.ready().characterCount() - 1

    def text(self, selected: Range) -> str:
        """The selected text, as it is read."""
        if selected.start <= 0 and (self.document is None or selected.end >= self.length):
            return plain(self.leaf)
        text = with_sources(self._cursor(selected))
        return text.replace("\u2029", "\n").replace("\u2028", "\n").strip("\ufdd0\ufdd1")

    def _cursor(self, selected: Range) -> QTextCursor:
        cursor = QTextCursor(self.ready())
        cursor.setPosition(min(max(selected.start, 0), self.length))
        cursor.setPosition(min(selected.end, self.length), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def end_rect(self) -> QRectF:
        """Where the next character would be written."""
        document = self.ready()
        block: QTextBlock = document.lastBlock()
        top_left = document.documentLayout().blockBoundingRect(block).topLeft()
        layout = block.layout()
        height = self.manner.type_of(self.leaf).line
        if not layout.lineCount():
            return QRectF(self.origin + top_left, self.origin + top_left).adjusted(0, 0, 1, height)
        line = layout.lineAt(layout.lineCount() - 1)
        at = QPointF(_x(line, block.length() - 1), line.y() + line.ascent() - height * 0.66)
        return QRectF(self.origin + top_left + at, self.origin + top_left + at).adjusted(
            0, 0, 1, height * 0.84
        )

    def paint(self, painter: QPainter, clip: QRect, selected: Range | None) -> None:
        """Paint what of this piece is inside `clip`."""
        origin = self.origin
        painter.save()
        painter.translate(origin)
        self._paint_code_boxes(painter)
        self._paint_document(painter, QRectF(clip).translated(-origin), selected)
        painter.restore()

    def _paint_code_boxes(self, painter: QPainter) -> None:
        if not self._code_boxes:
            return
        look = self.manner.look
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.color("code_border"))
        painter.setBrush(look.color("code_background"))
        for box in self._code_boxes:
            painter.drawRoundedRect(
                box.toAlignedRect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4
            )

    def _paint_document(self, painter: QPainter, clip: QRectF, selected: Range | None) -> None:
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = clip
        chosen = [self._coloured(each, "found") for each in self.marks]
        if self.mark is not None and self.mark < len(self.marks):
            chosen.append(self._coloured(self.marks[self.mark], "found_now"))
        if selected is not None:
            chosen.append(self._coloured(selected, "selection"))
        if chosen:
            context.selections = chosen
        self.ready().documentLayout().draw(painter, context)

    def _coloured(self, part: Range, color: str) -> QAbstractTextDocumentLayout.Selection:
        made = QAbstractTextDocumentLayout.Selection()
        made.cursor = self._cursor(part)
        background = QTextCharFormat()
        background.setBackground(self.manner.look.color(color))
        made.format = background
        return made


def estimated_lines(text: str, columns: float) -> int:
    """How many lines `text` takes, about, if a line holds so many average letters."""
    columns = max(columns, 1)
    if len(text) > 2000:  # do not count letter by letter what is only estimated
        return text.count("\n") + 1 + int(len(text) / columns)
    return sum(max(1, ceil(_columns_of(line) / columns)) for line in text.split("\n"))


def _columns_of(line: str) -> int:
    return len(line) if line.isascii() else sum(2 if each > "\u2e80" else 1 for each in line)


def _x(line: QTextLine, position: int) -> float:
    x: Any = line.cursorToX(position)
    return float(x[0] if isinstance(x, tuple) else x)
