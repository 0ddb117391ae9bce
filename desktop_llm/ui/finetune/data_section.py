"""The first part of a new run: files, what was found in them, what is held out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop_llm.training.data.types import DataReport
from desktop_llm.training.job import DataSpec
from desktop_llm.ui.finetune.drop_zone import DropZone
from desktop_llm.ui.finetune.evaluation_form import EvaluationForm
from desktop_llm.ui.finetune.file_list import FileList
from desktop_llm.ui.finetune.notes import Notes, Weight
from desktop_llm.ui.finetune.phrases import count, count_rows
from desktop_llm.ui.finetune.placeholders import Placeholders
from desktop_llm.ui.finetune.section import Section
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.banner import ErrorBanner
from desktop_llm.ui.widgets.named import label

STEPS = 1000


class DataSection(Section):
    """Edits a DataSpec and shows what the reader says of it."""

    changed = Signal(object)
    """DataSpec"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("1. Data"), parent)
        self._spec = DataSpec(files=())
        self.zone = DropZone()
        self.banner = ErrorBanner()
        self._files = FileList("dataFiles")
        self._progress = QProgressBar()
        self._progress.setObjectName("checkProgress")
        self._progress.setAccessibleName(self.tr("Reading the data"))
        self._progress.setTextVisible(False)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._placeholders = Placeholders()
        self._evaluation = EvaluationForm()
        self._notes = Notes()
        self._notes.setObjectName("dataNotes")
        self._total = label(kind="muted")
        self.head.addWidget(self._total)
        top = QVBoxLayout()
        top.setSpacing(4)
        top.addWidget(self.zone)
        top.addWidget(self._progress)
        self.column.addLayout(top)
        for widget in (
            self.banner,
            self._files,
            self._placeholders,
            self._evaluation,
            self._notes,
        ):
            self.column.addWidget(widget)
        self._placeholders.filled.connect(self._filled)
        self._evaluation.changed.connect(self._tell)
        self._files.remove_wanted.connect(self._remove)
        self.set_checking(False)
        self.show_data(self._spec, None)

    def show_data(self, spec: DataSpec, report: DataReport | None) -> None:
        """Show `spec`; `report` is what is known of it, None while that is nothing yet."""
        self._spec = spec
        reports = {each.path: each for each in report.files} if report else {}
        self.zone.set_small(bool(spec.files))
        self._files.show_files([file.path for file in spec.files], reports)
        self._progress.setVisible(self._checking)
        self._evaluation.setVisible(bool(spec.files))
        self._evaluation.show_spec(spec, reports)
        self._total.setText(self._sizes(report))
        if report or not spec.files:
            self._placeholders.show_places(report.placeholders if report else {}, spec.fill)
            self._notes.say(_notes(report) if report else [])

    def set_checking(self, checking: bool) -> None:
        """Whether the files are being read now."""
        self._checking = checking
        self._progress.setRange(0, 0)
        self._progress.setVisible(checking)

    @Slot(float)
    def set_progress(self, fraction: float) -> None:
        """How much of the files was read."""
        self._progress.setRange(0, STEPS)
        self._progress.setValue(round(fraction * STEPS))

    def _sizes(self, report: DataReport | None) -> str:
        if report is None:
            return ""
        return self.tr("{train} to learn from, {held_out} held out").format(
            train=count_rows(report.train_rows), held_out=count(report.eval_rows)
        )

    def _tell(self, spec: DataSpec) -> None:
        self._spec = spec
        self.changed.emit(spec)

    @Slot(object)
    def _filled(self, fill: dict[str, str]) -> None:
        self._tell(replace(self._spec, fill=fill))

    @Slot(object)
    def _remove(self, path: Path) -> None:
        self.zone.browse.setFocus()
        left = tuple(file for file in self._spec.files if file.path != path)
        if left:
            self._tell(replace(self._spec, files=left))
        else:
            self._tell(replace(self._spec, files=(), eval_files=(), fill={}))


def _notes(report: DataReport) -> list[tuple[Weight, str]]:
    problems: list[tuple[Weight, str]] = [("problem", words(text)) for text in report.problems]
    return problems + [("note", words(text)) for text in report.notes]
