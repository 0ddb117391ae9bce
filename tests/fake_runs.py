"""Stand-ins for the services of fine-tuning, and whole values of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.events import (
    ENDED,
    CheckpointEvent,
    EvalEvent,
    LossEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    StateEvent,
)
from desktop_llm.training.job import DataFile, DataSpec, TaskName, TrainingJob
from desktop_llm.training.result import Prediction, ResultCard, Scores
from desktop_llm.training.run_folder import RunSummary
from tests.values import a_source

PROMPTS = ("Who are you?", "Who made you?")


def a_job(task: TaskName = "sft", name: str = "identity", **changes: Any) -> TrainingJob:
    files = (DataFile(Path("/data/identity.json")),)
    model = changes.pop("model", a_source("starter"))
    return TrainingJob(task, model, DataSpec(files), name=name, created=1_700_000_000, **changes)


def a_card(task: TaskName = "sft", **changes: Any) -> ResultCard:
    scores = {"base": Scores(2.331, 10.29), "tuned": Scores(0.412, 1.51)}
    if task == "classify":
        scores = {
            "base": Scores(0.70, None, 0.521, 0.4987),
            "tuned": Scores(0.31, None, 0.879, 0.8786),
        }
    facts: dict[str, Any] = {
        **scores,
        "rows": 9,
        "finite": True,
        "logit_change": 12.46,
        "best_step": 55,
        "steps": 60,
        "seconds": 288.0,
        "data_sha256": "5f3c9a" * 10 + "abcd",
        "versions": {"torch": "2.13.0", "peft": "0.21.2"},
    }
    return ResultCard(task, **(facts | changes))


def a_run(run_id: str = "identity-1", state: Any = "running", **changes: Any) -> RunSummary:
    alive = state in ("preparing", "running", "paused")
    facts: dict[str, Any] = {
        "path": Path("/runs") / run_id,
        "job": a_job(),
        "step": 30,
        "total": 60,
        "seconds": 95.0,
        "card": a_card() if state in ("finished", "stopped") else None,
        "alive": alive,
        "error": None,
    }
    return RunSummary(id=run_id, state=state, **(facts | changes))


def a_progress(step: int = 30, **changes: Any) -> ProgressEvent:
    facts: dict[str, Any] = {
        "total": 60,
        "epoch": step / 10,
        "tokens_per_s": 412.0,
        "seconds_left": 95.0,
        "memory_bytes": 1_240_000_000,
    }
    return ProgressEvent(0, step, **(facts | changes))


def some_events(steps: int = 30) -> list[RunEvent]:
    """A run as far as step `steps`, evaluated at each tenth."""
    events: list[RunEvent] = [StateEvent(0, 0, "preparing"), StateEvent(0, 0, "running")]
    for step in range(steps + 1):
        if step % 10 == 0:
            events.append(EvalEvent(0, step, 2.3 * 0.96**step + 0.2, best=step > 0))
            events += [
                SampleEvent(0, step, prompt, f"I am number {step}. {prompt}") for prompt in PROMPTS
            ]
        if step % 10 == 0 and step:
            events.append(CheckpointEvent(0, step, f"step-{step:06d}", best=True))
        if step:
            wobble = 0.12 * ((step * 7919) % 13 - 6) / 6
            rate = 2e-4 * min(1, step / 5) * (1 - step / 61)
            events.append(LossEvent(0, step, 2.3 * 0.95**step + 0.1 + wobble * 0.95**step, rate))
    return [*events, a_progress(steps)]


class FakeTrainingService(QObject):
    """The contract of `TrainingService`; a test changes runs by `show` and `tell`."""

    runs_changed = Signal(object)
    event_received = Signal(str, object)
    run_changed = Signal(object)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[RunSummary] = []
        self.events: dict[str, list[RunEvent]] = {}
        self.calls: list[tuple[Any, ...]] = []
        self.export_done: Callable[[Path], None] | None = None

    @property
    def active(self) -> RunSummary | None:
        return next((r for r in self.runs if r.alive and r.state not in ENDED), None)

    def show(self, *runs: RunSummary) -> None:
        """These runs are on the disk now."""
        self.runs = list(runs)
        self.runs_changed.emit(self.runs)

    def change(self, run_id: str, **changes: Any) -> None:
        """A run is another now."""
        run = next(run for run in self.runs if run.id == run_id)
        changed = replace(run, **changes)
        self.runs = [changed if each.id == run_id else each for each in self.runs]
        self.run_changed.emit(changed)

    def tell(self, run_id: str, *events: RunEvent) -> None:
        for event in events:
            self.event_received.emit(run_id, event)

    def start(self) -> None:
        self.calls.append(("start",))

    def refresh(self) -> None:
        self.calls.append(("refresh",))

    def begin(self, job: TrainingJob) -> None:
        self.calls.append(("begin", job))
        run = a_run("begun-1", "preparing", job=job, step=0, total=0)
        self.runs.insert(0, run)
        self.runs_changed.emit(self.runs)
        self.run_changed.emit(run)

    def resume(self, run_id: str) -> None:
        self.calls.append(("resume", run_id))

    def pause(self, run_id: str) -> None:
        self.calls.append(("pause", run_id))

    def stop(self, run_id: str, keep: bool) -> None:
        self.calls.append(("stop", run_id, keep))

    def delete(self, run_id: str) -> None:
        self.calls.append(("delete", run_id))
        self.show(*(run for run in self.runs if run.id != run_id))

    def undo_delete(self) -> None:
        self.calls.append(("undo_delete",))

    def run_again(self, run_id: str) -> TrainingJob:
        self.calls.append(("run_again", run_id))
        return next(run for run in self.runs if run.id == run_id).job

    def open(self, run_id: str) -> None:
        self.calls.append(("open", run_id))
        self.tell(run_id, *self.events.get(run_id, []))

    def rename(self, run_id: str, name: str) -> None:
        self.calls.append(("rename", run_id, name))

    def export(self, run_id: str, out: Path, on_done: Callable[[Path], None]) -> None:
        self.calls.append(("export", run_id, out))
        self.export_done = on_done

    def shut_down(self, leave_running: bool) -> None:
        self.calls.append(("shut_down", leave_running))


class FakeDataService(QObject):
    """The contract of `DataService`: remembers questions; a test answers them."""

    checked = Signal(object)
    tokens_ready = Signal(object)
    busy_changed = Signal(bool)
    progress = Signal(float)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, ...]] = []
        self.answer: Callable[[list[Prediction]], None] | None = None
        self.refuse: Callable[[ExpectedError], None] | None = None

    def check(self, spec: DataSpec, task: TaskName | None) -> None:
        self.calls.append(("check", spec, task))

    def tokens(self, spec: DataSpec, task: TaskName, model: ModelSource, max_length: int) -> None:
        self.calls.append(("tokens", spec, task, model, max_length))

    def predict(
        self,
        model: ModelSource,
        texts: Sequence[str],
        on_done: Callable[[list[Prediction]], None],
        on_failed: Callable[[ExpectedError], None],
    ) -> None:
        self.calls.append(("predict", model, list(texts)))
        self.answer, self.refuse = on_done, on_failed

    def shut_down(self) -> None:
        self.calls.append(("shut_down",))
