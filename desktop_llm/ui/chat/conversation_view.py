"""The list itself: what the mouse and the keyboard do to rows, drag and drop included."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QListView, QMenu, QWidget

from desktop_llm.ui.chat.conversation_drag import DropTarget, RowDrag, dragged, paint_target
from desktop_llm.ui.chat.conversation_order import Row, key
from desktop_llm.ui.chat.conversation_painter import ConversationPainter
from desktop_llm.ui.chat.conversation_rows import DRAGGED, ConversationRows

AnyIndex = QModelIndex | QPersistentModelIndex

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
        self._marked: QRect | None = None
        self.setModel(rows)
        self.setItemDelegate(ConversationPainter(rows, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.clicked.connect(self._clicked)

    def selected_rows(self) -> list[Row]:
        """The chosen rows, from above."""
        chosen = self.selectionModel().selection()
        ranges = [(each.top(), each.bottom()) for each in chosen.toList()]
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
        row, keys = self.rows.row(index), QGuiApplication.keyboardModifiers()
        if row and row.kind == "folder" and keys == Qt.KeyboardModifier.NoModifier:
            self.fold_requested.emit(row.id, not row.open)

    def _fold_by_key(self, row: Row, pressed: int) -> bool:
        """Left closes or goes up to the folder, right opens, Enter does either."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        back, forth = Qt.Key.Key_Left, Qt.Key.Key_Right
        if mirrored:
            back, forth = forth, back
        if row.kind == "conversation":
            folder = self.rows.index_of(row.section, "folder")
            if pressed == back and folder.isValid():
                self.setCurrentIndex(folder)
                return True
            return False
        if pressed in (back, forth, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.fold_requested.emit(row.id, pressed == forth or (pressed != back and not row.open))
            return True
        return False

    def _is_editing(self) -> bool:
        """Whether keys come from the field in which a title is edited, which passes some on."""
        focused = QApplication.focusWidget()
        return focused is not None and self.viewport().isAncestorOf(focused)

    def _enter_row(self, row: Row) -> None:
        """Open it alone; if it is open, the person wants to write there."""
        if row.id == self.rows.current:
            self.entered_row.emit()
        else:
            self.setCurrentIndex(self.currentIndex())

    def _offer_pinning(self, offer: bool) -> None:
        before = self.places()
        self.rows.show_pinned_heading(offer)
        self.keep_places(before)

    def _target(self, event: QDropEvent) -> DropTarget:
        return DropTarget(self, self.rows, event.position().toPoint())

    def _mark(self, target: QRect | None) -> None:
        self._marked = target
        self.viewport().update()

    # Qt's own names

    def dataChanged(  # noqa: N802
        self, first: AnyIndex, last: AnyIndex, roles: Sequence[int] = ()
    ) -> None:
        """Only paint: rows are of one height, and Qt would lay out ten thousand again."""
        QAbstractItemView.dataChanged(self, first, last, roles)

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
        row, pressed = self.rows.row(self.currentIndex()), event.key()
        if (
            row
            and not self._is_editing()
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            if self._fold_by_key(row, pressed):
                return
            if pressed in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter_row(row)
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
        if not self.currentIndex().isValid():
            return
        drag = RowDrag(self, self.rows.mimeData([self.currentIndex(), *self.selectedIndexes()]))
        self._offer_pinning(dragged(drag.mimeData())[0] == "conversation")
        drag.exec(Qt.DropAction.MoveAction)
        self._offer_pinning(False)
        self._held = False
        self._mark(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(DRAGGED):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near the edges
        self._mark(self._target(event).mark(dragged(event.mimeData())[0]))
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._mark(None)

    def dropEvent(self, event: QDropEvent) -> None:
        kind, ids = dragged(event.mimeData())
        self.stopAutoScroll()
        self.setState(QAbstractItemView.State.NoState)
        self._mark(None)
        event.acceptProposedAction()
        if kind == "folder":
            self.folder_dropped.emit(ids[0], self._target(event).folder_place)
        else:
            self.conversations_dropped.emit(ids, self._target(event).section)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._marked is not None:
            paint_target(QPainter(self.viewport()), self._marked)
