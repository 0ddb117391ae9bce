"""Told of a run whose process is gone: what is saved, and the button that goes on from there."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui import icons, theme
from desktop_llm.ui.widgets.named import label, named


class InterruptedCard(QFrame):
    """A calm card with one button."""

    resume_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "interruptedCard", self.tr("The run was interrupted"))
        self.setProperty("pane", "warning")
        self._icon = label()
        self._happened = label(wrap=True)
        self._saved = label(kind="muted", wrap=True)
        self.button = named(QPushButton(self.tr("Resume")), "resumeRunButton", self.tr("Resume"))
        self.button.setProperty("kind", "primary")
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._happened)
        texts.addWidget(self._saved)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self.button)
        self.button.clicked.connect(self._resume)
        theme.notifier().changed.connect(self._tint)
        self._tint()

    @property
    def words(self) -> str:
        return f"{self._happened.text()} {self._saved.text()}"

    def show_run(self, run: RunSummary, checkpoint: int | None) -> None:
        """`checkpoint`: the step that is saved; None before the first."""
        self.button.setEnabled(True)
        self._happened.setText(self.tr("This run was interrupted: its process is gone."))
        if checkpoint is None:
            self._saved.setText(self.tr("No step was saved yet; it begins at the start again."))
            return
        locale = QLocale()
        self._saved.setText(
            self.tr("Step {step} of {total} is saved; it goes on from there.").format(
                step=locale.toString(checkpoint), total=locale.toString(run.total)
            )
        )

    @Slot()
    def _resume(self) -> None:
        self.button.setEnabled(False)
        self.resume_requested.emit()

    @Slot()
    def _tint(self) -> None:
        self._icon.setPixmap(icons.pixmap("warning", 22, self.devicePixelRatio(), "warning"))
