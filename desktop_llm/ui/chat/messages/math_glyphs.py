"""Letters that the formulas' own font lacks, Chinese ones above all, from the window's font."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QFont, QFontMetricsF, QPainterPath

_Element = QPainterPath.ElementType


def borrow_letters(font: Any) -> None:
    """Have a font of ziamath fall back on the application's. Only for the drawing thread."""
    own = font.glyph
    borrowed: dict[str, Any] = {}

    def glyph(letter: str) -> Any:
        if len(letter) != 1 or letter < "\u0250" or font.glyphindex(letter):
            return own(letter)
        if letter not in borrowed:
            borrowed[letter] = _make(letter, font)
        return borrowed[letter]

    font.glyph = glyph


def _make(letter: str, font: Any) -> Any:
    """A glyph of ziafont with the outline that Qt has of a letter; lengths in the font's units."""
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph
    from ziafont.svgpath import Cubic, Lineto, Moveto, Point

    class Borrowed(SimpleGlyph):  # type: ignore[misc]
        def advance(self, nextchr: Any = None) -> int:
            return width

    shape = QFont()
    shape.setPixelSize(int(font.info.layout.unitsperem))
    width = round(QFontMetricsF(shape).horizontalAdvance(letter))
    path = QPainterPath()
    path.addText(0, 0, shape, letter)
    operators: list[Any] = []
    points = []
    for number in range(path.elementCount()):
        element: Any = path.elementAt(number)
        points.append(Point(element.x, -element.y))
        if element.type == _Element.MoveToElement:
            operators.append(Moveto(points.pop()))
        elif element.type == _Element.LineToElement:
            operators.append(Lineto(points.pop()))
        elif len(points) == 3:
            operators.append(Cubic(*points))
            points = []
    box = path.boundingRect()
    limits = BBox(box.left(), box.right(), -box.bottom(), -box.top())
    return Borrowed(0, operators, limits, font)
