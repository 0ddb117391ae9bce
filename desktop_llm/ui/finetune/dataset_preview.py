"""The second part of a new run: the rows as they are, and as the model will see them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_llm.training.data.types import DataReport, FileReport
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.task_facts import TASKS
from desktop_llm.training.tokens import TokenReport
from desktop_llm.ui.finetune.length_page import LengthPage
from desktop_llm.ui.finetune.mapping import MappingForm
from desktop_llm.ui.finetune.section import Section
from desktop_llm.ui.finetune.segments import Segments
from desktop_llm.ui.finetune.tables import Table, TextTable, rows_of
from desktop_llm.ui.finetune.token_page import TokenPage
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

HEIGHT = 300


class DatasetPreview(Section):
    """Three views of the data, and the mapping of its columns."""

    mapping_changed = Signal(object, object)
    """Path, dict[str, str]"""
    max_length_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("2. What the model will see"), parent)
        self.setObjectName("datasetPreview")
        self._shown: FileReport | None = None
        self._report: DataReport | None = None
        self._has_tokens = False
        self._reports: dict[Path, FileReport] = {}
        self._spec = DataSpec(files=())
        self._task: TaskName = "sft"
        self.views = Segments(
            "previewView",
            self.tr("View of the data"),
            (
                ("rows", self.tr("Rows")),
                ("tokens", self.tr("As the model sees it")),
                ("lengths", self.tr("Lengths")),
            ),
        )
        self._files = named(ComboBox(), "previewFile", self.tr("File that is shown"))
        self._files.setMinimumWidth(180)
        self._files.setMaximumWidth(360)
        self._model = TextTable()
        self._table = Table(self._model, "rowTable", self.tr("Rows of the file"))
        self._model.setParent(self._table)
        self._mapping = MappingForm()
        self._mapping.setObjectName("columnMapping")
        self.tokens = TokenPage()
        self.lengths = LengthPage()
        self._waiting = label(kind="muted", wrap=True)
        self._waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._arrange()
        self.views.chosen.connect(self._show_view)
        self._files.currentIndexChanged.connect(self._show_file)
        self._mapping.changed.connect(self._mapped)
        self.lengths.max_length_changed.connect(self.max_length_changed)

    def _arrange(self) -> None:
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._files)
        column.addWidget(self._table, 1)
        column.addWidget(self._mapping)
        for page in (rows, self.tokens, self.lengths, self._waiting):
            self._stack.addWidget(page)
        self._stack.setMinimumHeight(HEIGHT)
        self.head.addWidget(self.views)
        self.column.addWidget(self._stack)

    def show_report(self, report: DataReport, spec: DataSpec, task: TaskName) -> None:
        """Show the rows and the mapping of what was read."""
        self._spec, self._task = spec, task
        if report is not self._report and report.problems:
            self.views.set_value("rows")  # there, columns can be chosen
        self._report = report
        self._reports = {each.path: each for each in report.files}
        paths = [each.path for each in report.files]
        if paths != [self._files.itemData(n) for n in range(self._files.count())]:
            kept = self._files.currentData()
            self._files.blockSignals(True)
            self._files.clear()
            for path in paths:
                self._files.addItem(path.name, path)
            self._files.setCurrentIndex(max(self._files.findData(kept), 0))
            self._files.blockSignals(False)
        self._files.setVisible(len(paths) > 1)
        self._show_file()

    def show_tokens(self, report: TokenReport | None, max_length: int, waiting: str) -> None:
        """Show `report`; without one, `waiting` says what it waits for."""
        self._waiting.setText(waiting)
        self.tokens.show_report(report, self._task)
        self.lengths.show_report(report, self._task, max_length)
        self._has_tokens = report is not None
        self._show_view()

    @Slot()
    def _show_view(self) -> None:
        number = ("rows", "tokens", "lengths").index(self.views.value)
        self._stack.setCurrentIndex(number if number == 0 or self._has_tokens else 3)

    @Slot()
    def _show_file(self) -> None:
        report = self._reports.get(self._files.currentData())
        if report is None:
            return
        facts, mapping = TASKS[self._task], mapping_of(self._spec, report)
        if report.samples != (self._shown.samples if self._shown else None):
            rows_of(report, self._model)
            self._table.fit_columns()
        self._shown = report
        self._mapping.show_mapping(report, mapping, facts)
        has_choice = len(report.columns) > 1 or not facts.is_whole(mapping)
        self._mapping.setVisible(has_choice and bool(report.columns))

    @Slot(object)
    def _mapped(self, mapping: dict[str, str]) -> None:
        if self._shown:
            self.mapping_changed.emit(self._shown.path, mapping)


def mapping_of(spec: DataSpec, report: FileReport) -> dict[str, str]:
    """The mapping of a file: what the person chose, else what was detected."""
    chosen: Sequence[dict[str, str]] = [
        file.mapping for file in (*spec.files, *spec.eval_files) if file.path == report.path
    ]
    return next((mapping for mapping in chosen if mapping), report.mapping)
