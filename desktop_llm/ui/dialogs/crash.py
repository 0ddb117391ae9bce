"""Tells a person that something unexpected happened, with details to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

if TYPE_CHECKING:
    from desktop_llm.services.crash_net import CrashReport


class CrashDialog(QDialog):
    """One report. Not modal: a person can go on working and copy the details later."""

    def __init__(self, report: CrashReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self.setObjectName("crashDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something unexpected happened"))
        self.setMinimumSize(560, 380)
        layout = QVBoxLayout(self)
        layout.addWidget(self._make_words())
        layout.addWidget(self._make_details(), 1)
        layout.addLayout(self._make_buttons())

    def _make_words(self) -> QLabel:
        happened = (
            self.tr("Desktop LLM ended unexpectedly the last time it ran.")
            if self._report.previous_run
            else self.tr("A fault in Desktop LLM stopped what it was doing.")
        )
        safe = self.tr("Everything that was shown as saved is safe, and you can go on working.")
        todo = self.tr(
            "To report the fault, copy the details below; nothing is sent by itself. "
            "Read them first: they may quote what you were working on."
        )
        label = QLabel("\n".join((happened, safe, todo)))
        label.setObjectName("crashWords")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _make_details(self) -> QPlainTextEdit:
        details = QPlainTextEdit(self._report.title + "\n\n" + self._report.details)
        details.setObjectName("crashDetails")
        details.setAccessibleName(self.tr("Details of the fault"))
        details.setReadOnly(True)
        details.setTabChangesFocus(True)
        details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._details = details
        return details

    def _make_buttons(self) -> QHBoxLayout:
        """No QDialogButtonBox: Tab would go to its default button, past the other one."""
        self._copy_button = QPushButton(self.tr("&Copy details"))
        self._copy_button.setObjectName("crashCopyButton")
        self._copy_button.setAccessibleName(self.tr("Copy the details of the fault"))
        self._copy_button.clicked.connect(self._copy)
        close = QPushButton(self.tr("C&lose"))
        close.setObjectName("crashCloseButton")
        close.setAccessibleName(self.tr("Close the report"))
        close.setDefault(True)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self._copy_button)
        buttons.addStretch()
        buttons.addWidget(close)
        return buttons

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._details.toPlainText())
        self._copy_button.setText(self.tr("Copied"))
