"""A training run is a folder: its recipe, its events, its checkpoints and its result. No torch.

The trainer process writes it, the window and the command line read it, and steer the trainer by
`control.json`. Nothing else passes between them, so that a run survives everybody who watches it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Annotated, Literal, get_args

import psutil
from pydantic import Field, TypeAdapter, ValidationError

import desktop_llm.documents.errors
import desktop_llm.engine.errors
import desktop_llm.training.data.errors  # noqa: F401 - so that a run's error is known by its name
from desktop_llm.core.errors import ExpectedError, from_wire
from desktop_llm.core.files import make_private_folder, write_atomically
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.training.errors import (
    AlreadyRunning,
    RunDamaged,
    RunFolderGone,
    RunFolderTaken,
    TrainingFailed,
    disk_errors,
)
from desktop_llm.training.events import (
    ENDED,
    ErrorEvent,
    ProgressEvent,
    RunEvent,
    RunState,
    StateEvent,
)
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.result import ResultCard
from desktop_llm.training.trainer.environment import trainer_environment

log = logging.getLogger(__name__)

Command = Literal["run", "pause", "stop_keep", "stop_discard"]
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
LONGEST_NAME = 40

_EVENT: TypeAdapter[RunEvent] = TypeAdapter(Annotated[RunEvent, Field(discriminator="kind")])


@dataclass(frozen=True)
class RunSummary:
    """What a list of runs shows. `seconds` worked, without pauses; `total` 0: not known yet."""

    id: str
    path: Path
    job: TrainingJob
    state: RunState
    step: int
    total: int
    seconds: float
    card: ResultCard | None
    alive: bool
    error: ExpectedError | None


class RunFolder:
    """One run on disk. Every call reads what is there now."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def create(cls, runs: Path, job: TrainingJob) -> RunFolder:
        """A new folder below `runs` with the recipe in it. Raises `ExpectedError` (disk full)."""
        name = "-".join(re.findall(r"\w+", job.name.lower()))[:LONGEST_NAME].strip("-") or job.task
        paths = (runs / f"{name}-{number}" for number in count(1))
        return cls.create_at(next(path for path in paths if not path.exists()), job)

    @classmethod
    def create_at(cls, path: Path, job: TrainingJob) -> RunFolder:
        """A new run in the folder `path`, which is empty or not there yet. Raises ExpectedError."""
        with disk_errors(path):
            make_private_folder(path)
            if any(path.iterdir()):
                raise RunFolderTaken(path)
            write_atomically(path / "job.json", json.dumps(to_plain(job), indent=1))
        return cls(path)

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def result(self) -> Path:
        return self.path / "result"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def log(self) -> Path:
        """What the trainer process and its libraries printed."""
        return self.path / "trainer.log"

    def job(self) -> TrainingJob:
        """The recipe. Raises RunDamaged."""
        try:
            return from_plain(TrainingJob, json.loads((self.path / "job.json").read_bytes()))
        except (OSError, ValueError) as error:  # pydantic's ValidationError is a ValueError
            raise RunDamaged(self.path) from error

    def rename(self, name: str) -> None:
        """Call the result `name`; the folder keeps its own. Raises `ExpectedError`."""
        job = replace(self.job(), name=name)
        self._write("job.json", to_plain(job))

    def append(self, event: RunEvent) -> None:
        """Add `event`, on disk before this returns unless it is progress. For the trainer alone.

        Opened anew each time, so that a deleted folder is noticed. Raises `ExpectedError`.
        """
        data = json.dumps(to_plain(event), ensure_ascii=False).encode(errors="replace") + b"\n"
        with disk_errors(self.path):
            handle = os.open(
                self.path / "events.jsonl", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600
            )
            try:
                if _half_a_line(handle):  # killed, or out of space, while writing one
                    data = b"\n" + data
                _write_whole(handle, data)
                if not isinstance(event, ProgressEvent):
                    os.fsync(handle)
            finally:
                os.close(handle)

    def read_events(self, offset: int = 0) -> tuple[list[RunEvent], int]:
        """The events from byte `offset` on, and where to go on; damaged lines are skipped."""
        try:
            with (self.path / "events.jsonl").open("rb") as file:
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            return [], offset
        whole = data[: data.rfind(b"\n") + 1]
        events = []
        for line in whole.splitlines():
            try:
                events.append(_EVENT.validate_json(line))
            except ValidationError:
                if line:
                    log.warning("run %s: a damaged line in events.jsonl was skipped", self.id)
        return events, offset + len(whole)

    def process_id(self) -> int | None:
        """The living trainer process of this run."""
        try:
            data = json.loads((self.path / "process.json").read_bytes())
            process = psutil.Process(data["pid"])
            same = abs(process.create_time() - data["created"]) < 1
            return process.pid if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return None

    def is_alive(self) -> bool:
        return self.process_id() is not None

    def record_process(self, pid: int) -> None:
        """Note that process `pid` trains this run from now on. Raises `ExpectedError`."""
        created = psutil.Process(pid).create_time()
        self._write("process.json", {"pid": pid, "created": created})

    def start_trainer(self) -> subprocess.Popen[bytes]:
        """Start or resume the run in a process of its own that outlives this one.

        Keep and `poll()` what is returned, so that its end is collected. Raises AlreadyRunning,
        RunFolderGone, OSError.
        """
        if (pid := self.process_id()) is not None:
            raise AlreadyRunning(pid)
        self.command("run")
        descriptor = os.open(self.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            flags = 0
            if sys.platform == "win32":
                flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
            process = subprocess.Popen(
                trainer_command(self.path),
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                env=os.environ | trainer_environment(),
                cwd=PACKAGE_ROOT,  # `python -m` looks here first: never in a folder of a person
                start_new_session=True,  # a closed terminal or window takes its own session along
                creationflags=flags,
            )
        finally:
            os.close(descriptor)
        with contextlib.suppress(psutil.Error):  # it ended already: its last words are in the log
            self.record_process(process.pid)
        return process

    def command(self, command: Command) -> None:
        """Tell the trainer what to do from now on. Raises RunFolderGone and its kind."""
        self._write("control.json", {"command": command})

    def read_command(self) -> Command:
        """What the trainer should do; "run" unless somebody said something else."""
        try:
            command = json.loads((self.path / "control.json").read_bytes())["command"]
        except (OSError, ValueError, KeyError, TypeError):
            return "run"
        return command if command in get_args(Command) else "run"

    def state(self) -> RunState:
        """What the events say; "interrupted" if the process is gone before its end."""
        return self._state(self.read_events()[0], self.is_alive())

    def card(self) -> ResultCard | None:
        try:
            return from_plain(ResultCard, json.loads((self.result / "card.json").read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            log.warning("run %s: its result card cannot be read", self.id)
            return None

    def summary(self) -> RunSummary:
        """Everything a list shows. Raises RunDamaged."""
        job, alive = self.job(), self.is_alive()
        events, _ = self.read_events()
        state = self._state(events, alive)
        other = [e for e in events if not isinstance(e, ProgressEvent) or e.stage == "training"]
        training = [e for e in other if isinstance(e, ProgressEvent)]
        return RunSummary(
            id=self.id,
            path=self.path,
            job=job,
            state=state,
            step=other[-1].step if other else 0,
            total=training[-1].total if training else 0,
            seconds=_worked(events),
            card=self.card(),
            alive=alive,
            error=_error(events) if state == "failed" else None,
        )

    def _state(self, events: Sequence[RunEvent], alive: bool) -> RunState:
        states = [event.state for event in events if isinstance(event, StateEvent)]
        last: RunState = states[-1] if states else "waiting"
        if last in ENDED:
            return last
        if alive:
            return "preparing" if last == "waiting" else last
        return "interrupted" if states or (self.path / "process.json").exists() else "waiting"

    def _write(self, name: str, data: object) -> None:
        if not (self.path / "job.json").exists():  # never bring back a folder that was deleted
            raise RunFolderGone(self.path)
        with disk_errors(self.path):
            write_atomically(self.path / name, json.dumps(data, indent=1))


def list_runs(runs: Path) -> list[RunSummary]:
    """All runs below `runs`, newest first; folders that cannot be read are skipped and logged."""
    found = []
    for path in sorted(runs.iterdir()) if runs.is_dir() else []:
        if path.name.startswith(".") or not path.is_dir():
            continue
        try:
            found.append(RunFolder(path).summary())
        except RunDamaged:
            log.warning("the run %s cannot be read", path.name)
    return sorted(found, key=lambda run: run.job.created, reverse=True)


def trainer_command(run_dir: Path) -> list[str]:
    """The command line of the trainer process: in a frozen app, this executable again."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "trainer", str(run_dir)]
    return [sys.executable, "-m", "desktop_llm", "trainer", str(run_dir)]


def _worked(events: Sequence[RunEvent]) -> float:
    """Seconds between the events, but for pauses and the time between an end and a new start."""
    seconds, last, counts = 0.0, 0.0, False
    for event in events:
        starts = isinstance(event, StateEvent) and event.state == "preparing"
        if counts and not starts:
            seconds += max(event.time - last, 0.0)
        if isinstance(event, StateEvent):
            counts = event.state in ("preparing", "running")
        last = event.time
    return seconds


def _error(events: Sequence[RunEvent]) -> ExpectedError:
    wire = next((e.error for e in reversed(events) if isinstance(e, ErrorEvent)), {})
    try:
        return from_wire(wire)
    except (KeyError, TypeError):  # a bug, or written by another version of the app
        return TrainingFailed(str(wire.get("type", "?")))


def _half_a_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    if not size:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


def _write_whole(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
