"""The status bar: the device and why, what the engine does, and how fast."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Slot
from PySide6.QtWidgets import QStatusBar, QWidget

from desktop_llm.services.chat import LiveStats
from desktop_llm.services.inference import EngineState
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label


class StatusLine(QStatusBar):
    """Fed with the engine's state and the figures of the running generation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._device = ElidedLabel()
        self._device.setObjectName("statusDevice")
        self._engine = label()
        self._engine.setObjectName("statusEngine")
        self._memory = label()
        self._memory.setObjectName("statusMemory")
        self._speed = label()
        self._speed.setObjectName("statusSpeed")
        self.addWidget(self._device, 1)
        for widget in (self._speed, self._memory, self._engine):
            self.addPermanentWidget(widget)
        self.setContentsMargins(8, 0, 8, 0)

    @Slot(object)
    def set_state(self, state: EngineState) -> None:
        """Tell the phase, and of a loaded model its device and memory."""
        device = state.model.device if state.model else state.device
        self._device.set_whole_text(words(device.reason) if device else "")
        self._engine.setText(
            {
                "starting": self.tr("Engine is starting"),
                "idle": self.tr("No model loaded"),
                "loading": self.tr("Loading the model"),
                "ready": self.tr("Model ready"),
                "failed": self.tr("Engine stopped"),
            }[state.phase]
        )
        self._memory.setVisible(state.model is not None)
        if state.model:
            locale = QLocale()
            size = locale.formattedDataSize(
                state.model.memory_bytes, 1, locale.DataSizeFormat.DataSizeSIFormat
            )
            self._memory.setText(self.tr("Memory of the model: {size}").format(size=size))

    @Slot(object)
    def set_stats(self, stats: LiveStats | None) -> None:
        """The figures of the generation; None when another conversation is opened."""
        self._speed.setText(self._speed_words(stats) if stats else "")

    def _speed_words(self, stats: LiveStats) -> str:
        locale = QLocale()
        if stats.ttft_s is None:
            return self.tr("Reading the prompt: {done} of {total} tokens").format(
                done=locale.toString(stats.prompt_done), total=locale.toString(stats.prompt_total)
            )
        first = locale.toString(stats.ttft_s, "f", 2)
        if stats.tokens_per_s is None:
            return self.tr("First token after {seconds} s").format(seconds=first)
        return self.tr("{speed} tokens/s · first token after {seconds} s").format(
            speed=locale.toString(stats.tokens_per_s, "f", 1), seconds=first
        )
