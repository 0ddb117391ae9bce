"""What of a visible message is a widget: its buttons, and the group that a screen reader finds.

The view paints the messages itself, which no screen reader can see. So every visible card has a
group box without a look of its own: it carries speaker, place and text as its accessible name and
description, can be reached by Tab, and holds the card's buttons. Outside its buttons it lets the
mouse through to the view.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QGroupBox, QWidget

from desktop_llm.ui.chat.messages import row
from desktop_llm.ui.chat.messages.buttons import ActionButton, Chip, RowLabel
from desktop_llm.ui.chat.messages.card import Card
from desktop_llm.ui.chat.messages.chips import chip_text, chip_texts


def by_keyboard(event: QFocusEvent) -> bool:
    """Whether the focus was moved with the Tab key."""
    return event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


Key = tuple[str, int]
"""The name of a button, and the code block or file that it belongs to, or -1."""


class MessageFrame(QGroupBox):
    """The widgets of one visible card. `triggered` names the button and the code block, or -1."""

    triggered = Signal(str, str, int)
    focus_changed = Signal()

    def __init__(self, viewport: QWidget, card: Card) -> None:
        super().__init__(viewport)
        self.setObjectName("message")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.card = card
        self._arranged: tuple[object, ...] = ()
        """What the places of the buttons were found for."""
        self.described: tuple[object, ...] = ()
        """What the accessible name and description were made of."""
        self.actions_end = 0
        """Where the row of buttons ends: so far from the side of the card where it begins."""
        self.ringed = False
        """The keyboard brought the focus here, so it has to be seen."""
        self.version: row.Version | None = None
        """Of the message, if it has others."""
        self.busy = False
        """An answer is being written in the conversation."""
        self.only_read = False
        """Nothing can be done with the message but to copy it."""
        self._buttons: dict[Key, ActionButton] = {}
        self._label = RowLabel(self, card.look, "versionLabel")
        self._label.hide()
        self.show()

    def adopt(self, card: Card) -> None:
        """Be the frame of another card from now on; to make widgets anew would be slow."""
        self.card = card
        self.ringed = False
        self._arranged = ()
        self.described = ()
        self.show()

    @property
    def buttons(self) -> list[ActionButton]:
        """All buttons in the order of reading."""
        shown = [each for each in self._buttons.values() if not each.isHidden()]
        return sorted(shown, key=lambda each: (each.y(), each.x()))

    @property
    def holds_focus(self) -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def describe(self, name: str, text: str) -> None:
        """Set what a screen reader says; cheap if nothing has changed."""
        if name != self.accessibleName():
            self.setAccessibleName(name)
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def arrange(self, card_rect: QRect, visible: QRect, revealed: bool) -> None:
        """Put frame and buttons where the card is, in the coordinates of the view."""
        outer = card_rect.adjusted(-8, 0, 8, 0).intersected(visible)
        if outer != self.geometry():
            self.setGeometry(outer)
        self._shift = card_rect.topLeft() - outer.topLeft()
        self._span = (visible.top() - card_rect.top(), visible.bottom() - card_rect.top())
        whole = visible.contains(card_rect)
        now = (
            self._shift,
            whole or self._span,
            revealed,
            self.version,
            self.busy,
            self.card.placed,
        )
        if now != self._arranged:
            self._arranged = now
            self._arrange_buttons(revealed)

    def _arrange_buttons(self, revealed: bool) -> None:
        wanted = self._wanted()
        for key in [key for key in self._buttons if key not in wanted]:
            self._drop(key)
        region = QRegion(0, 0, 1, 1)
        for key, place in wanted.items():
            place = place.translated(self._shift)
            region += place
            self._put(key, place, revealed)
        self._label.setVisible(("versionLabel", -1) in wanted)
        self.setMask(region)

    def _drop(self, key: Key) -> None:
        """Take a button away; those that most messages have may be wanted again."""
        button = self._buttons[key]
        if button.hasFocus():
            self.setFocus()
        button.hide()
        if key[1] >= 0:
            del self._buttons[key]
            button.blockSignals(True)
            button.deleteLater()

    def _put(self, key: Key, place: QRect, revealed: bool) -> None:
        name, _ = key
        widget = self._label if name == "versionLabel" else self._button(key)
        if place != widget.geometry():
            widget.setGeometry(place)
        if widget.isHidden():
            widget.show()
        if isinstance(widget, ActionButton):
            widget.set_glyph(self._glyph(name))
            widget.set_revealed(revealed or name in row.ALWAYS_SHOWN)
            enabled = row.is_enabled(name, self.version, self.busy)
            if enabled != widget.isEnabled():
                widget.setEnabled(enabled)

    def _wanted(self) -> dict[Key, QRect]:
        """The buttons that the card needs now, and their places in the card."""
        card = self.card
        found: dict[Key, QRect] = {}
        if card.reserved:
            return found
        if not card.thinking_header.isNull():
            found["thinkingButton", -1] = self._lead(card.thinking_header, "thinkingButton")
        for piece in card.code_pieces(*self._span):
            if piece.is_measured:
                found["copyCodeButton", card.pieces.index(piece)] = piece.button_rect
        if not (card.error_button.isNull() or self.only_read):
            size = self._button(("tryAgainButton", -1)).sizeHint()
            found["tryAgainButton", -1] = QRect(card.error_button.topLeft(), size)
            if card.mirrored:
                found["tryAgainButton", -1].moveRight(card.error_button.right())
        for number, place in enumerate(card.chips):
            found["attachmentButton", number] = place
        if card.message.state != "streaming":
            found |= self._action_row()
        return found

    def _lead(self, line: QRect, name: str) -> QRect:
        size = self._button((name, -1)).sizeHint()
        left = line.right() - size.width() + 9 if self.card.mirrored else line.left() - 8
        return QRect(QPoint(left, line.top()), QSize(size.width(), line.height()))

    def _action_row(self) -> dict[Key, QRect]:
        """Everything of the row, beginning at the side where the message itself begins."""
        card = self.card
        names = row.row_of(card.message, self.version)
        if self.only_read:
            names = [name for name in names if name == "copyButton"]
        sizes = [self._size(name) for name in names]
        gaps = [-4 if name in row.NARROW or name == "versionLabel" else 2 for name in names[1:]]
        gaps += [0]
        total = sum(size.width() for size in sizes) + sum(gaps)
        at_right = (card.message.role == "user") != card.mirrored
        x = card.actions.right() + 7 - total if at_right else -6
        self.actions_end = total - 6
        found = {}
        steps = list(zip(names, sizes, gaps, strict=True))
        for name, size, space in reversed(steps) if card.mirrored else steps:
            found[name, -1] = QRect(QPoint(x, card.actions.top()), size)
            x += size.width() + space
        return found

    def _size(self, name: str) -> QSize:
        if name != "versionLabel":
            return self._button((name, -1)).sizeHint()
        assert self.version is not None
        accessible = row.label(name, self.card.message, self.version)
        self._label.set_text(row.version_text(self.version), accessible)
        return self._label.sizeHint()

    def _button(self, key: Key) -> ActionButton:
        if key not in self._buttons:
            self._buttons[key] = self._new_button(*key)
        button = self._buttons[key]
        if key[0] == "thinkingButton":
            self._update_thinking(button)
        return button

    def _new_button(self, name: str, number: int) -> ActionButton:
        message, look = self.card.message, self.card.look
        if name == "attachmentButton":
            text = chip_texts(message.attachments)[number]
            button: ActionButton = Chip(self, look, name, row.GLYPHS[name], text)
            button.setText(chip_text(text, look))
        else:
            text = row.label(name, message)
            button = ActionButton(self, look, name, row.GLYPHS[name], text)
        if name in row.WITH_WORDS:
            button.setText(text)
            button.setToolTip("")
        button.setProperty("piece", number)
        button.boxed = name == "tryAgainButton"
        button.narrow = name in row.NARROW
        button.clicked.connect(self._clicked)
        button.focus_changed.connect(self.focus_changed)
        button.show()
        return button

    def _glyph(self, name: str) -> str:
        if name == "thinkingButton":
            folded = "caret-left" if self.card.mirrored else "caret-right"
            return "caret-down" if self.card.thinking_open else folded
        if self.card.mirrored and name in ("versionBack", "versionNext"):
            return "caret-right" if name == "versionBack" else "caret-left"
        return row.glyph(name, self.card.message)

    def _update_thinking(self, button: ActionButton) -> None:
        title = row.label("thinkingButton", self.card.message)
        if button.text() != title:
            button.setText(title)
            button.setAccessibleName(title)
        state = self.tr("Unfolded") if self.card.thinking_open else self.tr("Folded")
        button.setAccessibleDescription(state)

    @property
    def version_words(self) -> str:
        """What is said of the version between its arrows."""
        return self._label.accessibleName()

    def button(self, name: str) -> ActionButton | None:
        """The button of that name, if the message has it now."""
        button = self._buttons.get((name, -1))
        return None if button is None or button.isHidden() else button

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, ActionButton):
            if button.objectName().startswith("copy"):
                button.show_done()
            number = int(button.property("piece"))
            self.triggered.emit(self.card.message.id, button.objectName(), number)

    # Qt's own names

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.ringed = by_keyboard(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.ringed = False
        self.focus_changed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Nothing: the view paints the card."""
