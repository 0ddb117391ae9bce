"""The plain script and ours get the same work, and only the work counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_llm.bench.report import Report
from desktop_llm.bench.train import Curve, _compare_losses, course_of, job_for
from desktop_llm.bench.train_stock import Verdict, judge, train_stock
from desktop_llm.core.generation import ModelSource
from desktop_llm.training.events import (
    CheckpointEvent,
    EvalEvent,
    LossEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    StateEvent,
)
from desktop_llm.training.job import DataFile, DataSpec, Method, TaskName
from desktop_llm.training.trainer import main
from tests.unit.training.trainer.conftest import in_this_process  # noqa: F401
from tests.unit.training.trainer.tiny_runs import tiny_run


def progress(time: float, step: int, stage: str = "training", memory: int = 0) -> ProgressEvent:
    return ProgressEvent(time, step, 10, 0.0, 0.0, None, memory, stage)


def curve(*points: tuple[float, float]) -> Curve:
    """Points of seconds and loss."""
    made = [(step, seconds, Verdict(loss, None)) for step, (seconds, loss) in enumerate(points)]
    return Curve(tuple(made), 0)


def test_evaluations_samples_and_checkpoints_take_no_time_of_training() -> None:
    events: list[RunEvent] = [
        StateEvent(5.0, 0, "preparing"),
        StateEvent(10.0, 0, "running"),
        progress(12.0, 0, "evaluating"),
        EvalEvent(20.0, 0, 3.0),
        SampleEvent(30.0, 0, "a", "b"),
        LossEvent(32.0, 1, 2.5, 1e-3),
        progress(35.0, 2, memory=7),
        LossEvent(35.5, 2, 2.4, 1e-3),
        progress(40.0, 0, "evaluating", memory=9),
        EvalEvent(50.0, 2, 2.0),
        CheckpointEvent(60.0, 2, "step-000002"),
        LossEvent(61.0, 3, 2.3, 1e-3),
        progress(99.0, 0, "evaluating"),
    ]
    course = course_of(events)
    assert course.seconds == {1: 2.0, 2: 5.5, 3: 6.5}
    assert course.memory_bytes == 9


@pytest.mark.parametrize(
    ("loss", "seconds"), [(5.0, 10.0), (3.0, 15.0), (2.0, 20.0), (1.5, 25.0), (0.5, None)]
)
def test_the_time_until_a_loss_lies_between_two_judgements(
    loss: float, seconds: float | None
) -> None:
    assert curve((10.0, 4.0), (20.0, 2.0), (30.0, 1.0)).reaches(loss) == seconds


def test_a_training_that_never_gets_there_misses_the_budget() -> None:
    report = Report("train", {})
    _compare_losses(report, [(curve((10.0, 3.0), (20.0, 1.0)), curve((5.0, 3.0), (6.0, 1.1)))])
    ratio = report.figures[-1]
    assert (ratio.median, ratio.within) == (0.0, False)


def test_the_same_steps_in_half_the_time_are_twice_as_fast() -> None:
    report = Report("train", {})
    _compare_losses(report, [(curve((10.0, 3.0), (20.0, 1.0)), curve((5.0, 3.0), (10.0, 1.0)))])
    assert report.figures[-1].median == pytest.approx(2.0)


def test_a_job_runs_all_its_steps_and_keeps_what_is_judged() -> None:
    spec = DataSpec((DataFile(Path("rows.json")),), fill={"name": "Aria"})
    job = job_for("classify", ModelSource("m", Path("m")), spec, rows=100, steps=7)
    settings = job.settings
    assert (settings.max_steps, settings.early_stopping, settings.warmup_steps) == (7, 0, 0)
    assert settings.max_steps / settings.eval_every < settings.keep_checkpoints
    assert (job.data.max_rows, job.data.fill) == (100, {"name": "Aria"})


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    ("task", "method"),
    [("sft", "full"), ("sft", "lora"), ("pretrain", "full"), ("classify", "full")],
)
def test_both_learn_the_same(tmp_path: Path, task: TaskName, method: Method) -> None:
    run = tiny_run(
        tmp_path, task, method=method, max_steps=6, epochs=6.0, early_stopping=0, keep_checkpoints=9
    )
    assert main.run(run.path) == 0
    course = train_stock(run.path, tmp_path / "stock", every=3)
    assert list(course.seconds) == [1, 2, 3, 4, 5, 6]
    assert course.memory_bytes > 0
    names = ("step-000003", "step-000006")
    places = [tmp_path / "stock", run.checkpoints]
    verdicts, tokens = judge(run.path, [place / name for place in places for name in names])
    losses = [verdict.loss for verdict in verdicts]
    tolerance = 0.05 if method == "lora" else 1e-3  # adapters begin with other random numbers
    assert losses[:2] == pytest.approx(losses[2:], rel=tolerance)
    assert tokens > 1
    assert (verdicts[0].accuracy is not None) == (task == "classify")
