"""The formulas that are shown: drawn one after the other by a thread, kept, and painted."""

from __future__ import annotations

import re
import sys
import threading
from collections import OrderedDict
from functools import cache
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QObject, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer

from desktop_llm.ui.chat.messages.math_drawing import INK, Drawing, draw
from desktop_llm.ui.chat.messages.math_syntax import inside, is_display

_KEPT = 600
"""Pictures, of some 8 kB each."""
_WAITING = 400
"""Formulas that wait for being drawn; those asked for longest ago are forgotten."""
_TELL_S = 0.1
_LONGEST_END_S = 1.0
"""Twice what a formula may take."""
_SWITCH_S = 0.0005
"""While formulas are drawn, Python's threads take turns so often: the window must not wait."""
_X_HEIGHT = 0.473
"""Of the formulas' font, in ems."""
_COMMAND = re.compile(r"\\[A-Za-z]+|\\.|[{}^_&$\s]")
_TALL = re.compile(r"\\(?:[dt]?frac|sum|int|prod|binom|lim|sqrt|over)")


class Formulas(QObject):
    """Finds the drawing of a formula by its source; `drawn` tells which are ready now."""

    drawn = Signal(object)
    """A frozenset of sources."""
    _made = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._drawings: OrderedDict[str, Drawing] = OrderedDict()
        self._wanted: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()
        self._working = False
        self._usual_switch = sys.getswitchinterval()
        self._thread: threading.Thread | None = None
        self._made.connect(self._keep, Qt.ConnectionType.QueuedConnection)
        if app := QCoreApplication.instance():
            app.aboutToQuit.connect(self.stop)

    @Slot()
    def stop(self) -> None:
        """The app ends: forget what waits, and wait for the formula that is being drawn."""
        with self._lock:
            self._wanted.clear()
        if self._thread is not None:
            self._thread.join(_LONGEST_END_S)

    def find(self, source: str) -> Drawing | None:
        """The drawing of `source`; None if it is not made yet, which is seen to."""
        found = self._drawings.get(source)
        if found is not None:
            self._drawings.move_to_end(source)
            return found
        with self._lock:
            self._wanted[source] = None
            if len(self._wanted) > _WAITING:
                self._wanted.popitem(last=False)
            begin = not self._working
            self._working = True
        if begin:
            self._thread = threading.Thread(target=self._work, name="formulas", daemon=True)
            self._thread.start()
        return None

    def _work(self) -> None:
        sys.setswitchinterval(_SWITCH_S)
        made: dict[str, Drawing] = {}
        told = perf_counter()
        while (source := self._next()) is not None:
            made[source] = draw(source)
            if perf_counter() - told > _TELL_S:
                self._made.emit(made)
                made, told = {}, perf_counter()
        sys.setswitchinterval(self._usual_switch)
        self._made.emit(made)

    def _next(self) -> str | None:
        with self._lock:
            if self._wanted:
                return self._wanted.popitem(last=False)[0]
            self._working = False
            return None

    @Slot(object)
    def _keep(self, made: dict[str, Drawing]) -> None:
        self._drawings |= made
        while len(self._drawings) > _KEPT:
            self._drawings.popitem(last=False)
        if made:
            self.drawn.emit(frozenset(made))


@cache
def formulas() -> Formulas:
    """The one that everything asks."""
    return Formulas()


def guess(source: str) -> Drawing:
    """About the size of a formula that is not drawn yet."""
    latex = inside(source)
    letters = len(_COMMAND.sub("", latex)) + latex.count("\\") * 0.6
    rows = latex.count("\\\\") + 1
    tall = 1.2 if _TALL.search(latex) else 0.0
    height = rows * (1.3 + tall * (1.0 if is_display(source) else 0.4))
    return Drawing(b"", max(1.0, 0.6 * letters / rows), height / 2 + 0.25, height / 2 - 0.25)


def em_of(font: QFont) -> float:
    """Pixels of an em at which formulas are as large as the letters of `font`."""
    metrics = QFontMetricsF(font)
    size = metrics.height() / 1.17
    return min(max(metrics.xHeight() / _X_HEIGHT, size), size * 1.2)


def paint_formula(
    painter: QPainter, drawing: Drawing, source: str, at: QPointF, em: float, color: QColor
) -> None:
    """Paint a drawing with its upper left corner at `at`."""
    ratio = painter.device().devicePixelRatioF()
    key = f"formula {em:.2f} {ratio} {color.name()} {source}"
    picture = QPixmap()
    if not QPixmapCache.find(key, picture):
        picture = _picture(drawing, em, ratio, color)
        QPixmapCache.insert(key, picture)
    painter.drawPixmap(at, picture)


def _picture(drawing: Drawing, em: float, ratio: float, color: QColor) -> QPixmap:
    width, height = drawing.width * em, (drawing.ascent + drawing.descent) * em
    picture = QPixmap(round(width * ratio) + 1, round(height * ratio) + 1)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    svg = QSvgRenderer(drawing.svg.replace(b'"%b"' % INK.encode(), b'"%b"' % color.name().encode()))
    svg.render(painter, QRectF(0, 0, width, height))
    painter.end()
    return picture
