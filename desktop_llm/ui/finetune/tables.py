"""Read-only tables: the rows of a file as they are, and the rows that were left out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.ui.widgets.named import named

Index = QModelIndex | QPersistentModelIndex
LONGEST_CELL = 300
LONGEST_TOOLTIP = 2000
NARROWEST, WIDEST = 90, 300
MARGIN = 24
DISPLAY, TOOLTIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


class TextTable(QAbstractTableModel):
    """Cells of text; long ones are shown shortened, and in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._headings: Sequence[str] = ()
        self._numbers: Sequence[int] = ()
        self._cells: Sequence[Sequence[Any]] = ()

    def fill(
        self, headings: Sequence[str], numbers: Sequence[int], cells: Sequence[Sequence[Any]]
    ) -> None:
        """`numbers`: what each row is called at the left; nothing where that is empty."""
        self.beginResetModel()
        self._headings, self._numbers, self._cells = headings, numbers, cells
        self.endResetModel()

    # Qt's own names

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._headings)

    def data(self, index: Index, role: int = DISPLAY) -> str | None:
        if role not in (DISPLAY, TOOLTIP):
            return None
        text = as_text(self._cells[index.row()][index.column()])
        if role == TOOLTIP:
            return text[:LONGEST_TOOLTIP] if "\n" in text or len(text) > 20 else None
        return " ".join(text[:LONGEST_CELL].split())

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = DISPLAY
    ) -> str | None:
        if role != DISPLAY:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._headings[section]
        return str(self._numbers[section]) if self._numbers else None


def as_text(value: Any) -> str:
    """A value of a row as people read it."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def rows_of(report: FileReport, model: TextTable) -> None:
    """Show the sample rows of `report` in `model`, each with its line."""
    cells = [[row.values.get(name) for name in report.columns] for row in report.samples]
    model.fill(report.columns, [row.line for row in report.samples], cells)


class Table(QTableView):
    """Rows are chosen, not cells; Tab goes on to the next field."""

    def __init__(
        self, model: TextTable, name: str, accessible: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        named(self, name, accessible)
        self.setModel(model)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setCornerButtonEnabled(False)
        for part in (self.horizontalHeader(), self.verticalHeader(), *self._corner()):
            part.setObjectName(f"{name}_{type(part).__name__}")
            part.setAccessibleName(accessible)
        line = self.fontMetrics().lineSpacing() + 12
        vertical = self.verticalHeader()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setDefaultSectionSize(line)
        vertical.setMinimumWidth(36)
        vertical.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        horizontal = self.horizontalHeader()
        horizontal.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        horizontal.setHighlightSections(False)
        horizontal.setStretchLastSection(True)
        horizontal.setMinimumSectionSize(NARROWEST)
        vertical.setHighlightSections(False)

    def _corner(self) -> list[QAbstractButton]:
        return self.findChildren(QAbstractButton)

    def fit_columns(self) -> None:
        """As wide as the contents, within limits; the last column takes what is left."""
        header = self.horizontalHeader()
        for column in range(header.count() - 1):
            wanted = max(self.sizeHintForColumn(column), header.sectionSizeHint(column)) + MARGIN
            self.setColumnWidth(column, min(max(wanted, NARROWEST), WIDEST))
