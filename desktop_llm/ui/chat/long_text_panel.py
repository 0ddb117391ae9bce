"""When attached texts are longer than the model reads: the person says what shall be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from desktop_llm.services.long_texts import LEAST_WINDOW, MOST_PARTS, Measure
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField

Way = Literal["start", "end", "windows"]

DEFAULT_WINDOW = 2048
"""Tokens at most that are proposed: small models lose what stands in the middle of long texts."""


@dataclass(frozen=True)
class Choice:
    """What shall be done. `window` and `overlap` in tokens, for windows."""

    way: Way
    window: int = 0
    overlap: int = 0


class LongTextPanel(QFrame):
    """Hidden while everything fits. Nothing is chosen beforehand."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("longTextPanel")
        self.setProperty("pane", "notice")
        self._measure: Measure | None = None
        self._was_set = False
        self._title = label(kind="heading", wrap=True)
        self._start = named(QRadioButton(), "keepStart", self.tr("Keep the beginning"))
        self._end = named(QRadioButton(), "keepEnd", self.tr("Keep the end"))
        self._windows = named(QRadioButton(), "readInWindows", self.tr("Read all of it in parts"))
        self._ways: dict[Way, QRadioButton] = {
            "start": self._start,
            "end": self._end,
            "windows": self._windows,
        }
        self._group = QButtonGroup(self)
        self.window_field = named(NumberField(), "windowSpin", self.tr("Tokens of a part"))
        self.overlap_field = named(
            NumberField(),
            "overlapSpin",
            self.tr("Tokens that neighbouring parts have in common"),
            self.tr("So that nothing is lost that stands where two parts meet."),
        )
        self._estimate = label(kind="small", wrap=True)
        self._sizes = self._make_sizes()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self._title)
        for button in self._ways.values():
            self._group.addButton(button)
            column.addWidget(button)
            button.toggled.connect(self._choose)
        column.addWidget(self._sizes)
        self.window_field.valueChanged.connect(self._change_window)
        self.overlap_field.valueChanged.connect(self._estimate_anew)
        self.hide()

    @property
    def stops(self) -> tuple[QWidget, ...]:
        """Where Tab stops."""
        return *self._ways.values(), self.window_field, self.overlap_field

    @property
    def choice(self) -> Choice | None:
        """What the person chose; None before that, and while everything fits."""
        if self.isHidden():
            return None
        way = next((way for way, button in self._ways.items() if button.isChecked()), None)
        if way is None or not self._ways[way].isEnabled() or (way == "windows" and self._too_many):
            return None
        return Choice(way, self.window_field.value(), self.overlap_field.value())

    @property
    def _too_many(self) -> bool:
        window, overlap = self.window_field.value(), self.overlap_field.value()
        return bool(self._measure and self._measure.parts(window, overlap) > MOST_PARTS)

    def show_measure(self, measure: Measure | None) -> None:
        """What there is to choose from; hidden for None and for what fits."""
        self._measure = measure
        if measure is None or measure.fits:
            self.hide()
            self._forget()
            return
        locale = QLocale()
        facts = {"tokens": locale.toString(measure.total), "room": locale.toString(measure.room)}
        self._title.setText(
            self.tr(
                "The text has {tokens} tokens, and there is room for {room} in what this model "
                "reads at once."
            ).format(**facts)
        )
        self._start.setText(self.tr("Keep the beginning: the first {room} tokens").format(**facts))
        self._end.setText(self.tr("Keep the end: the last {room} tokens").format(**facts))
        self._windows.setText(self.tr("Read all of it, part by part"))
        for way in (self._start, self._end):
            way.setEnabled(measure.room >= LEAST_WINDOW)
        self._windows.setEnabled(measure.widest >= LEAST_WINDOW)
        self._limit(measure)
        self._choose()
        self.show()

    def _forget(self) -> None:
        self._was_set = False
        self._group.setExclusive(False)
        for button in self._ways.values():
            button.setChecked(False)
        self._group.setExclusive(True)

    def _make_sizes(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout()
        row.setSpacing(8)
        window, overlap = label(self.tr("Tokens of a part")), label(self.tr("In common"))
        for text, field in ((window, self.window_field), (overlap, self.overlap_field)):
            text.setBuddy(field)
            field.setFixedWidth(92)
            field.setGroupSeparatorShown(True)
            row.addWidget(text)
            row.addWidget(field)
            row.addSpacing(8)
        row.addStretch()
        column = QVBoxLayout(holder)
        column.setContentsMargins(22, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._estimate)
        return holder

    def _limit(self, measure: Measure) -> None:
        widest = max(LEAST_WINDOW, measure.widest)
        self.window_field.setRange(LEAST_WINDOW, widest)
        if not self._was_set:
            self._was_set = True
            window = min(widest, DEFAULT_WINDOW)
            self.window_field.setValue(window)
            self.overlap_field.setValue(window // 8)
        self._estimate_anew()

    @Slot()
    def _change_window(self) -> None:
        self.overlap_field.setRange(0, self.window_field.value() // 2)
        self._estimate_anew()

    @Slot()
    def _estimate_anew(self) -> None:
        if self._measure is None:
            return
        sizes = self.window_field.value(), self.overlap_field.value()
        locale = QLocale()
        text = self.tr(
            "More than {most} parts would take too long. Take larger parts, or attach less."
        ).format(most=locale.toString(MOST_PARTS))
        if not self._too_many:
            text = self.tr(
                "About {parts} parts, and {requests} requests to the model with those that put "
                "the results together. Earlier messages are not part of them."
            ).format(
                parts=locale.toString(self._measure.parts(*sizes)),
                requests=locale.toString(self._measure.requests(*sizes)),
            )
        self._estimate.setText(text)
        self.chosen.emit()

    @Slot()
    def _choose(self) -> None:
        self._sizes.setVisible(self._windows.isChecked() and self._windows.isEnabled())
        self.chosen.emit()
