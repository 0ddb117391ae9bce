"""Which rows are held out: a share chosen by a seed, or files of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.training.job import DataFile, DataSpec
from desktop_llm.ui.finetune.drop_zone import ask_for_files
from desktop_llm.ui.finetune.file_list import FileList
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.number_field import NumberField


class EvaluationForm(QWidget):
    """Edits the evaluation part of a DataSpec."""

    changed = Signal(object)
    """DataSpec"""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = DataSpec(files=())
        self._share = named(NumberField(), "evalShareSpin", self.tr("Share that is held out"))
        self._share.setRange(5, 50)
        self._share.setSingleStep(5)
        self._share.setSuffix(self.tr(" %", "unit after a number"))
        self._share.setToolTip(
            self.tr("These rows are never trained on; they show whether the model learned.")
        )
        self._seed = named(NumberField(), "splitSeedSpin", self.tr("Seed of the choice"))
        self._seed.setRange(0, 2_147_483_647)
        self._seed.setToolTip(self.tr("The same number holds out the same rows again."))
        self._separate = named(
            QPushButton(), "separateEvalButton", self.tr("Use a separate evaluation file")
        )
        self._separate.setText(self.tr("Use a separate evaluation file…"))
        self._separate.setProperty("kind", "quiet")
        self._heading = label(self.tr("Evaluation files"), "muted")
        self._files = FileList("evaluationFiles")
        self._split = QWidget()
        self._arrange()
        for spin in (self._share, self._seed):
            spin.setKeyboardTracking(False)
            spin.setFixedWidth(96)
            spin.valueChanged.connect(self._edited)
        self._separate.clicked.connect(self._ask)
        self._files.remove_wanted.connect(self._remove)

    def _arrange(self) -> None:
        split = QHBoxLayout(self._split)
        split.setContentsMargins(0, 0, 0, 0)
        split.setSpacing(8)
        for text, spin in (
            (self.tr("Held out for evaluation"), self._share),
            (self.tr("Seed"), self._seed),
        ):
            title = label(text)
            title.setBuddy(spin)
            split.addWidget(title)
            split.addWidget(spin)
            split.addSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._split)
        row.addWidget(self._heading)
        row.addStretch()
        row.addWidget(self._separate)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._files)

    def show_spec(self, spec: DataSpec, reports: dict[Path, FileReport]) -> None:
        """Fill in `spec` without telling."""
        self._spec = spec
        for spin, value in (
            (self._share, round(spec.eval_fraction * 100)),
            (self._seed, spec.seed),
        ):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)
        self._split.setVisible(not spec.eval_files)
        self._heading.setVisible(bool(spec.eval_files))
        self._files.show_files([file.path for file in spec.eval_files], reports)

    def _tell(self, spec: DataSpec) -> None:
        self._spec = spec
        self.changed.emit(spec)

    @Slot()
    def _edited(self) -> None:
        fraction = self._share.value() / 100
        self._tell(replace(self._spec, eval_fraction=fraction, seed=self._seed.value()))

    @Slot()
    def _ask(self) -> None:
        ask_for_files(self, self.tr("Choose evaluation data"), self._add)

    def _add(self, paths: Sequence[Path]) -> None:
        known = {file.path for file in (*self._spec.files, *self._spec.eval_files)}
        new = tuple(DataFile(path) for path in paths if path not in known)
        if new:
            self._tell(replace(self._spec, eval_files=self._spec.eval_files + new))

    @Slot(object)
    def _remove(self, path: Path) -> None:
        left = tuple(file for file in self._spec.eval_files if file.path != path)
        self._tell(replace(self._spec, eval_files=left))
