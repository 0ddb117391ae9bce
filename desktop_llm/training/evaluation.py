"""What a run gave: the same held-out rows scored by the base and by the tuned model, in float32."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.training.job import TrainingJob
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.tasks.task import Task, Tokenised


@dataclass(frozen=True)
class RunFacts:
    """What the trainer knows of a run that the model does not say."""

    best_step: int
    steps: int
    seconds: float
    data_sha256: str
    labels: tuple[str, ...] = ()


def result_card(
    job: TrainingJob,
    task: Task,
    model: Any,
    tokenizer: Any,
    eval_rows: Sequence[Tokenised],
    facts: RunFacts,
) -> ResultCard:
    """Judge `model` (a PeftModel or a whole model) against its base on `eval_rows`.

    Nothing of the model is changed. A full training loads the base a second time.
    """
    raise NotImplementedError
