"""The tab "New": from a dropped file to the start button, on one page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.job import DataFile, DataSpec, TaskName, TrainingJob, TrainingSettings
from desktop_llm.training.presets import preset, steps
from desktop_llm.training.task_facts import TASKS
from desktop_llm.ui.context import Services
from desktop_llm.ui.finetune.data_section import DataSection
from desktop_llm.ui.finetune.dataset_preview import DatasetPreview
from desktop_llm.ui.finetune.draft import Draft, Prepared, draft_of, usable
from desktop_llm.ui.finetune.dropped import files_in, sample_files
from desktop_llm.ui.finetune.mapping import missing_roles
from desktop_llm.ui.finetune.model_choice import ModelChoice
from desktop_llm.ui.finetune.phrases import count, count_rows
from desktop_llm.ui.finetune.reading import Reading
from desktop_llm.ui.finetune.start_bar import WIDEST, StartBar
from desktop_llm.ui.finetune.training_section import TrainingSection
from desktop_llm.ui.translate import words


class NewRun(QWidget):
    """Keeps the draft, has the data read, and lets the three sections show both."""

    start_requested = Signal(object)
    """TrainingJob"""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._draft = Draft()
        self._starting = False
        self._reading = Reading(services.data, self)
        self.data = DataSection()
        self.preview = DatasetPreview()
        self.training = TrainingSection(ModelChoice(services.models, services.tasks))
        self.bar = StartBar()
        self._area = QScrollArea(self)
        self._arrange()
        self._connect_sections()
        self._connect_services()
        self._show()

    def _arrange(self) -> None:
        self.setProperty("pane", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        holder = QWidget(self._area.viewport())
        inner = QWidget(holder)
        inner.setProperty("pane", "clear")
        inner.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        for section in (self.data, self.preview, self.training):
            column.addWidget(section)
        column.addStretch()
        holder.setObjectName("newRunContents")
        holder.setProperty("pane", "clear")
        middle = QHBoxLayout(holder)
        middle.setContentsMargins(0, 0, 0, 0)
        middle.addStretch(1)
        middle.addWidget(inner, 10_000)
        middle.addStretch(1)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(holder)
        self._area.verticalScrollBar().rangeChanged.connect(self._scrolls)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.bar)

    def _connect_sections(self) -> None:
        self.data.zone.files_chosen.connect(self.add_files)
        self.data.zone.sample_wanted.connect(self._add_sample)
        self.data.changed.connect(self._data_changed)
        self.data.banner.retry_requested.connect(self._reading.check_again)
        self.preview.mapping_changed.connect(self._mapped)
        self.preview.max_length_changed.connect(self._max_length_changed)
        self.training.task_chosen.connect(self._task_chosen)
        self.training.preset_chosen.connect(self._preset_chosen)
        self.training.settings_changed.connect(self._settings_changed)
        self.training.name_changed.connect(self._name_changed)
        self.training.models.chosen.connect(self._model_chosen)
        self.training.models.changed.connect(self._show)
        self.training.banner.retry_requested.connect(self._reading.tokenise_again)
        self.bar.start_pressed.connect(self._start)

    def _connect_services(self) -> None:
        training = self._services.training
        self._services.data.progress.connect(self.data.set_progress)
        self._reading.changed.connect(self._show)
        self._reading.check_refused.connect(self._check_refused)
        self._reading.tokens_refused.connect(self._tokens_refused)
        for signal in (training.runs_changed, training.run_changed, training.failed):
            signal.connect(self._runs_changed)

    # What the window asks

    @Slot(object)
    def add_files(self, paths: Sequence[Path]) -> None:
        """Take in what was dropped: files, and the files in folders."""
        if any(path.is_dir() for path in paths):
            # the page may have been made anew before the folders are read
            self._services.tasks.run(
                lambda: files_in(paths),
                lambda files: self._add(files) if isValid(self) else None,
                lambda error: self._not_added(error) if isValid(self) else None,
            )
        else:
            self._add(files_in(paths))

    def set_job(self, job: TrainingJob) -> None:
        """Prepare `job` again."""
        self.restore(Prepared(draft_of(job)))

    def state(self) -> Prepared:
        """All of what the page shows, for a page that takes its place."""
        view, unfolded = self.preview.views.value, self.training.unfolded
        return Prepared(self._draft, self._reading.report, self._reading.tokens, view, unfolded)

    def restore(self, prepared: Prepared) -> None:
        """Show what another page showed."""
        self._draft = prepared.draft
        self._reading.report, self._reading.tokens = prepared.report, prepared.tokens
        self.preview.views.set_value(prepared.view)
        self._read_again()
        self.training.unfold(prepared.unfolded)

    # What the person does

    @Slot()
    def _add_sample(self) -> None:
        self._add(sample_files())

    def _add(self, paths: Sequence[Path]) -> None:
        spec = self._draft.data
        known = {file.path for file in (*spec.files, *spec.eval_files)}
        new = tuple(DataFile(path) for path in paths if path not in known)
        if new:
            self._data_changed(replace(spec, files=spec.files + new))

    def _not_added(self, error: ExpectedError) -> None:
        self.data.banner.show_error(error, False)

    @Slot(object)
    def _data_changed(self, spec: DataSpec) -> None:
        self._draft = replace(self._draft, data=spec)
        if not spec.files:
            self._draft = replace(self._draft, task=None)
        self._read_again()

    @Slot(object, object)
    def _mapped(self, path: Path, mapping: dict[str, str]) -> None:
        def with_mapping(files: tuple[DataFile, ...]) -> tuple[DataFile, ...]:
            return tuple(
                replace(file, mapping=mapping) if file.path == path else file for file in files
            )

        spec = self._draft.data
        self._data_changed(
            replace(spec, files=with_mapping(spec.files), eval_files=with_mapping(spec.eval_files))
        )

    @Slot(str)
    def _task_chosen(self, task: TaskName) -> None:
        """Roles differ from task to task, so columns are found anew."""
        spec = self._draft.data
        detected = replace(
            spec,
            files=tuple(replace(file, mapping={}) for file in spec.files),
            eval_files=tuple(replace(file, mapping={}) for file in spec.eval_files),
        )
        self._draft = replace(self._draft, task=task)
        self._data_changed(detected)

    @Slot(object)
    def _model_chosen(self, model: ModelSource) -> None:
        self._draft = replace(self._draft, model=model)
        self.training.banner.clear()
        self._show()

    @Slot(str)
    def _preset_chosen(self, name: Any) -> None:
        if name != "custom":
            self._draft = replace(self._draft, preset=name, base=name)
            self._show()

    @Slot(object)
    def _settings_changed(self, settings: TrainingSettings) -> None:
        """Other values than the preset's make it the person's own."""
        base = self._draft.base
        same = settings == preset(base, self._task, self._rows)[0]
        name = base if same else "custom"
        self._draft = replace(self._draft, settings=settings, preset=name)
        self._show()

    @Slot(int)
    def _max_length_changed(self, value: int) -> None:
        self._settings_changed(replace(self._draft.settings, max_length=value))

    @Slot(str)
    def _name_changed(self, name: str) -> None:
        self._draft = replace(self._draft, name=name.strip())

    @Slot()
    def _runs_changed(self) -> None:
        self._starting = False
        self._show_start()

    @Slot()
    def _start(self) -> None:
        model = self.training.models.model
        if model and not self._obstacle():
            draft = self._draft
            self._starting = True
            self._show_start()
            self.start_requested.emit(
                TrainingJob(
                    task=self._task,
                    model=model,
                    data=usable(draft.data),
                    settings=draft.settings,
                    preset=draft.preset,
                    name=draft.name or self._data_name,
                    created=time.time(),
                )
            )

    # Reading the data

    @property
    def _task(self) -> TaskName:
        """What the person chose, else what the data is for."""
        report = self._reading.report
        return self._draft.task or (report.task if report else None) or "sft"

    @property
    def _data_name(self) -> str:
        """What a result without a name is called."""
        files = self._draft.data.files
        return files[0].path.stem if files else ""

    @property
    def _rows(self) -> int:
        return self._reading.report.train_rows if self._reading.report else 0

    def _read_again(self) -> None:
        spec = usable(self._draft.data)
        if not spec.files:
            self._reading.forget()
        else:
            is_mapped = any(file.mapping for file in (*spec.files, *spec.eval_files))
            self._reading.check(spec, self._task if is_mapped else self._draft.task)
        self.data.banner.clear()
        self._show()

    def _read_tokens(self) -> None:
        """Ask for the model's view when something that it depends on is another now."""
        report, model = self._reading.report, self.training.models.model
        if not model or not report or report.problems:
            self._reading.forget_tokens()
            return
        length = self._draft.settings.max_length
        self._reading.tokenise((usable(self._draft.data), self._task, model, length))

    @Slot(object)
    def _check_refused(self, error: ExpectedError) -> None:
        self.data.banner.show_error(error, True)

    @Slot(object)
    def _tokens_refused(self, error: ExpectedError) -> None:
        self.training.banner.show_error(error, True)

    # Showing it

    @Slot()
    def _show(self) -> None:
        report = self._reading.report
        self.data.set_checking(self._reading.checking)
        self.data.show_data(self._draft.data, report)
        for section in (self.preview, self.training):
            section.setVisible(report is not None)
        self._show_training(report)
        if report:
            self.preview.show_report(report, self._draft.data, self._task)
        self._read_tokens()
        self.preview.show_tokens(
            self._reading.tokens, self._draft.settings.max_length, self._tokens_awaited()
        )
        self._show_start()

    def _show_training(self, report: DataReport | None) -> None:
        settings, notes = preset(self._draft.base, self._task, self._rows)
        is_preset = self._draft.preset != "custom"
        if is_preset:
            self._draft = replace(self._draft, settings=settings)
        suggested = report.task if report else None
        self.training.show_draft(self._draft, self._task, suggested, self._data_name)
        self.training.show_settings(self._draft, settings, notes if is_preset else (), self._rows)

    def _tokens_awaited(self) -> str:
        """What is said while there are no tokens to show."""
        report = self._reading.report
        if report and report.problems:
            return self.tr("There is nothing to show before the data can be used.")
        if self.training.models.model is None:
            return self.tr("Choose a base model to see what it will read.")
        if self._reading.tokens_failed:
            return self.tr("The base model could not read the rows.")
        return self.tr("The rows are being turned into tokens…")

    @Slot()
    def _show_start(self) -> None:
        if reason := self._obstacle():
            self.bar.refuse(reason)
            return
        model = self.training.models.model
        self.bar.allow(
            self.tr("{model} will learn from {rows}, in {steps} steps.").format(
                model=(model.title or model.name) if model else "",
                rows=count_rows(self._rows),
                steps=count(steps(self._draft.settings, self._rows)),
            )
        )

    def _unmapped(self) -> str:
        """What is missing in a mapping that the person began, as a sentence; "" for nothing."""
        facts, spec = TASKS[self._task], self._draft.data
        for file in (*spec.files, *spec.eval_files):
            missing = missing_roles(file.mapping, facts) if file.mapping else ()
            if missing:
                title = next(words(role.title) for role in facts.roles if role.name == missing[0])
                text = self.tr("Choose a column for “{role}” in {file}.")
                return text.format(role=title, file=file.path.name)
        return ""

    def _obstacle(self) -> str:
        """Why the training cannot start, as one sentence; "" when it can."""
        report = self._reading.report
        if not self._draft.data.files:
            return self.tr("Drop a file to begin, or try the sample data.")
        if self._reading.check_failed:
            return self.tr("The data cannot be read: see the message above.")
        if self._reading.checking or report is None:
            return self.tr("The data is being read…")
        if unmapped := self._unmapped():
            return unmapped
        if report.problems:
            return words(report.problems[0])
        return self._model_obstacle()

    def _model_obstacle(self) -> str:
        if self.training.models.model is None:
            return self.tr("Choose a base model.")
        if self._reading.tokens_failed:
            return self.tr("The base model could not read the rows: see the message above.")
        if self._starting:
            return self.tr("The training is being started…")
        if self._services.training.active is not None:
            return self.tr("Another training is running. Wait for its end, or stop it.")
        return ""

    @Slot(int, int)
    def _scrolls(self, lowest: int, highest: int) -> None:
        bar = self._area.verticalScrollBar()
        self.bar.set_room(bar.sizeHint().width() if highest > lowest else 0)

    # Qt's own names

    def hideEvent(self, event: QHideEvent) -> None:
        self._reading.flush()
        super().hideEvent(event)
