"""Searching conversations: the field, how many hits there are, and the hits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from desktop_llm.storage.search_index import SearchHit
from desktop_llm.ui import icons
from desktop_llm.ui.chat.search_hits import HitView
from desktop_llm.ui.widgets.named import label, named

SEARCH_DELAY_MS = 150
BUSY_DELAY_MS = 300
"""An answer that comes sooner needs no sign that it is waited for."""
MOST_HITS = 200
"""The search ends there."""


class ConversationSearch(QWidget):
    """The page that stands in place of the list while something is searched.

    `field` is put elsewhere by its owner. Esc empties it, Enter opens the first hit.
    """

    search_requested = Signal(str)
    hit_chosen = Signal(str, object)
    """Conversation, and message or None."""
    active_changed = Signal()
    left = Signal()
    """The person is done with the hits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.active = False
        self._asked = ""
        self._shown = ""
        """What the hits are of that are shown."""
        self._open_first = False
        self.field = named(QLineEdit(), "conversationSearch", self.tr("Search conversations"))
        self.field.setPlaceholderText(self.tr("Search"))
        self.field.setClearButtonEnabled(True)
        self.field.addAction(
            icons.icon("magnifying-glass", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._count = label(kind="small", wrap=True)
        self._count.setObjectName("searchCount")
        self._count.setContentsMargins(18, 0, 12, 0)
        self.view = named(HitView(), "searchHits", self.tr("Search results"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._count)
        column.addWidget(self.view, 1)
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        self._waiting = QTimer(self, singleShot=True, interval=BUSY_DELAY_MS)
        self._typing.timeout.connect(self._ask)
        self._waiting.timeout.connect(self._show_busy)
        self.field.textChanged.connect(self._edited)
        self.field.returnPressed.connect(self._entered)
        self.field.installEventFilter(self)
        self.view.hit_chosen.connect(self.hit_chosen)
        self.view.left.connect(self.leave)
        self.view.installEventFilter(self)

    @property
    def empty_text(self) -> str:
        """What is said if nothing was found; "" if there are hits."""
        return "" if self.view.rows.rowCount() else self._count.text()

    @Slot(object)
    def set_hits(self, hits: Sequence[SearchHit]) -> None:
        """Show `hits`, if anything is searched."""
        if not self.active:
            return
        self._waiting.stop()
        self.view.set_hits(hits, self._asked == self._shown)
        if self._asked != self._shown or self._count.text() != self._words(len(hits)):
            self._tell(self._words(len(hits)))
        self._shown = self._asked
        if self._open_first and hits:
            self.view.open_first()
        self._open_first = False

    def refresh(self) -> None:
        """Conversations have changed: search the same again, without a sign of it."""
        if self.active and self._asked and not self._typing.isActive():
            self.search_requested.emit(self._asked)

    @Slot()
    def leave(self) -> None:
        """Back to the list."""
        self.field.clear()
        self.left.emit()

    def _words(self, count: int) -> str:
        if not count:
            return self.tr("Nothing found for “{text}”.").format(text=self._asked)
        if count == 1:
            return self.tr("1 hit")
        number = QLocale().toString(count)
        if count >= MOST_HITS:
            return self.tr("The newest {number} hits").format(number=number)
        return self.tr("{number} hits").format(number=number)

    def _tell(self, text: str) -> None:
        self._count.setText(text)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, text))

    @Slot()
    def _edited(self) -> None:
        text = self.field.text().strip()
        if bool(text) != self.active:
            self.active = bool(text)
            self._asked = self._shown = ""
            self._count.clear()
            self.view.rows.set_hits([])
            self.active_changed.emit()
        if text:
            self._typing.start()
        else:
            self._typing.stop()
            self._waiting.stop()

    @Slot()
    def _ask(self) -> None:
        text = self.field.text().strip()
        if text != self._asked:
            self._asked = text
            self._waiting.start()
            self.search_requested.emit(text)

    @Slot()
    def _show_busy(self) -> None:
        self._tell(self.tr("Searching…"))

    @Slot()
    def _entered(self) -> None:
        """Open the first hit, now or as soon as there is one."""
        if self._typing.isActive() or self._waiting.isActive():
            self._typing.stop()
            self._ask()
            self._open_first = True
        elif self.view.rows.rowCount():
            self.view.open_first()

    # Qt's own names

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc belongs to the search, Down in the field goes to the hits."""
        if not isinstance(event, QKeyEvent) or not self.active:
            return False
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
            if event.key() == Qt.Key.Key_Down and self.view.rows.rowCount():
                self.view.setFocus()
                self.view.setCurrentIndex(self.view.rows.first_hit())
                return True
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        self._typing.stop()
        self._waiting.stop()
        super().hideEvent(event)
