"""Asks where a server is and which key it wants, tries it, and lets choose among its models."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.remote_server import (
    BadAddress,
    ListedModel,
    RemoteServer,
    host_of,
    is_here,
    is_readable_on_the_way,
    secret_name,
    tidy_address,
)
from desktop_llm.core.secrets import Place
from desktop_llm.services.servers import ServerService
from desktop_llm.ui import icons
from desktop_llm.ui.models.words import count_models
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.named import label, named

FEW = 8
"""So many models are all offered at first; among more one chooses."""
EXAMPLE = "http://127.0.0.1:8000/v1"


class ServerDialog(QDialog):
    """The key goes to the service, which gives it to the keyring and to that server alone."""

    saved = Signal(str, bool)
    """The server's title, and whether its key is remembered after this session."""

    def __init__(
        self,
        servers: ServerService,
        server: RemoteServer | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`server` is to be changed; None: a new one."""
        super().__init__(parent)
        self.setObjectName("serverDialog")
        self.setWindowTitle(self.tr("Connect to a server") if server is None else server.title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._servers = servers
        self._server = server or RemoteServer(id="", title="", address="")
        self.address = named(QLineEdit(self._server.address), "serverAddress", self.tr("Address"))
        self.title = named(QLineEdit(self._server.title), "serverTitle", self.tr("Name"))
        self.key = named(QLineEdit(), "serverKey", self.tr("Key"))
        self.models = named(QListWidget(), "serverModels", self.tr("Models to offer"))
        self.test = named(QPushButton(self.tr("Test")), "serverTest", self.tr("Test"))
        self.ok = named(QPushButton(self.tr("Save")), "serverSave", self.tr("Save"))
        self._said = label(kind="muted", wrap=True)
        self._warning = label(kind="warning", wrap=True)
        self._set_up_fields()
        self._arrange()
        self._offer((), self._server.models)
        self._say("" if server else self.tr("A test shows which models the server offers."))
        self.address.textChanged.connect(self._edited)
        self.models.itemChanged.connect(self._edited)
        self.test.clicked.connect(self.ask)
        self.ok.clicked.connect(self._save)
        self._edited()

    def _set_up_fields(self) -> None:
        self.address.setPlaceholderText(EXAMPLE)
        self.address.setMaxLength(500)
        self.title.setMaxLength(60)
        self.key.setMaxLength(1000)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        show = QAction(icons.icon("eye", "text_muted"), self.tr("Show the key"), self.key)
        show.setCheckable(True)
        show.setObjectName("serverKeyShow")
        show.toggled.connect(self._show_key)
        self.key.addAction(show, QLineEdit.ActionPosition.TrailingPosition)
        self.models.setMinimumHeight(120)
        self.models.setProperty("pane", "sheet")
        self.models.setProperty("kind", "checks")
        self.test.setAutoDefault(False)
        self.ok.setProperty("kind", "primary")
        self.ok.setDefault(True)

    def _arrange(self) -> None:
        self._note = label(kind="muted", wrap=True)
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        for row, field in enumerate((self.address, self.title, self.key)):
            name = label(field.accessibleName())
            name.setBuddy(field)
            name.setContentsMargins(0, 0, 8, 0)
            form.addWidget(name, row, 0)
            form.addWidget(field, row, 1, 1, 1 if field is self.key else 2)
        form.addWidget(self.test, 2, 2)
        cancel = named(QPushButton(self.tr("Cancel")), "serverCancel", self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.ok)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addLayout(form)
        for widget in (self._warning, self._said):
            column.addWidget(widget)
        column.addWidget(label(self.tr("Models to offer"), "heading"))
        column.addWidget(self.models, 1)
        column.addWidget(self._note)
        column.addLayout(buttons)
        self.resize(560, 520)

    @property
    def words(self) -> str:
        """What came of the test."""
        return self._said.text()

    @property
    def warning(self) -> str:
        """What is dangerous about the address; "" if nothing is."""
        return self._warning.text()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The models to offer."""
        items = (self.models.item(row) for row in range(self.models.count()))
        return tuple(i.text() for i in items if i.checkState() == Qt.CheckState.Checked)

    @property
    def _tidy(self) -> str:
        """The address as it will be used; "" if it is none."""
        try:
            return tidy_address(self.address.text())
        except BadAddress:
            return ""

    @property
    def _given_key(self) -> str | None:
        """None: the one that is kept; an address that was changed needs its own."""
        return self.key.text().strip() or (None if self._is_kept else "")

    @property
    def _is_kept(self) -> bool:
        known, address = self._server, self._tidy
        return known.has_key and bool(address) and secret_name(address) == known.secret

    def _say(self, text: str, kind: str = "muted") -> None:
        self._said.setText(text)
        self._said.setVisible(bool(text))
        self._said.setProperty("kind", kind)
        self._said.style().polish(self._said)

    @Slot()
    def _edited(self) -> None:
        address = self._tidy
        kept = self.tr("Kept in your system's keyring")
        self.key.setPlaceholderText(kept if self._is_kept else self.tr("Only if it wants one"))
        self.test.setEnabled(bool(address))
        self.ok.setEnabled(bool(address and self.chosen))
        risky = is_readable_on_the_way(address)
        self._warning.setText(
            self.tr(
                "This connection is not encrypted: whoever is between the two computers can read "
                "and change what is said, and take the key. Use https:// outside your own network."
            )
            if risky
            else ""
        )
        self._warning.setVisible(risky)
        self._note.setText(self._where(address))

    def _where(self, address: str) -> str:
        if not address or is_here(address):
            return self.tr(
                "What you write to one of these models is sent to the program at this address."
            )
        text = self.tr(
            "What you write to one of these models, with the whole conversation and its files, "
            "leaves this computer and is sent to {host}."
        )
        return text.format(host=host_of(address))

    @Slot(bool)
    def _show_key(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.key.setEchoMode(mode)

    @Slot()
    def ask(self) -> None:
        """Ask the server for its models."""
        self.test.setEnabled(False)
        self._say(self.tr("Asking the server…"))
        self._servers.ask(self.address.text(), self._given_key, self._answered, self._refused)

    def _answered(self, address: str, models: list[ListedModel]) -> None:
        if not isValid(self):
            return
        names = [model.id for model in models]
        chosen = [name for name in self.chosen if name in names]
        self._offer(names, chosen or (names if len(names) <= FEW else ()))
        if not self.title.text().strip():
            self.title.setText(host_of(address))
        if names:
            text = self.tr("It answers, and offers {models}.")
            self._say(text.format(models=count_models(len(names))), "success")
        else:
            self._say(self.tr("It answers, but offers no model."), "warning")
        self._edited()

    def _refused(self, error: ExpectedError) -> None:
        if isValid(self):
            self._say(error_text(error), "danger")
            self._edited()

    def _offer(self, names: Iterable[str], chosen: Iterable[str]) -> None:
        """Show `names`, those of `chosen` with a tick; what is chosen is shown in any case."""
        ticked = list(chosen)
        self.models.blockSignals(True)
        self.models.clear()
        for name in dict.fromkeys([*names, *ticked]):
            item = QListWidgetItem(name, self.models)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = Qt.CheckState.Checked if name in ticked else Qt.CheckState.Unchecked
            item.setCheckState(on)
        self.models.blockSignals(False)

    @Slot()
    def _save(self) -> None:
        address = self._tidy
        title = self.title.text().strip() or host_of(address)
        changes = {"title": title, "address": address, "models": self.chosen}
        self.ok.setEnabled(False)
        self._servers.save(self._server.model_copy(update=changes), self._given_key, self._kept)

    def _kept(self, place: Place) -> None:
        if isValid(self):
            self.saved.emit(self.title.text().strip(), place == "keyring")
            self.accept()
