"""A table of things of which one is chosen: models, runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop_llm.ui.widgets.named import named

ROW = 40


class RowPainter(QStyledItemDelegate):
    """No dotted frame around the cell that has the focus: the row shows it."""

    # Qt's own names

    def initStyleOption(  # noqa: N802
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.state &= ~QStyle.StateFlag.State_HasFocus
        option.decorationSize = QSize(18, 18)


class RowTable(QTableView):
    """Whole rows are chosen, columns share the room, and a right click offers `set_commands`."""

    def __init__(
        self, widths: Mapping[int, tuple[int, int]], header: tuple[str, str], parent: QWidget
    ) -> None:
        """`widths`: of each column at least, and its share of what is left; `header`: its names."""
        super().__init__(parent)
        self._widths = widths
        self._commands: list[QAction] = []
        self.setItemDelegate(RowPainter(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setIconSize(QSize(18, 18))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(ROW, self.fontMetrics().height() + 20))
        columns = named(self.horizontalHeader(), *header)
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setStretchLastSection(True)

    def set_commands(self, commands: Iterable[QAction]) -> None:
        """What can be done with the chosen row; the menu shows those that are enabled."""
        self._commands = list(commands)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def share_width(self) -> None:
        """Give every column its part of the room there is."""
        unit = max(1.0, self.fontMetrics().averageCharWidth() / 7)
        least = sum(width for width, _ in self._widths.values()) * unit
        room = max(0.0, self.viewport().width() - least)
        shares = sum(share for _, share in self._widths.values())
        for column, (width, share) in self._widths.items():
            self.setColumnWidth(column, int(width * unit + room * share / shares))

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if not self.indexAt(place).isValid():
            return
        menu = QMenu(self)
        menu.addActions([command for command in self._commands if command.isEnabled()])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(place))

    # Qt's own names

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_width()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.share_width()
