"""Where the person writes: grows with its text, sends on Enter, stops on the same button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from desktop_llm.ui import icons
from desktop_llm.ui.drop_overlay import dropped_files
from desktop_llm.ui.widgets.context_meter import ContextMeter
from desktop_llm.ui.widgets.named import label, named

MAX_LINES = 10
LONG_PASTE = 4000
"""Characters of a pasted text above which it is attached instead."""

ROOM_FOR_HINT = 540
"""Below this width the hint would take the room of the context meter."""


class PromptEdit(QPlainTextEdit):
    """Plain text in which Enter submits, except while an input method is composing."""

    submitted = Signal()
    up_in_empty = Signal()
    """The arrow up, where there is nothing to go up in."""
    focus_changed = Signal(bool)
    files_pasted = Signal(object)
    """list[Path]"""
    long_text_pasted = Signal(str)
    """Not put into the text, since it is longer than `LONG_PASTE`."""
    long_paste_undone = Signal()
    deletion_undone = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pasted_at = -1
        """The revision of the text at which a long text was pasted that can be undone."""
        self._deleted_at = -1
        """The same of something that was deleted elsewhere."""
        self.setProperty("kind", "bare")
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self._composing = False
        self._grow()

    @Slot()
    def _grow(self) -> None:
        """As high as the text, up to `MAX_LINES` lines; then it scrolls."""
        # The size of a plain text document is given in lines.
        lines = max(1, round(self.document().size().height()))
        margins = 2 * self.document().documentMargin()
        height = min(lines, MAX_LINES) * self.fontMetrics().lineSpacing() + margins + 2
        if lines > MAX_LINES:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        else:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if round(height) != self.height():
            self.setFixedHeight(round(height))

    def note_deletion(self, can_undo: bool) -> None:
        """Something else was deleted: until the person types, undo is about that."""
        self._deleted_at = self.document().revision() if can_undo else -1

    @Slot()
    def undo(self) -> None:
        """Take back the last change, or that a long text was attached, or a deletion."""
        if self._pasted_at == self.document().revision():
            self._pasted_at = -1
            self.long_paste_undone.emit()
        elif self._deleted_at == self.document().revision():
            self.deletion_undone.emit()
        else:
            super().undo()

    # Qt's own names

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and not self._composing and not self.toPlainText():
            self.up_in_empty.emit()
            return
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif not is_enter or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().keyPressEvent(event)
        elif not self._composing:
            self.submitted.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802
        """Files that are dropped here are for the window, not for the text."""
        return not dropped_files(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        """Files and long texts are attached; the rest is put into the text."""
        if files := dropped_files(source):
            self.files_pasted.emit(files)
        elif len(source.text()) > LONG_PASTE:
            self._pasted_at = self.document().revision()
            self.long_text_pasted.emit(source.text())
        else:
            super().insertFromMimeData(source)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._grow()


class Composer(QFrame):
    """The card below the conversation: text, context meter, and the button that sends and stops."""

    send_requested = Signal(str)
    stop_requested = Signal()
    text_changed = Signal(str)
    attach_requested = Signal()
    edit_last_requested = Signal()
    """The arrow up in the empty field: the last message shall be rewritten."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "composer")
        self._busy = False
        self._blocked = ""
        self._attached = False
        self._held = False
        self.edit = named(PromptEdit(), "composer", self.tr("Message"))
        self.edit.setPlaceholderText(self.tr("Write a message…"))
        self.meter = ContextMeter()
        self._hint = label(self.tr("Shift+Enter starts a new line"), "small")
        self._reason = label(kind="danger", wrap=True)
        self._reason.hide()
        self.attach = named(
            QToolButton(),
            "attachButton",
            self.tr("Attach files"),
            self.tr("Attach files (Ctrl+Shift+A), or drop them here"),
        )
        self.attach.setIcon(icons.icon("paperclip", "text_muted"))
        self.button = named(QToolButton(), "sendButton", self.tr("Send"))
        self.button.setProperty("kind", "send")
        self.button.setIconSize(QSize(20, 20))
        self._arrange()
        self.edit.submitted.connect(self._submit)
        self.edit.up_in_empty.connect(self.edit_last_requested)
        self.edit.textChanged.connect(self._text_changed)
        self.edit.focus_changed.connect(self._show_focus)
        self.button.clicked.connect(self._press)
        self.attach.clicked.connect(self.attach_requested)
        self.set_busy(False)

    def _arrange(self) -> None:
        bottom = QHBoxLayout()
        bottom.setSpacing(12)
        indent = round(self.edit.document().documentMargin())  # where the text begins
        bottom.setContentsMargins(0, 0, 0, 0)
        self._reason.setContentsMargins(indent, 0, 0, 0)
        bottom.addWidget(self.attach)
        bottom.addWidget(self.meter)
        bottom.addWidget(self._hint)
        bottom.addStretch()
        bottom.addWidget(self.button)
        self._bottom = bottom
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 10, 8)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addWidget(self._reason)
        column.addLayout(bottom)

    def setFocus(self, *_: object) -> None:  # noqa: N802
        """Without a focus proxy: Tab would find that at the place where this was made."""
        self.edit.setFocus()

    def add_tool(self, button: QToolButton) -> None:
        """Put `button` beside that for files."""
        self._bottom.insertWidget(1, button)
        QWidget.setTabOrder(self.attach, button)

    def add_above(self, *widgets: QWidget) -> None:
        """Put `widgets` into the card, above the text."""
        for number, widget in enumerate(widgets):
            self._column.insertWidget(number, widget)

    def reach_before(self, widgets: Sequence[QWidget]) -> None:
        """Let Tab go through `widgets`, in their order, before it comes to the text."""
        before = self.edit.previousInFocusChain()
        while before and (before in widgets or before.focusPolicy() == Qt.FocusPolicy.NoFocus):
            before = before.previousInFocusChain()
        for widget in widgets:
            if before and before is not self.edit:
                QWidget.setTabOrder(before, widget)
            before = widget

    @property
    def text(self) -> str:
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Replace the draft, with the cursor at its end. The change can be undone."""
        cursor = self.edit.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.edit.setTextCursor(cursor)

    def open_text(self, text: str) -> None:
        """Another draft stands here now; undo does not lead back to the one before."""
        self.edit.setPlainText(text)
        self.edit.moveCursor(QTextCursor.MoveOperation.End)

    def set_busy(self, busy: bool) -> None:
        """While a reply is written the button stops it."""
        self._busy = busy
        name = self.tr("Stop") if busy else self.tr("Send")
        self.button.setIcon(icons.icon("stop-fill" if busy else "arrow-up-bold", "accent_text"))
        self.button.setAccessibleName(name)
        self.button.setToolTip(self.tr("Stop (Esc)") if busy else self.tr("Send (Enter)"))
        self._update_button()

    def set_blocked(self, reason: str) -> None:
        """Nothing can be sent because of `reason`, a sentence; "" lifts it."""
        self._blocked = reason
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self._update_button()

    def set_attached(self, attached: bool) -> None:
        """With files a message needs no text."""
        self._attached = attached
        self._update_button()

    def set_held(self, held: bool) -> None:
        """Something is not ready yet or has to be chosen first, which is shown elsewhere."""
        self._held = held
        self._update_button()

    @property
    def reason(self) -> str:
        """Why nothing can be sent."""
        return self._blocked

    @property
    def can_send(self) -> bool:
        free = not (self._busy or self._blocked or self._held)
        return free and (self._attached or bool(self.text.strip()))

    @Slot()
    def _submit(self) -> None:
        if self.can_send:
            self.send_requested.emit(self.text.strip())

    @Slot()
    def _press(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self._submit()
        self.edit.setFocus()

    @Slot()
    def _text_changed(self) -> None:
        self._update_button()
        self.text_changed.emit(self.text)

    @Slot(bool)
    def _show_focus(self, focused: bool) -> None:
        self.setProperty("focused", focused)
        self.style().polish(self)

    def _update_button(self) -> None:
        self.button.setEnabled(self._busy or self.can_send)

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._hint.setVisible(self.width() >= ROOM_FOR_HINT)
