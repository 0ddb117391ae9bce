"""Fonts, distances and colours of the message view, all derived from the theme."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication

from desktop_llm.ui.theme import Theme, code_font

Tone = Literal["text", "text_muted", "danger"]

COLUMN = 780
"""The widest a line of text may be, at the usual size of type, in logical pixels."""
_HEADING_SCALES = (1.5, 1.3, 1.15, 1.05, 1.0, 1.0)


@dataclass(frozen=True)
class Type:
    """A font and the fixed height of its lines, so that fallback fonts do not push lines apart."""

    font: QFont
    line: int
    character: float
    """Average width, for estimates."""


@dataclass(frozen=True)
class Look:
    """Everything that cards and pieces need to know about how things look."""

    theme: Theme
    body: Type
    quiet: Type
    """Of thinking, notes and labels."""
    label: Type
    """Of the name of who speaks."""
    code: Type
    headings: tuple[Type, ...]
    _colors: dict[str, QColor] = field(default_factory=dict)

    def color(self, name: str) -> QColor:
        """The theme's colour of that name, or of a syntax group of that name."""
        if name not in self._colors:
            colors = self.theme.colors
            value = colors.syntax[name] if name in colors.syntax else getattr(colors, name)
            self._colors[name] = QColor(value)
        return self._colors[name]

    @property
    def em(self) -> int:
        """Half a line or so: the unit of indentation."""
        return round(self.body.line * 0.62)

    @property
    def scale(self) -> float:
        """The size of small drawings beside the text, 1 at the usual size of type."""
        return max(1.0, self.body.line / 24)

    @property
    def icon(self) -> int:
        """Side of an icon beside text."""
        return round(16 * self.scale)

    @property
    def column(self) -> int:
        """The widest column of text; it grows with the type."""
        return round(COLUMN * self.scale)

    @property
    def code_header(self) -> int:
        """Height of the bar above a code block, with room for a button of 24 pixels."""
        return max(32, self.quiet.line + 8)

    @property
    def row(self) -> int:
        """Height of a row of buttons or of a note."""
        return max(28, self.quiet.line + 6)


def make_look(theme: Theme) -> Look:
    """The look of `theme` for the application's font."""
    base = theme.fonts.base_pt
    body = _font(base * 1.15)
    mono = code_font(theme.fonts, base * 1.05)
    headings = []
    for scale in _HEADING_SCALES:
        font = _font(base * 1.15 * scale)
        font.setWeight(QFont.Weight.DemiBold)
        headings.append(_type(font, 1.3))
    label = _font(base)
    label.setWeight(QFont.Weight.DemiBold)
    return Look(
        theme,
        _type(body, 1.45),
        _type(_font(max(theme.fonts.small_pt, base * 0.95)), 1.4),
        _type(label, 1.4),
        _type(mono, 1.4),
        tuple(headings),
    )


def _font(points: float) -> QFont:
    font = QFont(QApplication.font())
    font.setPointSizeF(points)
    return font


def _type(font: QFont, spacing: float) -> Type:
    metrics = QFontMetricsF(font)
    return Type(font, round(metrics.height() * spacing), metrics.averageCharWidth())
