"""The text of the files that a person gave with a message, as the model gets it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_llm.core.conversation import Attachment
from desktop_llm.ui.chat.messages.chips import size_text
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

SHOWN = 300_000
"""Characters that are shown; more would keep the window waiting."""
_LONG_LINE = re.compile(r"[^\n]{2000}")
"""Longer lines are shown as several: Qt takes seconds for a line of 100,000 characters."""


class AttachmentDialog(QDialog):
    """Plain text that cannot be changed; with several files one chooses among them."""

    def __init__(
        self, files: Sequence[Attachment], number: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("attachmentDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 560)
        self._files = list(files)
        self._choice = named(ComboBox(), "attachmentChoice", self.tr("File"))
        self._choice.addItems([visible(each.name) for each in files])
        self._facts = label(kind="muted", wrap=True)
        self._text = named(QPlainTextEdit(), "attachmentText", self.tr("Text of the file"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        if len(self._files) > 1:
            column.addWidget(self._choice)
        else:
            self._choice.setParent(self)
            self._choice.hide()
        column.addWidget(self._facts)
        column.addWidget(self._text, 1)
        column.addWidget(buttons)
        self._choice.currentIndexChanged.connect(self._show)
        self._choice.setCurrentIndex(number)
        self._show(number)

    @Slot(int)
    def _show(self, number: int) -> None:
        file = self._files[number]
        self.setWindowTitle(visible(file.name))
        count = QLocale().toString(len(file.text))
        words = self.tr("{size}, {count} characters of text")
        if not file.in_prompt:
            words = self.tr("{size}, {count} characters of text, read by the model in parts")
        if len(file.text) > SHOWN:
            words = self.tr("{size}, {count} characters of text, of which the beginning is shown")
        words = words.replace("{size}", size_text(file.size)).replace("{count}", count)
        self._facts.setText(words)
        self._text.setPlainText(_LONG_LINE.sub(r"\g<0>\n", visible(file.text[:SHOWN])))
