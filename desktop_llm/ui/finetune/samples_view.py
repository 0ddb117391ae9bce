"""What the model answers to the two fixed prompts, from before the training until now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui.finetune.run_history import RunHistory
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named

MOST_PROMPTS = 2
LINES = 4


class SamplesView(QFrame):
    """A slider goes through the steps; it follows the newest until the person moves it back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "samplesView", self.tr("Samples"))
        self.setProperty("pane", "card")
        self._history = RunHistory()
        self._steps: list[int] = []
        self.slider = named(
            QSlider(Qt.Orientation.Horizontal),
            "samplesSlider",
            self.tr("Step of the samples"),
            self.tr("From before the training until now"),
        )
        self.slider.setPageStep(1)
        self.slider.setFixedWidth(240)
        self._when = label(kind="small")
        self._prompts = [ElidedLabel() for _ in range(MOST_PROMPTS)]
        self._answers = [self._answer(number) for number in range(MOST_PROMPTS)]
        self._arrange()
        self.slider.valueChanged.connect(self._show_step)
        self.hide()

    def _answer(self, number: int) -> QPlainTextEdit:
        edit = named(QPlainTextEdit(), f"sampleAnswer{number}", self.tr("Answer"))
        edit.setReadOnly(True)
        edit.setProperty("kind", "bare")
        edit.setTabChangesFocus(True)
        edit.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + 12)
        edit.document().setDocumentMargin(0)
        return edit

    def _arrange(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(self.tr("What the model answers"), "heading"))
        top.addStretch()
        top.addWidget(self._when)
        top.addWidget(self.slider)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for place, (prompt, answer) in enumerate(zip(self._prompts, self._answers, strict=True)):
            prompt.setProperty("kind", "muted")
            grid.addWidget(prompt, 0, place)
            grid.addWidget(answer, 1, place)
            grid.setColumnStretch(place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addLayout(grid)
        column.addStretch()

    def show_history(self, history: RunHistory) -> None:
        """Show another run."""
        self._history = history
        self._steps = []
        self.slider.setRange(0, 0)
        self.refresh()

    def refresh(self) -> None:
        """The history may have more samples now."""
        steps = sorted(self._history.samples)
        self.setVisible(bool(steps))
        was_newest = self.slider.value() >= len(self._steps) - 1
        self._steps = steps
        if not steps:
            return
        self.slider.setRange(0, len(steps) - 1)
        if was_newest:
            self.slider.setValue(len(steps) - 1)
        self._show_step()

    @property
    def shown(self) -> list[str]:
        """The answers that can be read now."""
        return [a.toPlainText() for a in self._answers if not a.isHidden()]

    @Slot()
    def _show_step(self) -> None:
        if not self._steps:
            return
        step = self._steps[min(self.slider.value(), len(self._steps) - 1)]
        self._when.setText(
            self.tr("before the training")
            if step == 0
            else self.tr("after step {step}").format(step=step)
        )
        answers = self._history.samples[step]
        prompts = self._history.prompts[:MOST_PROMPTS]
        for number, (prompt, answer) in enumerate(zip(self._prompts, self._answers, strict=True)):
            is_there = number < len(prompts)
            prompt.setVisible(is_there)
            answer.setVisible(is_there)
            if is_there:
                prompt.set_whole_text(prompts[number])
                text = answers.get(prompts[number], "")
                if answer.toPlainText() != text:
                    answer.setPlainText(text)
                answer.setAccessibleName(
                    self.tr("Answer to “{prompt}”").format(prompt=prompts[number])
                )
