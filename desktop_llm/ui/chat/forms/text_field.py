"""The field for the text that a form is about: typed, pasted, or out of a file."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QMimeData, Signal, Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui import icons
from desktop_llm.ui.chat.messages.plain import visible
from desktop_llm.ui.drop_overlay import dropped_files
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import named

EDITABLE = 50_000
"""Characters; a longer text is held, but not put into the field, which would make typing slow."""

HEIGHT = 116


class TextEdit(QPlainTextEdit):
    """Plain text that hands on what is pasted or dropped and is no short text."""

    files_given = Signal(object)
    """list[Path]"""
    long_text_given = Signal(str)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:  # noqa: N802
        return bool(dropped_files(source)) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802
        if files := dropped_files(source):
            self.files_given.emit(files)
        elif len(source.text()) > EDITABLE:
            self.long_text_given.emit(source.text())
        else:
            super().insertFromMimeData(source)


class TextField(QWidget):
    """Shows a text to edit, or only the name and the size of one that is long."""

    changed = Signal()
    files_given = Signal(object)
    file_wanted = Signal()
    """The person wants to choose a file."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._held = ""
        self._name = ""
        self.edit = named(TextEdit(), name, title)
        self.edit.setTabChangesFocus(True)
        self.edit.setFixedHeight(HEIGHT)
        self.edit.setPlaceholderText(self.tr("Write or paste a text here, or drop a file."))
        self._chip = ElidedLabel()
        self._remove = named(QToolButton(), f"{name}Remove", self.tr("Remove this text"))
        self._remove.setIcon(icons.icon("x", "text_muted"))
        self._choose = named(QPushButton(), f"{name}File", self.tr("Choose a file…"))
        self._choose.setText(self.tr("Choose a file…"))
        self._choose.setProperty("kind", "quiet")
        row = QHBoxLayout()
        row.addWidget(self._chip, 10_000)
        row.addWidget(self._remove)
        row.addStretch(1)
        row.addWidget(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.edit)
        column.addLayout(row)
        self.edit.textChanged.connect(self.changed)
        self.edit.files_given.connect(self.files_given)
        self.edit.long_text_given.connect(self._hold_pasted)
        self._remove.clicked.connect(self.clear)
        self._choose.clicked.connect(self.file_wanted)
        self._show()

    @property
    def text(self) -> str:
        return self._held or self.edit.toPlainText()

    @property
    def name(self) -> str:
        """What the text is called: its file, or that it was pasted."""
        return self._name or self.tr("Text")

    def set_text(self, text: str, name: str = "") -> None:
        """Replace the text, which can be undone; `name` is that of the file it came from."""
        self._name = name
        self._held = text if len(text) > EDITABLE else ""
        if not self._held:
            cursor = QTextCursor(self.edit.document())
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(text)
        self._show()
        self.changed.emit()

    def setFocus(self, *_: object) -> None:  # noqa: N802
        """Without a focus proxy: Tab would find that at the place where this was made."""
        (self._remove if self._held else self.edit).setFocus()

    @Slot()
    def clear(self) -> None:
        """Without the long text: what was typed before it is there again."""
        self.set_text(self.edit.toPlainText())
        self.edit.setFocus()

    @Slot(str)
    def _hold_pasted(self, text: str) -> None:
        self.set_text(text, self.tr("Pasted text"))

    def _show(self) -> None:
        held = bool(self._held)
        self.edit.setVisible(not held)
        self._chip.setVisible(held)
        self._remove.setVisible(held)
        if held:
            count = QLocale().toString(len(self._held))
            words = self.tr("{name} · {count} characters")
            self._chip.set_whole_text(words.format(name=visible(self._name), count=count))
