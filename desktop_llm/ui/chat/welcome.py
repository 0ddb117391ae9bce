"""What an empty conversation shows: where one is, what is missing, and three ways to begin."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.paths import resource
from desktop_llm.library.starter import manifest
from desktop_llm.ui import icons
from desktop_llm.ui.chat.forms.cards import FormCards
from desktop_llm.ui.widgets.named import label, named

COLUMN_WIDTH = 720
LOGO = 48


class Welcome(QScrollArea):
    """The page in place of messages; a click on an example sends it."""

    example_chosen = Signal(str)
    form_chosen = Signal(str)
    """The id of a prompt form."""
    fetch_requested = Signal()
    find_requested = Signal()
    """Other models are wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._device = label(kind="muted", wrap=True)
        self._device.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._offer = self._starter_card()
        self._note = label(kind="muted", wrap=True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._find = named(QPushButton(), "findModelsButton", self.tr("Find other models"))
        self._find.setText(self.tr("Find other models"))
        self._find.setProperty("kind", "quiet")
        self._find.clicked.connect(self.find_requested)
        self._examples = [self._example(number) for number in range(3)]
        self.cards = FormCards()
        self.cards.chosen.connect(self.form_chosen)
        self._arrange()
        self.set_english_only(True)

    def _arrange(self) -> None:
        page = QWidget(self.viewport())
        page.setProperty("pane", "clear")
        inner = QWidget(page)
        inner.setProperty("pane", "clear")
        inner.setMaximumWidth(COLUMN_WIDTH)
        column = QVBoxLayout(inner)
        column.setSpacing(8)
        column.addStretch()
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addStretch()
        head.addWidget(_logo())
        head.addWidget(label(self.tr("What would you like to know?"), "title"))
        head.addStretch()
        column.addLayout(head)
        column.addWidget(self._device)
        column.addSpacing(16)
        column.addWidget(self._offer)
        for button in self._examples:
            column.addWidget(button)
        column.addSpacing(8)
        column.addWidget(self.cards)
        column.addSpacing(8)
        column.addWidget(self._note)
        column.addWidget(self._find, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 16, 24, 16)
        row.addStretch(1)
        row.addWidget(inner, 20)
        row.addStretch(1)
        self.setWidget(page)

    def _starter_card(self) -> QFrame:
        card = QFrame()
        card.setProperty("pane", "card")
        self._offer_text = label(wrap=True)
        self._fetch = named(QPushButton(), "fetchStarterButton", self.tr("Download the starter"))
        self._fetch.setProperty("kind", "primary")
        self._fetch.setText(self.tr("Download the starter"))
        self._fetch.clicked.connect(self.fetch_requested)
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 14, 16, 14)
        row.setSpacing(16)
        row.addWidget(self._offer_text, 1)
        row.addWidget(self._fetch)
        card.hide()
        return card

    def _example(self, number: int) -> QPushButton:
        button = named(QPushButton(), f"example{number}", "")
        button.setProperty("kind", "example")
        button.setIcon(icons.icon(("lightbulb", "pencil-line", "table")[number], "accent"))
        button.setIconSize(QSize(28, 20))  # the icon is as high, with room at its sides
        button.clicked.connect(self._choose)
        return button

    def set_device(self, words: str) -> None:
        """The sentence about the computer's device."""
        self._device.setText(words)
        self._device.setVisible(bool(words))

    def set_offer(self, missing: bool, running: bool) -> None:
        """Offer the starter model if it is `missing`; `running`: it is being downloaded."""
        self._offer.setVisible(missing)
        self._fetch.setEnabled(not running)
        if not missing:
            return
        facts, locale = manifest(), QLocale()
        size = int(facts.sources["pip"]["bytes"])
        self._offer_text.setText(
            self.tr(
                "To begin you need a model. {title} is a small one that runs on any computer and "
                "needs no account ({size} to download, licence {licence})."
            ).format(
                title=facts.title,
                size=locale.formattedDataSize(size, 0, locale.DataSizeFormat.DataSizeSIFormat),
                licence=facts.licence,
            )
        )

    @property
    def offer_text(self) -> str:
        """What is said about the starter; "" while it is not offered."""
        return self._offer_text.text() if self._offer.isVisible() else ""

    def set_english_only(self, english_only: bool) -> None:
        """Whether the model at hand is the starter, which knows no other language."""
        if english_only:
            prompts = (
                "Why is the sky blue? Explain it in three sentences.",
                "Write a short poem about the sea in autumn.",
                "Make a table of three fruits, their colour and their taste.",
            )
            note = self.tr(
                "The starter model knows English only and is often wrong. For other languages and "
                "better answers, get another model: the app proposes some that fit this computer."
            )
        else:
            prompts = (
                self.tr("Why is the sky blue? Explain it in three sentences."),
                self.tr("Write a short poem about the sea in autumn."),
                self.tr("Make a table of three fruits, their colour and their taste."),
            )
            note = self.tr("Models can be wrong. Check what matters.")
        self._note.setText(note)
        for button, prompt in zip(self._examples, prompts, strict=True):
            button.setText(prompt)
            button.setAccessibleName(self.tr("Ask: {prompt}").format(prompt=prompt))

    def set_examples_enabled(self, enabled: bool) -> None:
        """Examples work only where there is a model to ask."""
        for button in (*self._examples, self.cards):
            button.setVisible(enabled)

    @Slot()
    def _choose(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.example_chosen.emit(button.text())


def _logo() -> QLabel:
    picture = label()
    found = QIcon(str(resource("icons/desktop-llm.svg")))
    picture.setPixmap(found.pixmap(QSize(LOGO, LOGO), picture.devicePixelRatio()))
    return picture
