"""Which column plays which role: a drop-down for each role of the task."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_llm.training.data.types import FileReport
from desktop_llm.training.task_facts import TaskFacts
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.combo_box import ComboBox
from desktop_llm.ui.widgets.named import label, named

COLUMNS = 3
"""Drop-downs beside each other."""


class MappingForm(QWidget):
    """Shows the mapping of one file; every change is told with all roles, "" for no column."""

    changed = Signal(object)
    """dict[str, str]: role → column."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: dict[str, ComboBox] = {}
        self._marks: dict[str, QLabel] = {}
        self._made_for: object = None
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(2)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, 1)

    def show_mapping(
        self, report: FileReport, mapping: Mapping[str, str], facts: TaskFacts
    ) -> None:
        """Offer the columns of `report` for the roles of `facts`; `mapping` is the choice."""
        made_for = (report.columns, facts.name)
        if made_for != self._made_for:
            self._made_for = made_for
            self._rebuild(report, facts)
        missing = missing_roles(mapping, facts)
        for role, box in self._boxes.items():
            box.blockSignals(True)
            box.setCurrentIndex(max(box.findData(mapping.get(role, "")), 0))
            box.blockSignals(False)
            self._marks[role].setText(self.tr("Choose a column") if role in missing else "")
            self._marks[role].setVisible(role in missing)

    def _rebuild(self, report: FileReport, facts: TaskFacts) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._boxes.clear()
        self._marks.clear()
        for number, role in enumerate(facts.roles):
            title, help_text = words(role.title), words(role.help)
            box = named(ComboBox(), f"mapping_{role.name}", title, help_text)
            box.addItem(self.tr("No column"), "")
            for name in report.columns:
                box.addItem(name, name)
            box.setMinimumWidth(120)
            box.activated.connect(self._tell)
            heading = label(title)
            heading.setToolTip(help_text)
            heading.setBuddy(box)
            mark = label(kind="danger")
            self._boxes[role.name], self._marks[role.name] = box, mark
            row, column = number // COLUMNS * 4, number % COLUMNS
            self._grid.addWidget(heading, row, column)
            self._grid.addWidget(box, row + 1, column)
            self._grid.addWidget(mark, row + 2, column)
            self._grid.setRowMinimumHeight(row + 3, 6)

    @Slot()
    def _tell(self) -> None:
        self.changed.emit({role: box.currentData() for role, box in self._boxes.items()})


def missing_roles(mapping: Mapping[str, str], facts: TaskFacts) -> tuple[str, ...]:
    """Roles that need a column before the mapping is whole: of the set that is nearest to it."""
    chosen = {role for role, column in mapping.items() if column}
    if facts.is_whole(chosen):
        return ()
    nearest = max(reversed(facts.role_sets), key=lambda roles: len(chosen & set(roles)))
    return tuple(role for role in nearest if role not in chosen)
