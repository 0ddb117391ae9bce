"""A row token by token: what is trained, what is only read, and what is cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from desktop_llm.training.tokens import MaskState, PreviewToken
from desktop_llm.ui import theme
from desktop_llm.ui.widgets.named import named

MARGIN = 12
PAD = 3
"""Left and right of a token's text."""
CHIP_PAD = 6
GAP = 1
VISIBLE = str.maketrans({"\n": "↵", "\t": "→", "\r": "␍"})
LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class Piece:
    """A token, or as much of a long one as fits into a line, at its place."""

    token: PreviewToken
    text: str
    place: QRect


class TokenView(QAbstractScrollArea):
    """Paints the tokens in lines, each on the colour of its mask.

    Trained tokens are underlined and cut ones struck out, so that colour is not needed to tell.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "tokenView", self.tr("The row as the model sees it"))
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("pane", "sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tokens: Sequence[PreviewToken] = ()
        self._pieces: list[Piece] = []
        theme.notifier().changed.connect(self._lay_out)

    @property
    def text(self) -> str:
        """All tokens, one after the other."""
        return "".join(token.text for token in self._tokens)

    def show_tokens(self, tokens: Sequence[PreviewToken]) -> None:
        if tokens == self._tokens:
            return
        self._tokens = tokens
        self.setAccessibleDescription(self.text[:LONGEST_TEXT])
        self.verticalScrollBar().setValue(0)
        self._lay_out()

    def _lay_out(self) -> None:
        metrics, chip = QFontMetrics(self.font()), QFontMetrics(_chip_font(self.font()))
        height = metrics.height() + 6
        line = height + 6
        right = self.viewport().width() - MARGIN
        x, y = MARGIN, MARGIN
        self._pieces = []
        for token in self._tokens:
            used = chip if token.special else metrics
            pad = CHIP_PAD if token.special else PAD
            for text in _parts(token.text or " ", used, right - MARGIN - 2 * pad):
                width = used.horizontalAdvance(text) + 2 * pad
                if x + width > right and x > MARGIN:
                    x, y = MARGIN, y + line
                self._pieces.append(Piece(token, text, QRect(x, y, width, height)))
                x += width + GAP
            if "\n" in token.text:
                x, y = MARGIN, y + line
        bottom = self._pieces[-1].place.bottom() + MARGIN if self._pieces else 0
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, bottom - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(line)
        self.viewport().update()

    def _at(self, point: QPoint) -> Piece | None:
        inside = point + QPoint(0, self.verticalScrollBar().value())
        return next((piece for piece in self._pieces if piece.place.contains(inside)), None)

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            piece = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self._describe(piece.token) if piece else "")
            return True
        return super().viewportEvent(event)

    def _describe(self, token: PreviewToken) -> str:
        states: dict[MaskState, str] = {
            "trained": self.tr("Token {id}: learned"),
            "ignored": self.tr("Token {id}: only read"),
            "cut": self.tr("Token {id}: cut off"),
        }
        return states[token.state].format(id=token.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalScrollBar().value()
        painter.translate(0, -top)
        seen = event.rect().translated(0, top)
        for piece in self._pieces:
            if piece.place.intersects(seen):
                paint_token(painter, piece.place, piece.text, piece.token, self.font())
        painter.end()


def paint_token(
    painter: QPainter, place: QRect, text: str, token: PreviewToken, font: QFont
) -> None:
    """Paint one token into `place`; the legend uses it too."""
    colors = theme.current().colors
    ground, ink = {
        "trained": (colors.trained, colors.trained_text),
        "ignored": (colors.surface_raised, colors.text_muted),
        "cut": (colors.cut, colors.cut_text),
    }[token.state]
    used = QFont(_chip_font(font) if token.special else font)
    used.setStrikeOut(token.state == "cut")
    radius = place.height() / 2 if token.special else 3
    painter.setPen(QPen(QColor(ink), 1) if token.special else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(place.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setFont(used)
    painter.setPen(QColor(ink))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)
    if token.state == "trained":
        inset = CHIP_PAD if token.special else PAD
        y = place.bottom() - 3
        painter.setPen(QPen(QColor(ink), 1.5))
        painter.drawLine(place.left() + inset, y, place.right() - inset, y)


def _chip_font(font: QFont) -> QFont:
    small = QFont(theme.current().fonts.mono_family)
    small.setPointSizeF(font.pointSizeF() * 0.9)
    return small


def _parts(text: str, metrics: QFontMetrics, width: int) -> Iterator[str]:
    """`text` with its line ends made visible, in pieces of at most `width` pixels."""
    rest, width = text.translate(VISIBLE), max(width, 1)
    while rest and metrics.horizontalAdvance(rest) > width:
        fits = max(1, len(rest) * width // metrics.horizontalAdvance(rest))
        yield rest[:fits]
        rest = rest[fits:]
    if rest:
        yield rest
