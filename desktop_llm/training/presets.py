"""Presets: sensible settings for a task and an amount of data. The fields: `setting_fields`."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.training.job import Method, PresetName, TaskName, TrainingSettings
from desktop_llm.training.setting_fields import FIELDS, Field

__all__ = ["FIELDS", "PRESETS", "Field", "PresetFacts", "learning_rate", "preset", "shorten_warmup"]

WARMUP_SHORTENED = QT_TRANSLATE_NOOP(
    "core",
    "The warm-up is {warmup} steps in place of {wanted}, because the whole run has only {steps}.",
)
MOST_EPOCHS = 25
"""So often even the smallest data set is read at most."""

LEARNING_RATES: dict[TaskName, dict[Method, float]] = {
    "sft": {"lora": 1e-3, "full": 2e-5},
    "pretrain": {"lora": 2e-4, "full": 2e-5},
    "classify": {"lora": 5e-4, "full": 5e-5},
}
"""Measured on the starter with 91 rows of dialogue: an adapter at 1e-3 has after 27 steps a lower
held-out loss (0.83) than at 2e-4, the usual rate for models of billions, after 66 (1.00)."""


@dataclass(frozen=True)
class PresetFacts:
    """A preset as people see it."""

    name: PresetName
    title: Text
    help: Text


PRESETS: tuple[PresetFacts, ...] = (
    PresetFacts(
        "quick",
        Text(QT_TRANSLATE_NOOP("core", "Quick")),
        Text(QT_TRANSLATE_NOOP("core", "A third of the time: to see whether it goes anywhere.")),
    ),
    PresetFacts(
        "balanced",
        Text(QT_TRANSLATE_NOOP("core", "Balanced")),
        Text(QT_TRANSLATE_NOOP("core", "Enough for most data. Start with this one.")),
    ),
    PresetFacts(
        "thorough",
        Text(QT_TRANSLATE_NOOP("core", "Thorough")),
        Text(
            QT_TRANSLATE_NOOP(
                "core",
                "Up to three times as long, in smaller steps. It stops by itself when there is "
                "nothing more to gain.",
            )
        ),
    ),
    PresetFacts(
        "article",
        Text(QT_TRANSLATE_NOOP("core", "As in the article")),
        Text(
            QT_TRANSLATE_NOOP(
                "core",
                "The numbers that tutorials give for BERT: 3 epochs, batches of 16 and 64, 500 "
                "warm-up steps, weight decay 0.01, all weights trained.",
            )
        ),
    ),
)


def preset(
    name: PresetName, task: TaskName, rows: int
) -> tuple[TrainingSettings, tuple[Text, ...]]:
    """Settings for `rows` rows of training data, and what should be said about them.

    "custom" begins as "balanced".
    """
    if name == "article":
        return shorten_warmup(_article(), steps(_article(), rows))
    settings = _balanced(task, max(rows, 1))
    if name == "quick":
        settings = replace(settings, epochs=max(round(settings.epochs / 3, 1), 0.1))
    elif name == "thorough":
        rate = settings.learning_rate / 2
        settings = replace(settings, epochs=settings.epochs * 3, learning_rate=rate)
        settings = replace(settings, early_stopping=5)
    warmup = min(max(steps(settings, rows) // 10, 1), 100)
    return replace(settings, warmup_steps=warmup), ()


def learning_rate(task: TaskName, method: Method) -> float:
    """The rate to begin with. An adapter starts at nothing and needs a higher one."""
    return LEARNING_RATES[task][method]


def steps(settings: TrainingSettings, rows: int) -> int:
    """Optimizer steps of a run over `rows` rows."""
    made = math.ceil(settings.epochs * math.ceil(max(rows, 1) / settings.batch_size))
    return min(made, settings.max_steps) if settings.max_steps else made


def shorten_warmup(
    settings: TrainingSettings, total: int
) -> tuple[TrainingSettings, tuple[Text, ...]]:
    """`settings` for a run of `total` steps: a warm-up over more than half of it is shortened.

    It becomes a tenth of the run, and the note says so.
    """
    if total >= 2 * settings.warmup_steps:
        return settings, ()
    warmup = min(settings.warmup_steps, round(total / 10))
    facts = {"warmup": warmup, "wanted": settings.warmup_steps, "steps": total}
    return replace(settings, warmup_steps=warmup), (Text(WARMUP_SHORTENED, {**facts}),)


def _balanced(task: TaskName, rows: int) -> TrainingSettings:
    method: Method = "full" if task == "classify" else "lora"
    batch, wanted_steps = (16, 150) if task == "classify" else (8, 60)
    return TrainingSettings(
        method=method,
        epochs=_epochs(rows, batch, wanted_steps),
        batch_size=batch,
        eval_batch_size=2 * batch,
        max_length=256 if task == "classify" else 512,
        learning_rate=learning_rate(task, method),
        scheduler="linear" if task == "classify" else "cosine",
        weight_decay=0.01 if task == "classify" else 0.0,
    )


def _epochs(rows: int, batch: int, wanted_steps: int) -> float:
    """Few rows are read often, so that there are steps enough to learn anything; many rarely."""
    least = 3 if rows <= 2_000 else 2 if rows <= 8_000 else 1
    return float(min(max(least, math.ceil(wanted_steps * batch / rows)), MOST_EPOCHS))


def _article() -> TrainingSettings:
    """The settings of the usual BERT tutorials; there nothing stops a run early."""
    return TrainingSettings(
        method="full",
        epochs=3.0,
        batch_size=16,
        eval_batch_size=64,
        learning_rate=5e-5,
        scheduler="linear",
        warmup_steps=500,
        weight_decay=0.01,
        early_stopping=0,
    )
