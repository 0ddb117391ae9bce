"""The third part of a new run: task, base model, preset, and all settings folded away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QWidget

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.training.job import Method, TaskName, TrainingSettings
from desktop_llm.training.presets import PRESETS, learning_rate, steps
from desktop_llm.training.setting_fields import FIELDS
from desktop_llm.training.task_facts import TASKS
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.draft import Draft
from desktop_llm.ui.finetune.model_choice import ModelChoice
from desktop_llm.ui.finetune.notes import Notes
from desktop_llm.ui.finetune.phrases import count
from desktop_llm.ui.finetune.section import Section
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.finetune.settings_form import TrainingSettingsForm
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

METHOD = next(field for field in FIELDS if field.name == "method")


class TrainingSection(Section):
    """Shows a Draft and tells what the person changes in it."""

    task_chosen = Signal(str)
    preset_chosen = Signal(str)
    settings_changed = Signal(object)
    """TrainingSettings"""
    name_changed = Signal(str)

    def __init__(self, models: ModelChoice, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("3. Training"), parent)
        self.models = models
        self.banner = ErrorBanner()
        self._settings = TrainingSettings()
        self._shown_task: TaskName = "sft"
        self._task = named(ComboBox(), "taskPicker", self.tr("Task"))
        for facts in TASKS.values():
            self._task.addItem(words(facts.title), facts.name)
        self._task_help = label(kind="small", wrap=True)
        presets = [(facts.name, words(facts.title)) for facts in PRESETS]
        presets.append(("custom", self.tr("Custom")))
        self._preset = Segments("presetPicker", self.tr("Preset"), presets)
        self._preset_help = label(kind="small", wrap=True)
        self._notes = Notes()
        self._notes.setObjectName("presetNotes")
        choices = [(value, words(title)) for value, title in METHOD.choices]
        self._method = Segments("methodPicker", words(METHOD.title), choices)
        self._method_help = label(words(METHOD.help), "small", wrap=True)
        self._name = named(QLineEdit(), "resultNameEdit", self.tr("Name of the result"))
        self._name.setMaxLength(80)
        self._fold = named(QPushButton(), "allSettingsButton", self.tr("All settings"))
        self._fold.setText(self.tr("All settings"))
        self._fold.setProperty("kind", "fold")
        self._fold.setCheckable(True)
        self.form: TrainingSettingsForm | None = None
        self._arrange()
        self._connect()
        self.unfold(False)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        left = Qt.AlignmentFlag.AlignLeft
        self._line(grid, self.tr("Task"), self._task, self._task_help)
        self._line(grid, self.tr("Base model"), self.models, None)
        self._line(grid, self.tr("Preset"), self._preset, self._preset_help, left)
        grid.addWidget(self._notes, grid.rowCount() - 2, 1)
        self._line(grid, words(METHOD.title), self._method, self._method_help, left)
        self._line(grid, self.tr("Name of the result"), self._name, None)
        self.column.addWidget(self.banner)
        self.column.addLayout(grid)
        self.column.addWidget(self._fold, 0, left)

    def _line(
        self,
        grid: QGridLayout,
        title: str,
        widget: QWidget,
        help_label: QLabel | None,
        alignment: Qt.AlignmentFlag | None = None,
    ) -> None:
        """A title at the left, its widget beside it, the help below, and room for notes."""
        row = grid.rowCount()
        heading = label(title)
        heading.setBuddy(widget)
        grid.addWidget(heading, row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(widget, row, 1, alignment or Qt.AlignmentFlag(0))
        if help_label:
            grid.addWidget(help_label, row + 1, 1)
        grid.setRowMinimumHeight(row + 3, 8)

    def _connect(self) -> None:
        self._task.activated.connect(self._pick_task)
        self._preset.chosen.connect(self.preset_chosen)
        self._method.chosen.connect(self._pick_method)
        self._name.textEdited.connect(self.name_changed)
        self._fold.toggled.connect(self.unfold)
        self.models.failed.connect(self._model_failed)

    def show_draft(
        self, draft: Draft, task: TaskName, suggested: TaskName | None, data_name: str
    ) -> None:
        """Show what was chosen; `data_name` stands for a result without a name."""
        self._shown_task = task
        for number, facts in enumerate(TASKS.values()):
            title = words(facts.title)
            if facts.name == suggested:
                title = self.tr("{task} (fits this data)").format(task=title)
            self._task.setItemText(number, title)
        self._task.setCurrentIndex(self._task.findData(task))
        self._task_help.setText(words(TASKS[task].help))
        self.models.show_models(task, draft.model)
        self._name.setPlaceholderText(data_name)
        if self._name.text() != draft.name:
            self._name.setText(draft.name)

    def show_settings(
        self, draft: Draft, preset: TrainingSettings, notes: Sequence[Text], rows: int
    ) -> None:
        """Show the settings of `draft`, and the `notes` about its preset."""
        self._settings, self._preset_settings = draft.settings, preset
        self._preset.set_offered("custom", draft.preset == "custom")
        self._preset.set_value(draft.preset)
        self._method.set_value(draft.settings.method)
        self._preset_help.setText(self._sentence(draft, rows))
        self._notes.say([("note", words(text)) for text in notes])
        if self.form:
            self.form.show_settings(draft.settings, preset)

    def _sentence(self, draft: Draft, rows: int) -> str:
        settings, locale = draft.settings, QLocale()
        facts = {
            "epochs": locale.toString(settings.epochs, "g", 4),
            "steps": count(steps(settings, rows)),
            "batch": count(settings.batch_size),
            "help": self._preset_words(draft),
        }
        if settings.max_steps:
            text = self.tr("{help} At most {steps} steps of {batch} rows.")
        else:
            text = self.tr("{help} Epochs: {epochs}; {steps} steps of {batch} rows each.")
        return text.format(**facts).strip()

    def _preset_words(self, draft: Draft) -> str:
        shown = next(facts for facts in PRESETS if facts.name == draft.base)
        if draft.preset == "custom":
            return self.tr("“{preset}”, with your changes.").format(preset=words(shown.title))
        return words(shown.help)

    @property
    def unfolded(self) -> bool:
        """Whether all settings are shown."""
        return self._fold.isChecked()

    @Slot(bool)
    def unfold(self, on: bool) -> None:
        """Show or hide all settings; they are made when they are wanted first."""
        if on and self.form is None:
            self.form = TrainingSettingsForm()
            self.form.changed.connect(self.settings_changed)
            self.form.show_settings(self._settings, self._preset_settings)
            self.column.addWidget(self.form)
        if self.form:
            self.form.setVisible(on)
        self._fold.setChecked(on)
        self._fold.setIcon(icons.icon("caret-down" if on else "caret-right", "text_muted"))

    _preset_settings = TrainingSettings()

    @Slot()
    def _pick_task(self) -> None:
        self.task_chosen.emit(self._task.currentData())

    @Slot(str)
    def _pick_method(self, method: str) -> None:
        """An adapter learns at another rate than all weights do."""
        chosen = cast(Method, method)
        rate = learning_rate(self._shown_task, chosen)
        self.settings_changed.emit(replace(self._settings, method=chosen, learning_rate=rate))

    @Slot(object)
    def _model_failed(self, error: ExpectedError) -> None:
        self.banner.show_error(error, False)
