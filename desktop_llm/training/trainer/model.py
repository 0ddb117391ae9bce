"""The model of a run in memory: device and number format chosen, memory checked, adapter added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch

from desktop_llm.core.generation import DeviceChoice, LoadOptions, LoadProgress
from desktop_llm.core.memory_fit import free_memory
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.paths import user_paths
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.core.training_fit import check_training_fits, estimate_training
from desktop_llm.engine.conversion import ensure_converted
from desktop_llm.engine.devices import choose_device, real_cores
from desktop_llm.engine.dtype_choice import cpu_speeds
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.tasks.adapter import add_adapter
from desktop_llm.training.tasks.task import Task
from desktop_llm.training.trainer.batches import Batches, wanted_tokens
from desktop_llm.training.trainer.lora_product import quicken_adapters
from desktop_llm.training.trainer.mixed import use_half_weights
from desktop_llm.training.trainer.unpadded import leave_out_padding

WORTH_IT = 1.2
"""bfloat16 is taken where its products are at least so many times as fast."""

HALF = QT_TRANSLATE_NOOP(
    "core", "{name}: the frozen weights are kept in bfloat16, which is {ratio} times as fast here."
)
HALF_WISHED = QT_TRANSLATE_NOOP("core", "{name}: the frozen weights are kept in bfloat16.")
WHOLE = QT_TRANSLATE_NOOP("core", "{name}: trained in float32.")


@dataclass
class Learner:
    """A model that can be trained, and what belongs to it. `half`: frozen weights in bfloat16."""

    model: Any
    tokenizer: Any
    device: DeviceChoice
    batches: Batches
    half: bool


def choose(job: TrainingJob) -> DeviceChoice:
    """Where this job is trained and in which format, and why. Sets the number of threads."""
    settings = job.settings
    threads = settings.threads or real_cores()
    torch.set_num_threads(threads)
    cache = user_paths().cache
    device = choose_device(LoadOptions(settings.device, "float32", threads, cache))
    facts: dict[str, Any] = {"name": device.name}
    reason = device.reason if device.fell_back else Text(WHOLE, facts)
    if settings.method == "full" or settings.dtype == "float32":
        return replace(device, reason=reason)
    if settings.dtype == "bfloat16":
        return replace(device, dtype="bfloat16", reason=Text(HALF_WISHED, facts))
    if device.kind == "cpu":
        times = cpu_speeds(threads, cache).many_rows
        ratio = times["float32"] / times["bfloat16"]
        if ratio >= WORTH_IT:
            words = Text(HALF, {**facts, "ratio": f"{ratio:.1f}"})
            return replace(device, dtype="bfloat16", reason=words)
    elif device.kind == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return replace(device, dtype="bfloat16", reason=Text(HALF_WISHED, facts))
    return replace(device, reason=reason)


def room(job: TrainingJob, task: Task, device: DeviceChoice) -> int:
    """How many tokens can be computed at once, from what pays down to one row of the longest.

    Raises NotEnoughMemoryToTrain, with figures, before anything is loaded.
    """
    settings = job.settings
    ensure_converted(job.model, lambda progress: None)
    folder = inspect_model_folder(job.model.path)
    rank = settings.lora_rank if settings.method == "lora" else None
    free = int(torch.cuda.mem_get_info()[0]) if device.kind == "cuda" else free_memory()
    tokens = max(wanted_tokens(task), settings.max_length)
    while True:
        needed = estimate_training(folder, rank, tokens, job.model.title or None)
        if needed.total <= free or tokens <= settings.max_length:
            check_training_fits(needed, free)
            return tokens
        tokens = max(tokens // 2, settings.max_length)


def load(
    job: TrainingJob,
    task: Task,
    labels: tuple[str, ...],
    device: DeviceChoice,
    on_progress: Callable[[LoadProgress], None],
    half: bool,
    limit: int,
) -> Learner:
    """The base with what is to be trained: the same numbers for the same seed.

    `half`: with frozen weights in bfloat16, if the device was chosen so. `limit`: tokens at once.
    """
    model, tokenizer = task.load_base(job, device, labels, on_progress)
    if job.settings.method == "lora":
        model = add_adapter(model, job.settings, job.task)
        model.peft_config["default"].base_model_name_or_path = str(job.model.path)
        quicken_adapters(model)
    leave_out_padding(model)
    batches = Batches.of(task, model, tokenizer, device.kind)
    batches.limit = min(batches.limit, limit)
    if half := half and device.dtype == "bfloat16":
        use_half_weights(model)
    return Learner(model, tokenizer, device, batches, half)
