"""The lengths of all rows, and the maximum length that can be tried on them."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_llm.training.job import TaskName
from desktop_llm.training.setting_fields import FIELDS
from desktop_llm.training.tokens import TokenReport
from desktop_llm.ui.finetune.length_histogram import LengthHistogram
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

FIELD = next(field for field in FIELDS if field.name == "max_length")


class LengthPage(QWidget):
    """The histogram and a field show the same maximum length; either changes it."""

    max_length_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: TokenReport | None = None
        self._task: TaskName = "sft"
        self._max_length = 512
        self.histogram = LengthHistogram()
        title = label(words(FIELD.title))
        self._spin = named(NumberField(), "maxLengthSpin", words(FIELD.title), words(FIELD.help))
        self._spin.setSingleStep(int(FIELD.step))
        self._spin.setKeyboardTracking(False)
        self._spin.setSuffix(self.tr(" tokens", "unit after a number"))
        self._spin.setMinimumWidth(130)
        title.setBuddy(self._spin)
        self._cut = label(kind="muted", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(title)
        row.addWidget(self._spin)
        row.addSpacing(8)
        row.addWidget(self._cut, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.histogram, 1)
        self._spin.valueChanged.connect(self._changed)
        self.histogram.max_length_dragged.connect(self._changed)

    @property
    def cut_words(self) -> str:
        """The sentence about what is cut."""
        return self._cut.text()

    def show_report(self, report: TokenReport | None, task: TaskName, max_length: int) -> None:
        """Show the lengths in `report` against `max_length`, without telling."""
        self._report, self._task, self._max_length = report, task, max_length
        low = int(FIELD.minimum or 1)
        high = report.model_limit if report and report.model_limit else int(FIELD.maximum or 1)
        self._spin.blockSignals(True)
        self._spin.setRange(low, max(high, max_length))
        self._spin.setValue(max_length)
        self._spin.blockSignals(False)
        self.histogram.set_lengths(report.lengths if report else (), max_length, (low, high))
        self._cut.setText(self._sentence(report.lengths) if report else "")

    def _sentence(self, lengths: tuple[int, ...]) -> str:
        longer = [length for length in lengths if length > self._max_length]
        if not longer:
            longest = count(max(lengths, default=0))
            return self.tr("Nothing is cut; the longest row has {longest} tokens.").format(
                longest=longest
            )
        lost = sum(longer) - len(longer) * self._max_length
        facts = {
            "cut": count(len(longer)),
            "rows": count(len(lengths)),
            "share": QLocale().toString(100 * lost / sum(lengths), "f", 1),
        }
        if self._task == "pretrain":
            text = self.tr("{cut} of {rows} texts are longer and are read in several pieces.")
        else:
            text = self.tr("{cut} of {rows} rows are cut ({share} % of the tokens).")
        return text.format(**facts)

    @Slot(int)
    def _changed(self, value: int) -> None:
        if value != self._max_length:
            self.show_report(self._report, self._task, value)
            self.max_length_changed.emit(value)
