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

from desktop_llm.ui.chat.messages import words
from desktop_llm.ui.chat.messages.buttons import ActionButton
from desktop_llm.ui.chat.messages.card import Card

_GLYPHS = {
    "copyButton": "copy",
    "retryButton": "arrow-clockwise",
    "continueButton": "play",
    "thinkingButton": "caret-right",
    "tryAgainButton": "arrow-clockwise",
}


def by_keyboard(event: QFocusEvent) -> bool:
    """Whether the focus was moved with the Tab key."""
    return event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class MessageFrame(QGroupBox):
    """The widgets of one visible card. `triggered` names the button and the code block, or -1."""

    triggered = Signal(str, str, int)
    focus_changed = Signal()

    def __init__(self, viewport: QWidget, card: Card) -> None:
        super().__init__(viewport)
        self.setObjectName("message")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.card = card
        self.actions_end = 0
        """Where the row of buttons ends: so far from the side of the card where it begins."""
        self.ringed = False
        """The keyboard brought the focus here, so it has to be seen."""
        self._buttons: dict[tuple[str, int], ActionButton] = {}
        self.show()

    @property
    def buttons(self) -> list[ActionButton]:
        """All buttons in the order of reading."""
        return sorted(self._buttons.values(), key=lambda each: (each.y(), each.x()))

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
        wanted = self._wanted()
        for key in [key for key in self._buttons if key not in wanted]:
            gone = self._buttons.pop(key)
            gone.blockSignals(True)
            if gone.hasFocus():
                self.setFocus()
            gone.deleteLater()
        region = QRegion(0, 0, 1, 1)
        for key, place in wanted.items():
            button = self._button(key)
            place = place.translated(self._shift)
            if place != button.geometry():
                button.setGeometry(place)
            button.set_revealed(revealed or key[0] in ("thinkingButton", "tryAgainButton"))
            region += place
        self.setMask(region)

    def _wanted(self) -> dict[tuple[str, int], QRect]:
        """The buttons that the card needs now, and their places in the card."""
        card = self.card
        found: dict[tuple[str, int], QRect] = {}
        if not card.thinking_header.isNull():
            found["thinkingButton", -1] = self._lead(card.thinking_header, "thinkingButton")
        for piece in card.code_pieces(*self._span):
            if piece.is_measured:
                found["copyCodeButton", card.pieces.index(piece)] = piece.button_rect
        if not card.error_button.isNull():
            size = self._button(("tryAgainButton", -1)).sizeHint()
            found["tryAgainButton", -1] = QRect(card.error_button.topLeft(), size)
            if card.mirrored:
                found["tryAgainButton", -1].moveRight(card.error_button.right())
        if card.message.state != "streaming":
            found |= self._action_row()
        return found

    def _lead(self, row: QRect, name: str) -> QRect:
        size = self._button((name, -1)).sizeHint()
        left = row.right() - size.width() + 9 if self.card.mirrored else row.left() - 8
        return QRect(QPoint(left, row.top()), QSize(size.width(), row.height()))

    def _action_row(self) -> dict[tuple[str, int], QRect]:
        card, message = self.card, self.card.message
        names = ["copyButton"] if message.content else []
        names += ["retryButton"] * (words.can_retry(message) and message.state != "failed")
        names += ["continueButton"] * words.can_continue(message)
        backwards = (message.role == "user") != card.mirrored
        x = card.actions.right() + 7 if backwards else -6
        found = {}
        for name in names:
            size = self._button((name, -1)).sizeHint()
            x -= size.width() if backwards else 0
            found[name, -1] = QRect(QPoint(x, card.actions.top()), size)
            x += -2 if backwards else size.width() + 2
        self.actions_end = card.actions.right() - x if backwards else x
        return found

    def _button(self, key: tuple[str, int]) -> ActionButton:
        if key not in self._buttons:
            name, number = key
            label = self._labels()[name]
            button = ActionButton(self, self.card.look, name, _GLYPHS.get(name, "copy"), label)
            button.setProperty("piece", number)
            if name in ("continueButton", "tryAgainButton", "thinkingButton"):
                button.setText(label)
                button.setToolTip("")
            button.boxed = name == "tryAgainButton"
            button.clicked.connect(self._clicked)
            button.focus_changed.connect(self.focus_changed)
            button.show()
            self._buttons[key] = button
        button = self._buttons[key]
        if key[0] == "thinkingButton":
            self._update_thinking(button)
        return button

    def _update_thinking(self, button: ActionButton) -> None:
        title = words.thinking_title(self.card.message)
        if button.text() != title:
            button.setText(title)
            button.setAccessibleName(title)
        folded = "caret-left" if self.card.mirrored else "caret-right"
        button.set_glyph("caret-down" if self.card.thinking_open else folded)
        state = self.tr("Unfolded") if self.card.thinking_open else self.tr("Folded")
        button.setAccessibleDescription(state)

    def _labels(self) -> dict[str, str]:
        return {
            "copyButton": self.tr("Copy message"),
            "copyCodeButton": self.tr("Copy code"),
            "retryButton": self.tr("Try again"),
            "tryAgainButton": self.tr("Try again"),
            "continueButton": self.tr("Continue"),
            "thinkingButton": words.thinking_title(self.card.message),
        }

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
