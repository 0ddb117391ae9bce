"""A text for a conversation: a message to insert, or the answer one would have wanted."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named


class MessageTextDialog(QDialog):
    """Asks for a text, and for who says it if there are `roles` (name and what it is called)."""

    written = Signal(str, str)
    """The role, or "" if none was asked for, and the text."""

    def __init__(
        self,
        title: str,
        help_text: str,
        save: str,
        text: str = "",
        roles: Sequence[tuple[str, str]] = (),
        may_be_empty: bool = False,
        begun: tuple[str, str] = ("", ""),
        parent: QWidget | None = None,
    ) -> None:
        """`begun`: a role and a text that were entered before, in place of `text`."""
        super().__init__(parent)
        self.setObjectName("messageTextDialog")
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(620, 400)
        self._may_be_empty = may_be_empty
        self._before = text
        self._roles: QComboBox = named(ComboBox(), "messageRole", self.tr("Who says it"))
        for name, words in roles:
            self._roles.addItem(words, name)
        self._roles.setCurrentIndex(max(0, self._roles.findData(begun[0])))
        self.edit = named(QPlainTextEdit(begun[1] or text), "messageText", title)
        self.edit.setTabChangesFocus(True)
        self._buttons = QDialogButtonBox()
        self._save = self._buttons.addButton(save, QDialogButtonBox.ButtonRole.AcceptRole)
        named(self._save, "messageTextSave", save)
        self._save.setProperty("kind", "primary")
        self._buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self._arrange(help_text, bool(roles))
        self._buttons.accepted.connect(self._accept)
        self._buttons.rejected.connect(self.reject)
        self.edit.textChanged.connect(self._update)
        self._update()
        self.edit.setFocus()

    def _arrange(self, help_text: str, asks_role: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(label(help_text, "muted", wrap=True))
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Who says it")))
        row.addWidget(self._roles)
        row.addStretch()
        if asks_role:
            column.addLayout(row)
        else:
            self._roles.setParent(self)
            self._roles.hide()
        column.addWidget(self.edit, 1)
        column.addWidget(self._buttons)

    @Slot()
    def _update(self) -> None:
        text = self.edit.toPlainText()
        self._save.setEnabled(
            (bool(text.strip()) or self._may_be_empty) and (text != self._before or not text)
        )

    @Slot()
    def _accept(self) -> None:
        self.written.emit(self._roles.currentData() or "", self.edit.toPlainText())
        self.accept()
