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
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.core.generation import Capabilities, Sampling
from desktop_llm.ui import icons
from desktop_llm.ui.chat.json_answers import JsonAnswers
from desktop_llm.ui.chat.preset_bar import PresetBar
from desktop_llm.ui.chat.prompt_library import PromptLibrary
from desktop_llm.ui.chat.sampling_fields import FIELDS, Field
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import DecimalField, NumberField

DELAY_MS = 400
WIDTH = 288
MOST_SAMPLES = 4
DEFAULTS = Sampling()
SAMPLERS = Capabilities().samplers
"""Settings that not every engine uses."""


class GenerationPanel(QFrame):
    """Edits a copy of the conversation's settings and tells of changes a moment after them."""

    sampling_changed = Signal(object)
    """Sampling"""
    system_prompt_changed = Signal(str)
    thinking_changed = Signal(object)
    """True, False, or None: as the model does by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "panel")
        self.setFixedWidth(max(WIDTH, 36 * self.fontMetrics().averageCharWidth()))
        self._sampling = DEFAULTS
        self._filling = False
        self._spins: dict[str, NumberField | DecimalField] = {}
        self._resets: dict[str, QToolButton] = {}
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(DELAY_MS)
        self._settled.timeout.connect(self.flush)
        self._changed: set[str] = set()
        self._make_texts()
        self._make_choices()
        self._helps: list[QLabel] = []
        self._arrange()
        self.set_can_think(False)
        self.set_capabilities(Capabilities())
        self._thinking.activated.connect(self._thinking_chosen)
        self._explain.toggled.connect(self._show_helps)
        self._prompt.textChanged.connect(self._prompt_edited)
        self._stops.textChanged.connect(self._edited)

    def _make_texts(self) -> None:
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

    def _make_choices(self) -> None:
        self.presets = PresetBar()
        self.prompts = PromptLibrary()
        self.samples = named(NumberField(), "samplesSpin", self.tr("Answers at once"))
        self.samples.setRange(1, MOST_SAMPLES)
        self.samples.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.samples.setToolTip(
            self.tr("So many answers are written to each message, to pick one from, up to 4.")
        )
        self._thinking = named(ComboBox(), "thinkingPicker", self.tr("Thinking first"))
        for text, value in (
            (self.tr("As the model does"), None),
            (self.tr("Yes"), True),
            (self.tr("No"), False),
        ):
            self._thinking.addItem(text, value)
        self._thinking_row = QWidget()
        row = QHBoxLayout(self._thinking_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._name_of(self._thinking), 1)
        row.addWidget(self._thinking)
        self.json = JsonAnswers()
        self._explain = named(QToolButton(), "explainSampling", self.tr("Explain these settings"))
        self._explain.setIcon(icons.icon("question", "text_muted"))
        self._explain.setToolTip(self._explain.accessibleName())
        self._explain.setCheckable(True)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, field in enumerate(FIELDS):
            self._add_field(grid, row, field)
        grid.addWidget(self._name_of(self.samples), 2 * len(FIELDS), 0)
        grid.addWidget(self.samples, 2 * len(FIELDS), 1)
        area = QScrollArea(self)
        inner = QWidget(area.viewport())
        inner.setProperty("pane", "clear")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 14, 12, 16)
        column.setSpacing(8)
        column.addWidget(self._heading(self.tr("Preset"), self.presets.picker))
        column.addWidget(self.presets)
        column.addSpacing(8)
        column.addLayout(self._headed(self.tr("System prompt"), self._prompt, self.prompts))
        column.addWidget(self._prompt)
        column.addSpacing(8)
        column.addLayout(self._headed(self.tr("Sampling"), None, self._explain))
        column.addLayout(grid)
        column.addWidget(self._thinking_row)
        column.addWidget(self.json)
        column.addSpacing(8)
        column.addWidget(self._heading(self.tr("Stop strings"), self._stops))
        column.addWidget(self._stops)
        column.addStretch()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)
        outer.addWidget(area)

    @staticmethod
    def _heading(title: str, widget: QWidget | None) -> QLabel:
        heading = label(title, "heading")
        if widget is not None:
            heading.setBuddy(widget)
        return heading

    def _headed(self, title: str, widget: QWidget | None, button: QWidget) -> QHBoxLayout:
        """A heading with a button at its end."""
        row = QHBoxLayout()
        row.addWidget(self._heading(title, widget), 1)
        row.addWidget(button)
        return row

    @staticmethod
    def _name_of(field: QWidget) -> QLabel:
        name = label(field.accessibleName(), wrap=True)
        name.setBuddy(field)
        name.setToolTip(field.toolTip())
        return name

    def _add_field(self, grid: QGridLayout, row: int, field: Field) -> None:
        title = QCoreApplication.translate("sampling", field.title)
        help_text = QCoreApplication.translate("sampling", field.help)
        spin = self._spin(field, title, help_text)
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
        explanation = label(help_text, "small", wrap=True)
        explanation.hide()
        self._helps.append(explanation)
        for place, widget in enumerate((name, spin, reset)):
            grid.addWidget(widget, 2 * row, place)
        grid.addWidget(explanation, 2 * row + 1, 0, 1, 3)

    def _spin(self, field: Field, title: str, help_text: str) -> NumberField | DecimalField:
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
            spin.setGroupSeparatorShown(bool(field.unit))  # a seed is no count
        named(spin, field.object_name, title, help_text)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        spin.setMinimumWidth(96)
        spin.setMaximumWidth(max(116, 19 * self.fontMetrics().averageCharWidth()))
        if field.unit:
            spin.setSuffix(" " + QCoreApplication.translate("sampling", field.unit))
        if field.at_minimum:
            spin.setSpecialValueText(QCoreApplication.translate("sampling", field.at_minimum))
        return spin

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
        self.prompts.set_can_save(bool(system_prompt.strip()))
        self._show_resets()

    def show_thinking(self, thinking: bool | None) -> None:
        """What is set for the open conversation."""
        self._thinking.setCurrentIndex(max(0, self._thinking.findData(thinking)))

    def set_can_think(self, can_think: bool) -> None:
        """Whether the loaded model thinks first, and can be told not to."""
        self._thinking_row.setVisible(can_think)

    def set_capabilities(self, able: Capabilities) -> None:
        """What the engine of the loaded model can do: the rest is absent, or says why it is off."""
        self.json.setVisible(able.json_schema)
        reason = self.tr("The engine that runs this model does not use this setting.")
        for field in FIELDS:
            if field.name in SAMPLERS:
                spin, works = self._spins[field.name], field.name in able.samplers
                spin.setEnabled(works)
                self._resets[field.name].setEnabled(works)
                help_text = QCoreApplication.translate("sampling", field.help)
                spin.setToolTip(help_text if works else reason)

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
    def _thinking_chosen(self) -> None:
        self.thinking_changed.emit(self._thinking.currentData())

    @Slot(bool)
    def _show_helps(self, shown: bool) -> None:
        for explanation in self._helps:
            explanation.setVisible(shown)

    @Slot()
    def _edited(self) -> None:
        self._note_change("sampling")

    @Slot()
    def _prompt_edited(self) -> None:
        self.prompts.set_can_save(bool(self._prompt.toPlainText().strip()))
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
