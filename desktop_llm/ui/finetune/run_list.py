"""All runs: what they are, and what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons
from desktop_llm.ui.finetune.run_rows import (
    BASE,
    DATA,
    NAME,
    RESULT,
    STATE,
    TASK,
    TIME,
    Index,
    RunRows,
)
from desktop_llm.ui.widgets.named import label, named
from desktop_llm.ui.widgets.row_table import RowPainter, RowTable

WIDTHS = {
    STATE: (122, 0),
    NAME: (112, 4),
    TASK: (150, 1),
    BASE: (108, 2),
    DATA: (104, 2),
    RESULT: (140, 1),
    TIME: (90, 0),
}
"""Of each column at least, and its share of what is left."""
RESUMED = ("interrupted", "paused")


class _Painter(RowPainter):
    """The name can be edited in place."""

    # Qt's own names

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        return named(QLineEdit(parent), "runNameEdit", self.tr("Name of the run"))


class RunList(QWidget):
    """Asks by signals; what it shows comes from `set_runs` and `set_run`."""

    open_requested = Signal(str)
    resume_requested = Signal(str)
    again_requested = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    export_requested = Signal(str)
    new_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = RunRows()
        self._rows.setParent(self)
        self.view = named(
            RowTable(WIDTHS, ("runListHeader", self.tr("Columns of the runs")), self),
            "runList",
            self.tr("Runs"),
        )
        self._actions: dict[str, QAction] = {}
        self._buttons: dict[str, QPushButton] = {}
        self._stack = QStackedWidget()
        self._set_up_view()
        self._make_actions()
        self._arrange()
        self._rows.renamed.connect(self.rename_requested)
        self.view.selectionModel().selectionChanged.connect(self._refresh)
        self._rows.dataChanged.connect(self._refresh)
        self.view.doubleClicked.connect(self._double_clicked)
        self.view.set_commands(self._actions.values())
        self.set_runs([])

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self._rows)
        view.setItemDelegate(_Painter(view))
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.horizontalHeader().setMinimumSectionSize(72)

    def _make_actions(self) -> None:
        for name, text, icon, key, slot in (
            ("open", self.tr("Open"), "chart-line", "Return", self.open_selected),
            ("resume", self.tr("Resume"), "play", "", self._resume),
            ("again", self.tr("Run again"), "arrow-clockwise", "", self._again),
            ("rename", self.tr("Rename"), "pencil-simple", "F2", self._rename),
            ("export", self.tr("Export as PEFT folder…"), "export", "", self._export),
            ("delete", self.tr("Delete"), "trash", "Del", self._delete),
        ):
            action = QAction(icons.icon(icon), text, self.view)
            action.setObjectName(f"run_{name}")
            action.setIconVisibleInMenu(False)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            if key:
                action.setShortcut(QKeySequence(key))
            action.triggered.connect(slot)
            self._actions[name] = action
        self.view.addActions(list(self._actions.values()))

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for name in ("open", "resume", "again", "rename", "export", "delete"):
            bar.addWidget(self._button(name))
        bar.addStretch()
        filled = QWidget()
        column = QVBoxLayout(filled)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        self._stack.addWidget(filled)
        self._stack.addWidget(self._empty())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)

    def _button(self, name: str) -> QPushButton:
        action = self._actions[name]
        text = action.text()
        button = named(QPushButton(action.icon(), text), f"runs{name.title()}Button", text)
        button.clicked.connect(action.trigger)
        self._buttons[name] = button
        return button

    def _empty(self) -> QWidget:
        """What is there before the first run."""
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch()
        title = label(self.tr("No runs yet"), "title")
        text = label(
            self.tr(
                "A run teaches a model from your own data. Its progress and its result stay here."
            ),
            "muted",
        )
        button = named(QPushButton(self.tr("New run")), "firstRunButton", self.tr("New run"))
        button.setProperty("kind", "primary")
        button.clicked.connect(self.new_requested)
        for widget in (title, text, button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignCenter)
            column.addSpacing(8)
        column.addStretch()
        return page

    @Slot(object)
    def set_runs(self, runs: Sequence[RunSummary]) -> None:
        """Show `runs`, newest first; the chosen one stays chosen."""
        chosen = self.selected()
        self._rows.set_runs(runs)
        self._stack.setCurrentIndex(0 if runs else 1)
        row = self._rows.row_of(chosen.id) if chosen else -1
        if runs and self.selected() is None:
            self.view.selectRow(max(0, row))
        self._refresh()

    @Slot(object)
    def set_run(self, run: RunSummary) -> None:
        """One run has changed."""
        self._rows.set_run(run)

    def select(self, run_id: str) -> None:
        """Choose a run."""
        row = self._rows.row_of(run_id)
        if row >= 0:
            self.view.selectRow(row)

    def selected(self) -> RunSummary | None:
        """The chosen run."""
        rows = self.view.selectionModel().selectedRows()
        return self._rows.run(rows[0]) if rows else None

    @Slot()
    def _refresh(self) -> None:
        """Only what can be done with the chosen run is offered."""
        run = self.selected()
        alive = run is not None and run.alive
        offered = {
            "open": run is not None,
            "resume": run is not None and run.state in RESUMED,
            "again": run is not None,
            "rename": run is not None and not alive,
            "export": run is not None and can_export(run),
            "delete": run is not None and not alive,
        }
        for name, on in offered.items():
            self._actions[name].setEnabled(on)
            self._buttons[name].setEnabled(on)
        self._buttons["resume"].setVisible(offered["resume"])

    def _tell(self, signal: Callable[[str], None], name: str) -> None:
        run = self.selected()
        if run is not None and self._actions[name].isEnabled():
            signal(run.id)

    @Slot()
    def open_selected(self) -> None:
        """Show the chosen run."""
        self._tell(self.open_requested.emit, "open")

    @Slot()
    def _resume(self) -> None:
        self._tell(self.resume_requested.emit, "resume")

    @Slot()
    def _again(self) -> None:
        self._tell(self.again_requested.emit, "again")

    @Slot()
    def _export(self) -> None:
        self._tell(self.export_requested.emit, "export")

    @Slot()
    def _delete(self) -> None:
        self._tell(self.delete_requested.emit, "delete")

    @Slot()
    def _rename(self) -> None:
        rows = self.view.selectionModel().selectedRows(NAME)
        if rows and self._actions["rename"].isEnabled():
            self.view.setCurrentIndex(rows[0])
            self.view.edit(rows[0])

    @Slot(QModelIndex)
    def _double_clicked(self) -> None:
        self.open_selected()


def can_export(run: RunSummary) -> bool:
    """Whether there is an adapter that other tools can load."""
    return run.card is not None and not run.alive and run.job.settings.method == "lora"
