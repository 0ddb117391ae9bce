"""What a person sets for one model; empty fields leave it to the model."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args, get_type_hints

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.engine.engine_choice import NAMES
from desktop_llm.library.hub_types import LibraryEntry, ModelChoices
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField
from desktop_llm.ui.widgets.scrolled import scrolled

LONGEST_CONTEXT = 1_048_576
MOST_LAYERS = 999
WIDTH, FRAME = 572, 72
"""Pixels; FRAME: what is above, below and between the parts of the dialog, and to spare."""
DTYPES = get_args(get_type_hints(ModelChoices)["dtype"])
WEIGHTS = get_args(get_type_hints(ModelChoices)["weights"])
ENGINES = get_args(get_type_hints(ModelChoices)["engine"])


class ModelSettingsDialog(QDialog):
    """Emits `saved` once, if the person wants to keep what they set."""

    saved = Signal(str, object)
    """Name and ModelChoices."""

    def __init__(self, entry: LibraryEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelSettings")
        title = self.tr("Settings of {name}").format(name=entry.title or entry.name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name = entry.name
        self._packed = entry.format == "gguf" and entry.kind != "starter"
        """Either engine can run it."""
        self.context = named(NumberField(), "modelContext", self.tr("Context length"))
        self.dtype = named(ComboBox(), "modelDtype", self.tr("Number format"))
        self.weights = named(ComboBox(), "modelWeights", self.tr("Weights"))
        self.engine = named(ComboBox(), "modelEngine", self.tr("Engine"))
        self.layers = named(NumberField(), "modelGpuLayers", self.tr("Layers on the graphics card"))
        self.prompt = named(QPlainTextEdit(), "modelSystemPrompt", self.tr("System prompt"))
        self.template = named(QPlainTextEdit(), "modelTemplate", self.tr("Chat template"))
        self._fill()
        self._arrange(title)
        self.show_choices(entry.choices)

    def _fill(self) -> None:
        self.context.setRange(0, LONGEST_CONTEXT)
        self.context.setSingleStep(1024)
        self.context.setGroupSeparatorShown(True)
        self.context.setSpecialValueText(self.tr("As the model says"))
        for dtype in DTYPES:
            self.dtype.addItem(self.tr("Automatic") if dtype == "auto" else dtype, dtype)
        exact = {"auto": self.tr("Automatic"), "exact": self.tr("Exact")}
        bits = {"8-bit": self.tr("8-bit"), "4-bit": self.tr("4-bit")}
        for weights in WEIGHTS:
            self.weights.addItem((exact | bits)[weights], weights)
        for engine in ENGINES:
            self.engine.addItem(NAMES.get(engine, self.tr("Automatic")), engine)
        self.layers.setRange(-1, MOST_LAYERS)
        self.layers.setSpecialValueText(self.tr("As many as fit"))
        self.prompt.setPlaceholderText(self.tr("Instructions that every new chat begins with"))
        self.template.setPlaceholderText(self.tr("The template that came with the model"))
        for edit in (self.prompt, self.template):
            edit.setTabChangesFocus(True)
            edit.setFixedHeight(76)

    def _rows(self) -> tuple[tuple[QWidget, str], ...]:
        """The fields in their order, each with its help."""
        packed = (
            (
                self.engine,
                self.tr("llama.cpp runs the file as it is, Transformers converts it."),
            ),
            (self.layers, self.tr("Used by llama.cpp. With 0 the processor does everything.")),
        )
        return (
            (self.context, self.tr("Tokens of prompt and answer together, at most.")),
            *(packed if self._packed else ()),
            (self.dtype, self.tr("Automatic measures what is fastest on this computer.")),
            (
                self.weights,
                self.tr("Fewer bits take less memory, and change the answers a little."),
            ),
            (self.prompt, self.tr("Used where a chat has no instructions of its own.")),
            (self.template, self.tr("Jinja; only for those who know why.")),
        )

    def _arrange(self, title: str) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 12, 0)  # beside the scroll bar
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (field, text) in enumerate(self._rows()):
            heading = label(field.accessibleName(), "heading")
            heading.setBuddy(field)
            heading.setContentsMargins(0, 7, 0, 0)
            grid.addWidget(heading, 3 * row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(field, 3 * row, 1)
            grid.addWidget(label(text, "small", wrap=True), 3 * row + 1, 1)
            grid.setRowMinimumHeight(3 * row + 2, 10)
        box = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(box.Save | box.Cancel | box.RestoreDefaults)
        for each in buttons.buttons():
            each.setObjectName(f"modelSettings{buttons.standardButton(each).name}")
        buttons.button(box.Save).setProperty("kind", "primary")
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        buttons.button(box.RestoreDefaults).clicked.connect(self._restore)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        heading = label(title, "section", wrap=True)
        column.addWidget(heading)
        column.addWidget(scrolled(page), 1)
        column.addWidget(buttons)
        rest = heading.sizeHint().height() + buttons.sizeHint().height() + FRAME
        wanted = grid.heightForWidth(WIDTH - 60) + rest
        self.resize(WIDTH, min(wanted, self.screen().availableGeometry().height() - FRAME))

    @property
    def choices(self) -> ModelChoices:
        """What the fields say."""
        return replace(
            self._given,
            context_length=self.context.value() or None,
            system_prompt=self.prompt.toPlainText().strip(),
            template=self.template.toPlainText().strip(),
            dtype=self.dtype.currentData(),
            weights=self.weights.currentData(),
            engine=self.engine.currentData(),
            gpu_layers=None if self.layers.value() < 0 else self.layers.value(),
        )

    def show_choices(self, choices: ModelChoices) -> None:
        """Fill the fields; what has none is kept."""
        self._given = choices
        self.context.setValue(choices.context_length or 0)
        self.prompt.setPlainText(choices.system_prompt)
        self.template.setPlainText(choices.template)
        self.dtype.setCurrentIndex(max(0, self.dtype.findData(choices.dtype)))
        self.weights.setCurrentIndex(max(0, self.weights.findData(choices.weights)))
        self.engine.setCurrentIndex(max(0, self.engine.findData(choices.engine)))
        self.layers.setValue(-1 if choices.gpu_layers is None else choices.gpu_layers)

    @Slot()
    def _restore(self) -> None:
        self.show_choices(ModelChoices())

    @Slot()
    def _save(self) -> None:
        self.saved.emit(self._name, self.choices)
        self.accept()
