"""Icons from the Phosphor font that ships with qtawesome, in the colours of the theme.

Only the font file and its table of names are used: importing the package itself costs 0.15 s and
45 MB, because it loads nine fonts and, through QtPy, every class of Qt. An icon asks the theme for
its colour whenever it is painted, so it follows a change of theme without being made again.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from desktop_llm.ui import theme

FONT = "phosphor-1.3.0.ttf"
NAMES = "phosphor-charmap-1.3.0.json"

Tint = Literal["text", "text_muted", "accent", "accent_text", "danger", "warning", "success"]


def icon(name: str, tint: Tint = "text") -> QIcon:
    """The icon `name` of Phosphor ("trash", "chat-circle-fill"); raises KeyError if there is none.

    `tint` names a colour of the theme. Checked buttons show it in the accent.
    """
    return QIcon(_Glyph(_names()[name], tint))


def pixmap(name: str, size: int, ratio: float, tint: Tint = "text") -> QPixmap:
    """The icon as a picture of `size` logical pixels, for labels; it does not follow the theme."""
    return icon(name, tint).pixmap(QSize(size, size), ratio)


class _Glyph(QIconEngine):
    """Paints one character of the font."""

    def __init__(self, character: str, tint: Tint) -> None:
        super().__init__()
        self._character = character
        self._tint = tint

    def _color(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        colors = theme.current().colors
        if mode == QIcon.Mode.Disabled:
            return QColor(colors.border_strong)
        if state == QIcon.State.On:
            return QColor(colors.accent)
        return QColor(getattr(colors, self._tint))

    # Qt's own names

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        font = QFont(_family())
        font.setPixelSize(min(rect.width(), rect.height()))
        painter.setFont(font)
        painter.setPen(self._color(mode, state))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return picture

    def clone(self) -> QIconEngine:
        return _Glyph(self._character, self._tint)


def _folder() -> Path:
    spec = find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package qtawesome, which holds the icons, is missing")
    return Path(spec.origin).parent / "fonts"


@cache
def _names() -> dict[str, str]:
    table = json.loads((_folder() / NAMES).read_bytes())
    return {name: chr(int(code, 16)) for name, code in table.items()}


_font_id = -1


def _family() -> str:
    """The family name of the font, which is loaded into the running application once."""
    global _font_id
    families = QFontDatabase.applicationFontFamilies(_font_id)
    if not families:  # a new QGuiApplication forgets the fonts of the one before it
        _font_id = QFontDatabase.addApplicationFont(str(_folder() / FONT))
        families = QFontDatabase.applicationFontFamilies(_font_id)
    return families[0]
