"""Rewriting a message where it stands: which one, its text so far, and where its editor is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Signal, Slot
from PySide6.QtGui import QTextCursor

from desktop_llm.ui.chat.messages.editor import MessageEditor

if TYPE_CHECKING:
    from desktop_llm.ui.chat.messages.view import MessageList

_FREE = 48
"""Of the view's height, what the editor leaves to the conversation at least."""


class Editing(QObject):
    """At most one editor is open.

    A text that was begun is kept in `view.unsaved` until it is saved or given up, also while
    another conversation is shown.
    """

    saved = Signal(str, str, bool)
    given_up = Signal(str, str)
    """Message and the text that is gone now, so that it can be brought back."""
    changed = Signal()

    def __init__(self, view: MessageList) -> None:
        super().__init__(view)
        self._view = view
        self.editor: MessageEditor | None = None
        view.laid_out.connect(self.follow)

    @property
    def message_id(self) -> str:
        """The message that is being rewritten, or ""."""
        return self.editor.message.id if self.editor else ""

    def begin(self, message_id: str, text: str | None = None, focus: bool = True) -> None:
        """Open the editor over a message, with the text begun earlier unless another is given."""
        view = self._view
        number = view.sheet.number(message_id)
        if number is None and text is not None:
            view.unsaved[message_id] = text  # for the time when its conversation is shown
        if number is None or view.sheet.messages[number].state == "streaming":
            return
        if message_id != self.message_id:
            self.put_away()
            message = view.sheet.messages[number]
            begun = view.unsaved.get(message_id, message.content) if text is None else text
            self._open(MessageEditor(view.viewport(), message, begun, view.sheet.look))
        if focus and self.editor:
            self.editor.field.setFocus()
            self.editor.field.moveCursor(QTextCursor.MoveOperation.End)
            view.reveal(self._place())

    def _open(self, editor: MessageEditor) -> None:
        self.editor = editor
        editor.saved.connect(self._save)
        editor.cancelled.connect(self.give_up)
        editor.changed.connect(self._changed)
        editor.resized.connect(self.follow)
        editor.set_busy(self._view.frames.busy)
        self._view.clear_selection()
        self._view.keep_in_place(editor.message.id)
        editor.move(0, -4000)
        editor.show()  # it has to be shown to be laid out
        self._note()

    def put_away(self) -> None:
        """Close the editor; the text stays in `view.unsaved`."""
        if self.editor is None:
            return
        editor, self.editor = self.editor, None
        had_focus = editor.isAncestorOf(editor.window().focusWidget() or editor.window())
        editor.blockSignals(True)
        editor.hide()
        editor.deleteLater()
        self._view.keep_in_place(editor.message.id)
        self._view.sheet.reserve(editor.message.id, 0)
        self._view.settle()
        if had_focus:
            frame = self._view.frames[editor.message.id]
            (frame or self._view).setFocus()

    def end(self) -> None:
        """The text has been saved elsewhere."""
        message_id = self.message_id
        self._view.unsaved.pop(message_id, None)
        self.put_away()
        self.changed.emit()

    @Slot()
    def give_up(self) -> None:
        """Close the editor without saving."""
        if self.editor is None:
            return
        message_id, text, changed = self.message_id, self.editor.text, self.editor.is_changed
        self.end()
        if changed:
            self.given_up.emit(message_id, text)

    def set_busy(self, busy: bool) -> None:
        if self.editor:
            self.editor.set_busy(busy)

    def messages_changed(self) -> None:
        """Other messages are shown: stay with the one that is edited, or with one begun earlier."""
        view = self._view
        if self.editor and view.sheet.number(self.message_id) is None:
            self.put_away()
        begun = [key for key in view.unsaved if view.sheet.number(key) is not None]
        if begun and not self.editor:
            self.begin(begun[-1], focus=False)

    @Slot()
    def _changed(self) -> None:
        self._note()
        self._view.reveal(self._place())

    def _note(self) -> None:
        if self.editor is None:
            return
        if self.editor.is_changed:
            self._view.unsaved[self.message_id] = self.editor.text
        else:
            self._view.unsaved.pop(self.message_id, None)
        self._view.settle()
        self.changed.emit()

    @Slot(str, bool)
    def _save(self, text: str, ask: bool) -> None:
        self.saved.emit(self.message_id, text, ask)

    def _place(self) -> QRect:
        return self._view.sheet.editor_place(self.message_id).translated(0, -self._view.value)

    @Slot()
    def follow(self) -> None:
        """Be where the card is, and as high as the text needs."""
        view = self._view
        if self.editor is None or view.sheet.number(self.message_id) is None:
            return
        area = view.viewport().rect()
        wanted = self.editor.height_for(view.sheet.column, area.height() - 2 * _FREE)
        if view.sheet.editor_place(self.message_id).height() != wanted:
            view.sheet.reserve(self.message_id, wanted)
            view.settle()  # which comes back here
            return
        place = self._place()
        # Qt's coordinates end at 32,767: outside is just outside.
        place.moveTop(min(max(place.top(), -place.height() - 8), area.bottom() + 8))
        if place != self.editor.geometry():
            self.editor.setGeometry(place)
