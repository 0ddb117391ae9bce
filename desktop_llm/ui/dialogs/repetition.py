"""What came of writing an answer again: identical, or where and why it differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QLocale
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QGridLayout, QProgressBar, QTextEdit, QVBoxLayout

from desktop_llm.core.conversation import Message
from desktop_llm.services.chat_reproduction import Reproduction
from desktop_llm.ui import theme
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.dialogs.word_diff import Part, word_diff
from desktop_llm.ui.translate import error_text, words
from desktop_llm.ui.widgets.named import label, named

InBackground = Callable[[Callable[[], Any], Callable[[Any], None]], None]
"""Calls the first away from the GUI thread, and the second on it with what came out."""
SHOWN = 60_000
"""Characters of each text that are compared."""


class RepetitionView(QFrame):
    """Hidden until the answer is written again."""

    def __init__(self, message: Message, background: InBackground) -> None:
        super().__init__()
        self.setProperty("pane", "card")
        self.setObjectName("repetition")
        self._message = message
        self._background = background
        self.verdict = label(kind="heading", wrap=True)
        self.verdict.setObjectName("repetitionVerdict")
        self.reasons = label(kind="muted", wrap=True)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self.old = _text_field("repetitionOld", self.tr("The answer as it was"))
        self.new = _text_field("repetitionNew", self.tr("The answer as it came now"))
        self._texts = QFrame()
        grid = QGridLayout(self._texts)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label(self.tr("As it was"), "small"), 0, 0)
        grid.addWidget(label(self.tr("As it came now"), "small"), 0, 1)
        grid.addWidget(self.old, 1, 0)
        grid.addWidget(self.new, 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        for widget in (self.verdict, self._progress, self.reasons, self._texts):
            column.addWidget(widget)
        self.hide()

    def show_running(self) -> None:
        """The model is writing it."""
        self._say(self.tr("The answer is being written again…"), "heading")
        self._progress.show()
        self.reasons.hide()
        self._texts.hide()
        self.show()

    def show_result(self, result: Reproduction) -> None:
        """Tell whether it came out the same, else where it differs and what was different."""
        self._progress.hide()
        self.show()
        if result.error is not None:
            self._say(self.tr("The answer could not be written again."), "danger")
            self._give_reasons([error_text(result.error)])
            return
        conditions = [words(condition) for condition in result.conditions]
        if result.identical:
            self._say(self.tr("It came out identical."), "success")
            self._give_reasons(conditions)
            return
        text = self.tr("It came out differently.")
        if result.first_difference is not None:
            text = self.tr("It came out differently from token {number} on.").replace(
                "{number}", QLocale().toString(result.first_difference + 1)
            )
        self._say(text, "warning")
        self._give_reasons(
            conditions
            or [self.tr("Nothing is known to be different from then; the device may round anew.")]
        )
        self._compare(self._message.content[:SHOWN], result.text[:SHOWN])

    def _say(self, text: str, kind: str) -> None:
        self.verdict.setProperty("kind", kind)
        self.verdict.setText(text)
        self.verdict.style().polish(self.verdict)

    def _give_reasons(self, reasons: Sequence[str]) -> None:
        self.reasons.setText("\n".join(reasons))
        self.reasons.setVisible(bool(reasons))

    def _compare(self, old: str, new: str) -> None:
        self._background(lambda: word_diff(visible(old), visible(new)), self._show_parts)

    def _show_parts(self, parts: tuple[list[Part], list[Part]]) -> None:
        colors = theme.current().colors
        _write(self.old, parts[0], colors.cut, colors.cut_text)
        _write(self.new, parts[1], colors.trained, colors.trained_text)
        self._texts.show()


def _text_field(name: str, accessible: str) -> QTextEdit:
    field = named(QTextEdit(), name, accessible)
    field.setReadOnly(True)
    field.setTabChangesFocus(True)
    field.setAcceptRichText(False)
    field.setMinimumHeight(200)
    return field


def _write(field: QTextEdit, parts: Sequence[Part], back: str, front: str) -> None:
    """Write `parts`; what has changed is marked by colour and by an underline."""
    field.clear()
    changed = QTextCharFormat()
    changed.setBackground(QColor(back))
    changed.setForeground(QColor(front))
    changed.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    cursor = QTextCursor(field.document())
    cursor.beginEditBlock()
    for part in parts:
        cursor.insertText(part.text, changed if part.changed else QTextCharFormat())
    cursor.endEditBlock()
