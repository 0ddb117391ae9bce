"""What the trainer does beside training: tell, obey, judge, keep the best, stop in time."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from desktop_llm.core.files import write_atomically
from desktop_llm.training.errors import TrainingDiverged
from desktop_llm.training.events import CheckpointEvent, EvalEvent, LossEvent
from desktop_llm.training.job import TrainingSettings
from desktop_llm.training.trainer.checkpoints import Checkpoints
from desktop_llm.training.trainer.control import Control, Stopped
from desktop_llm.training.trainer.journal import Journal

PROGRESS_FILE = "progress.json"
DIVERGED_RATIO = 3.0
DIVERGED_NATS = 1.0
DIVERGED_STEPS = 5
"""Diverged: so many steps in a row with a loss so many times, and so far above, the first one."""


@dataclass
class Standing:
    """How the run stands; kept with each checkpoint. Scores: the smaller, the better."""

    base: list[float] | None = None
    best: list[float] | None = None
    best_step: int = 0
    """0: no evaluation since the training began."""
    waited: int = 0
    """Evaluations since the best one."""
    first_loss: float | None = None
    high_losses: int = 0

    @classmethod
    def read(cls, checkpoint: Path) -> Standing:
        return cls(**json.loads((checkpoint / PROGRESS_FILE).read_bytes()))

    @property
    def better_than_base(self) -> bool:
        return self.best is not None and self.base is not None and self.best < self.base


class Watch(TrainerCallback):  # type: ignore[misc]
    """The one callback. `sample` writes the sample events."""

    def __init__(
        self, journal: Journal, control: Control, checkpoints: Checkpoints,
        settings: TrainingSettings, standing: Standing, sample: Callable[[], None],
    ) -> None:  # fmt: skip
        self.journal, self._control, self._checkpoints = journal, control, checkpoints
        self._settings, self.standing, self._sample = settings, standing, sample
        self.wants_stop = False
        self._began = 0.0
        self._tokens = 0
        self._evaluation_seconds = 0.0

    @property
    def stops_early(self) -> bool:
        patience = self._settings.early_stopping
        return bool(patience) and self.standing.waited >= patience

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.journal.step = state.global_step
        self._control.state = "running"
        self.journal.state("running")
        if self._control.obey():
            raise Stopped

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._began = self.journal.seconds()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.journal.step = state.global_step
        left = (state.max_steps - state.global_step) / max(args.eval_steps or state.max_steps, 1)
        self.journal.step_done(
            total=state.max_steps,
            epoch=float(state.epoch or 0),
            seconds=self.journal.seconds() - self._began,
            tokens=self._tokens,
            later=math.ceil(left) * self._evaluation_seconds,
        )
        if self._control.obey():
            self.wants_stop = control.should_training_stop = control.should_save = True
            control.should_evaluate = args.eval_strategy != "no"

    def saw_loss(self, loss: float, tokens: int) -> None:
        """Of the step that goes on, before the weights change. Raises TrainingDiverged."""
        standing, self._tokens = self.standing, tokens
        if standing.first_loss is None:
            standing.first_loss = loss
        first = standing.first_loss
        high = loss > DIVERGED_RATIO * first and loss > first + DIVERGED_NATS
        standing.high_losses = standing.high_losses + 1 if high else 0
        if not math.isfinite(loss) or standing.high_losses >= DIVERGED_STEPS:
            raise self._diverged(loss)

    def saw_gradient(self, norm: float) -> None:
        if not math.isfinite(norm):
            raise self._diverged(norm)

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "loss" in logs:
            self.journal.add(
                LossEvent,
                loss=logs["loss"],
                learning_rate=logs["learning_rate"],
                grad_norm=logs.get("grad_norm", 0.0),
            )

    def stage_of_evaluation(self, done: int, total: int) -> None:
        """Between two batches of an evaluation."""
        if done == 0:
            self._began = self.journal.seconds()
        self.wants_stop = self._control.obey() or self.wants_stop
        self.journal.stage("evaluating", done, total)

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any
    ) -> None:
        loss = metrics["eval_loss"]
        own = {k: v for k, v in metrics.items() if not k.startswith("eval_") and k != "epoch"}
        if not math.isfinite(loss):
            raise self._diverged(loss)
        best = self._judge([-own.get("macro_f1", 0.0), loss], state.global_step)
        self.journal.add(EvalEvent, loss=loss, metrics=own, best=best)
        self._sample()
        self._evaluation_seconds = self.journal.seconds() - self._began
        if self.stops_early or self.wants_stop:
            control.should_training_stop = control.should_save = state.global_step > 0

    def _judge(self, score: list[float], step: int) -> bool:
        """Note the score of an evaluation; True: the best one yet of those after the start."""
        standing = self.standing
        if step == 0:
            standing.base = score
            return False
        if standing.best is None or score < standing.best:
            standing.best, standing.best_step, standing.waited = score, step, 0
            return True
        standing.waited += 1
        return False

    def save(self, size: int, fill: Callable[[Path], None]) -> None:
        """Keep a checkpoint of about `size` bytes that `fill` writes. Raises `ExpectedError`."""

        def fill_all(folder: Path) -> None:
            fill(folder)
            write_atomically(folder / PROGRESS_FILE, json.dumps(asdict(self.standing)))

        best = self.standing.best_step
        name = self._checkpoints.write(self.journal.step, size, fill_all, also={best})
        self.journal.add(CheckpointEvent, name=name, best=best == self.journal.step)

    def _diverged(self, value: float) -> TrainingDiverged:
        return TrainingDiverged(self.journal.step + 1, value, self._settings.learning_rate)
