"""The question before a link of a conversation is opened: it shows where that really leads."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QTextOption
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui.widgets.named import label, named

SAFE_SCHEMES = ("http", "https", "mailto")
"""What a link in an answer may open, and only when it is clicked."""
_LINES = 6
"""Of the address that are seen at once."""
_LINE = 360
"""Pixels of the address that surely are in one line."""


def usable(address: str) -> QUrl | None:
    """`address` as it would be opened, in its plain form; None if it is of no kind we open."""
    url = QUrl(address, QUrl.ParsingMode.StrictMode)
    if not url.isValid() or url.scheme() not in SAFE_SCHEMES:
        return None
    return url if url.scheme() == "mailto" or url.host() else None


def plain_form(url: QUrl) -> str:
    """The whole address in plain letters: nothing in it can look like something else."""
    return bytes(url.toEncoded().data()).decode("ascii")


class LinkQuestion(QDialog):
    """Nothing is opened but by its button "Open"; Cancel is the default."""

    copied = Signal()

    def __init__(self, url: QUrl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("linkQuestion")
        self.setWindowTitle(self.tr("Open a link"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(460)
        self._url = url
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(10)
        column.addWidget(label(self._lead(), "heading", wrap=True))
        if host := self._host:
            site = label(host, "section", wrap=True)
            site.setObjectName("linkHost")
            column.addWidget(site)
        column.addWidget(self._address())
        for warning in self._warnings():
            column.addWidget(label(warning, "warning", wrap=True))
        column.addSpacing(6)
        column.addLayout(self._buttons())
        self._cancel.setFocus()

    @property
    def _host(self) -> str:
        return self._url.host(QUrl.ComponentFormattingOption.FullyEncoded)

    def _lead(self) -> str:
        if self._url.scheme() == "mailto":
            return self.tr("This link writes an email in your mail program:")
        return self.tr("This link leads out of the app, to the site:")

    def _warnings(self) -> list[str]:
        found = []
        if self._url.userInfo() and self._host:
            text = self.tr("What stands before the @ is not the site. The site is {host}.")
            found.append(text.replace("{host}", self._host))
        if "xn--" in self._host:
            found.append(
                self.tr(
                    "The name of the site has letters of other alphabets, which can look like "
                    "ordinary ones. It is shown here as computers write it."
                )
            )
        return found

    def _address(self) -> QPlainTextEdit:
        field = named(QPlainTextEdit(), "linkAddress", self.tr("The whole address"))
        field.setReadOnly(True)
        field.setTabChangesFocus(True)
        field.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        field.setPlainText(plain_form(self._url))
        metrics = field.fontMetrics()
        lines = metrics.horizontalAdvance(field.toPlainText()) // _LINE + 1
        field.setFixedHeight(min(lines, _LINES) * (metrics.lineSpacing() + 1) + 26)
        return field

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        copy = named(QPushButton(self.tr("Copy address")), "linkCopy", self.tr("Copy address"))
        follow = named(QPushButton(self.tr("Open")), "linkOpen", self.tr("Open"))
        cancel = named(QPushButton(self.tr("Cancel")), "linkCancel", self.tr("Cancel"))
        self._cancel = cancel
        for button in (copy, follow):
            button.setAutoDefault(False)
        cancel.setDefault(True)
        row.addWidget(copy)
        row.addStretch()
        row.addWidget(follow)
        row.addWidget(cancel)
        copy.clicked.connect(self._copy)
        follow.clicked.connect(self._open)
        cancel.clicked.connect(self.reject)
        return row

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(plain_form(self._url))
        self.copied.emit()
        self.reject()

    @Slot()
    def _open(self) -> None:
        QDesktopServices.openUrl(self._url)
        self.accept()
