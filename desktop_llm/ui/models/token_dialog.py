"""Asks for the person's access token of the hub, checks it, and says where it is kept."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.secrets import Place
from desktop_llm.services.hub import HubService
from desktop_llm.ui.models.card_view import open_page
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.named import label, named

TOKENS_PAGE = "https://huggingface.co/settings/tokens"


class TokenDialog(QDialog):
    """The token goes to the service, and is in no file, log or command line of this app."""

    signed_in = Signal(str, bool)
    """The account, and whether it is remembered after this session."""

    def __init__(self, hub: HubService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tokenDialog")
        self.setWindowTitle(self.tr("Access token"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._hub = hub
        self.edit = named(QLineEdit(), "tokenEdit", self.tr("Access token"))
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText("hf_…")
        self.edit.setMaxLength(400)
        self._said = label(kind="muted", wrap=True)
        self.ok = named(QPushButton(), "tokenCheck", self.tr("Check and use"))
        self.ok.setText(self.tr("Check and use"))
        self.ok.setProperty("kind", "primary")
        self.ok.setDefault(True)
        self._arrange()
        self.edit.textChanged.connect(self._edited)
        self.ok.clicked.connect(self._check)
        self._edited()

    def _arrange(self) -> None:
        explanation = self.tr(
            "Some models are given only to people who have an account and accept conditions. Make "
            "a token with read access on the hub and enter it here. It is sent to the official "
            "hub only, never to a mirror, and is kept by your system's keyring."
        )
        page = named(QPushButton(), "tokenPage", self.tr("Make a token"))
        page.setText(self.tr("Make a token…"))
        page.setToolTip(TOKENS_PAGE)
        page.setAutoDefault(False)
        page.clicked.connect(lambda: open_page(TOKENS_PAGE))
        self._out = named(QPushButton(), "tokenForget", self.tr("Forget the token"))
        self._out.setText(self.tr("Forget the token"))
        self._out.setAutoDefault(False)
        self._out.setVisible(bool(self._hub.account))
        self._out.clicked.connect(self._forget)
        cancel = named(QPushButton(self.tr("Cancel")), "tokenCancel", self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (page, self._out):
            buttons.addWidget(button)
        buttons.addStretch()
        for button in (cancel, self.ok):
            buttons.addWidget(button)
        title = label(self.tr("Access token of the hub"), "section")
        title.setBuddy(self.edit)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for widget in (title, label(explanation, "muted", wrap=True), self.edit, self._said):
            column.addWidget(widget)
        column.addStretch()
        column.addLayout(buttons)
        self.setMinimumWidth(520)
        if self._hub.account:
            self._say(self.tr("Signed in as {account}.").format(account=self._hub.account))

    @property
    def words(self) -> str:
        """What is said below the field."""
        return self._said.text()

    def _say(self, text: str, kind: str = "muted") -> None:
        self._said.setText(text)
        self._said.setProperty("kind", kind)
        self._said.style().polish(self._said)

    @Slot()
    def _edited(self) -> None:
        self.ok.setEnabled(bool(self.edit.text().strip()))

    @Slot()
    def _check(self) -> None:
        self.ok.setEnabled(False)
        self._say(self.tr("Asking the hub…"))
        self._hub.sign_in(self.edit.text().strip(), self._accepted, self._refused)

    def _accepted(self, account: str, place: Place) -> None:
        if isValid(self):
            self.edit.clear()
            self.signed_in.emit(account, place == "keyring")
            self.accept()

    def _refused(self, error: ExpectedError) -> None:
        if isValid(self):
            self._say(error_text(error), "danger")
            self._edited()

    @Slot()
    def _forget(self) -> None:
        self._out.hide()
        self._hub.sign_out(self._forgotten)

    def _forgotten(self, gone: bool) -> None:
        if not isValid(self):
            return
        if gone:
            self._say(self.tr("The token is forgotten."))
            return
        text = self.tr(
            "The token is not used any more, but your system's keyring did not delete it. Look for "
            "“Desktop LLM” there, or withdraw the token on the hub."
        )
        self._say(text, "danger")
