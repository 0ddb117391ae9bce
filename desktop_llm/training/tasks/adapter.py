"""A fresh adapter on a base model."""

from __future__ import annotations

from typing import Any

import torch
from peft import LoraConfig, TaskType, get_peft_model

from desktop_llm.training.job import TaskName, TrainingSettings

TASK_TYPES: dict[TaskName, TaskType] = {
    "sft": TaskType.CAUSAL_LM,
    "pretrain": TaskType.CAUSAL_LM,
    "classify": TaskType.SEQ_CLS,
}


def add_adapter(model: Any, settings: TrainingSettings, task: TaskName) -> Any:
    """`model` with a LoRA on all its linear layers, which alone is trained (a PeftModel).

    The head of a language model stays as it is; a classifier's is trained whole and saved with the
    adapter. The numbers that it begins with depend on `settings.seed` only.
    """
    config = LoraConfig(
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules="all-linear",
        modules_to_save=_heads(model) if task == "classify" else None,
        task_type=TASK_TYPES[task],
    )
    with torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        return get_peft_model(model, config)


def _heads(model: Any) -> list[str]:
    """The parts beside the base model that have weights, and its pooler, which is often new.

    Peft adds those of the names `classifier` and `score` by itself.
    """
    beside = [
        name
        for name, part in model.named_children()
        if name not in (model.base_model_prefix, "classifier", "score")
        and any(True for _ in part.parameters())
    ]
    pooler = getattr(model.base_model, "pooler", None)
    return [*beside, "pooler"] if pooler is not None else beside
