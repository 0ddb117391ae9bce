"""How answers of this conversation are made: the system prompt and the sampling settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.generation import Sampling
from desktop_llm.ui import icons
from desktop_llm.ui.chat.sampling_fields import FIELDS, Field
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import DecimalField, NumberField

DELAY_MS = 400
WIDTH = 288
DEFAULTS = Sampling()


class GenerationPanel(QFrame):
    """Edits a copy of the conversation's settings and tells of changes a moment after them."""

    sampling_changed = Signal(object)
    """Sampling"""
    system_prompt_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "panel")
        self.setFixedWidth(max(WIDTH, 36 * self.fontMetrics().averageCharWidth()))
        self._sampling = DEFAULTS
        self._filling = False
        self._spins: dict[str, NumberField | DecimalField] = {}
        self._resets: dict[str, QToolButton] = {}
        self._prompt = named(QPlainTextEdit(), "systemPromptEdit", self.tr("System prompt"))
        self._prompt.setPlaceholderText(self.tr("How the assistant should behave"))
        self._prompt.setToolTip(
            self.tr("Comes before the conversation and tells the model who it is to be.")
        )
        self._prompt.setTabChangesFocus(True)
        self._prompt.setFixedHeight(5 * self.fontMetrics().lineSpacing() + 24)
        self._stops = named(QPlainTextEdit(), "stopStringsEdit", self.tr("Stop strings"))
        self._stops.setPlaceholderText(self.tr("One on each line"))
        self._stops.setToolTip(self.tr("The answer ends before any of these texts."))
        self._stops.setTabChangesFocus(True)
        self._stops.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 20)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(DELAY_MS)
        self._settled.timeout.connect(self.flush)
        self._changed: set[str] = set()
        self._arrange()
        self._prompt.textChanged.connect(self._prompt_edited)
        self._stops.textChanged.connect(self._edited)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, field in enumerate(FIELDS):
            self._add_field(grid, row, field)
        inner = QWidget()
        inner.setProperty("pane", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 14, 12, 16)
        column.setSpacing(8)
        for title, widget in (
            (self.tr("System prompt"), self._prompt),
            (self.tr("Stop strings"), self._stops),
        ):
            heading = label(title, "heading")
            heading.setBuddy(widget)
            column.addWidget(heading)
            column.addWidget(widget)
            if widget is self._prompt:
                column.addSpacing(8)
                column.addWidget(label(self.tr("Sampling"), "heading"))
                column.addLayout(grid)
                column.addSpacing(8)
        column.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.addWidget(area)

    def _add_field(self, grid: QGridLayout, row: int, field: Field) -> None:
        title = QCoreApplication.translate("sampling", field.title)
        help_text = QCoreApplication.translate("sampling", field.help)
        spin: NumberField | DecimalField
        if field.decimals:
            spin = DecimalField()
            spin.setDecimals(field.decimals)
            spin.setRange(field.minimum, field.maximum)
            spin.setSingleStep(field.step)
        else:
            spin = NumberField()
            spin.setRange(int(field.minimum), int(field.maximum))
            spin.setSingleStep(int(field.step))
        named(spin, field.object_name, title, help_text)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setMinimumWidth(96)
        spin.setMaximumWidth(max(96, 14 * self.fontMetrics().averageCharWidth()))
        if field.at_minimum:
            spin.setSpecialValueText(QCoreApplication.translate("sampling", field.at_minimum))
        name = label(title, wrap=True)
        name.setToolTip(help_text)
        name.setBuddy(spin)
        reset = named(
            QToolButton(),
            f"{field.name}Reset",
            self.tr("Reset “{setting}”").format(setting=title),
            self.tr("Back to the default"),
        )
        reset.setIcon(icons.icon("arrow-counter-clockwise", "text_muted"))
        policy = reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        reset.setSizePolicy(policy)
        self._spins[field.name], self._resets[field.name] = spin, reset
        spin.valueChanged.connect(self._edited)
        reset.clicked.connect(self._reset)
        for place, widget in enumerate((name, spin, reset)):
            grid.addWidget(widget, row, place)

    def show_settings(self, system_prompt: str, sampling: Sampling) -> None:
        """Fill in what the open conversation has; what was being typed is told first."""
        self.flush()
        self._filling = True
        self._sampling = sampling
        if self._prompt.toPlainText() != system_prompt:
            self._prompt.setPlainText(system_prompt)
        for name, spin in self._spins.items():
            value = getattr(sampling, name)
            spin.setValue(-1 if value is None else value)
        stops = "\n".join(sampling.stop_strings)
        if self._stops.toPlainText() != stops:
            self._stops.setPlainText(stops)
        self._filling = False
        self._show_resets()

    def sampling(self) -> Sampling:
        """What the fields say."""
        values: dict[str, Any] = {name: spin.value() for name, spin in self._spins.items()}
        values["seed"] = None if values["seed"] < 0 else values["seed"]
        stops = tuple(line for line in self._stops.toPlainText().splitlines() if line)
        return replace(self._sampling, stop_strings=stops, **values)

    @Slot()
    def flush(self) -> None:
        """Tell of changes that were not told yet."""
        self._settled.stop()
        changed, self._changed = self._changed, set()
        if "prompt" in changed:
            self.system_prompt_changed.emit(self._prompt.toPlainText())
        if "sampling" in changed:
            self._sampling = self.sampling()
            self.sampling_changed.emit(self._sampling)

    # Qt's own names

    def hideEvent(self, event: QHideEvent) -> None:
        self.flush()
        super().hideEvent(event)

    @Slot()
    def _edited(self) -> None:
        self._note_change("sampling")

    @Slot()
    def _prompt_edited(self) -> None:
        self._note_change("prompt")

    def _note_change(self, what: str) -> None:
        if self._filling:
            return
        self._changed.add(what)
        self._settled.start()
        self._show_resets()

    @Slot()
    def _reset(self) -> None:
        for name, button in self._resets.items():
            if button is self.sender():
                value = getattr(DEFAULTS, name)
                self._spins[name].setValue(-1 if value is None else value)

    def _show_resets(self) -> None:
        now = self.sampling()
        for name, button in self._resets.items():
            button.setVisible(getattr(now, name) != getattr(DEFAULTS, name))
