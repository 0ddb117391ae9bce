"""What stands in the place of the figures before there are any: nothing yet, or how far it is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop_llm.ui.widgets.named import label, named

STEPS = 1000
WIDTH = 320


class SpeedEmpty(QWidget):
    """The words change when the first measurement begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = label(kind="title")
        self._lines = label(kind="muted"), label(kind="muted")
        self._bar = named(QProgressBar(), "speedFirstProgress", self.tr("Progress"))
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(WIDTH)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch()
        for widget in (self._title, self._lines[0], self._bar, self._lines[1]):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self.show_nothing()

    @property
    def words(self) -> str:
        """All of what is said."""
        return " ".join(each.text() for each in (self._title, *self._lines))

    def show_nothing(self) -> None:
        """Nothing is measured now."""
        self._title.setText(self.tr("Nothing measured yet"))
        self._lines[0].setText(self.tr("See how fast a model reads and writes on this computer."))
        self._lines[1].setText(self.tr("Other engines can run the same weights beside it."))
        self._bar.hide()

    def show_progress(self, model: str, step: str, fraction: float | None) -> None:
        """`model` is measured, `step` is what is done now; None: nobody knows how far it is."""
        self._title.setText(self.tr("Measuring {model}").format(model=model))
        self._lines[0].setText(step)
        self._lines[1].setText(self.tr("The figures appear here when all of it is done."))
        self._bar.setRange(0, STEPS if fraction is not None else 0)
        self._bar.setValue(round((fraction or 0) * STEPS))
        self._bar.show()
