"""A check or an import that runs: what it is, how far, and the button that ends it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QWidget

from desktop_llm.services.library import Work
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import named

STEPS = 1000


class WorkStrip(QFrame):
    """Hidden while nothing runs."""

    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "bottom")
        self._what = ElidedLabel()
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(260)
        stop = named(QPushButton(self.tr("Stop")), "stopWork", self.tr("Stop"))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 6, 24, 6)
        row.setSpacing(12)
        row.addWidget(self._what, 1)
        row.addWidget(self._bar, 1)
        row.addWidget(stop)
        stop.clicked.connect(self.stop_requested)
        self.show_work(None)

    @property
    def words(self) -> str:
        """What runs."""
        return self._what.whole_text

    @Slot(object)
    def show_work(self, work: Work | None) -> None:
        """This runs now; None: nothing."""
        self.setVisible(work is not None)
        if work is None:
            return
        text = self.tr("Checking the files of {name}…")
        name = work.name
        if work.kind == "import":
            text, name = self.tr("Importing {name}…"), Path(work.name).name
        words = text.format(name=name)
        self._what.set_whole_text(words)
        self._bar.setAccessibleName(words)
        if work.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, STEPS)
            self._bar.setValue(round(work.fraction * STEPS))
