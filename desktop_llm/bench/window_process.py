"""The app as it starts from its icon, telling on stdout how far it is.

    python -m desktop_llm.bench.window_process painted|idle|ready|never

Prints one JSON object a line: `painted`, `idle` (the engine process has said hello) and `ready`
(the model is loaded), each with the time (monotonic, seconds), the memory and whether torch is
imported here; closes the window at the one that was asked for.
"""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from desktop_llm import app as desktop_app
from desktop_llm.bench.start import files_in_use
from desktop_llm.bench.window import resident_mb, torch_is_imported
from desktop_llm.core.paths import Paths
from desktop_llm.services.inference import EngineState

SETTLE_MS = 500
"""After a step, so that what it set off is part of the memory."""


class Teller(QObject):
    """Tells each step once."""

    def __init__(self, desktop: desktop_app.Desktop, until: str) -> None:
        super().__init__(desktop)
        self._desktop = desktop
        self._until = until
        self._told: set[str] = set()
        desktop.window.painted.connect(self._painted)
        desktop.inference.state_changed.connect(self._changed)

    @Slot()
    def _painted(self) -> None:
        self._tell("painted", {"files": files_in_use()} if self._until == "painted" else {})

    @Slot(object)
    def _changed(self, state: EngineState) -> None:
        if state.phase == "failed":
            sys.stderr.write(f"{state.error}\n")
            self._desktop.window.close()
        if state.device is not None and "idle" not in self._told:
            self._told.add("idle")
            QTimer.singleShot(SETTLE_MS, self._tell_idle)
        if state.phase == "ready" and "ready" not in self._told:
            self._told.add("ready")
            QTimer.singleShot(SETTLE_MS, self._tell_ready)

    @Slot()
    def _tell_idle(self) -> None:
        self._tell("idle", {})

    @Slot()
    def _tell_ready(self) -> None:
        self._tell("ready", {})

    def _tell(self, step: str, more: dict[str, list[str]]) -> None:
        facts = {
            "time": time.monotonic(),
            "cpu_s": time.process_time(),
            "rss_mb": resident_mb(),
            "torch": torch_is_imported(),
        }
        sys.stdout.write(json.dumps({step: facts, **more}) + "\n")
        sys.stdout.flush()
        if step == self._until:
            self._desktop.window.close()


class ToldDesktop(desktop_app.Desktop):
    """The app, with somebody who tells."""

    def __init__(self, app: QApplication, paths: Paths) -> None:
        super().__init__(app, paths)
        self._teller = Teller(self, sys.argv[1])


if __name__ == "__main__":
    desktop_app.Desktop = ToldDesktop  # type: ignore[misc]
    sys.exit(desktop_app.run([]))
