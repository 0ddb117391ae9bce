"""Why a repository is not fetched, and one to try instead."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.library.hub_types import Refusal
from desktop_llm.ui import icons, theme
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

WIDEST_NAME = 240


class RefusalCard(QFrame):
    """Hidden while nothing is refused."""

    instead_requested = Signal(str)
    """The repository to look at."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "warning")
        self.setObjectName("refusalCard")
        self._instead = ""
        self._icon = label()
        self._why = label(wrap=True)
        self.button = named(QPushButton(), "lookInstead", "")
        texts = QVBoxLayout()
        texts.setSpacing(8)
        texts.addWidget(label(self.tr("This app does not download this model"), "heading"))
        texts.addWidget(self._why)
        buttons = QHBoxLayout()
        buttons.addWidget(self.button)
        buttons.addStretch()
        texts.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 12, 14, 12)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        self.button.clicked.connect(self._look)
        theme.notifier().changed.connect(self._tint)
        self._tint()
        self.hide()

    @property
    def text(self) -> str:
        """The reason; "" while nothing is refused."""
        return self._why.text() if not self.isHidden() else ""

    def show_refusal(self, refusal: Refusal | None) -> None:
        """Tell why; None: nothing is refused."""
        self.setVisible(refusal is not None)
        if refusal is None:
            return
        self._why.setText(words(refusal.why))
        self._instead = refusal.instead
        text, metrics = self.tr("Look at {repo} instead"), self.fontMetrics()
        short = metrics.elidedText(refusal.instead, Qt.TextElideMode.ElideMiddle, WIDEST_NAME)
        self.button.setText(text.format(repo=short))
        self.button.setAccessibleName(text.format(repo=refusal.instead))
        self.button.setToolTip(refusal.instead)
        self.button.setVisible(bool(refusal.instead))

    @Slot()
    def _look(self) -> None:
        self.instead_requested.emit(self._instead)

    @Slot()
    def _tint(self) -> None:
        self._icon.setPixmap(icons.pixmap("prohibit", 22, self.devicePixelRatio(), "warning"))
