"""The files of a data set: what was found in each, and a way to take it out again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.phrases import count, count_rows, kind_of_file
from desktop_llm.ui.finetune.rejected_dialog import rejected_rows
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named


class FileList(QWidget):
    """One line for each file; hidden while there are none."""

    remove_wanted = Signal(object)
    """Path"""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._lines: dict[Path, FileLine] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.hide()

    def show_files(self, paths: Sequence[Path], reports: dict[Path, FileReport]) -> None:
        """A line for each of `paths`, with what is known of it."""
        for path in [path for path in self._lines if path not in paths]:
            line = self._lines.pop(path)
            line.hide()
            line.deleteLater()
        for path in paths:
            if path not in self._lines:
                line = self._lines[path] = FileLine(path)
                line.remove_wanted.connect(self.remove_wanted)
                self._column.addWidget(line)
            self._lines[path].set_report(reports.get(path))
        self.setVisible(bool(self._lines))


class FileLine(QWidget):
    """A file: its name, what is in it, how many rows are used and how many are not."""

    remove_wanted = Signal(object)

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._report: FileReport | None = None
        picture = named(QToolButton(), "fileIcon", path.name)
        name = ElidedLabel()
        name.set_whole_text(path.name)
        name.setToolTip(str(path))
        self._kind = ElidedLabel()
        self._kind.setProperty("kind", "muted")
        self._kept = label()
        self._kept.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._kept.setMinimumWidth(self._kept.fontMetrics().horizontalAdvance("0,000,000 rows"))
        self._rejected = named(QPushButton(), "rejectedButton", "")
        self._rejected.setProperty("kind", "quiet")
        self._rejected.setIcon(icons.icon("warning", "warning"))
        remove = named(QToolButton(), "removeFile", self.tr("Remove {file}").format(file=path.name))
        remove.setIcon(icons.icon("x", "text_muted"))
        remove.setToolTip(self.tr("Do not use this file; it stays where it is."))
        picture.setIcon(icons.icon("file-text", "text_muted"))
        picture.setFocusPolicy(picture.focusPolicy().NoFocus)
        picture.setEnabled(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(picture)
        found = QHBoxLayout()
        found.setSpacing(8)
        found.addWidget(self._kind, 1)
        found.addWidget(self._rejected)
        row.addWidget(name, 4)
        row.addLayout(found, 6)
        row.addWidget(self._kept)
        row.addWidget(remove)
        remove.clicked.connect(self._remove)
        self._rejected.clicked.connect(self._show_rejected)
        self.set_report(None)

    def set_report(self, report: FileReport | None) -> None:
        """What was found; None while that is not known."""
        self._report = report
        rejected = report.rejected_count if report else 0
        self._kind.set_whole_text(kind_of_file(report) if report else "")
        self._kept.setText(count_rows(report.kept) if report else "")
        self._rejected.setVisible(bool(rejected))
        words = self.tr("{number} left out").format(number=count(rejected))
        self._rejected.setText(words)
        self._rejected.setAccessibleName(words)
        self._rejected.setToolTip(self.tr("Show which rows cannot be used, and why"))

    @Slot()
    def _remove(self) -> None:
        self.remove_wanted.emit(self._path)

    @Slot()
    def _show_rejected(self) -> None:
        if self._report:
            rejected_rows(self._report, self.window()).open()
