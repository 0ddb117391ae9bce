"""Help me choose: three questions, and three proposals with their reasons."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.library.choosing import Patience, Proposal, Purpose, help_me_choose
from desktop_llm.library.machine_speed import Machine
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.models.result_rows import from_catalogue
from desktop_llm.ui.models.words import (
    FIT_ICONS,
    fit_title,
    fit_tooltip,
    language_name,
    licence_words,
    size_words,
    translated,
)
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

PURPOSES: dict[Purpose, str] = {
    "chat": QT_TRANSLATE_NOOP("models", "Talk and answer questions"),
    "code": QT_TRANSLATE_NOOP("models", "Write programs"),
    "reasoning": QT_TRANSLATE_NOOP("models", "Think step by step"),
    "multilingual": QT_TRANSLATE_NOOP("models", "Work in many languages"),
    "chinese": QT_TRANSLATE_NOOP("models", "Work in Chinese"),
    "base": QT_TRANSLATE_NOOP("models", "Train a model of my own"),
    "encoder": QT_TRANSLATE_NOOP("models", "Classify or tag texts"),
}
PATIENCE: dict[Patience, str] = {
    "low": QT_TRANSLATE_NOOP("models", "It has to be quick"),
    "middle": QT_TRANSLATE_NOOP("models", "I can wait a little"),
    "high": QT_TRANSLATE_NOOP("models", "Quality comes first"),
}
LANGUAGES = ("en", "zh", "de", "fr", "es", "ja")


class ChooseDialog(QDialog):
    """The proposals follow the answers at once."""

    chosen = Signal(str)
    """The repository of a proposal."""

    def __init__(self, machine: Machine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "chooseDialog", self.tr("Help me choose"))
        self.setWindowTitle(self.tr("Help me choose"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._machine = machine
        self.purpose = named(ComboBox(), "choosePurpose", self.tr("What for?"))
        for key in get_args(Purpose):
            self.purpose.addItem(translated(PURPOSES[key]), key)
        self.languages = {code: self._language(code) for code in LANGUAGES}
        patience = [(key, translated(text)) for key, text in PATIENCE.items()]
        self.patience = Segments("choosePatience", self.tr("How patient are you?"), patience)
        self.patience.set_value("middle")
        self._proposals = QVBoxLayout()
        self._proposals.setSpacing(8)
        self._arrange()
        self.purpose.activated.connect(self._propose)
        self.patience.chosen.connect(self._propose)
        self._propose()

    def _language(self, code: str) -> QCheckBox:
        box = named(QCheckBox(language_name(code)), f"language_{code}", language_name(code))
        box.setMinimumHeight(24)
        box.setChecked(code == self.locale().name()[:2] or code == "en")
        box.toggled.connect(self._propose)
        return box

    def _arrange(self) -> None:
        languages = QHBoxLayout()
        languages.setSpacing(14)
        for box in self.languages.values():
            languages.addWidget(box)
        languages.addStretch()
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(1, 480)
        title = label(self.tr("What for?"), "heading")
        title.setBuddy(self.purpose)
        grid.addWidget(title, 0, 0)
        grid.addWidget(self.purpose, 0, 1)
        grid.addWidget(label(self.tr("Which languages?"), "heading"), 1, 0)
        grid.addLayout(languages, 1, 1)
        grid.addWidget(label(self.tr("How patient are you?"), "heading"), 2, 0)
        grid.addWidget(self.patience, 2, 1, Qt.AlignmentFlag.AlignLeft)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setObjectName("chooseClose")
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(label(self.tr("These suit you and this computer"), "section"))
        column.addLayout(self._proposals)
        column.addStretch()
        column.addWidget(buttons)

    @property
    def proposals(self) -> list[str]:
        """The repositories that are proposed, the best first."""
        return [proposal[0].repo for proposal in self._ask()]

    def _ask(self) -> tuple[Proposal, ...]:
        wanted = [code for code, box in self.languages.items() if box.isChecked()]
        patience: Patience = next(key for key in PATIENCE if key == self.patience.value)
        return help_me_choose(self.purpose.currentData(), wanted, patience, self._machine)

    @Slot()
    def _propose(self) -> None:
        while item := self._proposals.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.setParent(None)  # its name is for the next one
                widget.deleteLater()
        for number, proposal in enumerate(self._ask()):
            self._proposals.addWidget(self._card(number, proposal))

    def _card(self, number: int, proposal: Proposal) -> QFrame:
        model, fit, reason = proposal
        card = QFrame()
        card.setProperty("pane", "card")
        card.setToolTip(fit_tooltip(fit))
        icon, tint = FIT_ICONS[fit.cls]
        picture = label()
        picture.setPixmap(icons.pixmap(icon, 18, self.devicePixelRatio(), tint))
        size = size_words(from_catalogue(model).size)
        facts = (fit_title(fit), size, licence_words(model.licence))
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(label(model.title, "heading"))
        head.addWidget(picture)
        head.addWidget(label(" · ".join(facts), "muted"))
        head.addStretch()
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addLayout(head)
        texts.addWidget(label(words(reason), wrap=True))
        look = self.tr("Look at it")
        spoken = self.tr("Look at {model}").format(model=model.title)
        button = named(QPushButton(look), f"proposal{number}", spoken)
        button.clicked.connect(lambda: self._choose(model.repo))
        row = QHBoxLayout(card)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(16)
        row.addLayout(texts, 1)
        row.addWidget(button)
        return card

    def _choose(self, repo: str) -> None:
        self.chosen.emit(repo)
        self.accept()
