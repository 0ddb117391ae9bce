"""The result card: base against tuned on rows that neither was trained on, and the verdict."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.training.presets import FIELDS, Field
from desktop_llm.training.result import ResultCard
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.notes import Notes, Weight
from desktop_llm.ui.finetune.phrases import count_rows
from desktop_llm.ui.finetune.run_words import (
    duration,
    exact,
    figure_words,
    number,
    percent,
)
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

Right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ResultView(QFrame):
    """Says "better" only where the card calls it a success; else what is wrong."""

    chat_requested = Signal()
    compare_requested = Signal()
    try_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "resultCard", self.tr("Result"))
        self.setProperty("pane", "card")
        self._verdict = Notes()
        self._table = QGridLayout()
        self._facts = label(kind="small", wrap=True)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._settings = QWidget()
        self._settings_grid = QGridLayout(self._settings)
        self._settings.hide()
        self.chat = self._button("chatWithResultButton", self.tr("Chat with it"), "primary")
        self.chat.setIcon(icons.icon("chat-circle-text", "accent_text"))
        self.compare = self._button("compareButton", self.tr("Compare side by side"))
        self.try_it = self._button("tryItButton", self.tr("Try it"), "primary")
        self.export = self._button("exportButton", self.tr("Export as PEFT folder…"))
        self.more = self._button("resultSettingsButton", self.tr("Settings and versions"), "quiet")
        self.more.setCheckable(True)
        self.more.setIcon(icons.icon("caret-right", "text_muted"))
        self._arrange()
        self.chat.clicked.connect(self.chat_requested)
        self.compare.clicked.connect(self.compare_requested)
        self.try_it.clicked.connect(self.try_requested)
        self.export.clicked.connect(self.export_requested)
        self.more.toggled.connect(self._show_settings)

    @staticmethod
    def _button(name: str, text: str, kind: str = "") -> QPushButton:
        button = named(QPushButton(text), name, text)
        if kind:
            button.setProperty("kind", kind)
        return button

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.chat, self.try_it, self.compare, self.export):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.more)
        self._table.setHorizontalSpacing(32)
        self._table.setVerticalSpacing(4)
        self._settings_grid.setContentsMargins(0, 4, 0, 0)
        self._settings_grid.setHorizontalSpacing(16)
        self._settings_grid.setVerticalSpacing(3)
        figures = QHBoxLayout()
        figures.addLayout(self._table)
        figures.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(10)
        column.addWidget(self._verdict)
        column.addLayout(figures)
        column.addWidget(self._facts)
        column.addLayout(buttons)
        column.addWidget(self._settings)

    @property
    def verdict(self) -> list[str]:
        """The sentences at the top."""
        return self._verdict.words

    @property
    def figures(self) -> list[str]:
        """The cells of the table, row by row."""
        items = (self._table.itemAt(number) for number in range(self._table.count()))
        return [w.text() for i in items if i and isinstance(w := i.widget(), QLabel)]

    def show_run(self, run: RunSummary, exportable: bool) -> None:
        """Show the result of `run`, which has a card."""
        card = run.card
        if card is None:
            return
        is_classifier = card.task == "classify"
        self._say(card)
        self._fill_table(card)
        self._tell_facts(card)
        self._fill_settings(run, card)
        self.chat.setVisible(not is_classifier)
        self.compare.setVisible(not is_classifier)
        self.try_it.setVisible(is_classifier)
        self.export.setVisible(exportable)

    def _say(self, card: ResultCard) -> None:
        if card.success:
            text = self.tr(
                "The tuned model is better than its base on the rows that it was not trained on "
                "({rows}): {figure}."
            ).format(rows=count_rows(card.rows), figure=figure_words(card))
            self._verdict.say([("good", text)])
            return
        problems: list[tuple[Weight, str]] = [("problem", words(text)) for text in card.problems]
        said = self.tr("This is not a success; the result is kept all the same.")
        self._verdict.say([("warning", said), *problems])

    def _fill_table(self, card: ResultCard) -> None:
        _clear(self._table)
        rows = [
            (self.tr("Held-out loss"), number(card.base.loss), number(card.tuned.loss)),
            (self.tr("Perplexity"), number(card.base.perplexity), number(card.tuned.perplexity)),
            (self.tr("Accuracy"), percent(card.base.accuracy), percent(card.tuned.accuracy)),
            (self.tr("Macro F1"), percent(card.base.macro_f1), percent(card.tuned.macro_f1)),
        ]
        for column, text in enumerate(("", self.tr("Base"), self.tr("Tuned"))):
            self._table.addWidget(label(text, "muted"), 0, column, Right)
        shown = [row for row in rows if row[1:] != ("–", "–")]
        for place, (name, base, tuned) in enumerate(shown, 1):
            self._table.addWidget(label(name, "muted"), place, 0)
            self._table.addWidget(label(base), place, 1, Right)
            self._table.addWidget(label(tuned, "heading"), place, 2, Right)

    def _tell_facts(self, card: ResultCard) -> None:
        finite = (
            self.tr("all weights are finite") if card.finite else self.tr("weights are not finite")
        )
        self._facts.setText(
            self.tr(
                "Proof: {finite}; the largest change of a logit is {change}. Best at step {best} "
                "of {steps}; {time} of work. Data {hash}."
            ).format(
                finite=finite,
                change=number(card.logit_change),
                best=card.best_step,
                steps=card.steps,
                time=duration(card.seconds),
                hash=card.data_sha256[:12],
            )
        )
        self._facts.setToolTip(card.data_sha256)

    def _fill_settings(self, run: RunSummary, card: ResultCard) -> None:
        _clear(self._settings_grid)
        rows = [(words(f.title), setting_words(f, run)) for f in FIELDS]
        rows += list(card.versions.items())
        half = (len(rows) + 1) // 2
        for place, (name, value) in enumerate(rows):
            row, side = place % half, 2 * (place // half)
            self._settings_grid.addWidget(label(name, "small"), row, side)
            shown = label(value, "small", wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._settings_grid.addWidget(shown, row, side + 1)
        self._settings_grid.setColumnStretch(1, 1)
        self._settings_grid.setColumnStretch(3, 1)

    @Slot(bool)
    def _show_settings(self, on: bool) -> None:
        self._settings.setVisible(on)
        self.more.setIcon(icons.icon("caret-down" if on else "caret-right", "text_muted"))


def setting_words(field: Field, run: RunSummary) -> str:
    """The value of one setting of `run`, with its unit."""
    value = getattr(run.job.settings, field.name)
    if field.zero is not None and value == 0:
        return words(field.zero)
    for key, title in field.choices:
        if key == value:
            return words(title)
    if isinstance(value, tuple | list):
        return "; ".join(value) or "–"
    text = exact(value) if isinstance(value, float) else str(value)
    if field.unit is None:
        return text
    return QCoreApplication.translate("runs", "{value} {unit}").format(
        value=text, unit=words(field.unit)
    )


def _clear(grid: QGridLayout) -> None:
    while item := grid.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
