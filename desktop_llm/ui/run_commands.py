"""The commands about training runs, and the status bar's view of the one that is alive."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_llm.services.training import RunSummary
from desktop_llm.ui.commands import Commands
from desktop_llm.ui.context import Services
from desktop_llm.ui.places import Places
from desktop_llm.ui.status_line import StatusLine


class RunCommands(QObject):
    """Steers the run that is alive, whichever place is shown."""

    def __init__(
        self, commands: Commands, places: Places, line: StatusLine, services: Services
    ) -> None:
        super().__init__(places)
        self._commands = commands
        self._places = places
        self._line = line
        self._training = services.training
        for name, slot in (
            ("showChat", lambda: places.turn_to("navChat")),
            ("showModels", lambda: places.turn_to("navModels")),
            ("showFineTune", lambda: places.turn_to("navFineTune")),
            ("newRun", self._new_run),
            ("addDataFiles", self._browse),
            ("pauseRun", self._pause),
            ("stopRun", self._stop),
            ("showRuns", self._show_runs),
        ):
            commands.connect_to(name, slot)
        line.run_chosen.connect(places.open_run)
        self._training.runs_changed.connect(self._refresh)
        self._training.run_changed.connect(self._refresh)
        self._training.event_received.connect(line.set_progress)
        self._refresh()

    @property
    def _active(self) -> RunSummary | None:
        return self._training.active

    @Slot()
    def _refresh(self) -> None:
        run = self._active
        self._line.set_run(run)
        paused = run is not None and run.state == "paused"
        steered = run is not None and run.state in ("running", "paused")
        self._commands["pauseRun"].setEnabled(steered)
        self._commands["pauseRun"].setText(
            self.tr("&Resume the training") if paused else self.tr("&Pause the training")
        )
        self._commands["stopRun"].setEnabled(run is not None)

    @Slot()
    def _new_run(self) -> None:
        self._places.turn_to("navFineTune")
        self._places.fine_tune.show_new()

    @Slot()
    def _browse(self) -> None:
        self._new_run()
        dialog = QFileDialog(self._places, self.tr("Add data files"))
        dialog.setObjectName("dataDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(
            lambda names: self._places.add_files([Path(name) for name in names])
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    @Slot()
    def _show_runs(self) -> None:
        self._places.turn_to("navFineTune")
        self._places.fine_tune.show_runs()

    @Slot()
    def _pause(self) -> None:
        run = self._active
        if run is None:
            return
        if run.state == "paused":
            self._training.resume(run.id)
        else:
            self._training.pause(run.id)

    @Slot()
    def _stop(self) -> None:
        if self._active is not None:
            self._training.stop(self._active.id, True)
