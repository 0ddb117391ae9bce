"""The fields of `Sampling` as data: range, step, unit and help, from which the panel is made."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_llm.core.text import QT_TRANSLATE_NOOP


@dataclass(frozen=True)
class Field:
    """One number of `Sampling`. `decimals` 0 makes a whole number."""

    name: str
    object_name: str
    title: str
    help: str
    minimum: float
    maximum: float
    step: float
    decimals: int = 2
    at_minimum: str = ""
    """What to show in place of the smallest value."""
    unit: str = ""


FIELDS = (
    Field(
        "temperature",
        "temperatureSpin",
        QT_TRANSLATE_NOOP("sampling", "Temperature"),
        QT_TRANSLATE_NOOP(
            "sampling",
            "How freely the model chooses, from 0 to 5. 0 always takes the likeliest token; "
            "above 1 the answer becomes erratic.",
        ),
        0.0,
        5.0,
        0.05,
    ),
    Field(
        "top_p",
        "topPSpin",
        QT_TRANSLATE_NOOP("sampling", "Top-p"),
        QT_TRANSLATE_NOOP(
            "sampling",
            "Only the likeliest tokens that together reach this probability, from 0.01 to 1, "
            "are considered. 1 considers all.",
        ),
        0.01,
        1.0,
        0.05,
    ),
    Field(
        "top_k",
        "topKSpin",
        QT_TRANSLATE_NOOP("sampling", "Top-k"),
        QT_TRANSLATE_NOOP(
            "sampling", "Only this many of the likeliest tokens are considered, up to 1000."
        ),
        0,
        1000,
        5,
        0,
        QT_TRANSLATE_NOOP("sampling", "Off"),
        QT_TRANSLATE_NOOP("sampling", "tokens"),
    ),
    Field(
        "min_p",
        "minPSpin",
        QT_TRANSLATE_NOOP("sampling", "Min-p"),
        QT_TRANSLATE_NOOP(
            "sampling",
            "Tokens less likely than this share of the likeliest one, from 0 to 1, are left out.",
        ),
        0.0,
        1.0,
        0.01,
        2,
        QT_TRANSLATE_NOOP("sampling", "Off"),
    ),
    Field(
        "repetition_penalty",
        "repetitionPenaltySpin",
        QT_TRANSLATE_NOOP("sampling", "Repetition penalty"),
        QT_TRANSLATE_NOOP(
            "sampling",
            "Makes tokens that were used already less likely, from 1 to 2. 1 changes nothing.",
        ),
        1.0,
        2.0,
        0.05,
    ),
    Field(
        "max_new_tokens",
        "maxTokensSpin",
        QT_TRANSLATE_NOOP("sampling", "Longest answer"),
        QT_TRANSLATE_NOOP("sampling", "The answer ends after this many tokens, from 1 to 131072."),
        1,
        131_072,
        64,
        0,
        unit=QT_TRANSLATE_NOOP("sampling", "tokens"),
    ),
    Field(
        "seed",
        "seedSpin",
        QT_TRANSLATE_NOOP("sampling", "Seed"),
        QT_TRANSLATE_NOOP(
            "sampling",
            "With the same seed and settings the same answer comes again. "
            "“Random” takes another one each time.",
        ),
        -1,
        2_147_483_647,
        1,
        0,
        QT_TRANSLATE_NOOP("sampling", "Random"),
    ),
)
