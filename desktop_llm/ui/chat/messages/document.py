"""A leaf as a `QTextDocument`, made with cursors and formats: model text never becomes HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
from desktop_llm.ui.chat.messages.math_formulas import em_of, formulas
from desktop_llm.ui.chat.messages.math_object import MARK, FormulaPainter, formula_format, size_of

CELL_PADDING = 9
CODE_EDGE = 4
"""Free space inside and outside a box around code in a line."""
WIDEST_COLUMN = 280
"""A column wraps its text at this width when its table is wider than the view."""
FORMULAS = 200
"""Formulas that are drawn in one leaf; the others are shown as they are written."""
_ABOVE = 0.85
_BELOW = 0.4
"""How much of a line's fixed height a formula may take above and below the baseline."""

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
        self.waiting: set[str] = set()
        """Formulas that have no drawing yet."""
        self.formulas = 0
        self._painter: FormulaPainter | None = None
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)

    def can_draw(self, source: str) -> bool:
        """Whether a formula has a place in the text, where it is drawn now or soon."""
        drawing = formulas().find(source)
        if drawing is None:
            self.waiting.add(source)
        elif not drawing.svg:
            return False
        self.formulas += 1
        if self._painter is None:
            self._painter = FormulaPainter(self)
        return self.formulas <= FORMULAS

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
    rtl = manner.right_to_left and leaf.kind not in ("code", "math")
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
    )
    if leaf.kind in ("code", "math"):
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
    document.waiting = set()
    document.formulas = 0
    cursor = QTextCursor(document)
    writer = _Writer(document, manner, manner.type_of(leaf))
    cursor.beginEditBlock()  # or else every change would be laid out
    cursor.setBlockFormat(writer.block_format())
    if leaf.kind == "table":
        writer.table(cursor, leaf)
    elif leaf.kind in ("code", "plain"):
        cursor.insertText(leaf.text, writer.base)
    elif leaf.kind == "math":
        writer.formula(cursor, leaf)
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
            if span.math and self.document.can_draw(span.text):
                cursor.insertText(MARK, formula_format(self._format(span, bold), span.text))
                self._make_room(cursor, span.text)
                continue
            span = replace(span, code=span.code or span.math)
            cursor.insertText(span.text.replace("\n", "\u2028"), self._format(span, bold))
            if span.code:
                codes.append((start, cursor.position()))
        self.document.code_ranges += codes
        for start, end in codes:
            beside = end + 1 if self.manner.right_to_left else start
            for position in (beside, end):
                if first < position <= cursor.position():
                    self._space_after(position)

    def _make_room(self, cursor: QTextCursor, formula: str) -> None:
        """Let the lines of a paragraph be as high as they need to be, if its formula is tall."""
        drawing, em = size_of(formula), em_of(self.type.font)
        line = self.type.line
        if drawing.ascent * em > _ABOVE * line or drawing.descent * em > _BELOW * line:
            tall = QTextBlockFormat()
            tall.setLineHeight(line, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
            cursor.mergeBlockFormat(tall)

    def formula(self, cursor: QTextCursor, leaf: Leaf) -> None:
        """A formula by itself."""
        if not self.document.can_draw(leaf.text):
            self.spans(cursor, (Span(leaf.text, code=True),))
            return
        block = QTextBlockFormat()
        block.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cursor.setBlockFormat(block)
        cursor.insertText(MARK, formula_format(self.base, leaf.text))

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
        cells = [row[column] for row in leaf.rows if column < len(row)]
        texts = [cell_text(cell) for cell in cells if not any(span.math for span in cell)]
        longest = metrics.horizontalAdvance(max(texts, key=_columns_of, default=""))
        for cell in cells:
            if any(span.math for span in cell):
                longest = max(longest, _advance(cell, metrics, em_of(bold)))
        widths.append(longest + 2 * CELL_PADDING + 4)
    return widths


def _advance(cell: Cell, metrics: QFontMetricsF, em: float) -> float:
    """The width of a cell with formulas."""
    text = "".join(span.text for span in cell if not span.math)
    formulas = (size_of(span.text).width * em for span in cell if span.math)
    return metrics.horizontalAdvance(text) + sum(formulas)


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
