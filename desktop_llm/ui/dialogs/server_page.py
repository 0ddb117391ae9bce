"""The page of the settings about the server: switch, address, key, an example, and settings."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.services.serving import ServerStatus
from desktop_llm.ui import theme
from desktop_llm.ui.context import Services
from desktop_llm.ui.dialogs.server_examples import EXAMPLES, example
from desktop_llm.ui.dialogs.settings_form import SettingsForm
from desktop_llm.ui.translate import error_text
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

HIDDEN = "•" * 12
LINES = 7
"""Of the longest example."""


class ServerPage(QWidget):
    """Shows what `ServingService` says, and switches it."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._serving = services.serving
        self.setProperty("pane", "clear")
        self._switch = named(QPushButton(), "serverSwitch", self.tr("Switch the server on or off"))
        self._switch.setAutoDefault(False)
        self._switch.clicked.connect(self._toggle)
        self._state = label(kind="heading", wrap=True)
        self._state.setObjectName("serverState")
        self._facts = label(kind="muted", wrap=True)
        self._facts.setObjectName("serverFacts")
        self._access = QWidget()
        self._arrange(services)
        self._serving.changed.connect(self._show)
        self._show(self._serving.status)

    def _arrange(self, services: Services) -> None:
        intro = self.tr(
            "Lets other programs on this computer use the model that is loaded, by the protocol of "
            "OpenAI. Nobody else can reach it, and every request needs the key."
        )
        top = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._state)
        words.addWidget(self._facts)
        top.addLayout(words, 1)
        top.addWidget(self._switch, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 12, 0)  # beside the scroll bar
        column.setSpacing(12)
        column.addWidget(label(intro, "muted", wrap=True))
        column.addLayout(top)
        self._make_access()
        column.addWidget(self._access)
        column.addWidget(SettingsForm("server", services.preferences), 1)

    def _make_access(self) -> None:
        """What a program has to be told; there while the server is on."""
        self._address = self._line("serverAddress", self.tr("Address of the server"))
        self._key = self._line("serverKey", self.tr("Key of the server"))
        self._show_key = _button("serverShowKey", self.tr("Show"), self.tr("Show the key"))
        self._show_key.setCheckable(True)
        self._show_key.toggled.connect(self._refresh)
        renew = _button("serverNewKey", self.tr("New key"), self.tr("Make a new key"))
        renew.setToolTip(self.tr("The old key is refused from then on."))
        renew.clicked.connect(self._serving.renew_key)
        self._make_example()
        self._session = label(
            self.tr("This system has no keyring: there will be a new key the next time."),
            "warning",
            wrap=True,
        )
        grid = QGridLayout(self._access)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        copies = [self._copy_button(name) for name in ("Address", "Key", "Example")]
        rows: tuple[tuple[str, list[QWidget]], ...] = (
            (self.tr("Address"), [self._address, copies[0]]),
            (self.tr("Key"), [self._key, copies[1], self._show_key, renew]),
            (self.tr("Example"), [self._language, copies[2]]),
        )
        for row, (title, cells) in enumerate(rows):
            heading = label(title)
            heading.setBuddy(cells[0])
            grid.addWidget(heading, row, 0)
            for place, widget in enumerate(cells, 1):
                grid.addWidget(widget, row, place)
        grid.addWidget(self._example, 3, 0, 1, 5)
        grid.addWidget(self._session, 4, 0, 1, 5)

    def _make_example(self) -> None:
        self._language = named(ComboBox(), "serverExampleKind", self.tr("Kind of the example"))
        for title in EXAMPLES:
            self._language.addItem(title)
        self._language.currentIndexChanged.connect(self._refresh)
        self._example = named(QPlainTextEdit(), "serverExample", self.tr("Example"))
        self._example.setReadOnly(True)
        self._example.setTabChangesFocus(True)
        self._example.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        fonts = theme.current().fonts
        self._example.setFont(theme.code_font(fonts, fonts.small_pt))
        self._example.setFixedHeight(LINES * self._example.fontMetrics().lineSpacing() + 28)

    def _copy_button(self, what: str) -> QPushButton:
        names = {
            "Address": self.tr("Copy the address"),
            "Key": self.tr("Copy the key"),
            "Example": self.tr("Copy the example"),
        }
        button = _button(f"serverCopy{what}", self.tr("Copy"), names[what])
        button.clicked.connect(lambda: self._copy(what))
        return button

    @staticmethod
    def _line(name: str, title: str) -> QLineEdit:
        line = named(QLineEdit(), name, title)
        line.setReadOnly(True)
        return line

    @Slot()
    def _toggle(self) -> None:
        self._serving.switch(not self._serving.wanted)

    def _copy(self, what: str) -> None:
        status = self._serving.status
        QGuiApplication.clipboard().setText(
            {
                "Address": status.state.address,
                "Key": status.key,
                "Example": self._example_text(status.key),
            }[what]
        )

    def _example_text(self, key: str) -> str:
        return example(self._language.currentText(), self._serving.status.state.address, key)

    @Slot()
    def _refresh(self) -> None:
        self._show(self._serving.status)

    @Slot(object)
    def _show(self, status: ServerStatus) -> None:
        self._state.setText(self._state_words(status))
        _set_kind(self._state, "danger" if status.phase == "failed" else "heading")
        self._facts.setText(self._fact_words(status))
        on = self._serving.wanted
        self._switch.setText(self.tr("Switch off") if on else self.tr("Switch on"))
        self._switch.setProperty("kind", None if on else "primary")
        self._switch.style().polish(self._switch)
        self._access.setVisible(bool(status.state.address))
        self._session.setVisible(status.kept_in == "session")
        shown = status.key if self._show_key.isChecked() else HIDDEN
        for line, text in ((self._address, status.state.address), (self._key, shown)):
            if line.text() != text:
                line.setText(text)
                line.setCursorPosition(0)  # the beginning is what one knows it by
        if self._example.toPlainText() != (text := self._example_text(shown)):
            self._example.setPlainText(text)

    def _state_words(self, status: ServerStatus) -> str:
        if status.error is not None:
            return error_text(status.error)
        return {
            "off": self.tr("The server is off."),
            "starting": self.tr("The server is starting."),
            "on": self.tr("The server is on."),
            "failed": self.tr("The server is off."),
        }[status.phase]

    def _fact_words(self, status: ServerStatus) -> str:
        if status.phase != "on":
            return ""
        number, state = QLocale().toString, status.state
        return self.tr(
            "Requests being answered: {running} · waiting: {waiting} · answered so far: {served}"
        ).format(
            running=number(state.running),
            waiting=number(state.waiting),
            served=number(state.served),
        )


def _button(name: str, text: str, accessible: str) -> QPushButton:
    button = named(QPushButton(text), name, accessible)
    button.setAutoDefault(False)
    return button


def _set_kind(text: QLabel, kind: str) -> None:
    if text.property("kind") != kind:
        text.setProperty("kind", kind)
        text.style().polish(text)
