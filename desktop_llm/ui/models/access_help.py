"""Why a model's details are not there, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.hub_errors import (
    RepositoryDisabled,
    RepositoryGated,
    RepositoryMissing,
    RevisionGone,
    TokenRejected,
)
from desktop_llm.ui import icons, theme
from desktop_llm.ui.translate import error_words
from desktop_llm.ui.widgets.named import label, named

NEEDS_TOKEN = (RepositoryMissing, RepositoryGated, TokenRejected)
HOPELESS = (RepositoryDisabled, RevisionGone)
"""Asking again changes nothing."""


class AccessHelp(QFrame):
    """Each case has its own buttons: enter a token, open the page, take the newest version."""

    token_requested = Signal()
    page_requested = Signal()
    retry_requested = Signal()
    newest_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "warning")
        self.setObjectName("accessHelp")
        self._icon = label()
        self._happened = label(wrap=True)
        self._rest = label(kind="muted", wrap=True)
        self._buttons = {
            "page": self._button("openConditions", self.tr("Open its page on the hub")),
            "token": self._button("enterToken", self.tr("Enter an access token…")),
            "newest": self._button("takeNewest", self.tr("Show the newest version")),
            "retry": self._button("askAgain", self.tr("Try again")),
        }
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in self._buttons.values():
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._happened)
        column.addWidget(self._rest)
        column.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        self._buttons["page"].clicked.connect(self.page_requested)
        self._buttons["token"].clicked.connect(self.token_requested)
        self._buttons["newest"].clicked.connect(self.newest_requested)
        self._buttons["retry"].clicked.connect(self.retry_requested)
        theme.notifier().changed.connect(self._tint)
        self._tint()

    @staticmethod
    def _button(name: str, text: str) -> QPushButton:
        return named(QPushButton(text), name, text)

    @property
    def words(self) -> str:
        """All that is said."""
        return f"{self._happened.text()} {self._rest.text()}"

    def show_error(self, error: ExpectedError) -> None:
        """Tell `error` and offer what helps."""
        happened, *rest = error_words(error)
        self._happened.setText(happened)
        self._rest.setText("\n".join(rest))
        offered = {
            "page": isinstance(error, RepositoryGated),
            "token": isinstance(error, NEEDS_TOKEN),
            "newest": isinstance(error, RevisionGone),
            "retry": not isinstance(error, HOPELESS),
        }
        for name, button in self._buttons.items():
            button.setVisible(offered[name])

    @Slot()
    def _tint(self) -> None:
        self._icon.setPixmap(icons.pixmap("warning", 22, self.devicePixelRatio(), "warning"))
