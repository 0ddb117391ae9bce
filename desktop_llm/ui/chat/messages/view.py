"""The list of messages: what the chat page talks to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from time import perf_counter

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_llm.core.conversation import Message
from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.announce import announce
from desktop_llm.ui.chat.messages.boxes import CodePiece, WidePiece
from desktop_llm.ui.chat.messages.canvas import MessageCanvas
from desktop_llm.ui.chat.messages.layout import Anchor
from desktop_llm.ui.chat.messages.leaves import Leaf
from desktop_llm.ui.chat.messages.piece import Piece
from desktop_llm.ui.chat.messages.selection import END, Place
from desktop_llm.ui.translate import error_words

_SIDE_STEP = 48
_PAUSE = 4
"""After showing text, rest so many times as long as that took: the model needs the processor."""
_LONGEST_PAUSE = 0.3
"""In seconds."""
_LINKS = 8
"""Links in a context menu at most."""


class MessageList(MessageCanvas):
    """Shows the messages of a conversation and tells what a person wants to do with them.

    The model's side calls `set_messages`, `add_message`, `append_text`, `update_message`,
    `mark_saved` and `set_progress`. `retry_requested` and `continue_requested` carry the id of the
    answer that they are about.
    """

    retry_requested = Signal(str)
    continue_requested = Signal(str)
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageList")
        self.setAccessibleName(self.tr("Conversation"))
        self.frames.triggered.connect(self._triggered)
        self._arrived: list[tuple[str, str, bool]] = []
        """Text that is not shown yet: message, text, whether it is thinking."""
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.timeout.connect(self._flush)

    # content

    @property
    def messages(self) -> list[Message]:
        """What is shown, with the text that was streamed so far."""
        self._flush()
        return list(self.sheet.messages)

    def set_messages(self, messages: Sequence[Message]) -> None:
        """Show another conversation, from its end."""
        self._arrived.clear()
        self._pointer.stop()
        self.frames.clear()
        self.sheet.set_messages(messages)
        self.saved = {each.id for each in messages if each.state != "streaming"}
        self.progress.clear()
        self.clear_selection()
        self.go_to_end()
        self.viewport().update()

    def add_message(self, message: Message) -> None:
        """Add `message` at the end; a person's own is always brought into view."""
        if self.sheet.number(message.id) is not None:
            self.update_message(message)
            return
        self.sheet.add(message)
        if message.role == "user":
            self.go_to_end()
        else:
            self.settle()

    def append_text(self, message_id: str, text: str, thinking: bool = False) -> None:
        """Add streamed text to a message; shown at once, or soon if showing it is costly."""
        self._arrived.append((message_id, text, thinking))
        if not self._flush_timer.isActive():
            self._flush()

    @Slot()
    def _flush(self) -> None:
        """Show the text that has arrived."""
        if not self._arrived:
            return
        start = perf_counter()
        changed = self.sheet.total
        for message_id, text, thinking in joined(self._arrived):
            number = self.sheet.number(message_id)
            if number is not None:
                self.progress.pop(message_id, None)
                changed = min(changed, self.sheet.append_text(number, text, thinking))
        self._arrived.clear()
        self.settle(changed)
        pause = _PAUSE * (perf_counter() - start)
        self._flush_timer.start(round(1000 * min(pause, _LONGEST_PAUSE)))

    def update_message(self, message: Message) -> None:
        """Show `message` in place of the one with the same id."""
        self._flush()
        number = self.sheet.number(message.id)
        if number is None:
            return
        old = self.sheet.messages[number]
        if message == old:
            return
        self.saved.discard(message.id)
        self.sheet.replace(message)
        self.settle()
        if old.state == "streaming" != message.state:
            errors = error_words(message.error) if message.error else []
            announce(self, words.ending(message, errors))

    def mark_saved(self, message_id: str) -> None:
        """The message is on the disk as it is shown."""
        self.saved.add(message_id)
        self.viewport().update()

    def set_progress(self, message_id: str, done: int, total: int) -> None:
        """So many tokens of the prompt have been read for that answer."""
        self.progress[message_id] = (done, total)
        self.viewport().update()

    # selection and clipboard

    def selected_text(self) -> str:
        """The selected text as it is read, without Markdown."""
        return self.selection.text(self.sheet.messages, self.sheet.pieces)

    def clear_selection(self) -> None:
        if not self.selection.is_empty:
            self.selection.clear()
            self.show_selection()

    @Slot()
    def select_all(self) -> None:
        """Select the whole conversation."""
        if self.sheet.messages:
            last = len(self.sheet.messages) - 1
            self.selection.select(Place(0, 0, 0), Place(last, END, END))
            self.show_selection()

    @Slot()
    def copy(self) -> None:
        """Put the selected text on the clipboard; without one, the message that has the focus."""
        if not self.selection.is_empty:
            self._to_clipboard(self.selected_text())
            return
        for number in self.shown():
            frame = self.frames[self.sheet.messages[number].id]
            if frame is not None and frame.holds_focus:
                self._to_clipboard(self.sheet.messages[number].content)

    def _to_clipboard(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()

    # what people do

    @Slot(str, str, int)
    def _triggered(self, message_id: str, button: str, piece: int) -> None:
        number = self.sheet.number(message_id)
        if number is None:
            return
        if button == "copyButton":
            self._to_clipboard(self.sheet.messages[number].content)
        elif button == "copyCodeButton":
            code = self.sheet.card(number).pieces[piece]
            if isinstance(code, CodePiece):
                self._to_clipboard(code.leaf.text)
        elif button == "thinkingButton":
            self._toggle_thinking(number)
        elif button == "continueButton":
            self.continue_requested.emit(message_id)
        else:
            self.retry_requested.emit(message_id)

    def _toggle_thinking(self, number: int) -> None:
        if self.selection.touches(number):
            self.clear_selection()
        message_id = self.sheet.messages[number].id
        self._anchor = Anchor(message_id, -1, 0.0, self.sheet.top(number) - self.value)
        self.sheet.toggle_thinking(number)
        self.settle()

    def _scroll_sideways(self, distance: int) -> None:
        for number in self.shown():
            for piece in self.sheet.card(number).pieces:
                if isinstance(piece, WidePiece):
                    piece.scroll_to(piece.scroll + distance)
        self.viewport().update()

    def _menu(self, point: QPoint) -> QMenu:
        """The commands for what is at a point of the viewport."""
        menu = QMenu(self)
        menu.setObjectName("messageMenu")
        copy = menu.addAction(self.tr("&Copy"), QKeySequence.StandardKey.Copy, self.copy)
        copy.setEnabled(not self.selection.is_empty)
        found = self.spot(point)
        if found is not None:
            message = found[0].message
            menu.addAction(
                self.tr("Copy &message"), partial(self._triggered, message.id, "copyButton", -1)
            )
            self._add_links(menu, found[0].pieces, self.link_at(point))
        menu.addSeparator()
        menu.addAction(self.tr("Select &all"), QKeySequence.StandardKey.SelectAll, self.select_all)
        return menu

    def _add_links(self, menu: QMenu, pieces: Sequence[Piece], here: str) -> None:
        """Links can be followed without a mouse: those of the message are in its menu."""
        links = [here] if here else [link for piece in pieces for link in _links(piece.leaf)]
        for link in list(dict.fromkeys(links))[:_LINKS]:
            shown = menu.fontMetrics().elidedText(link, Qt.TextElideMode.ElideMiddle, 360)
            text = self.tr("Open {address}").replace("{address}", shown.replace("&", "&&"))
            menu.addAction(text, partial(self.link_activated.emit, link))

    # Qt's own names

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self._menu(self.viewport().mapFromGlobal(event.globalPos()))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_End:
            self.go_to_end()
        elif event.key() == Qt.Key.Key_Home:
            self.scroll_by(-self.value)
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._scroll_sideways(-_SIDE_STEP if event.key() == Qt.Key.Key_Left else _SIDE_STEP)
        elif (distance := self._distance(event)) != 0:
            self._glide.by(distance)
        else:
            event.ignore()

    def _distance(self, event: QKeyEvent) -> int:
        """How far a key scrolls."""
        line = self.sheet.look.body.line
        page = self.viewport().height() - 2 * line
        back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        distances = {
            Qt.Key.Key_Up: -3 * line,
            Qt.Key.Key_Down: 3 * line,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Space: -page if back else page,
        }
        return distances.get(Qt.Key(event.key()), 0)


def joined(arrived: Sequence[tuple[str, str, bool]]) -> Iterator[tuple[str, str, bool]]:
    """Pieces of text for the same place run together."""
    for (message_id, thinking), group in groupby(arrived, key=lambda each: (each[0], each[2])):
        yield message_id, "".join(text for _, text, _ in group), thinking


def _links(leaf: Leaf) -> list[str]:
    cells = [leaf.spans, *(cell for row in leaf.rows for cell in row)]
    return [span.link for cell in cells for span in cell if span.link]
