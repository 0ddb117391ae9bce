"""The rows of the conversation list: conversations under headings of time, and how they look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_llm.core.conversation import Conversation
from desktop_llm.ui import theme

ROW_HEIGHT = 36
ID_ROLE = Qt.ItemDataRole.UserRole
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Row:
    """A heading if `conversation` is None."""

    title: str
    conversation: Conversation | None = None


class ConversationRows(QAbstractListModel):
    """Newest first, as the service gives them, with a heading where a new period begins."""

    renamed = Signal(str, str)
    """id, new title."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def set_conversations(self, conversations: Sequence[Conversation], today: date) -> None:
        """Show `conversations`; `today` decides the headings."""
        rows: list[Row] = []
        heading = ""
        for conversation in conversations:
            period = self._period(conversation, today)
            if period != heading:
                heading = period
                rows.append(Row(heading))
            rows.append(Row(conversation.title or self.tr("New chat"), conversation))
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _period(self, conversation: Conversation, today: date) -> str:
        days = (today - datetime.fromtimestamp(conversation.updated_at).date()).days
        if days < 1:
            return self.tr("Today")
        if days < 2:
            return self.tr("Yesterday")
        if days < 7:
            return self.tr("Last seven days")
        return self.tr("Last thirty days") if days < 30 else self.tr("Older")

    def conversation(self, index: AnyIndex) -> Conversation | None:
        return self._rows[index.row()].conversation if index.isValid() else None

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Where a conversation is; an invalid index if it is not in the list."""
        for number, row in enumerate(self._rows):
            if row.conversation and row.conversation.id == conversation_id:
                return self.index(number)
        return QModelIndex()

    # Qt's own names

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.EditRole:
            return row.conversation.title if row.conversation else ""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole and row.conversation:
            return row.title
        if role == ID_ROLE and row.conversation:
            return row.conversation.id
        return None

    def setData(  # noqa: N802
        self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        conversation = self.conversation(index)
        title = str(value).strip()
        if not conversation or not title or title == conversation.title:
            return False
        self.renamed.emit(conversation.id, title)
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if self.conversation(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


class RowPainter(QStyledItemDelegate):
    """Draws headings small and muted, and conversations as rounded rows."""

    # Qt's own names

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(120, max(ROW_HEIGHT, option.fontMetrics.height() + 16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        tokens = theme.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(8, 1, -8, -1)
        text = area.adjusted(10, 0, -10, 0)
        if index.data(ID_ROLE) is None:
            font = QFont(option.font)
            font.setPointSizeF(tokens.fonts.small_pt)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(tokens.colors.text_muted))
            painter.drawText(text.adjusted(0, 6, 0, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        else:
            self._paint_row(painter, option, area)
            painter.setFont(option.font)
            painter.setPen(QColor(tokens.colors.text))
            elided = option.fontMetrics.elidedText(
                index.data(), Qt.TextElideMode.ElideRight, text.width()
            )
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, elided)
        painter.restore()

    @staticmethod
    def _paint_row(painter: QPainter, option: QStyleOptionViewItem, area: QRect) -> None:
        colors, radius = theme.current().colors, theme.current().radius.m
        painter.setPen(Qt.PenStyle.NoPen)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colors.accent_soft))
            painter.drawRoundedRect(area, radius, radius)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colors.surface_raised))
            painter.drawRoundedRect(area, radius, radius)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(colors.accent))
            painter.drawRoundedRect(area, radius, radius)
