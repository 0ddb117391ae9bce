"""What a search found, to go through with the mouse or the keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop_llm.storage.search_index import SearchHit
from desktop_llm.ui.chat.hit_painter import HitPainter
from desktop_llm.ui.chat.hit_rows import HitRows


class HitView(QListView):
    """Enter or a click opens a hit, Esc leaves."""

    hit_chosen = Signal(str, object)
    """Conversation, and message or None."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = HitRows()
        self.rows.setParent(self)
        self.setModel(self.rows)
        self.setItemDelegate(HitPainter(self.rows, self))
        self.setMouseTracking(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self.open)

    def set_hits(self, hits: Sequence[SearchHit], again: bool) -> None:
        """Show `hits`; if the same was searched `again`, the chosen one and the place are kept."""
        chosen, bar = self.rows.row(self.currentIndex()), self.verticalScrollBar()
        place = bar.value() if again else 0
        self.rows.set_hits(hits)
        if again:
            self.setCurrentIndex(self.rows.index_of(chosen))
        self.doItemsLayout()  # else the scroll bar does not know yet how far it goes
        bar.setValue(place)

    def open_first(self) -> None:
        """Open what was found first."""
        self.setCurrentIndex(self.rows.first_hit())
        self.open(self.currentIndex())

    @Slot(QModelIndex)
    def open(self, index: QModelIndex) -> None:
        """Open the hit at `index`."""
        if row := self.rows.row(index):
            self.hit_chosen.emit(row.conversation.id, row.message_id)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
