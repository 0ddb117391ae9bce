"""The field in which a message is rewritten where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, SignalInstance, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages.look import Look
from desktop_llm.ui.widgets.named import label, named

LEAST_LINES = 2
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EditField(QPlainTextEdit):
    """Plain text; Ctrl+Enter and Escape end the edit, whatever else they mean in the window."""

    accepted = Signal()
    rejected = Signal()
    focus_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def text_height(self, most: int) -> int:
        """The height that the text takes, of at most `most` pixels; two lines at least."""
        document = self.document()
        least = LEAST_LINES * (self.fontMetrics().lineSpacing() + 1)
        height, block = 0.0, document.firstBlock()
        while block.isValid() and height < most:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        margins = round(2 * document.documentMargin()) + 2
        return max(least, min(round(height), most - margins)) + margins

    def _means(self, event: QKeyEvent) -> SignalInstance | None:
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() in _ENTER and control:
            return self.accepted
        return self.rejected if event.key() == Qt.Key.Key_Escape else None

    # Qt's own names

    def event(self, event: QEvent) -> bool:
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and self._means(event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        meant = self._means(event)
        if meant is None:
            super().keyPressEvent(event)
        else:
            meant.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolls the text if it is longer than the field, else the conversation."""
        if self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()


class MessageEditor(QFrame):
    """A card with the text and its buttons; as high as the text needs."""

    saved = Signal(str, bool)
    """The text, and whether it shall be answered."""
    cancelled = Signal()
    changed = Signal()
    resized = Signal()
    """The text may need another height."""

    def __init__(self, parent: QWidget, message: Message, text: str, look: Look) -> None:
        super().__init__(parent)
        self.setObjectName("messageEditor")
        self.setProperty("pane", "composer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.message = message
        self._busy = False
        self.field = named(EditField(), "messageEdit", self.tr("Edit the message"))
        self.field.setFont(look.body.font)
        self.field.setPlainText(text)
        self.ask = named(QPushButton(self.tr("Save and ask")), "editAsk", self.tr("Save and ask"))
        self.save = named(QPushButton(self.tr("Save")), "editSave", self.tr("Save"))
        self.cancel = named(QPushButton(self.tr("Cancel")), "editCancel", self.tr("Cancel"))
        self._column = QVBoxLayout(self)
        self._arrange()
        self.field.textChanged.connect(self._text_changed)
        self.field.document().documentLayout().documentSizeChanged.connect(self.resized)
        self.field.accepted.connect(self._accept)
        self.field.rejected.connect(self.cancelled)
        self.field.focus_changed.connect(self._show_focus)
        self.ask.clicked.connect(self._ask)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(self.cancelled)
        self._update_buttons()

    def _arrange(self) -> None:
        is_user = self.message.role == "user"
        main = self.ask if is_user else self.save
        main.setProperty("kind", "primary")
        main.setToolTip(self.tr("Ctrl+Enter"))
        self.cancel.setToolTip(self.tr("Esc"))
        hint = self.tr("The old text is kept as another version.")
        row = QHBoxLayout()
        row.setSpacing(8)
        self._hint = label(hint, "small")
        self._hint.setIndent(round(self.field.document().documentMargin()))
        row.addWidget(self._hint)
        row.addStretch()
        for button in (self.ask, self.save, self.cancel):
            row.addWidget(button)
        column = self._column
        column.setContentsMargins(12, 10, 10, 10)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addLayout(row)
        self.ask.setVisible(is_user)  # not before it has a parent: it would be a window
        QWidget.setTabOrder(self.field, self.ask)
        QWidget.setTabOrder(self.ask, self.save)
        QWidget.setTabOrder(self.save, self.cancel)

    @property
    def text(self) -> str:
        return self.field.toPlainText()

    @property
    def is_changed(self) -> bool:
        return self.text != self.message.content

    def set_busy(self, busy: bool) -> None:
        """While an answer is written the tree stays as it is: the text has to wait."""
        self._busy = busy
        self._update_buttons()

    def height_for(self, width: int, most: int) -> int:
        """The height that the text needs in that width, of at most `most` pixels."""
        if width != self.width():
            self.resize(width, self.height())
        self._column.activate()  # the field wraps its lines by its own width
        margins = self._column.contentsMargins()
        buttons = self.save.sizeHint().height() + self._column.spacing()
        rest = margins.top() + margins.bottom() + buttons + 2 * self.frameWidth()
        return rest + self.field.text_height(most - rest)

    @Slot(bool)
    def _show_focus(self, focused: bool) -> None:
        self.setProperty("focused", focused)
        self.style().polish(self)

    @Slot()
    def _text_changed(self) -> None:
        self._update_buttons()
        self.changed.emit()

    def _update_buttons(self) -> None:
        can = bool(self.text.strip()) and not self._busy
        self.ask.setEnabled(can)
        self.save.setEnabled(can and self.is_changed)

    @Slot()
    def _accept(self) -> None:
        (self.ask if self.message.role == "user" else self.save).click()

    @Slot()
    def _ask(self) -> None:
        self.saved.emit(self.text, True)

    @Slot()
    def _save(self) -> None:
        self.saved.emit(self.text, False)
