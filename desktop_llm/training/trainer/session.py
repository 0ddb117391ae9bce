"""One session of work on a run, from its data to its result. Everything that needs torch."""

from __future__ import annotations

import gc
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from transformers import TrainingArguments
from transformers.utils.logging import disable_progress_bar

from desktop_llm.core.errors import to_wire
from desktop_llm.core.generation import DeviceChoice, LoadProgress
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.training.errors import NothingToTrain, TrainingDiverged
from desktop_llm.training.evaluation import RunFacts
from desktop_llm.training.events import DoneEvent, ErrorEvent, RunState
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.presets import shorten_warmup, steps
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.tasks.task import Task, Tokenised, get_task, labels_of
from desktop_llm.training.trainer.batches import wanted_tokens
from desktop_llm.training.trainer.callbacks import Standing, Watch
from desktop_llm.training.trainer.checkpoints import Checkpoints
from desktop_llm.training.trainer.control import Control, Discarded, Stopped
from desktop_llm.training.trainer.journal import Journal
from desktop_llm.training.trainer.model import Learner, choose, load, room
from desktop_llm.training.trainer.preparing import Prepared, prepare
from desktop_llm.training.trainer.result import make_result
from desktop_llm.training.trainer.run_trainer import RunTrainer
from desktop_llm.training.trainer.samples import Samples, prompts_of, wished_prompts
from desktop_llm.training.trainer.weights import load_weights

EVALUATIONS = 8
LOSS_EVENTS = 500
"""So many in a run, about."""

HELD_OUT_ROWS = 512
"""So many are looked at in each evaluation; the result is judged on all."""

CHECKPOINT_DAMAGED = QT_TRANSLATE_NOOP(
    "core", "The checkpoint {name} is damaged; the run goes on from the one before it."
)
SMALLER_BATCHES = QT_TRANSLATE_NOOP(
    "core",
    "Memory is scarce, so a step is computed in smaller pieces ({tokens} tokens at once). "
    "The result stays the same; it takes longer.",
)
STOPPED_EARLY = QT_TRANSLATE_NOOP(
    "core", "Stopped early: {count} evaluations in a row without an improvement."
)


@dataclass
class Session:
    """A run with everything in memory that belongs to it."""

    run: RunFolder
    job: TrainingJob
    journal: Journal
    control: Control
    task: Task
    labels: tuple[str, ...]
    data: Prepared
    learner: Learner
    train_rows: list[Tokenised]
    held_out: list[Tokenised]
    checkpoints: Checkpoints

    def train(self) -> None:
        """Train to the end, make the result, and say how it ended. Raises Discarded."""
        start = self.checkpoints.newest(self._tell_damaged)
        standing = Standing.read(start) if start else Standing()
        watch = self._watch(standing)
        state: RunState = "finished"
        note, diverged = None, None
        try:
            self._run_trainer(watch, start)
        except Stopped:
            state = "stopped"
        except TrainingDiverged as error:
            self.journal.add(ErrorEvent, error=to_wire(error))
            state, diverged = "failed", error
        if watch.wants_stop:
            state = "stopped"
        elif state == "finished" and watch.stops_early:
            note = Text(STOPPED_EARLY, {"count": standing.waited})
        if diverged is None or standing.better_than_base:
            self._make_result(standing)
        self.journal.state(state, note)

    def _run_trainer(self, watch: Watch, start: Path | None) -> None:
        trainer = RunTrainer(
            self.learner.model, self._arguments(start), self.train_rows, _some(self.held_out),
            self.learner.batches, watch,
        )  # fmt: skip
        done = int(start.name.removeprefix("step-")) if start else 0
        if done < trainer.args.max_steps and not watch.stops_early:
            trainer.train(resume_from_checkpoint=str(start) if start else None)

    def _arguments(self, start: Path | None) -> TrainingArguments:
        total = max(steps(self.job.settings, len(self.train_rows)), 1)
        settings, notes = shorten_warmup(self.job.settings, total)
        for note in notes if start is None else ():
            self.journal.advise(note)
        between = max(total // LOSS_EVENTS, 1)
        wanted = -(-total // (EVALUATIONS * between)) * between
        interval = settings.eval_every or wanted
        constant = settings.scheduler == "constant"
        return TrainingArguments(
            output_dir=str(self.run.checkpoints),
            max_steps=total,
            per_device_train_batch_size=settings.batch_size,
            per_device_eval_batch_size=settings.eval_batch_size,
            learning_rate=settings.learning_rate,
            lr_scheduler_type="constant_with_warmup" if constant else settings.scheduler,
            warmup_steps=settings.warmup_steps,
            weight_decay=settings.weight_decay,
            max_grad_norm=settings.max_grad_norm,
            eval_strategy="steps" if self.held_out else "no",
            eval_on_start=bool(self.held_out) and start is None,
            eval_steps=interval,
            save_strategy="steps",
            save_steps=interval,
            logging_steps=math.gcd(between, interval),  # a mean never spans a checkpoint
            logging_nan_inf_filter=False,
            seed=settings.seed,
            use_cpu=self.learner.device.kind == "cpu",
            bf16=False,
            dataloader_num_workers=0,
            dataloader_pin_memory=False,
            remove_unused_columns=False,
            disable_tqdm=True,
            report_to="none",
        )

    def _watch(self, standing: Standing) -> Watch:
        settings, task, tokenizer = self.job.settings, self.task, self.learner.tokenizer
        if settings.sample_prompts:
            prompts = wished_prompts(task, tokenizer, settings.sample_prompts)
        else:
            prompts = prompts_of(task, tokenizer, chain(self.held_out, self.train_rows))
        samples = Samples(
            task, self.learner.model, tokenizer, prompts, self.journal, self.control.obey
        )
        return Watch(self.journal, self.control, self.checkpoints, settings, standing, samples.tell)

    def _make_result(self, standing: Standing) -> None:
        """From the best checkpoint, else from the newest. Raises Discarded if there is none."""
        best = self.checkpoints.path(standing.best_step)
        folder = best if standing.best_step else self.checkpoints.newest(self._tell_damaged)
        if folder is None:
            raise Discarded
        if self.learner.half:  # what is judged and merged is the base as it really is
            self.learner.model = None
            gc.collect()
            device = self.learner.device
            self.learner = _load(
                self.job,
                self.task,
                self.labels,
                device,
                self.journal,
                half=False,
                limit=self.learner.batches.limit,
            )
        load_weights(self.learner.model, folder)
        facts = RunFacts(
            best_step=int(folder.name.removeprefix("step-")),
            steps=self.journal.step,
            seconds=self.run.summary().seconds,
            data_sha256=self.data.sha256,
            labels=self.labels,
        )
        self.journal.stage("evaluating", 0, 0)
        card = make_result(
            self.run, self.job, self.task, self.learner.model, self.learner.tokenizer,
            self.held_out, facts,
        )  # fmt: skip
        self.journal.add(DoneEvent, success=card.success)

    def _tell_damaged(self, name: str) -> None:
        self.journal.advise(Text(CHECKPOINT_DAMAGED, {"name": name}))


def open_session(run: RunFolder, job: TrainingJob, journal: Journal) -> Session:
    """Everything up to the first step. Raises `ExpectedError` and Discarded."""
    disable_progress_bar()
    control = Control(run, journal)

    def read(number: int) -> None:
        control.obey()
        journal.stage("reading", number, 0)

    data = prepare(run, job, read)
    labels = labels_of(data.train)
    task = get_task(job.task, labels)
    device = choose(job)
    journal.advise(device.reason)
    limit = room(job, task, device)
    if limit < wanted_tokens(task):
        journal.advise(Text(SMALLER_BATCHES, {"tokens": limit}))
    learner = _load(job, task, labels, device, journal, half=True, limit=limit)
    rows = [
        _tokenised(task, learner.tokenizer, part, job, journal, control)
        for part in (data.train, data.evaluation)
    ]
    if not rows[0]:
        raise NothingToTrain
    checkpoints = Checkpoints(run.checkpoints, job.settings.keep_checkpoints)
    return Session(
        run, job, journal, control, task, labels, data, learner, rows[0], rows[1], checkpoints
    )


def _load(
    job: TrainingJob, task: Task, labels: tuple[str, ...], device: DeviceChoice,
    journal: Journal, half: bool, limit: int,
) -> Learner:  # fmt: skip
    def tell(progress: LoadProgress) -> None:
        journal.stage("loading", round(100 * (progress.fraction or 0)), 100)

    return load(job, task, labels, device, tell, half, limit)


def _some(rows: list[Tokenised]) -> list[Tokenised]:
    """Rows from all over the evaluation part, which may be sorted in some way."""
    return rows[:: -(-len(rows) // HELD_OUT_ROWS) or 1]


def _tokenised(
    task: Task, tokenizer: Any, examples: Sequence[Any], job: TrainingJob,
    journal: Journal, control: Control,
) -> list[Tokenised]:  # fmt: skip
    rows: list[Tokenised] = []
    for row in task.tokenise_all(tokenizer, examples, job.settings.max_length):
        if len(rows) % 200 == 0:
            control.obey()
            journal.stage("tokenising", len(rows), len(examples))
        rows.append(row)
    return rows
