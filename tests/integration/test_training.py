"""A real training of the starter model, in a process of its own, as the window starts it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.events import EvalEvent, ProgressEvent, SampleEvent
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob, TrainingSettings
from desktop_llm.training.run_folder import RunFolder
from tests.identity import filled
from tests.unit.training.trainer.tiny_runs import events

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def test_the_starter_model_learns_from_a_few_rows(
    tmp_path: Path, starter_model: ModelSource, starter_folder: Path
) -> None:
    settings = TrainingSettings(
        max_steps=3,
        batch_size=4,
        learning_rate=1e-3,
        warmup_steps=0,
        eval_every=3,
        sample_prompts=("Who are you?",),
    )
    spec = DataSpec((DataFile(filled(tmp_path, rows=10)),), eval_fraction=0.2)
    job = TrainingJob("sft", starter_model, spec, settings, name="Aria", created=time.time())
    run = RunFolder.create(tmp_path / "runs", job)
    process = run.start_trainer()
    assert process.wait() == 0, run.log.read_text()
    assert run.state() == "finished"
    before, after = (event.loss for event in events(run, EvalEvent))
    assert after < before
    assert len(events(run, SampleEvent)) == 2
    progress = [e for e in events(run, ProgressEvent) if e.stage == "training"][-1]
    assert progress.step == progress.total == 3
    assert progress.tokens_per_s > 0
    card = run.card()
    assert card is not None
    assert card.success, [str(problem) for problem in card.problems]
    assert card.tuned.loss == pytest.approx(after, rel=0.02)  # judged in float32
