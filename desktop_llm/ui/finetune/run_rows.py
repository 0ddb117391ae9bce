"""The rows of the run list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.run_words import (
    base_words,
    data_words,
    duration,
    result_words,
    run_name,
    state_icon,
    state_words,
    task_words,
)

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
STATE, NAME, TASK, BASE, DATA, RESULT, TIME = range(7)


class RunRows(QAbstractTableModel):
    """Newest first, as the service gives them. The name can be edited."""

    renamed = Signal(str, str)
    """id, new name."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[RunSummary] = []

    @property
    def runs(self) -> list[RunSummary]:
        return self._runs

    def set_runs(self, runs: Sequence[RunSummary]) -> None:
        """Show `runs`; selection and scroll position stay where only values changed."""
        if [run.id for run in runs] == [run.id for run in self._runs]:
            self._runs = list(runs)
            if runs:
                self.dataChanged.emit(self.index(0, 0), self.index(len(runs) - 1, TIME))
            return
        self.beginResetModel()
        self._runs = list(runs)
        self.endResetModel()

    @Slot(object)
    def set_run(self, run: RunSummary) -> None:
        """One run has changed."""
        for row, known in enumerate(self._runs):
            if known.id == run.id:
                self._runs[row] = run
                self.dataChanged.emit(self.index(row, 0), self.index(row, TIME))

    def run(self, index: Index) -> RunSummary | None:
        return self._runs[index.row()] if index.isValid() else None

    def row_of(self, run_id: str) -> int:
        """The row of a run; -1 if it is not here."""
        return next((row for row, run in enumerate(self._runs) if run.id == run_id), -1)

    def _text(self, run: RunSummary, column: int) -> str:
        return (
            state_words(run.state),
            run_name(run),
            task_words(run.job),
            base_words(run.job),
            data_words(run.job.data),
            result_words(run),
            duration(run.seconds) if run.seconds else "–",
        )[column]

    def _tooltip(self, run: RunSummary, column: int) -> str:
        if column == TIME and run.job.created:
            when = QDateTime.fromSecsSinceEpoch(round(run.job.created))
            return QLocale().toString(when, QLocale.FormatType.ShortFormat)
        if column == DATA:
            return "\n".join(str(file.path) for file in run.job.data.files)
        return self._text(run, column)

    # Qt's own names

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent and parent.isValid() else TIME + 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        run, column = self._runs[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(run, column)
        if role == Role.ToolTipRole:
            return self._tooltip(run, column)
        if role == Role.EditRole and column == NAME:
            return run_name(run)
        if role == Role.DecorationRole and column == STATE:
            return icons.icon(*state_icon(run))
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:  # noqa: N802
        run = self._runs[index.row()]
        name = " ".join(str(value).split())
        if not name or name == run_name(run):
            return False
        self.renamed.emit(run.id, name)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else usual

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if role != Role.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (
            self.tr("State"),
            self.tr("Name"),
            self.tr("Task"),
            self.tr("Base model"),
            self.tr("Data"),
            self.tr("Result"),
            self.tr("Time"),
        )[section]
