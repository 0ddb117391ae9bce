"""An error that belongs to no message: what happened, what is safe, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.ui import icons, theme
from desktop_llm.ui.translate import error_words
from desktop_llm.ui.widgets.named import label, named

GAP = 8


class ErrorBanner(QFrame):
    """Hidden until `show_error`; one error at a time, the latest."""

    retry_requested = Signal()
    offer_chosen = Signal(int)
    """The number of one of the `offers` that were shown with the error."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "banner")
        self.setObjectName("errorBanner")
        self._error: ExpectedError | None = None
        self.details = ""
        """Copied with the error, for who reports a fault."""
        self._icon = label()
        self._happened = label(wrap=True)
        self._rest = label(kind="muted", wrap=True)
        for text in (self._happened, self._rest):
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._retry = named(QPushButton(self.tr("Try again")), "bannerRetry", self.tr("Try again"))
        copy = named(QPushButton(self.tr("Copy details")), "bannerCopy", self.tr("Copy details"))
        copy.setProperty("kind", "quiet")
        close = named(QToolButton(), "bannerClose", self.tr("Close this message"))
        close.setIcon(icons.icon("x", "text_muted"))
        buttons = QHBoxLayout()
        buttons.addWidget(self._retry)
        buttons.addWidget(copy)
        buttons.addStretch()
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 10, 8, 10)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._icon, 0, 0)  # in the middle of the sentence beside it
        grid.addWidget(self._happened, 0, 1)
        grid.addWidget(close, 0, 2, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._rest, 1, 1)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(6)
        self._offer_buttons: list[QPushButton] = []
        grid.addLayout(self._offers, 2, 1)
        grid.addLayout(buttons, 3, 1)
        self._retry.clicked.connect(self._try_again)
        copy.clicked.connect(self._copy)
        close.clicked.connect(self.clear)
        theme.notifier().changed.connect(self._tint)
        self._tint()
        self.hide()

    @property
    def error(self) -> ExpectedError | None:
        """What is shown; None while hidden."""
        return self._error

    @property
    def words(self) -> str:
        """All of what is said."""
        return f"{self._happened.text()} {self._rest.text()}"

    def show_error(
        self,
        error: ExpectedError,
        can_retry: bool,
        offers: Sequence[str] = (),
        warns: bool = False,
    ) -> None:
        """Show `error`, with "Try again" if the person's last step can be repeated.

        `offers` are ways out, as the words of their buttons; the first one is the best. `warns`:
        nothing went wrong yet.
        """
        self._error = error
        self.details = ""
        happened, safe, *todo = error_words(error)
        self._happened.setText(happened)
        self._rest.setText(
            self.tr("{safe} {todo}", "two sentences").format(safe=safe, todo="".join(todo)).strip()
        )
        self._retry.setVisible(can_retry)
        self._show_offers(offers)
        pane = "warning" if warns else "banner"
        if self.property("pane") != pane:
            self.setProperty("pane", pane)
            self.style().polish(self)
            self._tint()
        self.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, happened))

    @Slot()
    def clear(self) -> None:
        """The error is over."""
        self._error = None
        self.hide()

    def _show_offers(self, offers: Sequence[str]) -> None:
        for button in self._offer_buttons:
            self._offers.removeWidget(button)
            button.deleteLater()
        self._offer_buttons = []
        self._offers.setContentsMargins(0, GAP if offers else 0, 0, 0)
        for number, words in enumerate(offers):
            button = named(QPushButton(words), f"bannerOffer{number}", words)
            button.setProperty("kind", "primary" if number == 0 else "")
            button.clicked.connect(partial(self.offer_chosen.emit, number))
            self._offers.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self._offer_buttons.append(button)

    @Slot()
    def _try_again(self) -> None:
        self.clear()
        self.retry_requested.emit()

    @Slot()
    def _copy(self) -> None:
        if self._error:
            lines = [type(self._error).__name__, *error_words(self._error)]
            QGuiApplication.clipboard().setText("\n".join([*lines, self.details]).strip())

    @Slot()
    def _tint(self) -> None:
        tint: icons.Tint = "warning" if self.property("pane") == "warning" else "danger"
        picture = icons.pixmap("warning-circle", 20, self.devicePixelRatio(), tint)
        self._icon.setPixmap(picture)
