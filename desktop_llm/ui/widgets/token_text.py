"""A prompt as the model sees it: control tokens on coloured ground, line ends that can be seen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QEvent, QMimeData, QPoint, QTimer, Slot
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from desktop_llm.core.generation import PromptToken
from desktop_llm.ui import theme
from desktop_llm.ui.widgets.text_marks import marked

VISIBLE = str.maketrans({"\n": "↵\n", "\r": "␍", "\u2028": "↵", "\u2029": "↵", "\0": "␀"})
"""Line ends, so that a place in the document belongs to one token."""


class TokenText(QPlainTextEdit):
    """Every second token is shaded, so that one can be told from the next.

    Only what is visible is coloured, so that a long prompt costs no more than a short one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._tokens: Sequence[PromptToken] = ()
        self._starts: list[int] = []
        """Of each token, in UTF-16 units of the document."""
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._color)
        self.verticalScrollBar().valueChanged.connect(self._later.start)
        theme.notifier().changed.connect(self._later.start)

    @property
    def prompt(self) -> str:
        """The text itself."""
        return "".join(token.text for token in self._tokens)

    def show_tokens(self, tokens: Sequence[PromptToken]) -> None:
        """Show `tokens` in place of those before; the place that is looked at is kept."""
        texts = [token.text.translate(VISIBLE) for token in tokens]
        place = self.verticalScrollBar().value()
        self._tokens = tokens
        self._starts = list(accumulate(map(_units, texts), initial=0))[:-1]
        fonts = theme.current().fonts
        self.setFont(theme.code_font(fonts, fonts.base_pt))
        self.setPlainText("".join(texts))
        self.verticalScrollBar().setValue(place)
        self._later.start()

    @Slot()
    def _color(self) -> None:
        """Colour the tokens that are in view."""
        viewport = self.viewport().rect()
        first = self.cursorForPosition(viewport.topLeft()).position()
        last = self.cursorForPosition(viewport.bottomRight()).position()
        special, other = self._formats()
        begin = max(0, bisect_right(self._starts, first) - 1)
        self.setExtraSelections(
            [
                marked(self._cursor(number), special if self._tokens[number].special else other)
                for number in range(begin, bisect_left(self._starts, last + 1))
                if self._tokens[number].special or number % 2
            ]
        )

    def _cursor(self, number: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._starts[number])
        length = _units(self._tokens[number].text.translate(VISIBLE).removesuffix("\n"))
        cursor.setPosition(self._starts[number] + length, QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _formats(self) -> tuple[QTextCharFormat, QTextCharFormat]:
        colors = theme.current().colors
        special, other = QTextCharFormat(), QTextCharFormat()
        special.setBackground(QColor(colors.accent_soft))
        special.setForeground(QColor(colors.accent))
        special.setFontWeight(QFont.Weight.DemiBold)
        other.setBackground(QColor(colors.surface_raised))
        return special, other

    def token_at(self, point: QPoint) -> PromptToken | None:
        """The token at a point of the viewport."""
        cursor = self.cursorForPosition(point)
        place = cursor.position()
        if self.cursorRect(cursor).left() > point.x():
            place -= 1
        number = bisect_right(self._starts, place) - 1
        return self._tokens[number] if number >= 0 else None

    def _describe(self, token: PromptToken) -> str:
        words = self.tr("Token {id}, control") if token.special else self.tr("Token {id}")
        return words.format(id=token.token_id)

    # Qt's own names

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            token = self.token_at(event.pos())
            QToolTip.showText(event.globalPos(), self._describe(token) if token else "", self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._later.start()

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802
        """What is copied has its line ends as they are."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText().replace("↵\n", "\n"))
        return data


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
