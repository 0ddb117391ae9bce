"""The trainer process: works on one run folder until the run ends, and tells everything there.

It survives whoever started it: no pipe, no signal from a parent. Torch is imported only after the
environment is set up and the run is ours.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import traceback
from pathlib import Path

from desktop_llm.core.errors import ExpectedError, to_wire
from desktop_llm.core.logs import start_log, stop_log
from desktop_llm.core.process.setup import (
    SAFE_ENVIRONMENT,
    SPINNING,
    importing,
    yield_to_the_window,
)
from desktop_llm.training.errors import (
    AlreadyRunning,
    RunFolderGone,
    TrainingFailed,
    TrainingOutOfMemory,
    disk_errors,
)
from desktop_llm.training.events import ErrorEvent
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.trainer.checkpoints import Checkpoints
from desktop_llm.training.trainer.control import Discarded
from desktop_llm.training.trainer.journal import Journal
from desktop_llm.training.trainer.lock import held

log = logging.getLogger(__name__)


def run(run_dir: Path) -> int:
    """Start or resume the run in `run_dir`; returns 0, or 1 if it failed (its events say why).

    Obeys `control.json` as it is: who starts a run says "run" first. Raises RunDamaged,
    AlreadyRunning and RunUnwritable, of which the run's own events know nothing.
    """
    folder = RunFolder(run_dir)
    job = folder.job()
    with disk_errors(folder.path), held(folder.path / "lock") as ours:
        if not ours:
            raise AlreadyRunning(folder.process_id() or 0)
        folder.record_process(os.getpid())
        _set_up()
        start_log(folder.path, folder.log.name)
        try:
            log.info("working on the run as process %d", os.getpid())
            return _work(folder, job, Journal(folder))
        finally:
            stop_log()


def _set_up() -> None:
    """To be called before torch or transformers are imported."""
    os.environ.update(SAFE_ENVIRONMENT)
    os.environ.setdefault(*SPINNING)
    faulthandler.enable()
    yield_to_the_window()


def _work(folder: RunFolder, job: TrainingJob, journal: Journal) -> int:
    try:
        journal.step = max(Checkpoints(folder.checkpoints, 1).steps(), default=0)
        journal.state("preparing")
        with importing():
            from desktop_llm.training.trainer.session import open_session

        open_session(folder, job, journal).train()
    except Discarded:
        journal.state("discarded")
    except Exception as error:
        return _fail(journal, error)
    last = folder.state()
    return 1 if last == "failed" else 0


def _fail(journal: Journal, error: Exception) -> int:
    """Write down what ended the run, if there is still a place to write."""
    details = ""
    if isinstance(error, ExpectedError):
        expected = error
    else:
        from desktop_llm.engine.loading import as_out_of_memory

        expected = TrainingFailed(type(error).__name__)
        if as_out_of_memory(error) is not None:
            expected = TrainingOutOfMemory(journal.step)
        details = "".join(traceback.format_exception(error))
    log.error("the run failed", exc_info=error)
    try:
        if isinstance(error, RunFolderGone):
            raise error
        journal.add(ErrorEvent, error=to_wire(expected), details=details)
        journal.state("failed")
    except ExpectedError as gone:
        log.error("and the run's folder cannot be written: %s", type(gone).__name__)
    return 1
