"""The frames of the messages that are in view: made, moved and taken away as one scrolls."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.frame import MessageFrame
from desktop_llm.ui.chat.messages.layout import MessageLayout
from desktop_llm.ui.chat.messages.row import Version
from desktop_llm.ui.translate import error_words


class Frames(QObject):
    """Keeps one `MessageFrame` for every visible card, in the order of Tab."""

    triggered = Signal(str, str, int)
    focus_changed = Signal()

    def __init__(self, viewport: QWidget, layout: MessageLayout) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._layout = layout
        self.versions: dict[str, Version] = {}
        """Of the messages that have siblings."""
        self.dimmed: frozenset[str] = frozenset()
        """Messages that the model does not see any more."""
        self.busy = False
        """An answer is being written, so the tree of messages stays as it is."""
        self.only_read = False
        """The messages are shown for comparison: they can be copied, and nothing else."""
        self._frames: dict[str, MessageFrame] = {}
        self._spare: list[MessageFrame] = []
        """Frames of messages that are out of view, for those that come into it."""
        self._order: list[QWidget] = []
        """All widgets as Tab goes through them."""

    def __getitem__(self, message_id: str) -> MessageFrame | None:
        return self._frames.get(message_id)

    @property
    def focused(self) -> str:
        """The message that has the keyboard focus, or ""."""
        return next((key for key, frame in self._frames.items() if frame.holds_focus), "")

    def focused_button(self) -> tuple[int, str]:
        """The place of the message that has the focus, and the name of its button, if any."""
        number = self._layout.number(self.focused)
        focused = QApplication.focusWidget()
        return (-1 if number is None else number, focused.objectName() if focused else "")

    def focus_button(self, number: int, name: str) -> None:
        """Give the focus back to what stands where it was: another version of a message."""
        if not 0 <= number < len(self._layout.messages):
            return
        frame = self._frames.get(self._layout.messages[number].id)
        if frame is not None and not frame.holds_focus:
            button = frame.button(name)
            usable = button is not None and button.isEnabled()
            (button if button is not None and usable else frame).setFocus()

    def clear(self) -> None:
        """Take all frames away, since their look is another one now."""
        for message_id in list(self._frames):
            self._remove(message_id)
        for frame in self._spare:
            frame.deleteLater()
        self._spare.clear()
        self._order.clear()

    def sync(self, value: int, shown: range, is_revealed: Callable[[int], bool]) -> None:
        """Follow the view, which begins at `value` and shows the messages of those numbers."""
        area = self._viewport.rect()
        wanted = {self._layout.messages[number].id: number for number in shown}
        for message_id in [each for each in self._frames if each not in wanted]:
            self._remove(message_id)
        for message_id, number in wanted.items():
            frame = self._frame(message_id, number)
            place = self._layout.rect(number).translated(0, -value)
            self._describe(frame, number)
            frame.version = self.versions.get(message_id)
            frame.busy = self.busy
            frame.arrange(place, area, is_revealed(number) or frame.holds_focus)
        self._keep_order(list(wanted))

    def _frame(self, message_id: str, number: int) -> MessageFrame:
        card = self._layout.card(number)
        frame = self._frames.get(message_id)
        if frame is None:
            frame = self._spare.pop() if self._spare else self._new_frame(card)
            self._frames[message_id] = frame
            frame.adopt(card)
            frame.blockSignals(False)
        elif frame.card is not card:
            frame.adopt(card)
        return frame

    def _new_frame(self, card: Card) -> MessageFrame:
        frame = MessageFrame(self._viewport, card)
        frame.only_read = self.only_read
        frame.triggered.connect(self.triggered)
        frame.focus_changed.connect(self.focus_changed)
        return frame

    def _remove(self, message_id: str) -> None:
        frame = self._frames.pop(message_id)
        frame.blockSignals(True)  # or else the focus that leaves it would bring us here again
        if frame.holds_focus:
            self._area.setFocus()
        frame.hide()
        self._spare.append(frame)

    @property
    def _area(self) -> QWidget:
        """The list of messages itself."""
        area = self._viewport.parentWidget()
        assert area is not None
        return area

    def _describe(self, frame: MessageFrame, number: int) -> None:
        message, total = self._layout.messages[number], len(self._layout.messages)
        dimmed = message.id in self.dimmed
        if frame.described == (message, number, total, dimmed):
            return
        frame.described = (message, number, total, dimmed)
        text = ""
        if message.state != "streaming":  # a growing text is announced once, at its end
            errors = error_words(message.error) if message.error else []
            text = words.spoken(message, errors, dimmed)
        frame.describe(words.place(message, number + 1, total), text)

    def _keep_order(self, shown: list[str]) -> None:
        """Tab goes from the list down the page, whatever the order in which things appeared."""
        chain: list[QWidget] = [self._area]
        for message_id in shown:
            frame = self._frames[message_id]
            chain += [frame, *frame.buttons]
        if chain != self._order:
            known = {id(widget): place for place, widget in enumerate(self._order)}
            places = [known[id(widget)] for widget in chain if id(widget) in known]
            moved = places != sorted(places)
            for before, after in pairwise(chain):
                if moved or id(after) not in known:  # the others follow each other already
                    QWidget.setTabOrder(before, after)
            self._order = chain
