"""Trainings by plain scripts, as people write them, and the judging of all trainings alike.

What runs here runs in a process of its own. The rows, their tokens and their order, the settings
and the head or base to begin with are those of a run of ours, which is given by its folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_llm.core.generation import DeviceChoice
from desktop_llm.core.process.setup import SAFE_ENVIRONMENT
from desktop_llm.core.text import Text
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.run_folder import RunFolder

EXACT = DeviceChoice("cpu", "CPU", "float32", Text("float32, for comparison"))
JUDGED_ROWS = 16


@dataclass
class Course:
    """How a training went: seconds spent in training alone at the end of each step, and memory."""

    seconds: dict[int, float] = field(default_factory=dict)
    memory_bytes: int = 0
    """Resident memory of the process at most, as seen at the end of its steps."""


@dataclass(frozen=True)
class Verdict:
    """Of weights on the held-out rows: the mean loss (nats), and the accuracy of a classifier."""

    loss: float
    accuracy: float | None


def be_quiet() -> None:
    """Let the libraries talk to nobody (errors are raised); to be called before their import."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)
    os.environ.update(SAFE_ENVIRONMENT)


def train_stock(run: Path, out: Path, every: int) -> Course:
    """Train as `run` was, with the libraries' own trainers; weights every so many steps in `out`.

    They lie in `out/step-000010`, and so on, in the form of the checkpoints of a run.
    """
    import torch

    from desktop_llm.engine.devices import real_cores

    job, task, rows = _start(RunFolder(run), "train")
    torch.set_num_threads(job.settings.threads or real_cores())
    torch.manual_seed(job.settings.seed)
    model, tokenizer = task.load_base(job, EXACT)
    tokens = [(list(row.ids), list(row.labels)) for row in _rows(task, tokenizer, rows, job)]
    course = Course()
    watch = _watch(course, out, every)
    if job.task == "classify":
        trainer = _classifier(job, out, model, tokenizer, tokens)
    else:
        trainer = _language_model(job, out, model, tokenizer, tokens)
    trainer.add_callback(watch)
    trainer.train()
    return course


def judge(run: Path, folders: Sequence[Path]) -> tuple[list[Verdict], float]:
    """The weights in `folders` on the held-out rows of `run`, in float32 and with padding.

    Also the mean number of tokens of a training row.
    """
    import torch

    from desktop_llm.engine.devices import real_cores
    from desktop_llm.training.tasks.adapter import add_adapter
    from desktop_llm.training.trainer.weights import load_weights

    job, task, rows = _start(RunFolder(run), "evaluation")
    torch.set_num_threads(real_cores())
    model, tokenizer = task.load_base(job, EXACT)
    if job.settings.method == "lora":
        model = add_adapter(model, job.settings, job.task)
    held_out = _rows(task, tokenizer, rows, job)
    verdicts = []
    for folder in folders:
        load_weights(model, folder)
        model.eval()
        parts = [
            task.judge(model, task.collate(held_out[at : at + JUDGED_ROWS], tokenizer))
            for at in range(0, len(held_out), JUDGED_ROWS)
        ]
        loss = sum(part.total for part in parts) / sum(part.count for part in parts)
        verdicts.append(Verdict(loss, task.metrics(parts).get("accuracy")))
    trained = _rows(task, tokenizer, _start(RunFolder(run), "train")[2], job)
    return verdicts, sum(len(row.ids) for row in trained) / len(trained)


def _start(run: RunFolder, part: str) -> tuple[TrainingJob, Any, Any]:
    """The job of `run`, its task, and the examples of a part of its data."""
    from desktop_llm.training.tasks.task import get_task, labels_of
    from desktop_llm.training.trainer.preparing import prepare

    job = run.job()
    data = prepare(run, job, lambda number: None)
    return job, get_task(job.task, labels_of(data.train)), getattr(data, part)


def _rows(task: Any, tokenizer: Any, examples: Any, job: TrainingJob) -> list[Any]:
    return list(task.tokenise_all(tokenizer, examples, job.settings.max_length))


def _watch(course: Course, out: Path, every: int) -> Any:
    """A callback that keeps the time and the weights; keeping these takes no time."""
    import psutil
    from transformers import TrainerCallback

    from desktop_llm.training.trainer.weights import save_weights

    class Clock(TrainerCallback):  # type: ignore[misc]
        began = 0.0

        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self.began = time.monotonic()

        def on_step_end(self, args: Any, state: Any, control: Any, **rest: Any) -> None:
            now, step = time.monotonic(), state.global_step
            course.seconds[step] = now - self.began
            memory = int(psutil.Process().memory_info().rss)
            course.memory_bytes = max(course.memory_bytes, memory)
            if step % every == 0 or step == state.max_steps:
                folder = out / f"step-{step:06d}"
                folder.mkdir(parents=True)
                save_weights(rest["model"], folder)
            self.began += time.monotonic() - now

    return Clock()


def _language_model(
    job: TrainingJob, out: Path, model: Any, tokenizer: Any, tokens: list[Any]
) -> Any:
    """TRL's SFTTrainer."""
    from datasets import Dataset
    from peft import LoraConfig
    from trl import SFTConfig, SFTTrainer

    settings = job.settings
    adapter = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    arguments = SFTConfig(
        **_arguments(job, out), max_length=settings.max_length, gradient_checkpointing=False
    )
    rows = [{"input_ids": ids, "labels": labels} for ids, labels in tokens]
    return SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=adapter if settings.method == "lora" else None,
    )


def _classifier(job: TrainingJob, out: Path, model: Any, tokenizer: Any, tokens: list[Any]) -> Any:
    """The Transformers Trainer; batches padded to their longest row."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    return Trainer(
        model=model,
        args=TrainingArguments(**_arguments(job, out)),
        train_dataset=[{"input_ids": ids, "labels": labels[0]} for ids, labels in tokens],
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
    )


def _arguments(job: TrainingJob, out: Path) -> dict[str, Any]:
    settings = job.settings
    return {
        "output_dir": str(out),
        "max_steps": settings.max_steps,
        "per_device_train_batch_size": settings.batch_size,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": settings.scheduler,
        "warmup_steps": settings.warmup_steps,
        "weight_decay": settings.weight_decay,
        "max_grad_norm": settings.max_grad_norm,
        "seed": settings.seed,
        "use_cpu": True,
        "bf16": False,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": False,
    }
