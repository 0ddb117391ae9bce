"""The list of results, which asks for more before its end is reached."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.ui.models.result_painter import ResultPainter
from desktop_llm.ui.models.result_rows import Judge, Result, ResultRows
from desktop_llm.ui.widgets.named import label, named

AHEAD = 15
"""Rows before the end at which more is asked for."""


class Results(QWidget):
    """Shows what it is given; below the list is what it is, or what is missing."""

    chosen = Signal(object)
    """A `Result`."""
    more_wanted = Signal()
    browse_requested = Signal()

    def __init__(self, judge: Judge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ResultRows(judge)
        self.rows.setParent(self)
        self._has_more = False
        self.view = named(QListView(), "modelResults", self.tr("Models found"))
        self._busy = QProgressBar()
        self._heading = label(kind="small")
        self._foot = label(kind="muted", wrap=True)
        self._browse = named(QPushButton(), "browseHub", self.tr("Show more models of the hub"))
        self._set_up_view()
        self._arrange()
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.rows.modelReset.connect(self._show_list)
        self.rows.rowsInserted.connect(self._show_list)
        bar = self.view.verticalScrollBar()
        bar.valueChanged.connect(self._near_end)
        bar.rangeChanged.connect(self._near_end)
        self._browse.clicked.connect(self.browse_requested)

    def _set_up_view(self) -> None:
        self.view.setModel(self.rows)
        self.view.setItemDelegate(ResultPainter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.verticalScrollBar().setSingleStep(24)

    def _arrange(self) -> None:
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(self.tr("Searching"))
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._busy.hide()
        self._browse.setText(self.tr("Show more models of the hub"))
        self._heading.setContentsMargins(24, 8, 24, 4)
        self._foot.setAlignment(Qt.AlignmentFlag.AlignCenter)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 6, 24, 10)
        foot.addWidget(self._foot, 1)
        foot.addWidget(self._browse, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._busy)
        column.addWidget(self._heading)
        column.addWidget(self.view, 1)
        column.addLayout(foot)
        self.setMinimumWidth(300)

    def show_results(self, results: Sequence[Result], heading: str) -> None:
        """Show `results` from the beginning."""
        self.rows.set_results(results)
        self._heading.setText(heading)
        self._heading.setVisible(bool(heading))
        self.view.scrollToTop()

    def add_results(self, results: Sequence[Result]) -> None:
        """More of the same."""
        self.rows.add_results(results)

    def set_more(self, has_more: bool) -> None:
        """Whether there is more than is shown."""
        self._has_more = has_more
        self._near_end()

    def set_busy(self, busy: bool) -> None:
        """Something is on its way."""
        self._busy.setVisible(busy)

    def say(self, text: str, can_browse: bool = False) -> None:
        """What is written below the list; `can_browse`: offer the models of the hub there."""
        self._foot.setText(text)
        self._foot.setVisible(bool(text))
        self._browse.setVisible(can_browse)

    @property
    def words(self) -> str:
        """What is written below the list."""
        return self._foot.text()

    @property
    def current(self) -> Result | None:
        """The chosen result."""
        rows = self.view.selectionModel().selectedIndexes()
        return self.rows.result(rows[0]) if rows else None

    def select(self, repo: str) -> None:
        """Choose a model; none, if it is not in the list."""
        self.view.setCurrentIndex(self.rows.index(self.rows.row_of(repo)))

    @Slot(QItemSelection)
    def _selected(self) -> None:
        if self.current is not None:
            self.chosen.emit(self.current)

    @Slot()
    def _show_list(self) -> None:
        """Without results, what is written below the list is in its place."""
        self.view.setVisible(self.rows.rowCount() > 0)

    @Slot()
    def _near_end(self) -> None:
        if not self._has_more:
            return
        foot = self.view.viewport().rect().bottomLeft() + QPoint(24, -4)
        index = self.view.indexAt(foot)  # none: the rows do not fill the view
        if not index.isValid() or index.row() >= self.rows.rowCount() - AHEAD:
            self._has_more = False  # asked for once; `set_more` says how it is afterwards
            self.more_wanted.emit()
