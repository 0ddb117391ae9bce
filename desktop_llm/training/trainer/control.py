"""What people want of a run while it goes on: pause, resume, stop. They write `control.json`."""

from __future__ import annotations

import time

from desktop_llm.training.events import RunState
from desktop_llm.training.run_folder import Command, RunFolder
from desktop_llm.training.trainer.journal import Journal

LOOK_EVERY = 0.2
"""Seconds between two looks at the file in a pause."""


class Stopped(Exception):
    """The run was stopped and is to be kept, at a moment when nothing new has to be saved."""


class Discarded(Exception):
    """The run was stopped, and nobody wants what came of it."""


class Control:
    """Obeys the commands. `state` is the one to go back to after a pause."""

    def __init__(self, run: RunFolder, journal: Journal) -> None:
        self._run = run
        self._journal = journal
        self.state: RunState = "preparing"

    def obey(self) -> bool:
        """Wait while the run is paused. True: stop and keep. Raises Discarded.

        Raises RunFolderGone in a pause, if the folder is deleted.
        """
        command = self._run.read_command()
        if command == "pause":
            command = self._pause()
        if command == "stop_discard":
            raise Discarded
        return command == "stop_keep"

    def _pause(self) -> Command:
        began = time.monotonic()
        self._journal.state("paused")
        while (command := self._run.read_command()) == "pause":
            time.sleep(LOOK_EVERY)
        self._journal.add_pause(time.monotonic() - began)
        if command == "run":
            self._journal.state(self.state)
        return command
