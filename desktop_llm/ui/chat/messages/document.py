"""A leaf as a `QTextDocument`, made with cursors and formats: model text never becomes HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QTextTable,
    QTextTableFormat,
)

from desktop_llm.ui.chat.messages.leaves import Cell, Leaf, Span, cell_text
from desktop_llm.ui.chat.messages.look import Look, Tone, Type

CELL_PADDING = 9
WIDEST_COLUMN = 280
"""A column wraps its text at this width when its table is wider than the view."""

_ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


class TextDocument(QTextDocument):
    """A document that opens nothing: no file, no address, no picture."""

    def __init__(self) -> None:
        super().__init__()
        self.code_ranges: list[tuple[int, int]] = []
        """Start and end of inline code, as positions in the document."""
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        return None


@dataclass(frozen=True)
class Manner:
    """How the text of a leaf is set."""

    look: Look
    tone: Tone = "text"
    right_to_left: bool = False
    small: bool = False

    def type_of(self, leaf: Leaf) -> Type:
        if leaf.kind == "heading":
            return self.look.headings[leaf.level - 1]
        if leaf.kind == "code":
            return self.look.code
        return self.look.quiet if self.small else self.look.body


def build(leaf: Leaf, manner: Manner) -> TextDocument:
    """The document of `leaf`; not laid out yet."""
    document = TextDocument()
    document.setDefaultFont(manner.type_of(leaf).font)
    option = QTextOption()
    rtl = manner.right_to_left and leaf.kind != "code"
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    if leaf.kind == "code":
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        option.setTabStopDistance(manner.look.code.character * 4)
    else:
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    fill(document, leaf, manner)
    return document


def fill(document: TextDocument, leaf: Leaf, manner: Manner) -> None:
    """Replace the content of `document` by `leaf`."""
    document.clear()
    document.code_ranges = []
    cursor = QTextCursor(document)
    writer = _Writer(document, manner, manner.type_of(leaf))
    cursor.setBlockFormat(writer.block_format())
    if leaf.kind == "table":
        writer.table(cursor, leaf)
    elif leaf.kind in ("code", "plain"):
        cursor.insertText(leaf.text, writer.base)
    else:
        writer.spans(cursor, leaf.spans)


def extend(document: TextDocument, old: Leaf, new: Leaf, manner: Manner) -> bool:
    """Turn the document of `old` into that of `new` by adding at its end, if that is possible."""
    if old.kind == new.kind == "code" and new.text.startswith(old.text):
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        writer = _Writer(document, manner, manner.type_of(new))
        cursor.insertText(new.text[len(old.text) :], writer.base)
        return True
    same = len(old.rows) - 1  # the last row may have been half written
    if old.kind == new.kind == "table" and old.alignments == new.alignments and same > 0:
        if new.rows[:same] == old.rows[:same] and len(new.rows) > same:
            _extend_table(document, same, new, manner)
            return True
    return False


def _extend_table(document: TextDocument, same: int, new: Leaf, manner: Manner) -> None:
    table = document.rootFrame().childFrames()[0]
    assert isinstance(table, QTextTable)
    start = table.cellAt(same, 0).firstPosition()
    document.code_ranges = [each for each in document.code_ranges if each[0] < start]
    table.removeRows(same, 1)
    table.appendRows(len(new.rows) - same)
    _Writer(document, manner, manner.type_of(new)).rows(table, new, same)


@dataclass
class _Writer:
    document: TextDocument
    manner: Manner
    type: Type
    base: QTextCharFormat = field(init=False)

    def __post_init__(self) -> None:
        self.base = QTextCharFormat()
        self.base.setFont(self.type.font)
        self.base.setForeground(self.manner.look.color(self.manner.tone))

    def block_format(self) -> QTextBlockFormat:
        block = QTextBlockFormat()
        block.setLineHeight(self.type.line, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return block

    def spans(self, cursor: QTextCursor, spans: Cell, bold: bool = False) -> None:
        for span in spans:
            start = cursor.position()
            cursor.insertText(span.text.replace("\n", "\u2028"), self._format(span, bold))
            if span.code:
                self.document.code_ranges.append((start, cursor.position()))

    def _format(self, span: Span, bold: bool) -> QTextCharFormat:
        look = self.manner.look
        text = QTextCharFormat(self.base)
        if span.code:
            font = QFont(look.code.font)
            font.setPointSizeF(self.type.font.pointSizeF() * 0.92)
            text.setFont(font)
        if span.bold or bold:
            text.setFontWeight(QFont.Weight.DemiBold)
        if span.italic:
            text.setFontItalic(True)
        if span.strike:
            text.setFontStrikeOut(True)
        if span.link:
            text.setAnchor(True)
            text.setAnchorHref(span.link)
            text.setForeground(look.color("link"))
            text.setFontUnderline(True)
        return text

    def table(self, cursor: QTextCursor, leaf: Leaf) -> None:
        form = QTextTableFormat()
        form.setBorder(0)
        form.setCellSpacing(0)
        form.setCellPadding(CELL_PADDING)
        form.setHeaderRowCount(1)
        table = cursor.insertTable(len(leaf.rows), max(len(leaf.alignments), 1), form)
        self.rows(table, leaf, 0)

    def rows(self, table: QTextTable, leaf: Leaf, first: int) -> None:
        for number, row in enumerate(leaf.rows[first:], first):
            for column, cell in enumerate(row[: table.columns()]):
                cursor = table.cellAt(number, column).firstCursorPosition()
                block = self.block_format()
                block.setAlignment(_ALIGNMENTS[leaf.alignments[column]])
                cursor.setBlockFormat(block)
                self.spans(cursor, cell, bold=number == 0)


def column_widths(leaf: Leaf, type_: Type) -> list[float]:
    """About how wide each column of a table wants to be, in logical pixels."""
    widths = []
    for column in range(len(leaf.alignments)):
        texts = (cell_text(row[column]) for row in leaf.rows if column < len(row))
        longest = max((_columns_of(text) for text in texts), default=0)
        widths.append(min(longest * type_.character + 2 * CELL_PADDING, WIDEST_COLUMN))
    return widths


def _columns_of(text: str) -> int:
    """Width of the widest line in Latin letters; the others are about twice as wide."""
    wide = 0 if text.isascii() else sum(character > "\u2e80" for character in text)
    return max((len(line) for line in text.split("\n")), default=0) + wide
