"""How long training takes until it is as good as a plain script gets: that script beside ours.

Both train on the same rows in the same order with the same settings, on the processor. The weights
that they had on the way are judged afterwards on the held-out rows, in float32 and by the same
code; neither that nor saving counts as time of training. Loading and reading do not count either.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import ParamSpec, TypeVar

from desktop_llm.bench.report import Report
from desktop_llm.bench.train_stock import Course, Verdict, be_quiet, judge, train_stock
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.errors import TrainingFailed
from desktop_llm.training.events import LossEvent, ProgressEvent, RunEvent
from desktop_llm.training.job import DataSpec, TaskName, TrainingJob
from desktop_llm.training.presets import preset
from desktop_llm.training.run_folder import RunFolder

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")

TOLERANCE = 1.005
"""A held-out loss so many times the one at the end of the plain script is as good: rounding."""

JUDGEMENTS = 8
LANGUAGE_RATIO, CLASSIFIER_RATIO = 1.6, 1.3
POINTS = 1.0
"""So much less accurate, in points of 100, is as accurate."""

STEPS = {"sft": 40, "pretrain": 40, "classify": 300}
HELD_OUT = {"sft": 0.1, "pretrain": 0.1, "classify": 1 / 6}
PLAIN = {"sft": "trl", "pretrain": "trl", "classify": "transformers"}


@dataclass(frozen=True)
class Curve:
    """A training as it counts: (step, seconds of training, what the weights were worth)."""

    points: tuple[tuple[int, float, Verdict], ...]
    memory_bytes: int

    @property
    def seconds(self) -> float:
        return self.points[-1][1]

    @property
    def end(self) -> Verdict:
        return self.points[-1][2]

    def reaches(self, loss: float) -> float | None:
        """Seconds until the held-out loss was `loss`, between two judgements in proportion."""
        before: tuple[float, float] | None = None
        for _, seconds, verdict in self.points:
            if verdict.loss <= loss:
                if before is None:
                    return seconds
                share = (before[1] - loss) / (before[1] - verdict.loss)
                return before[0] + share * (seconds - before[0])
            before = seconds, verdict.loss
        return None


def job_for(
    task: TaskName, model: ModelSource, data: DataSpec, rows: int, steps: int
) -> TrainingJob:
    """The balanced preset over so many `steps`, judged on the way, without stopping early.

    `rows`: of the data, held-out ones among them; 0: all. `steps` 0: what the task needs.
    """
    settings = preset("balanced", task, rows or 1000)[0]
    steps = steps or STEPS[task]
    settings = replace(
        settings,
        epochs=float(steps),  # more than enough: `max_steps` ends the run
        max_steps=steps,
        warmup_steps=min(settings.warmup_steps, steps // 10),
        eval_every=-(-steps // JUDGEMENTS),
        early_stopping=0,
        keep_checkpoints=JUDGEMENTS + 2,
        device="cpu",
    )
    spec = replace(data, eval_fraction=HELD_OUT[task], max_rows=rows)
    return TrainingJob(task, model, spec, settings, name="bench")


def measure(job: TrainingJob, seeds: int, tell: Callable[[str], None]) -> Report:
    """Train `seeds` times each way; takes many minutes."""
    settings = job.settings
    report = Report("train", _describe(job, seeds), tell)
    pairs: list[tuple[Curve, Curve]] = []
    tokens = 0.0
    for number in range(seeds):
        seeded = replace(job, settings=replace(settings, seed=settings.seed + number))
        with tempfile.TemporaryDirectory(prefix="desktop-llm-bench-") as name:
            stock, ours, tokens = _train_both(seeded, Path(name), f"{number + 1} of {seeds}", tell)
        pairs.append((stock, ours))
    speed = tokens * settings.batch_size * settings.max_steps
    for who, curves in (("plain script", [s for s, _ in pairs]), ("ours", [o for _, o in pairs])):
        report.add(f"{who}: held-out loss at the end", [c.end.loss for c in curves], "nats")
        report.add(f"{who}: time of training", [c.seconds for c in curves], "s")
        report.add(f"{who}: speed", [speed / c.seconds for c in curves], "tokens/s")
        report.add(f"{who}: memory", [c.memory_bytes / 1e6 for c in curves], "MB")
    if job.task == "classify":
        _compare_classifiers(report, pairs)
    else:
        _compare_losses(report, pairs)
    return report


def _compare_losses(report: Report, pairs: Sequence[tuple[Curve, Curve]]) -> None:
    """Time until the loss that the plain script ends with; 0 as ratio: ours never got there."""
    times: list[tuple[float, float | None]] = []
    for stock, ours in pairs:
        goal = stock.end.loss * TOLERANCE
        times.append((stock.reaches(goal) or stock.seconds, ours.reaches(goal)))
    report.add("plain script: time until that loss", [stock for stock, _ in times], "s")
    report.add("ours: time until that loss", [ours for _, ours in times if ours], "s")
    ratios = [stock / ours if ours else 0.0 for stock, ours in times]
    report.add("times as fast to that loss", ratios, "", LANGUAGE_RATIO, at_least=True)


def _compare_classifiers(report: Report, pairs: Sequence[tuple[Curve, Curve]]) -> None:
    percent = [[100 * (curve.end.accuracy or 0.0) for curve in pair] for pair in pairs]
    report.add("plain script: accuracy", [stock for stock, _ in percent], "%")
    report.add("ours: accuracy", [ours for _, ours in percent], "%")
    lost = statistics.median(s for s, _ in percent) - statistics.median(o for _, o in percent)
    report.add("accuracy lost", lost, "points", POINTS)
    ratios = [stock.seconds / ours.seconds for stock, ours in pairs]
    report.add("times as fast", ratios, "", CLASSIFIER_RATIO, at_least=True)


def _train_both(
    job: TrainingJob, folder: Path, number: str, tell: Callable[[str], None]
) -> tuple[Curve, Curve, float]:
    """Plain, ours, and the mean length of a training row in tokens."""
    tell(f"ours, {number}")
    run = RunFolder.create(folder, job)
    ours = train_ours(run)
    tell(f"the plain script, {number}")
    stock = _apart(train_stock, run.path, folder / "stock", job.settings.eval_every)
    tell(f"judging, {number}")
    plain, own = _weights(folder / "stock"), _weights(run.checkpoints)
    verdicts, tokens = _apart(judge, run.path, [*plain, *own])
    there = len(plain)
    return _curve(stock, plain, verdicts[:there]), _curve(ours, own, verdicts[there:]), tokens


def train_ours(run: RunFolder) -> Course:
    """Let the trainer process work on `run` as the window would. Raises ExpectedError."""
    process = run.start_trainer()
    try:
        process.wait()
    finally:
        process.kill()
        process.wait()
    summary = run.summary()
    if summary.state != "finished":
        raise summary.error or TrainingFailed(summary.state)
    return course_of(run.read_events()[0])


def course_of(events: Iterable[RunEvent]) -> Course:
    """What a run's events say of its time: all that ends with a step, and nothing else.

    Evaluations, samples and checkpoints lie between the end of one step and their own last event.
    """
    course, spent, before = Course(), 0.0, None
    for event in events:
        step_ended = isinstance(event, LossEvent)
        if isinstance(event, ProgressEvent):
            course.memory_bytes = max(course.memory_bytes, event.memory_bytes)
            step_ended = event.stage == "training"
        if step_ended and before is not None:
            spent += event.time - before
            course.seconds[event.step] = spent
        before = event.time
    return course


def _weights(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.startswith("step-"))


def _curve(course: Course, weights: Sequence[Path], verdicts: Sequence[Verdict]) -> Curve:
    steps = [int(path.name.removeprefix("step-")) for path in weights]
    points = [(s, course.seconds[s], v) for s, v in zip(steps, verdicts, strict=True)]
    return Curve(tuple(points), course.memory_bytes)


def _apart(work: Callable[Asked, Answer], *given: Asked.args, **named: Asked.kwargs) -> Answer:
    """`work` in a process of its own, as far as memory, threads and environment go."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, be_quiet) as pool:
        return pool.submit(work, *given, **named).result()


def _describe(job: TrainingJob, seeds: int) -> dict[str, str | int | float]:
    settings, name = job.settings, PLAIN[job.task]
    facts: dict[str, str | int | float] = {
        "task": job.task,
        "model": job.model.name,
        "data": job.data.files[0].path.name,
        "rows": job.data.max_rows or "all",
        "steps": settings.max_steps,
        "batch": settings.batch_size,
        "learning rate": settings.learning_rate,
        "schedule": settings.scheduler,
        "method": settings.method,
        "longest row": settings.max_length,
        "seeds": seeds,
        "plain script": f"{name} {metadata.version(name)}, float32",
    }
    if settings.method == "lora":
        facts["rank"] = settings.lora_rank
    return facts
