"""How far a run is, how fast, how much longer, and how much memory it takes."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop_llm.training.events import ProgressEvent
from desktop_llm.training.run_folder import RunSummary
from desktop_llm.ui.finetune.run_words import duration, size, stage_words, state_words
from desktop_llm.ui.widgets.named import label, named

STEPS = 1000


class RunProgress(QFrame):
    """A bar and one line of figures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "card")
        self.bar = named(QProgressBar(), "runProgress", self.tr("Progress of the training"))
        self.bar.setTextVisible(False)
        self._left = label()
        self._right = label(kind="muted")
        line = QHBoxLayout()
        line.addWidget(self._left)
        line.addStretch()
        line.addWidget(self._right)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(line)
        column.addWidget(self.bar)

    @property
    def words(self) -> str:
        """All that is said."""
        return f"{self._left.text()} {self._right.text()}".strip()

    def show_run(self, run: RunSummary, progress: ProgressEvent | None) -> None:
        """Show a run that is alive; `progress` is the last that it told."""
        stage = stage_words(progress.stage) if progress else ""
        in_training = progress is not None and progress.stage == "training"
        step = progress.step if progress and in_training else run.step
        total = progress.total if progress and in_training else run.total
        if stage and progress:
            self._show_fraction(progress.step, progress.total)
            self._left.setText(stage)
        else:
            self._show_fraction(step, total, busy=run.state in ("waiting", "preparing"))
            self._left.setText(self._step_words(run, step, total, progress))
        self._right.setText(self._figures(run, progress) if progress else "")

    def _show_fraction(self, done: int, total: int, busy: bool = False) -> None:
        if total:
            self.bar.setRange(0, STEPS)
            self.bar.setValue(round(min(1.0, done / total) * STEPS))
        else:
            self.bar.setRange(0, 0 if busy else STEPS)
            if not busy:
                self.bar.setValue(0)

    def _step_words(
        self, run: RunSummary, step: int, total: int, progress: ProgressEvent | None
    ) -> str:
        if not total:
            return self.tr("{state}…").format(state=state_words(run.state))
        locale = QLocale()
        facts = {"step": locale.toString(step), "total": locale.toString(total)}
        if progress is None:
            return self.tr("Step {step} of {total}").format(**facts)
        return self.tr("Step {step} of {total} · epoch {epoch}").format(
            epoch=locale.toString(progress.epoch, "f", 1), **facts
        )

    def _figures(self, run: RunSummary, progress: ProgressEvent) -> str:
        locale = QLocale()
        parts = []
        if progress.tokens_per_s > 0 and progress.stage == "training":
            speed = locale.toString(round(progress.tokens_per_s))
            parts.append(self.tr("{speed} tokens/s").format(speed=speed))
        if progress.memory_bytes:
            parts.append(self.tr("{size} of memory").format(size=size(progress.memory_bytes)))
        if progress.seconds_left is not None and run.state == "running":
            parts.append(self.tr("{time} left").format(time=duration(progress.seconds_left)))
        return " · ".join(parts)
