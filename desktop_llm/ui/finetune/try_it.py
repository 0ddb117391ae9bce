"""A classifier at work: a text, its label, and how sure the model is of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.services.datasets import DataService
from desktop_llm.ui.chat.composer import PromptEdit
from desktop_llm.ui.finetune.run_words import percent
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.named import label, named

MOST_LABELS = 10
STEPS = 1000
COLUMN = 1000


class TryIt(QWidget):
    """Asks `DataService.predict`; an answer to an older text is dropped."""

    def __init__(self, data: DataService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._model: ModelSource | None = None
        self._question = 0
        self._waiting = False
        self.text = named(PromptEdit(), "tryText", self.tr("Text to classify"))
        self.text.setPlaceholderText(self.tr("A text that the model should label…"))
        self.button = named(QPushButton(self.tr("Classify")), "tryButton", self.tr("Classify"))
        self.button.setProperty("kind", "primary")
        self._label = label(kind="title")
        self._label.setObjectName("tryLabel")
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._hint = label(kind="muted", wrap=True)
        self._bars = QGridLayout()
        self.banner = ErrorBanner()
        self._arrange()
        self.text.submitted.connect(self._ask)
        self.text.textChanged.connect(self._refresh)
        self.button.clicked.connect(self._ask)
        self.banner.retry_requested.connect(self._ask)
        self._clear()
        self._refresh()

    def _arrange(self) -> None:
        box = QFrame()
        box.setProperty("pane", "composer")
        row = QHBoxLayout(box)
        row.setContentsMargins(16, 10, 10, 10)
        row.addWidget(self.text, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
        card = QFrame()
        card.setProperty("pane", "card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 14, 16, 16)
        inside.setSpacing(12)
        inside.addWidget(self._hint)
        inside.addWidget(self._label)
        self._bars.setHorizontalSpacing(12)
        self._bars.setVerticalSpacing(8)
        self._bars.setColumnStretch(1, 1)
        inside.addLayout(self._bars)
        inner = QWidget()
        inner.setMaximumWidth(COLUMN)
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, 0, 0)
        cards.setSpacing(12)
        for widget in (box, self.banner, card):
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
            cards.addWidget(widget)
        cards.addStretch(1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(24, 16, 24, 16)
        whole.addStretch(1)
        whole.addWidget(inner, 10_000)
        whole.addStretch(1)

    def show_model(self, model: ModelSource) -> None:
        """Try this classifier."""
        if self._model is None or self._model.name != model.name:
            self._question += 1
            self._waiting = False
            self._clear()
        self._model = model
        self._refresh()

    @property
    def shown(self) -> list[tuple[str, str]]:
        """Labels and probabilities, as they are shown."""
        rows = range(self._bars.rowCount())
        cells = [[self._bars.itemAtPosition(r, c) for c in (0, 2)] for r in rows]
        found = [
            [w.text() for i in row if i and isinstance(w := i.widget(), QLabel)] for row in cells
        ]
        return [(row[0], row[1]) for row in found if len(row) == 2]

    @Slot()
    def _ask(self) -> None:
        text = self.text.toPlainText().strip()
        if not text or self._model is None or self._waiting:
            return
        self.banner.clear()
        self._waiting = True
        self._question += 1
        question = self._question
        self._refresh()
        self._data.predict(
            self._model,
            [text],
            lambda answers: self._answered(question, answers),
            lambda error: self._failed(question, error),
        )

    def _answered(self, question: int, answers: Sequence[Any]) -> None:
        if question != self._question:
            return
        self._waiting = False
        self._clear()
        answer = answers[0]
        self._hint.hide()
        self._label.setText(answer.label)
        self._label.show()
        likeliest = sorted(answer.probabilities.items(), key=lambda pair: -pair[1])
        for row, (name, share) in enumerate(likeliest[:MOST_LABELS]):
            bar = named(
                QProgressBar(),
                "",
                self.tr("{label}: {percent}").format(label=name, percent=percent(share)),
            )
            bar.setTextVisible(False)
            bar.setRange(0, STEPS)
            bar.setValue(round(share * STEPS))
            bar.setMinimumSize(QSize(80, 4))
            figure = label(percent(share), "muted")
            self._bars.addWidget(label(name), row, 0)
            self._bars.addWidget(bar, row, 1)
            self._bars.addWidget(figure, row, 2, Qt.AlignmentFlag.AlignRight)
        self._refresh()

    def _failed(self, question: int, error: ExpectedError) -> None:
        if question == self._question:
            self._waiting = False
            self.banner.show_error(error, True)
            self._refresh()

    def _clear(self) -> None:
        while item := self._bars.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._label.hide()
        self._hint.setText(self.tr("The label and how sure the model is of each appear here."))
        self._hint.show()

    @Slot()
    def _refresh(self) -> None:
        has_text = bool(self.text.toPlainText().strip())
        self.button.setEnabled(has_text and self._model is not None and not self._waiting)
        self.button.setText(self.tr("Classifying…") if self._waiting else self.tr("Classify"))
