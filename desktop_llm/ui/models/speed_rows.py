"""The table of a measurement: a row for each engine, setting and length of the prompt."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QLocale, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from desktop_llm.core.speed import SpeedResult, SpeedRow
from desktop_llm.ui.models.speed_words import engine_words

Index = QModelIndex | QPersistentModelIndex
ENGINE, PROMPT, LOAD, FIRST, READS, WRITES, TURN, MEMORY, QUALITY = range(9)
NOTHING = QModelIndex()


class SpeedRows(QAbstractTableModel):
    """By length, the fastest turn of each length first and in bold."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[SpeedRow] = []
        self._headings = (
            self.tr("Engine"),
            self.tr("Prompt"),
            self.tr("Loading"),
            self.tr("First token"),
            self.tr("Reading"),
            self.tr("Writing"),
            self.tr("Whole turn"),
            self.tr("Memory"),
            self.tr("Perplexity"),
        )

    def show_result(self, result: SpeedResult | None) -> None:
        """Show another measurement; None: nothing."""
        self.beginResetModel()
        rows = result.rows if result else ()
        self._rows = sorted(rows, key=lambda row: (row.prompt_tokens, row.turn_s))
        self.endResetModel()

    # Qt's own names

    def rowCount(self, parent: Index = NOTHING) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOTHING) -> int:
        return 0 if parent.isValid() else len(self._headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headings[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if index.column() == ENGINE:
                return engine_words(row.side, row.setting)
            if index.column() == PROMPT:
                return QLocale().toString(row.prompt_tokens)
            return row.cells()[index.column()]
        if role == Qt.ItemDataRole.FontRole and self._is_best(index.row()):
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _is_best(self, place: int) -> bool:
        rows = self._rows
        return place == 0 or rows[place - 1].prompt_tokens != rows[place].prompt_tokens
