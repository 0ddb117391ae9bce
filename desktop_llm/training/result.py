"""The result card: what a run gave, measured on rows that it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_llm.core.text import Text
from desktop_llm.training.job import TaskName


@dataclass(frozen=True)
class Scores:
    """Of one model on the evaluation part. Losses in nats per trained token (or per row)."""

    loss: float
    perplexity: float | None = None
    accuracy: float | None = None
    macro_f1: float | None = None


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of one text. The probabilities of all labels add up to 1."""

    label: str
    probabilities: dict[str, float]


@dataclass(frozen=True)
class ResultCard:
    """Written to `result/card.json`. `success` only if `problems` is empty."""

    task: TaskName
    base: Scores
    tuned: Scores
    rows: int
    """Rows of the evaluation part."""
    finite: bool
    """Every trained weight is a finite number."""
    logit_change: float
    """Largest change of a logit on the evaluation part, against the base."""
    best_step: int
    steps: int
    seconds: float
    data_sha256: str
    labels: tuple[str, ...] = ()
    problems: tuple[Text, ...] = ()
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def success(self) -> bool:
        return not self.problems
