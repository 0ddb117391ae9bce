"""The status bar: the device and why, what the engine does, and how fast."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal, Slot
from PySide6.QtWidgets import QStatusBar, QToolButton, QWidget

from desktop_llm.core.generation import GenerationResult
from desktop_llm.services.chat import LiveStats
from desktop_llm.services.inference import EngineState
from desktop_llm.services.serving import ServerStatus
from desktop_llm.services.training import RunSummary
from desktop_llm.training.events import ProgressEvent
from desktop_llm.ui.finetune.run_words import duration, run_name, state_words
from desktop_llm.ui.translate import words
from desktop_llm.ui.widgets.elided_label import ElidedLabel
from desktop_llm.ui.widgets.named import label, named


class StatusLine(QStatusBar):
    """Fed with the engine's state, the figures of the running generation, and the living run."""

    run_chosen = Signal(str)
    """The id of the run that trains: the person wants to see it."""

    server_chosen = Signal()
    """The person wants to know more about the server."""

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
        self._model_bytes = self._cache_bytes = 0
        self._run: RunSummary | None = None
        self._training = named(QToolButton(), "statusTraining", self.tr("Training"))
        self._training.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._training.setToolTip(self.tr("Show the run"))
        self._training.clicked.connect(self._choose_run)
        self._training.hide()
        self._server = named(QToolButton(), "statusServer", self.tr("Server"))
        self._server.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._server.setToolTip(self.tr("Show address and key"))
        self._server.clicked.connect(self.server_chosen)
        self._server.hide()
        self.addWidget(self._device, 1)
        for widget in (self._server, self._training, self._speed, self._memory, self._engine):
            self.addPermanentWidget(widget)
        self.setContentsMargins(8, 0, 8, 0)

    @Slot(object)
    def set_state(self, state: EngineState) -> None:
        """Tell the phase, and of a loaded model its device and memory."""
        model = state.model
        device = model.device if model else state.device
        reasons = [device.reason if device else None]
        if model:
            reasons += [model.weights_reason, model.context_reason]
        self._device.set_whole_text(" ".join(words(reason) for reason in reasons if reason))
        self._engine.setText(
            {
                "starting": self.tr("Engine is starting"),
                "idle": self.tr("Unloaded while idle")
                if state.rested
                else self.tr("No model loaded"),
                "loading": self.tr("Loading the model"),
                "ready": self.tr("Model ready"),
                "failed": self.tr("Engine stopped"),
            }[state.phase]
        )
        self._model_bytes = state.model.memory_bytes if state.model else 0
        self._cache_bytes = 0
        self._show_memory()

    @Slot(str, object)
    def note_result(self, request_id: str, result: GenerationResult) -> None:
        """A request ended: what was read of conversations may take more memory now."""
        if result.completions:
            self._cache_bytes = result.cache_bytes
            self._show_memory()

    def _show_memory(self) -> None:
        self._memory.setVisible(bool(self._model_bytes))
        text = self.tr("Memory of the model: {size}")
        if self._cache_bytes:
            text = self.tr("Memory of the model: {size}, of conversations: {kept}")
        sizes = {"size": _size(self._model_bytes), "kept": _size(self._cache_bytes)}
        self._memory.setText(text.format(**sizes))

    @Slot(object)
    def set_stats(self, stats: LiveStats | None) -> None:
        """The figures of the generation; None when another conversation is opened."""
        self._speed.setText(self._speed_words(stats) if stats else "")

    def set_server(self, status: ServerStatus) -> None:
        """Whether other programs are served; nothing while they are not."""
        self._server.setVisible(status.phase != "off")
        self._server.setText(
            {
                "off": "",
                "starting": self.tr("Server is starting"),
                "on": self.tr("Server on, port {port}").format(port=status.state.port),
                "failed": self.tr("Server could not start"),
            }[status.phase]
        )
        self._server.setAccessibleName(self._server.text())

    def set_run(self, run: RunSummary | None) -> None:
        """The run that is alive; None when there is none."""
        self._run = run
        self._training.setVisible(run is not None)
        if run is not None:
            self._tell_run(run, run.step, run.total, None)

    def set_progress(self, run_id: str, event: object) -> None:
        """An event of a run; progress of the living one is told."""
        run = self._run
        if run is None or run.id != run_id or not isinstance(event, ProgressEvent):
            return
        if event.stage == "training":
            self._tell_run(run, event.step, event.total, event.seconds_left)

    def _tell_run(self, run: RunSummary, step: int, total: int, seconds: float | None) -> None:
        facts = {
            "state": state_words(run.state),
            "name": self.fontMetrics().elidedText(run_name(run), Qt.TextElideMode.ElideRight, 160),
            "percent": 100 * step // total if total else 0,
        }
        if seconds is not None and run.state == "running":
            text = self.tr("{state} “{name}”: {percent} % · {time} left")
            facts["time"] = duration(seconds)
        else:
            text = self.tr("{state} “{name}”: {percent} %")
        self._training.setText(text.format(**facts))
        self._training.setAccessibleName(self._training.text())

    @Slot()
    def _choose_run(self) -> None:
        if self._run is not None:
            self.run_chosen.emit(self._run.id)

    def _speed_words(self, stats: LiveStats) -> str:
        locale = QLocale()
        if stats.ttft_s is None:
            return self.tr("Reading the prompt: {done} of {total} tokens").format(
                done=locale.toString(stats.prompt_done), total=locale.toString(stats.prompt_total)
            )
        if not stats.ttft_s:  # there was no first token
            return ""
        first = locale.toString(stats.ttft_s, "f", 2)
        if stats.tokens_per_s is None:
            return self.tr("First token after {seconds} s").format(seconds=first)
        return self.tr("{speed} tokens/s · first token after {seconds} s").format(
            speed=locale.toString(stats.tokens_per_s, "f", 1), seconds=first
        )


def _size(count: int) -> str:
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
