"""How the curves of engines are told apart: a colour for each engine, a dash for each setting."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_llm.core.speed import SpeedResult
from desktop_llm.ui import theme

TINTS = {"ours": "accent", "stock": "text_muted", "llamacpp": "second"}
DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
SYMBOLS = ("o", "s", "t1")


@dataclass(frozen=True)
class Stroke:
    """`tint` names a colour of the theme; `place` is the setting's among those of its engine."""

    tint: str
    place: int

    @property
    def dash(self) -> Qt.PenStyle:
        return DASHES[self.place % len(DASHES)]


def strokes(result: SpeedResult) -> dict[tuple[str, str], Stroke]:
    """Of each engine and setting, in their order."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, str], Stroke] = {}
    for side, setting in result.engines:
        found[side, setting] = Stroke(TINTS.get(side, "text"), seen[side])
        seen[side] += 1
    return found


class StrokeSample(QWidget):
    """A short piece of a curve, for the legend."""

    def __init__(self, stroke: Stroke) -> None:
        super().__init__()
        self._stroke = stroke
        self.setFixedSize(QSize(28, 12))
        theme.notifier().changed.connect(self.update)

    # Qt's own names

    def paintEvent(self, event: QPaintEvent) -> None:
        color = QColor(getattr(theme.current().colors, self._stroke.tint))
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 2, self._stroke.dash))
        painter.drawLine(0, 6, 28, 6)
        painter.end()
