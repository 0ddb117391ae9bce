"""Dragging rows of the conversation list: what is dragged and where it would go."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QDrag, QPainter, QPixmap
from PySide6.QtWidgets import QListView

from desktop_llm.ui import theme
from desktop_llm.ui.chat.conversation_order import PINNED, Row
from desktop_llm.ui.chat.conversation_rows import DRAGGED, ConversationRows

BADGE = 20
"""Pixels of the circle with the number of rows that are dragged."""


def dragged(data: QMimeData) -> tuple[str, list[str]]:
    """The kind of the rows in `data`, and their ids."""
    kind, *ids = bytes(data.data(DRAGGED).data()).decode().split("\n")
    return kind, ids


class RowDrag(QDrag):
    """Carries rows, and shows the one that was taken with the number of all."""

    def __init__(self, view: QListView, data: QMimeData) -> None:
        super().__init__(view)
        picture = view.viewport().grab(view.visualRect(view.currentIndex()))
        count = len(dragged(data)[1])
        if count > 1:
            _paint_count(picture, count)
        self.setMimeData(data)
        self.setPixmap(picture)


def _paint_count(picture: QPixmap, count: int) -> None:
    colors = theme.current().colors
    size = picture.deviceIndependentSize()
    place = QRect(int(size.width()) - 2 * BADGE, (int(size.height()) - BADGE) // 2, BADGE, BADGE)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colors.accent))
    painter.drawRoundedRect(place.adjusted(-4, 0, 4, 0), BADGE / 2, BADGE / 2)
    painter.setPen(QColor(colors.accent_text))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(min(count, 999)))
    painter.end()


class DropTarget:
    """Where rows would go that are dropped at `place` of `view`."""

    def __init__(self, view: QListView, rows: ConversationRows, place: QPoint) -> None:
        self._view = view
        self._rows = rows
        index = view.indexAt(place)
        self._row: Row | None = rows.row(index)
        self._area = view.visualRect(index)
        self._upper = place.y() < self._area.center().y()

    @property
    def section(self) -> str:
        """The section that would take conversations."""
        return self._row.section if self._row else ""

    @property
    def folder_place(self) -> int:
        """The gap between folders that is nearest: 0 is above the first one."""
        ids = [folder.id for folder in self._rows.folders]
        if self.section not in ids:
            return 0 if self.section == PINNED else len(ids)
        above = self._row is not None and self._row.kind == "folder" and self._upper
        return ids.index(self.section) + (0 if above else 1)

    def mark(self, kind: str) -> QRect:
        """What to frame: a folder or a heading; for a dragged folder a line, of no height."""
        if kind == "conversation":
            head = "heading" if self.section == PINNED else "folder"
            index = self._rows.index_of(self.section, head)
            return self._view.visualRect(index) if index.isValid() else self._area
        folders, place = self._rows.folders, self.folder_place
        if place < len(folders):
            line = self._view.visualRect(self._rows.index_of(folders[place].id, "folder"))
            return QRect(line.left(), line.top(), line.width(), 0)
        index = self._rows.index_of(folders[-1].id, "folder")
        row = self._rows.row(index)
        inside = row.size if row and row.open else 0
        line = self._view.visualRect(index.siblingAtRow(index.row() + inside))
        return QRect(line.left(), line.bottom() + 1, line.width(), 0)


def paint_target(painter: QPainter, mark: QRect) -> None:
    """Draw the frame or the line of `DropTarget.mark`."""
    area, radius = mark.adjusted(8, 1, -8, -1), theme.current().radius.m
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.current().colors.accent))
    if mark.height():
        painter.drawRoundedRect(area, radius, radius)
    else:
        painter.drawLine(area.left(), mark.top(), area.right(), mark.top())
