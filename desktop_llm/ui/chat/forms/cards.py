"""The prompt forms as cards on the welcome page."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.forms.forms import Form, forms
from desktop_llm.ui import icons
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

COLUMNS = 3
NARROWEST = 216
"""Of a card, in pixels."""
ICON = 20

ICONS = {
    "translate": "translate",
    "summarise": "article",
    "question": "question",
    "sentiment": "smiley",
    "rewrite": "pencil-line",
    "extract": "funnel",
    "write": "notebook",
    "program": "code",
    "complete": "text-t",
}


def icon_name(form: Form) -> str:
    """The picture of a form."""
    return ICONS.get(form.id, "note")


class FormCard(QPushButton):
    """Icon, title and one line; a click opens the form."""

    def __init__(self, form: Form, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form_id = form.id
        self.setProperty("kind", "start")
        self._icon = icons.icon(icon_name(form), "accent")
        title, line = words(form.title), words(form.help)
        named(self, f"formCard_{form.id}", title)
        self.setAccessibleDescription(line)
        column = QVBoxLayout()
        column.setSpacing(1)
        column.addWidget(label(title, "heading"))
        self._line = label(line, "small", wrap=True)
        self._line.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self._line, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12 + ICON + 10, 8, 10, 8)
        self._row.addLayout(column)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        for child in self.findChildren(QWidget):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    # Qt's own names

    def sizeHint(self) -> QSize:
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._row.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._row.totalHeightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        picture = self._icon.pixmap(QSize(ICON, ICON), self.devicePixelRatio())
        x = 12 if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else self.width() - 32
        painter = QPainter(self)
        painter.drawPixmap(x, 10, picture)
        painter.end()


class FormCards(QWidget):
    """All of them, beside and below each other: as many in a row as there is room for."""

    chosen = Signal(str)
    """The id of a form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self._cards = [FormCard(form, self) for form in forms()]
        for card in self._cards:
            card.clicked.connect(self._choose)
        self._place(COLUMNS)

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for number, card in enumerate(self._cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(COLUMNS):
            self._grid.setColumnStretch(column, int(column < columns))

    # Qt's own names

    def minimumSizeHint(self) -> QSize:
        """As narrow as one card: the grid follows the room."""
        return QSize(NARROWEST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(max(1, min(COLUMNS, self.width() // NARROWEST)))

    @Slot()
    def _choose(self) -> None:
        card = self.sender()
        if isinstance(card, FormCard):
            self.chosen.emit(card.form_id)
