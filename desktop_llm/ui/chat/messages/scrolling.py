"""The wheel, softened: the view glides to where the wheel sent it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QStyle

_FRAME_MS = 15
_SHARE = 0.28
"""Of the way that is left, covered in one frame."""


class SmoothScroll(QObject):
    """Moves the vertical scroll bar of an area in steps relative to where it is.

    Relative, because the view corrects its own position while heights turn out to be different.
    """

    def __init__(self, area: QAbstractScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self._left = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._step)

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll as `event` says: at once with a touchpad, in a glide with a wheel."""
        if not event.pixelDelta().isNull():
            self._move(-event.pixelDelta().y())
            return
        lines = -event.angleDelta().y() / 120 * QApplication.wheelScrollLines()
        self.by(lines * self._area.verticalScrollBar().singleStep())

    def by(self, distance: float) -> None:
        """Glide by so many pixels, after what is left of the glide before."""
        hint = QStyle.StyleHint.SH_Widget_Animation_Duration
        if self._area.style().styleHint(hint, None, self._area) == 0:
            self._move(round(distance))
            return
        if self._left * distance < 0:
            self._left = 0
        self._left += distance
        self._timer.start()

    def stop(self) -> None:
        self._left = 0
        self._timer.stop()

    def _move(self, distance: int) -> None:
        bar = self._area.verticalScrollBar()
        bar.setValue(bar.value() + distance)

    @Slot()
    def _step(self) -> None:
        step = self._left * _SHARE
        whole = round(step) or (1 if self._left > 0 else -1)
        self._left -= whole
        before = self._area.verticalScrollBar().value()
        self._move(whole)
        if abs(self._left) < 1 or self._area.verticalScrollBar().value() == before:
            self.stop()
