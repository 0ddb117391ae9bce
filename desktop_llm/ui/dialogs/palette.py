"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui import theme
from desktop_llm.ui.palette_entries import Entry, found
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.row_back import paint_back

WIDTH, HEIGHT = 600, 420
ROW = 38
ENTRY_ROLE = Qt.ItemDataRole.UserRole
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
AnyIndex = QModelIndex | QPersistentModelIndex


class Palette(QDialog):
    """Closes before it runs what was chosen, so that the focus is where it was."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setWindowTitle(self.tr("Command palette"))
        self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = entries
        self._rows = _Rows(self)
        self.search = named(QLineEdit(), "paletteSearch", self.tr("Command"))
        self.search.setPlaceholderText(self.tr("A command, a conversation or a model"))
        self.view = named(QListView(), "paletteList", self.tr("Commands"))
        self.view.setModel(self._rows)
        self.view.setItemDelegate(_RowPainter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._nothing = label(self.tr("Nothing is called so."), "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        frame = QFrame(self)  # a dialog itself has no border
        frame.setProperty("pane", "toast")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(frame)
        column = QVBoxLayout(frame)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.view, 1)
        column.addWidget(self._nothing)
        self.search.textChanged.connect(self._find)
        self.search.installEventFilter(self)
        self.view.clicked.connect(self._run)
        self._find("")
        self._place(parent)

    def _place(self, parent: QWidget) -> None:
        """In the upper middle of the window."""
        area = parent.rect()
        self.resize(min(WIDTH, area.width() - 48), min(HEIGHT, area.height() - 96))
        corner = area.center() - self.rect().center()
        corner.setY(area.top() + 72)
        self.move(parent.mapToGlobal(corner))

    @Slot(str)
    def _find(self, typed: str) -> None:
        entries = found(self._entries, typed)
        self._rows.set_entries(entries)
        self._nothing.setVisible(not entries)
        self.view.setVisible(bool(entries))
        self.view.setCurrentIndex(self._rows.index(0))
        self.view.scrollToTop()

    @Slot()
    def _run(self) -> None:
        entry = self.view.currentIndex().data(ENTRY_ROLE)
        self.close()
        if entry is not None:
            entry.run()

    # Qt's own names

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.search.setFocus()

    def changeEvent(self, event: QEvent) -> None:
        """A click beside it closes it."""
        super().changeEvent(event)
        left = event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow()
        if left and self.isVisible():
            self.close()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list is steered while one types."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
            if event.key() in _MOVES:
                self.view.keyPressEvent(event)
                return True
        return super().eventFilter(watched, event)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: Sequence[Entry] = ()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    # Qt's own names

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.title, entry.place, entry.keys) if part)
        return None


class _RowPainter(QStyledItemDelegate):
    """Title at the left; where it belongs and its keys at the right."""

    # Qt's own names

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(200, max(ROW, option.fontMetrics.height() + 18))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        tokens, entry = theme.current(), index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(0, 1, -4, -1)
        paint_back(painter, option, area)
        inside = area.adjusted(12, 0, -12, 0)
        small = QFont(option.font)
        small.setPointSizeF(tokens.fonts.small_pt)
        taken = self._paint_right(painter, inside, small, entry)
        room = inside.adjusted(0, 0, -taken, 0)
        painter.setFont(option.font)
        painter.setPen(QColor(tokens.colors.text))
        title = option.fontMetrics.elidedText(
            entry.title, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()

    @staticmethod
    def _paint_right(painter: QPainter, area: QRect, font: QFont, entry: Entry) -> int:
        """Keys and place in small print; the width that they take."""
        painter.setFont(font)
        painter.setPen(QColor(theme.current().colors.text_muted))
        words = "    ".join(part for part in (entry.place, entry.keys) if part)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, side, words)
        return painter.fontMetrics().horizontalAdvance(words) + 16
