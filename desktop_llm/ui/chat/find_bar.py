"""Find in conversation: a bar above the messages."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QWidget

from desktop_llm.ui import icons
from desktop_llm.ui.chat.messages.finder import Finder
from desktop_llm.ui.chat.messages.view import MessageList
from desktop_llm.ui.widgets.named import label, named


class FindBar(QFrame):
    """Hidden until it is opened. Enter goes to the next hit, Esc closes."""

    def __init__(self, view: MessageList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self.setProperty("pane", "top")
        self._view = view
        self._before: QWidget | None = None
        """What had the focus."""
        self.finder = Finder(view)
        self.field = named(QLineEdit(), "findField", self.tr("Find in conversation"))
        self.field.setPlaceholderText(self.tr("Find in conversation"))
        self.field.setClearButtonEnabled(True)
        self.count = label(kind="small")
        self.count.setObjectName("findCount")
        self.match_case = self._button("findCase", "text-aa", self.tr("Match case"))
        self.match_case.setCheckable(True)
        self.back = self._button("findBack", "caret-up", self.tr("Previous hit"))
        self.next = self._button("findNext", "caret-down", self.tr("Next hit"))
        close = self._button("findClose", "x", self.tr("Close"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(6)
        row.addWidget(self.field, 1)
        for widget in (self.count, self.match_case, self.back, self.next, close):
            row.addWidget(widget)
        self.field.textChanged.connect(self._search)
        self.match_case.toggled.connect(self._search)
        self.back.clicked.connect(self.find_previous)
        self.next.clicked.connect(self.find_next)
        close.clicked.connect(self.close_bar)
        self.finder.changed.connect(self._show_count)
        self.field.installEventFilter(self)
        self.hide()

    def _button(self, name: str, glyph: str, text: str) -> QToolButton:
        button = named(QToolButton(), name, text, text)
        button.setIcon(icons.icon(glyph, "text_muted"))
        button.setAutoRaise(True)
        return button

    @Slot()
    def open(self) -> None:
        """Show the bar, with what is selected in it."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        chosen = self._view.selected_text()
        self.show()
        if chosen and "\n" not in chosen:
            self.field.setText(chosen)
        self.field.setFocus()
        self.field.selectAll()
        self._search()

    @Slot()
    def close_bar(self) -> None:
        """Hide the bar and give the focus back."""
        self.hide()
        self.finder.stop()
        target = self._before if self._before and self._before.isVisible() else self._view
        self._before = None
        target.setFocus()

    @Slot()
    def find_next(self) -> None:
        self._step(1)

    @Slot()
    def find_previous(self) -> None:
        self._step(-1)

    def _step(self, direction: int) -> None:
        if not self.isVisible():
            self.open()
        elif self.field.text().strip():
            self.finder.step(direction)
            event = QAccessibleAnnouncementEvent(self, self.count.text())
            QAccessible.updateAccessibility(event)

    @Slot()
    def _search(self) -> None:
        if self.isVisible():
            self.finder.start(self.field.text(), self.match_case.isChecked())

    @Slot()
    def _show_count(self) -> None:
        found = self.finder
        locale = QLocale()
        total = locale.toString(found.total)
        if not self.field.text().strip():
            text = ""
        elif found.total:
            text = self.tr("{number} of {total}")
            text = text.replace("{number}", locale.toString(found.position))
            text = text.replace("{total}", total)
        else:
            text = self.tr("Searching…") if found.is_searching else self.tr("Nothing found")
        self.count.setText(text)
        for button in (self.back, self.next):
            button.setEnabled(found.total > 0)

    # Qt's own names

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes from the buttons, too."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc and Enter belong to the field, whatever commands have them."""
        keys = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not isinstance(event, QKeyEvent) or event.key() not in keys:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            self._step(-1 if back else 1)
        return True
