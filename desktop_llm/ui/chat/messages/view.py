"""The list of messages: what the chat page talks to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from time import perf_counter
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_llm.core.conversation import Message, Vote
from desktop_llm.core.generation import ModelSource
from desktop_llm.ui.chat.messages import menu, place, words
from desktop_llm.ui.chat.messages.announce import announce
from desktop_llm.ui.chat.messages.boxes import CodePiece, WidePiece
from desktop_llm.ui.chat.messages.canvas import MessageCanvas
from desktop_llm.ui.chat.messages.editing import Editing
from desktop_llm.ui.chat.messages.layout import Anchor
from desktop_llm.ui.chat.messages.place import anchor_after
from desktop_llm.ui.chat.messages.row import Version
from desktop_llm.ui.chat.messages.selection import END, Place
from desktop_llm.ui.translate import error_words

_SIDE_STEP = 48
_PAUSE = 4
"""After showing text, rest so many times as long as that took: the model needs the processor."""
_LONGEST_PAUSE = 0.3
"""In seconds."""
_PLACE_MS = 300
_MARK_MS = 1600
"""How long a message that was jumped to is framed."""

FillMenu = Callable[[QMenu, str, bool], None]
"""Puts the commands for a message into a menu; True: only those without a button of their own."""


class MessageList(MessageCanvas):
    """Shows the messages of a conversation and tells what a person wants to do with them.

    The model's side calls `set_messages`, `add_message`, `append_text`, `update_message`,
    `mark_saved`, `set_progress`, `set_versions`, `set_dimmed` and `set_busy`. The signals carry
    the id of the message that they are about.
    """

    retry_requested = Signal(str)
    samples_requested = Signal(str, int)
    """So many other answers at once."""
    continue_requested = Signal(str)
    version_step_requested = Signal(str, int)
    """-1 for the version before, 1 for the next one."""
    edit_requested = Signal(str, str, bool)
    """Message, its new text, and whether that shall be answered; then call `editing.end()`."""
    edit_discarded = Signal(str, str)
    vote_requested = Signal(str, str)
    """Message and `Vote`."""
    attachment_requested = Signal(str, int)
    """Message and the number of the file."""
    current_changed = Signal()
    """`current_message` may be another one, or another state of it."""
    place_changed = Signal(dict)
    """Where the person is now, for `restore_place`; a moment after it has changed."""
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fill_menu: FillMenu | None = None
        self.editing = Editing(self)
        self.editing.saved.connect(self.edit_requested)
        self.editing.given_up.connect(self.edit_discarded)
        self._place_timer = QTimer(self, singleShot=True, interval=_PLACE_MS)
        self._place_timer.timeout.connect(self._tell_place)
        self.editing.changed.connect(self._place_timer.start)
        self.selection_changed.connect(self._place_timer.start)
        self.selection_changed.connect(self.current_changed)
        self.frames.focus_changed.connect(self.current_changed)
        self._mark_timer = QTimer(self, singleShot=True, interval=_MARK_MS)
        self._mark_timer.timeout.connect(self._unmark)
        self.setObjectName("messageList")
        self.setAccessibleName(self.tr("Conversation"))
        self.frames.triggered.connect(self.press)
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
        """Show another conversation, from its end, or another path of the same, where it was."""
        self._flush()
        self._pointer.stop()
        stay = anchor_after(self, messages)
        focused = self.frames.focused_button()
        self.sheet.set_messages(messages)
        self.saved = {each.id for each in messages if each.state != "streaming"}
        self.progress.clear()
        self.clear_selection()
        if stay is None:
            self.frames.clear()
            self.go_to_end()
        else:
            self.go_to(stay)
            self.frames.focus_button(*focused)
        self._place_timer.stop()
        self.editing.messages_changed()
        self.viewport().update()
        self.current_changed.emit()

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
        self.current_changed.emit()

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
        self.current_changed.emit()
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

    def set_versions(self, versions: Mapping[str, Version]) -> None:
        """Of messages that have siblings: the number, from 1, and how many there are."""
        self.frames.versions = dict(versions)
        self.refresh()
        self.current_changed.emit()

    def set_models(self, models: Sequence[ModelSource]) -> None:
        """The models whose answers are called by their titles."""
        self.model_titles = {each.name: each.title for each in models}
        self.viewport().update()

    def set_dimmed(self, message_ids: frozenset[str]) -> None:
        """Messages that the model does not see any more; costs the same however many."""
        if message_ids != self.frames.dimmed:
            self.frames.dimmed = message_ids
            self.refresh()

    def set_busy(self, busy: bool) -> None:
        """An answer is being written: what would change the tree of messages has to wait."""
        self.frames.busy = busy
        self.editing.set_busy(busy)
        self.refresh()
        self.current_changed.emit()

    # where one is

    @property
    def current_message(self) -> str:
        """The message that commands are about: the one in use, else the last; "" if none."""
        messages = self.sheet.messages
        head = self.selection.head
        if self.frames.focused:
            return self.frames.focused
        if self.hasFocus() and head is not None and head.message < len(messages):
            return messages[head.message].id
        return messages[-1].id if messages else ""

    def scroll_to(self, message_id: str) -> None:
        """Show a message from its beginning, and point it out for a moment."""
        if self.sheet.number(message_id) is not None:
            self.go_to(Anchor(message_id, -1, 0.0, self.sheet.look.theme.spacing.xl))
            self.marked = message_id
            self._mark_timer.start()

    @Slot()
    def _unmark(self) -> None:
        self.marked = ""
        self.viewport().update()

    def place(self) -> dict[str, Any]:
        """Where the person is, and an edit that was begun, as JSON can hold it."""
        return place.describe(self)

    def restore_place(self, described: dict[str, Any]) -> None:
        """Go back to where `place` was called."""
        place.go_back(self, described)
        self._place_timer.stop()

    @Slot()
    def _tell_place(self) -> None:
        self.place_changed.emit(self.place())

    # selection and clipboard

    def selected_text(self) -> str:
        """The selected text as it is read, without Markdown."""
        return self.selection.text(self.sheet.messages, self.sheet.pieces)

    def as_markdown(self) -> str:
        """The whole conversation, each message below the name of who wrote it."""
        parts = [f"**{words.speaker(each)}**\n\n{each.content}" for each in self.messages]
        return "\n\n".join(parts)

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
            self.to_clipboard(self.selected_text())
            return
        for number in self.shown():
            frame = self.frames[self.sheet.messages[number].id]
            if frame is not None and frame.holds_focus:
                self.to_clipboard(self.sheet.messages[number].content)

    def to_clipboard(self, text: str) -> None:
        """Put `text` on the clipboard and say so."""
        QGuiApplication.clipboard().setText(text)
        self.copied.emit()

    # what people do

    @Slot(str, str, int)
    def press(self, message_id: str, button: str, piece: int = -1) -> None:
        """Do what a button of a message does; `piece` is the number of its code block or file."""
        number = self.sheet.number(message_id)
        if number is None:
            return
        message = self.sheet.messages[number]
        actions: dict[str, Callable[[], object]] = {
            "copyButton": lambda: self.to_clipboard(message.content),
            "copyCodeButton": lambda: self._copy_code(number, piece),
            "thinkingButton": lambda: self._toggle_thinking(number),
            "continueButton": lambda: self.continue_requested.emit(message_id),
            "retryButton": lambda: self.retry_requested.emit(message_id),
            "tryAgainButton": lambda: self.retry_requested.emit(message_id),
            "samplesButton": lambda: self._show_menu(message_id, button),
            "moreButton": lambda: self._show_menu(message_id, button),
            "editButton": lambda: self.editing.begin(message_id),
            "upButton": lambda: self._vote(message, "up"),
            "downButton": lambda: self._vote(message, "down"),
            "versionBack": lambda: self.version_step_requested.emit(message_id, -1),
            "versionNext": lambda: self.version_step_requested.emit(message_id, 1),
            "attachmentButton": lambda: self.attachment_requested.emit(message_id, piece),
        }
        actions[button]()

    def _copy_code(self, number: int, piece: int) -> None:
        code = self.sheet.card(number).pieces[piece]
        if isinstance(code, CodePiece):
            self.to_clipboard(code.leaf.text)

    def _vote(self, message: Message, vote: Vote) -> None:
        self.vote_requested.emit(message.id, "" if message.vote == vote else vote)

    def _show_menu(self, message_id: str, name: str) -> None:
        frame = self.frames[message_id]
        button = frame.button(name) if frame else None
        if button is not None:
            make = menu.more_menu if name == "moreButton" else menu.samples_menu
            menu.show(make(self, message_id), button.mapToGlobal(button.rect().bottomLeft()))

    def _toggle_thinking(self, number: int) -> None:
        if self.selection.touches(number):
            self.clear_selection()
        self.keep_in_place(self.sheet.messages[number].id)
        self.sheet.toggle_thinking(number)
        self.settle()

    def _scroll_sideways(self, distance: int) -> None:
        for number in self.shown():
            for piece in self.sheet.card(number).pieces:
                if isinstance(piece, WidePiece):
                    piece.scroll_to(piece.scroll + distance)
        self.viewport().update()

    def _menu(self, point: QPoint) -> QMenu:
        return menu.context_menu(self, point)

    # Qt's own names

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = self.viewport().mapFromGlobal(event.globalPos())
        menu.show(self._menu(point), event.globalPos())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if not self._settling:
            self._place_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        if self._place_timer.isActive():
            self._place_timer.stop()
            self._tell_place()
        self._mark_timer.stop()
        super().hideEvent(event)

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
