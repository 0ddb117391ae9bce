"""Will it run here? The answer, the arithmetic, and the length of conversation it is for."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider, QVBoxLayout, QWidget

from desktop_llm.library.fit import Fit
from desktop_llm.ui import icons, theme
from desktop_llm.ui.models.words import FIT_ICONS, fit_title, size_words, speed_words
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.named import label, named

USUAL_CONTEXT = 4096
STOPS = tuple(2**power for power in range(9, 18))
"""Tokens of conversation that the slider offers: 512 to 131,072."""
BAR = 10


class FitView(QFrame):
    """A card; `context_changed` tells that another length was dragged to."""

    context_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("pane", "card")
        self._fit: Fit | None = None
        self._icon = label()
        self._title = label(kind="section")
        self._speed = label(kind="muted")
        self._bar = MemoryBar()
        self._reasons = label(kind="muted", wrap=True)
        self._reasons.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._length = label(kind="muted")
        self.slider = named(
            QSlider(Qt.Orientation.Horizontal), "contextSlider", self.tr("Length of conversation")
        )
        self._arrange()
        self.slider.valueChanged.connect(self._dragged)
        theme.notifier().changed.connect(self._tint)
        self.set_context(USUAL_CONTEXT, 0)
        self.show_fit(None)

    def _arrange(self) -> None:
        self.slider.setRange(0, len(STOPS) - 1)
        self.slider.setPageStep(1)
        self.slider.setMinimumHeight(24)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addWidget(self._speed)
        head.addStretch()
        length = QHBoxLayout()
        length.setSpacing(12)
        title = label(self.tr("Length of conversation"))
        title.setBuddy(self.slider)
        length.addWidget(title)
        length.addWidget(self.slider, 1)
        length.addWidget(self._length)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addWidget(self._reasons)
        column.addLayout(length)

    @property
    def context(self) -> int:
        """Tokens of conversation that are reckoned with."""
        return STOPS[self.slider.value()]

    @property
    def text(self) -> str:
        """All that is said."""
        return " ".join((self._title.text(), self._speed.text(), self._reasons.text()))

    def set_context(self, context: int, longest: int) -> None:
        """Reckon with `context` tokens; `longest` is what the model reads at most, 0 if unknown."""
        last = len(STOPS) - 1
        while longest and last and STOPS[last] > longest:
            last -= 1
        self.slider.blockSignals(True)
        self.slider.setMaximum(last)
        self.slider.setValue(max(n for n, stop in enumerate(STOPS) if stop <= context or not n))
        self.slider.blockSignals(False)
        self._tell_length()

    def show_fit(self, fit: Fit | None) -> None:
        """Show the answer; None while nobody knows it."""
        self._fit = fit
        self._title.setText(fit_title(fit) if fit else self.tr("Will it run here?"))
        self._speed.setText(speed_words(fit) if fit else "")
        self._reasons.setText(
            "\n".join(words(reason) for reason in fit.reasons)
            if fit
            else self.tr("The hub does not say how large this model is.")
        )
        self._bar.show_fit(fit)
        self._tint()

    def _tell_length(self) -> None:
        count = QLocale().toString(self.context)
        text = self.tr("{count} tokens").format(count=count)
        self._length.setText(text)
        widest = self.tr("{count} tokens").format(count=QLocale().toString(STOPS[-1]))
        self._length.setMinimumWidth(self._length.fontMetrics().horizontalAdvance(widest) + 4)
        self.slider.setAccessibleDescription(text)

    @Slot()
    def _dragged(self) -> None:
        self._tell_length()
        self.context_changed.emit(self.context)

    @Slot()
    def _tint(self) -> None:
        name, tint = FIT_ICONS[self._fit.cls] if self._fit else ("question", "text_muted")
        self._icon.setPixmap(icons.pixmap(name, 20, self.devicePixelRatio(), tint))


class MemoryBar(QWidget):
    """Weights, conversation and overhead beside each other, against the memory that is free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fit: Fit | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_fit(self, fit: Fit | None) -> None:
        self._fit = fit
        self.setVisible(fit is not None)
        if fit:
            text = self.tr("{needed} of {free} of free memory").format(
                needed=size_words(fit.total), free=size_words(fit.free_memory)
            )
            self.setAccessibleName(text)
            self.setToolTip(text)
        self.update()

    # Qt's own names

    def sizeHint(self) -> QSize:
        return QSize(120, BAR + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._fit is None:
            return
        colors, fit = theme.current().colors, self._fit
        whole = max(fit.total, fit.free_memory, 1)
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        unit = self.width() / whole
        painter.fillRect(QRectF(0, 2, fit.free_memory * unit, BAR), QColor(colors.border))
        x = 0.0
        for size, color in (
            (fit.weights, colors.accent),
            (fit.cache, colors.second),
            (fit.overhead, colors.border_strong),
        ):
            painter.fillRect(QRectF(x, 2, size * unit, BAR), QColor(color))
            x += size * unit
        end = fit.free_memory * unit
        painter.fillRect(QRectF(min(end, self.width() - 2), 0, 2, BAR + 4), QColor(colors.text))
        painter.end()
