"""Gives a model's memory back when nobody has used it for a while."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from desktop_llm.services.inference import EngineState, InferenceService

MINUTE_MS = 60_000


class IdleUnload(QObject):
    """Lets the model rest after a time without use; the next request loads it again.

    Use is a load, a request of the window, and whatever calls `note_use`, such as a server.
    """

    def __init__(
        self,
        inference: InferenceService,
        minutes: Callable[[], int],
        in_use: Callable[[], bool] = lambda: False,
        parent: QObject | None = None,
    ) -> None:
        """`minutes` without use, 0 for never; `in_use`: others need the model now."""
        super().__init__(parent)
        self._inference = inference
        self._minutes = minutes
        self._in_use = in_use
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self._rest)
        inference.state_changed.connect(self._state_changed)
        for used in (inference.event_received, inference.finished, inference.stopped):
            used.connect(self.note_use)
        inference.failed.connect(self.note_use)

    @Slot()
    def note_use(self) -> None:
        """The model was used just now, or the setting has changed."""
        minutes = self._minutes()
        if minutes and self._inference.state.phase == "ready":
            self._timer.start(minutes * MINUTE_MS)
        else:
            self._timer.stop()

    def shut_down(self) -> None:
        """Nothing is unloaded any more."""
        self._timer.stop()

    @Slot(object)
    def _state_changed(self, state: EngineState) -> None:
        self.note_use()

    @Slot()
    def _rest(self) -> None:
        if self._inference.busy or self._in_use():
            self.note_use()
        else:
            self._inference.rest()
