"""A leaf as a `QTextDocument`, made with cursors and formats: model text never becomes HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextOption,
    QTextTable,
    QTextTableFormat,
)

from desktop_llm.ui.chat.messages.leaves import Cell, Leaf, Span, cell_text
from desktop_llm.ui.chat.messages.look import Look, Tone, Type

CELL_PADDING = 9
CODE_EDGE = 4
"""Free space inside and outside a box around code in a line."""
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
    cursor.beginEditBlock()  # or else every change would be laid out
    cursor.setBlockFormat(writer.block_format())
    if leaf.kind == "table":
        writer.table(cursor, leaf)
    elif leaf.kind in ("code", "plain"):
        cursor.insertText(leaf.text, writer.base)
    else:
        writer.spans(cursor, leaf.spans)
    cursor.endEditBlock()


def extend(document: TextDocument, old: Leaf, new: Leaf, manner: Manner) -> bool:
    """Turn the document of `old` into that of `new` by adding at its end, if that is possible."""
    if old.kind == new.kind == "code" and new.text.startswith(old.text):
        cursor = QTextCursor(document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        writer = _Writer(document, manner, manner.type_of(new))
        cursor.insertText(new.text[len(old.text) :], writer.base)
        return True
    same = len(old.rows) - 1  # the last row may have been half written
    if old.kind != "table" or new.kind != "table" or same < 1 or len(new.rows) <= same:
        return False
    if old.alignments != new.alignments or new.rows[:same] != old.rows[:same]:
        return False
    _extend_table(document, same, new, manner)
    return True


def _extend_table(document: TextDocument, same: int, new: Leaf, manner: Manner) -> None:
    table = document.rootFrame().childFrames()[0]
    assert isinstance(table, QTextTable)
    start = table.cellAt(same, 0).firstPosition()
    document.code_ranges = [each for each in document.code_ranges if each[0] < start]
    edit = QTextCursor(document)
    edit.beginEditBlock()
    table.removeRows(same, 1)
    table.appendRows(len(new.rows) - same)
    _Writer(document, manner, manner.type_of(new)).rows(table, new, same)
    edit.endEditBlock()


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
        first = cursor.position()
        codes = []
        for span in spans:
            start = cursor.position()
            cursor.insertText(span.text.replace("\n", "\u2028"), self._format(span, bold))
            if span.code:
                codes.append((start, cursor.position()))
        self.document.code_ranges += codes
        for start, end in codes:
            beside = end + 1 if self.manner.right_to_left else start
            for position in (beside, end):
                if first < position <= cursor.position():
                    self._space_after(position)

    def _space_after(self, position: int) -> None:
        """Make room for the edge of a box around code, behind the character at `position`."""
        cursor = QTextCursor(self.document)
        cursor.setPosition(position - 1)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        spaced = QTextCharFormat()
        spaced.setFontLetterSpacingType(QFont.SpacingType.AbsoluteSpacing)
        spaced.setFontLetterSpacing(CODE_EDGE)
        cursor.mergeCharFormat(spaced)

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
                place = table.columns() - 1 - column if self.manner.right_to_left else column
                cursor = table.cellAt(number, place).firstCursorPosition()
                block = self.block_format()
                block.setAlignment(_ALIGNMENTS[leaf.alignments[column]])
                cursor.setBlockFormat(block)
                self.spans(cursor, cell, bold=number == 0)


def column_widths(leaf: Leaf, type_: Type) -> list[float]:
    """How wide each column of a table would be if no text were wrapped, in logical pixels."""
    bold = QFont(type_.font)
    bold.setWeight(QFont.Weight.DemiBold)
    metrics = QFontMetricsF(bold)
    widths = []
    for column in range(len(leaf.alignments)):
        texts = [cell_text(row[column]) for row in leaf.rows if column < len(row)]
        longest = max(texts, key=_columns_of, default="")
        widths.append(metrics.horizontalAdvance(longest) + 2 * CELL_PADDING + 4)
    return widths


def limit_columns(document: TextDocument, widths: Sequence[float]) -> None:
    """Have the table's columns wrap their text at `WIDEST_COLUMN`; none if `widths` is empty."""
    table = document.rootFrame().childFrames()[0]
    assert isinstance(table, QTextTable)
    free = QTextLength(QTextLength.Type.VariableLength, 0)
    limit = QTextLength(QTextLength.Type.FixedLength, WIDEST_COLUMN)
    limits = [limit if width > WIDEST_COLUMN else free for width in widths]
    form = table.format().toTableFormat()
    if form.columnWidthConstraints() != limits:
        form.setColumnWidthConstraints(limits)
        table.setFormat(form)


def _columns_of(text: str) -> int:
    """Length in Latin letters; the others are about twice as wide."""
    return len(text) if text.isascii() else len(text) + sum(each > "\u2e80" for each in text)
