"""The list itself: what the mouse and the keyboard do to rows, drag and drop included."""

from __future__ import annotations

from statistics import median_low

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QRect, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from desktop_llm.ui import theme
from desktop_llm.ui.chat.conversation_order import PINNED, Row, key
from desktop_llm.ui.chat.conversation_painter import ConversationPainter
from desktop_llm.ui.chat.conversation_rows import DRAGGED, ConversationRows

Places = dict[tuple[str, str], int]
"""Which row is how many pixels below the upper edge."""


class ConversationView(QListView):
    """Tells what the person wants with rows; what a row means is its model's matter."""

    settled = Signal()
    """Another choice was made; not while a button of the mouse is held."""
    entered_row = Signal()
    """Enter was pressed on a conversation."""
    fold_requested = Signal(str, bool)
    """Folder, and whether it is to show what it holds."""
    conversations_dropped = Signal(object, str)
    """Ids, and the section in which they were dropped."""
    folder_dropped = Signal(str, int)
    """Id, and its new place among the folders."""
    undo_requested = Signal()

    def __init__(self, rows: ConversationRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self._held = False
        self._target: QRect | None = None
        self.setModel(rows)
        self.setItemDelegate(ConversationPainter(rows, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.clicked.connect(self._clicked)

    def selected_rows(self) -> list[Row]:
        """The chosen rows, from above."""
        ranges = [(each.top(), each.bottom()) for each in self.selectionModel().selection()]
        return [row for top, bottom in sorted(ranges) for row in self.rows.between(top, bottom)]

    def places(self) -> Places:
        """Where the rows are that can be seen."""
        found = {}
        index = self.indexAt(QPoint(self.viewport().width() // 2, 1))
        while index.isValid():
            place = self.visualRect(index)
            if place.top() >= self.viewport().height():
                break
            if row := self.rows.row(index):
                found[key(row)] = place.top()
            index = index.siblingAtRow(index.row() + 1)
        return found

    def keep_places(self, before: Places) -> None:
        """Scroll so that most of the rows are where they were; a list that is at its top stays."""
        bar = self.verticalScrollBar()
        if bar.value() == 0:
            return
        moved = [
            self.visualRect(index).top() - top
            for (kind, row_id), top in before.items()
            if (index := self.rows.index_of(row_id, kind)).isValid()
        ]
        if moved:
            bar.setValue(bar.value() + median_low(moved))

    @Slot()
    def undo(self) -> None:
        """The command of the menu "Edit", when this has the focus."""
        self.undo_requested.emit()

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        row = self.rows.row(index)
        if row and row.kind == "folder" and len(self.selectedIndexes()) == 1:
            self.fold_requested.emit(row.id, not row.open)

    def _fold_by_key(self, row: Row, key: int) -> bool:
        """Left closes or goes up to the folder, right opens, Enter does either."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        back, forth = Qt.Key.Key_Left, Qt.Key.Key_Right
        if mirrored:
            back, forth = forth, back
        if row.kind == "conversation":
            folder = self.rows.index_of(row.section, "folder")
            if key == back and folder.isValid():
                self.setCurrentIndex(folder)
                return True
            return False
        wanted = {back: False, forth: True}.get(Qt.Key(key), not row.open)
        if key in (back, forth, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.fold_requested.emit(row.id, wanted)
            return True
        return False

    def _read_drag(self, event: QDropEvent) -> tuple[str, list[str]]:
        kind, *ids = bytes(event.mimeData().data(DRAGGED).data()).decode().split("\n")
        return kind, ids

    def _row_at(self, event: QDropEvent) -> tuple[Row | None, QRect]:
        index = self.indexAt(event.position().toPoint())
        return self.rows.row(index), self.visualRect(index)

    def _section_at(self, event: QDropEvent) -> str:
        row, _ = self._row_at(event)
        return row.section if row else ""

    def _folder_place(self, event: QDropEvent) -> int:
        """The gap between folders that is nearest: 0 is above the first one."""
        row, area = self._row_at(event)
        ids = [folder.id for folder in self.rows.folders]
        if row is None or row.section not in ids:
            return 0 if row and row.section == PINNED else len(ids)
        upper = row.kind == "folder" and event.position().y() < area.center().y()
        return ids.index(row.section) + (0 if upper else 1)

    def _show_target(self, event: QDropEvent) -> None:
        """Frame the folder or heading that would take it, or draw a line between folders."""
        row, area = self._row_at(event)
        kind, _ = self._read_drag(event)
        if kind == "folder":
            folders, place = self.rows.folders, self._folder_place(event)
            if place < len(folders):
                area = self.visualRect(self.rows.index_of(folders[place].id, "folder"))
                area.setHeight(0)
            else:
                area = QRect()
        elif row and row.section:
            index = self.rows.index_of(
                row.section, "heading" if row.section == PINNED else "folder"
            )
            area = self.visualRect(index)
        self._target = area
        self.viewport().update()

    # Qt's own names

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:  # noqa: N802
        super().selectionChanged(selected, deselected)
        if not self._held:
            self.settled.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = True
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = False
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.settled.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, key = self.rows.row(self.currentIndex()), event.key()
        editing = self.state() == QAbstractItemView.State.EditingState
        if row and not editing and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if self._fold_by_key(row, key):
                return
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.entered_row.emit()
                return
        super().keyPressEvent(event)

    def edit(self, *arguments: object) -> object:  # type: ignore[override]
        """A double click folds a folder and does not rename it."""
        if len(arguments) > 1 and isinstance(index := arguments[0], QModelIndex):
            row = self.rows.row(index)
            double = QAbstractItemView.EditTrigger.DoubleClicked
            if row and row.kind == "folder" and arguments[1] == double:
                return False
        return super().edit(*arguments)  # type: ignore[call-overload]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.visualRect(self.currentIndex()).center()
        if not self.selectedIndexes():
            return
        menu = QMenu(self)
        menu.addActions(self.actions())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(place))

    def startDrag(self, actions: Qt.DropAction) -> None:  # noqa: N802
        indexes = [self.currentIndex(), *self.selectedIndexes()]
        if not self.currentIndex().isValid():
            return
        drag = QDrag(self)
        drag.setMimeData(self.rows.mimeData(indexes))
        drag.setPixmap(self.viewport().grab(self.visualRect(self.currentIndex())))
        self.rows.show_pinned_heading(True)
        drag.exec(Qt.DropAction.MoveAction)
        self.rows.show_pinned_heading(False)
        self._held, self._target = False, None
        self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DRAGGED):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near the edges
        self._show_target(event)
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._target = None
        self.viewport().update()

    def dropEvent(self, event: QDropEvent) -> None:
        kind, ids = self._read_drag(event)
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        self._target = None
        event.acceptProposedAction()
        if kind == "folder":
            self.folder_dropped.emit(ids[0], self._folder_place(event))
        else:
            self.conversations_dropped.emit(ids, self._section_at(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.current().colors.accent))
        area, radius = self._target.adjusted(8, 1, -8, -1), theme.current().radius.m
        if self._target.height():
            painter.drawRoundedRect(area, radius, radius)
        else:
            painter.drawLine(area.topLeft(), area.topRight())
