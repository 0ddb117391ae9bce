"""The model's context as a bar: a segment for each message, coloured by what becomes of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from desktop_llm.core.context import ContextEntry, ContextPlan, Part
from desktop_llm.ui import theme

HEIGHT = 8
SPACE = 24
"""Height of what can be pointed at."""
NARROWEST = 3
"""Pixels: neighbours that are narrower are painted as one."""
DROPPED_SHARE = 0.2
"""Of the width, at most, for what is left out: the rest is the model's context."""


@dataclass(frozen=True)
class Segment:
    """Neighbours of one part, the first of which is entry `first`; pixels from `start` to `end`."""

    part: Part
    first: int
    start: float
    end: float


class ContextBar(QWidget):
    """Shows a ContextPlan. The arrow keys go from segment to segment, Enter jumps to a message."""

    jump_requested = Signal(str)
    """The id of a message."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("contextBar")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumWidth(60)
        self._plan: ContextPlan | None = None
        self._describe: Callable[[ContextEntry], str] = lambda entry: ""
        self._ends: list[float] = []
        """Where each entry ends, in pixels."""
        self.segments: list[Segment] = []
        self._limit = self._answer = 0.0
        """Where the model's context ends, and where the room for the answer begins, in pixels."""
        self._current = 0
        theme.notifier().changed.connect(self.update)

    def show_plan(
        self, plan: ContextPlan | None, describe: Callable[[ContextEntry], str], summary: str
    ) -> None:
        """`describe` gives the words for one entry, when somebody asks for them."""
        self._plan, self._describe = plan, describe
        self.setAccessibleName(summary)
        self._lay_out()

    @property
    def free_from(self) -> float:
        """Where the prompt ends, in pixels."""
        return self._ends[-1] if self._ends else 0.0

    def _lay_out(self) -> None:
        plan, self._ends, self.segments = self._plan, [], []
        if plan is not None:
            used, dropped = plan.used, sum(e.tokens for e in plan.entries if e.part == "dropped")
            whole = max(plan.limit, used + plan.reserved)
            share = min(DROPPED_SHARE, dropped / (dropped + whole))
            scale = self.width() * (1 - share) / whole
            self._place(plan, scale, self.width() * share / dropped if dropped else 0.0)
            self._limit = self.width() - (whole - plan.limit) * scale
            self._answer = self._limit - plan.reserved * scale
        self._current = min(self._current, max(0, len(self.segments) - 1))
        self.update()

    def _place(self, plan: ContextPlan, scale: float, dropped_scale: float) -> None:
        part: Part | None = None
        first, start, end = 0, 0.0, 0.0
        for number, entry in enumerate(plan.entries):
            if entry.part != part or end - start >= NARROWEST:
                self._add(part, first, start, end)
                part, first, start = entry.part, number, end
            end += entry.tokens * (dropped_scale if entry.part == "dropped" else scale)
            self._ends.append(end)
        self._add(part, first, start, end)

    def _add(self, part: Part | None, first: int, start: float, end: float) -> None:
        if part and end > start:
            self.segments.append(Segment(part, first, start, end))

    def _entry_at(self, x: float) -> ContextEntry | None:
        if self._plan is None or not 0 <= x < self.free_from:
            return None
        return self._plan.entries[bisect_right(self._ends, x)]

    def _tell(self, entry: ContextEntry | None, point: QPoint) -> None:
        words = self._describe(entry) if entry else self.accessibleName()
        QToolTip.showText(point, words, self)

    def _move_to(self, number: int) -> None:
        """Point out a segment to who uses the keyboard."""
        if self._plan is None or not self.segments:
            return
        self._current = min(max(number, 0), len(self.segments) - 1)
        segment = self.segments[self._current]
        entry = self._plan.entries[segment.first]
        self.setAccessibleDescription(self._describe(entry))
        self._tell(entry, self.mapToGlobal(QPoint(round(segment.start), SPACE)))
        self.update()

    # Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(320, SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            self._tell(self._entry_at(event.pos().x()), event.globalPos())
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        entry = self._entry_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and entry and entry.message_id:
            self.jump_requested.emit(entry.message_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: self._current - 1,
            Qt.Key.Key_Right: self._current + 1,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self.segments),
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._move_to(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._plan and self.segments:
                entry = self._plan.entries[self.segments[self._current].first]
                if entry.message_id:
                    self.jump_requested.emit(entry.message_id)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current().colors
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(0, (self.height() - HEIGHT) / 2, self.width(), HEIGHT)
        shape = QPainterPath()
        shape.addRoundedRect(area, HEIGHT / 2, HEIGHT / 2)
        painter.setClipPath(shape)
        painter.fillRect(area, QColor(colors.surface_raised))
        painter.fillRect(
            QRectF(self._answer, area.top(), self._limit - self._answer, HEIGHT),
            QColor(colors.border),
        )
        for segment in self.segments:
            self._paint_segment(painter, area, segment)
        painter.setClipping(False)
        painter.setPen(QPen(QColor(colors.border), 1))
        painter.drawPath(shape)
        if self._plan and self._plan.excess:
            mark = QRectF(self._limit - 1, area.top() - 4, 2, HEIGHT + 8)
            painter.fillRect(mark, QColor(colors.danger))
        if self.hasFocus() and self.segments:
            self._paint_focus(painter, area)
        painter.end()

    def _paint_segment(self, painter: QPainter, area: QRectF, segment: Segment) -> None:
        width = segment.end - segment.start
        gap = 1 if width >= NARROWEST else 0
        place = QRectF(area.left() + segment.start, area.top(), max(1.0, width - gap), HEIGHT)
        color = QColor(theme.current().colors.context[segment.part])
        left_out = segment.part == "dropped"
        style = Qt.BrushStyle.Dense5Pattern if left_out else Qt.BrushStyle.SolidPattern
        painter.fillRect(place, QBrush(color, style))

    def _paint_focus(self, painter: QPainter, area: QRectF) -> None:
        segment = self.segments[self._current]
        painter.setPen(QPen(QColor(theme.current().colors.accent), 2))
        width = max(6.0, segment.end - segment.start)
        ring = QRectF(segment.start - 2, area.top() - 4, width + 4, HEIGHT + 8)
        painter.drawRoundedRect(ring.intersected(QRectF(self.rect()).adjusted(1, 1, -1, -1)), 4, 4)
