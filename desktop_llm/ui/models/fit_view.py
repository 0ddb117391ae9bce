"""Will it run here? The answer, the arithmetic, and the length of conversation it is for."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from desktop_llm.library.fit import Fit
from desktop_llm.ui import icons, theme
from desktop_llm.ui.models.memory_bar import MemoryBar
from desktop_llm.ui.models.words import FIT_ICONS, fit_title, fit_tooltip, speed_words
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

USUAL_CONTEXT = 4096
STOPS: tuple[int, ...] = tuple(2**power for power in range(9, 18))
"""Tokens of conversation that the slider offers: 512 to 131,072."""


class FitView(QFrame):
    """A card; `context_changed` tells that another length was dragged to."""

    context_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "card")
        self.setObjectName("fitView")
        self._fit: Fit | None = None
        self._wanted = USUAL_CONTEXT
        self._icon = label()
        self._title, self._speed = label(kind="section"), label(kind="muted")
        self._bar = MemoryBar()
        self._summary = label(wrap=True)
        self._unfold = named(QPushButton(), "fitArithmetic", self.tr("How this is reckoned"))
        self._reasons = QWidget()
        self._lines: list[QLabel] = []
        self._length = label(kind="muted")
        self.slider = named(
            QSlider(Qt.Orientation.Horizontal), "contextSlider", self.tr("Length of conversation")
        )
        self._arrange()
        self.slider.valueChanged.connect(self._dragged)
        self._unfold.toggled.connect(self._reasons.setVisible)
        self._unfold.toggled.connect(self._tint)
        theme.notifier().changed.connect(self._tint)
        self.set_longest(0)
        self.show_fit(None)

    def _arrange(self) -> None:
        self.slider.setRange(0, len(STOPS) - 1)
        self.slider.setPageStep(1)
        self.slider.setMinimumHeight(24)
        self._unfold.setText(self.tr("How this is reckoned"))
        self._unfold.setProperty("kind", "fold")
        self._unfold.setCheckable(True)
        self._reasons.hide()
        lines = QVBoxLayout(self._reasons)
        lines.setContentsMargins(20, 0, 0, 0)
        lines.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self._icon, self._title, self._speed):
            head.addWidget(widget)
        head.addStretch()
        length = QHBoxLayout()
        length.setSpacing(12)
        title = label(self.tr("Length of conversation"))
        title.setBuddy(self.slider)
        length.addWidget(title)
        length.addWidget(self.slider, 1)
        length.addWidget(self._length)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._summary)
        column.addWidget(self._bar)
        column.addLayout(length)
        column.addWidget(self._unfold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._reasons)

    @property
    def context(self) -> int:
        """Tokens of conversation that are reckoned with."""
        return STOPS[self.slider.value()]

    @property
    def wanted(self) -> int:
        """Tokens of conversation that the person wants, of any model."""
        return self._wanted

    @property
    def text(self) -> str:
        """All that is said, the arithmetic included."""
        lines = [line.text() for line in self._lines]
        return "\n".join((self._title.text(), self._speed.text(), self._summary.text(), *lines))

    def set_longest(self, longest: int) -> None:
        """What the model reads at most, in tokens; 0 if nobody knows.

        A model that reads less than the person wants does not change what they want of others.
        """
        last = len(STOPS) - 1
        while longest and last and STOPS[last] > longest:
            last -= 1
        wanted = max(number for number, stop in enumerate(STOPS) if stop <= self._wanted)
        self.slider.blockSignals(True)
        self.slider.setMaximum(last)
        self.slider.setValue(min(wanted, last))
        self.slider.blockSignals(False)
        self._tell_length()

    def show_fit(self, fit: Fit | None) -> None:
        """Show the answer; None while nobody knows it."""
        self._fit = fit
        self._title.setText(fit_title(fit) if fit else self.tr("Will it run here?"))
        self._speed.setText(speed_words(fit) if fit else "")
        unknown = self.tr("The hub does not say how large this model is.")
        summary, *rest = [words(reason) for reason in fit.reasons] if fit else [unknown]
        self._summary.setText(summary)
        self._show_lines(rest)
        self.setToolTip(fit_tooltip(fit) if fit else "")
        self._unfold.setVisible(bool(rest))
        self._bar.show_fit(fit)
        self._tint()

    def _show_lines(self, lines: list[str]) -> None:
        layout = self._reasons.layout()
        assert layout is not None
        while len(self._lines) < len(lines):
            line = label(kind="muted", wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.append(line)
            layout.addWidget(line)
        for number, line in enumerate(self._lines):
            line.setText(lines[number] if number < len(lines) else "")
            line.setVisible(number < len(lines))

    def _tell_length(self) -> None:
        text = self.tr("{count} tokens").format(count=QLocale().toString(self.context))
        self._length.setText(text)
        widest = self.tr("{count} tokens").format(count=QLocale().toString(STOPS[-1]))
        self._length.setMinimumWidth(self._length.fontMetrics().horizontalAdvance(widest) + 4)
        self.slider.setAccessibleDescription(text)

    @Slot()
    def _dragged(self) -> None:
        self._wanted = self.context
        self._tell_length()
        self.context_changed.emit(self.context)

    @Slot()
    def _tint(self) -> None:
        name, tint = FIT_ICONS[self._fit.cls] if self._fit else ("question", "text_muted")
        self._icon.setPixmap(icons.pixmap(name, 20, self.devicePixelRatio(), tint))
        caret = "caret-down" if self._unfold.isChecked() else "caret-right"
        self._unfold.setIcon(icons.icon(caret, "text_muted"))
