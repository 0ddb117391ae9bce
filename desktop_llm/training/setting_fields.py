"""Every hyper-parameter for people: what it is called, its unit and range, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text

Group = Literal["basic", "method", "optimiser", "evaluation", "machine"]


@dataclass(frozen=True)
class Field:
    """A field of `TrainingSettings`. Its default is the preset's.

    With `choices` it is one of these (value, title); without `minimum` it is a list of texts;
    else a number, which is whole if `decimals` is 0. `zero` is what 0 means, where that is special.
    """

    name: str
    title: Text
    group: Group
    help: Text
    unit: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    step: float = 1
    decimals: int = 0
    choices: tuple[tuple[str, Text], ...] = ()
    zero: Text | None = None

    def allows(self, value: object) -> bool:
        """Whether a setting may have this value."""
        if self.choices:
            return any(value == name for name, _ in self.choices)
        if self.minimum is None or self.maximum is None:
            return isinstance(value, tuple | list) and all(isinstance(v, str) for v in value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        whole = self.decimals > 0 or value == int(value) if value == value else False
        return whole and self.minimum <= value <= self.maximum


STEPS = Text(QT_TRANSLATE_NOOP("core", "steps"))
ROWS = Text(QT_TRANSLATE_NOOP("core", "rows"))
TOKENS = Text(QT_TRANSLATE_NOOP("core", "tokens"))
AUTOMATIC = Text(QT_TRANSLATE_NOOP("core", "Automatic"))


def _field(name: str, title: str, group: Group, explanation: str, **limits: Any) -> Field:
    return Field(name, Text(title), group, Text(explanation), **limits)


BASIC = (
    _field(
        "epochs",
        QT_TRANSLATE_NOOP("core", "Epochs"),
        "basic",
        QT_TRANSLATE_NOOP(
            "core",
            "How often each row is read. More: learned more firmly, but from some point on by "
            "heart instead of in general. Fewer: faster, and perhaps not learned.",
        ),
        unit=Text(QT_TRANSLATE_NOOP("core", "passes")),
        minimum=0.1,
        maximum=1000,
        step=0.5,
        decimals=1,
    ),
    _field(
        "max_steps",
        QT_TRANSLATE_NOOP("core", "Steps at most"),
        "basic",
        QT_TRANSLATE_NOOP(
            "core",
            "Ends the run after so many changes of the weights, whatever the epochs say. The "
            "learning rate falls to its end by then.",
        ),
        unit=STEPS,
        minimum=0,
        maximum=10_000_000,
        step=50,
        zero=Text(QT_TRANSLATE_NOOP("core", "As many as the epochs make")),
    ),
    _field(
        "max_length",
        QT_TRANSLATE_NOOP("core", "Length at most"),
        "basic",
        QT_TRANSLATE_NOOP(
            "core",
            "Longer rows are cut off at the end. More: nothing is lost, but memory and time "
            "grow. Fewer: faster, and the ends of long rows are never seen.",
        ),
        unit=TOKENS,
        minimum=8,
        maximum=131_072,
        step=64,
    ),
    _field(
        "learning_rate",
        QT_TRANSLATE_NOOP("core", "Learning rate"),
        "basic",
        QT_TRANSLATE_NOOP(
            "core",
            "How far the weights move in a step. Higher: learns faster, and forgets or breaks "
            "down if too high. Lower: safer and slower. Change it by a factor of two or three.",
        ),
        minimum=1e-8,
        maximum=10,
        step=1e-5,
        decimals=8,
    ),
)

METHOD = (
    _field(
        "method",
        QT_TRANSLATE_NOOP("core", "Method"),
        "method",
        QT_TRANSLATE_NOOP(
            "core",
            "An adapter is a small addition to a model that stays as it is: it takes little "
            "memory and disk, and forgets little. Training all weights takes about four times "
            "the model's memory and can change it more deeply.",
        ),
        choices=(
            ("lora", Text(QT_TRANSLATE_NOOP("core", "Adapter (LoRA)"))),
            ("full", Text(QT_TRANSLATE_NOOP("core", "All weights"))),
        ),
    ),
    _field(
        "lora_rank",
        QT_TRANSLATE_NOOP("core", "Adapter rank"),
        "method",
        QT_TRANSLATE_NOOP(
            "core",
            "How much the adapter can hold. Higher: learns more different things, needs more "
            "memory, and a larger file. Lower: enough for a style or a few facts.",
        ),
        minimum=1,
        maximum=512,
        step=8,
    ),
    _field(
        "lora_alpha",
        QT_TRANSLATE_NOOP("core", "Adapter strength"),
        "method",
        QT_TRANSLATE_NOOP(
            "core",
            "How strongly the adapter speaks, divided by its rank; usually twice the rank. "
            "Higher acts like a higher learning rate, lower like a lower one.",
        ),
        minimum=1,
        maximum=1024,
        step=8,
    ),
    _field(
        "lora_dropout",
        QT_TRANSLATE_NOOP("core", "Adapter dropout"),
        "method",
        QT_TRANSLATE_NOOP(
            "core",
            "The share of the adapter's input that is left out at random. Higher: learns less "
            "by heart from small data, and more slowly. 0 is usual for short runs.",
        ),
        minimum=0,
        maximum=0.9,
        step=0.05,
        decimals=2,
    ),
)

OPTIMISER = (
    _field(
        "batch_size",
        QT_TRANSLATE_NOOP("core", "Rows per step"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "Rows that are read before the weights move. More: calmer and fewer steps. Fewer: "
            "more steps from the same data, and more noise. It does not change the memory "
            "needed: what does not fit at once is done in parts.",
        ),
        unit=ROWS,
        minimum=1,
        maximum=4096,
    ),
    _field(
        "scheduler",
        QT_TRANSLATE_NOOP("core", "Course of the rate"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "How the learning rate goes on after the warm-up. Falling ones settle at the end; "
            "a constant one suits runs that are to be continued.",
        ),
        choices=(
            ("cosine", Text(QT_TRANSLATE_NOOP("core", "Falls slowly, then faster (cosine)"))),
            ("linear", Text(QT_TRANSLATE_NOOP("core", "Falls evenly (linear)"))),
            ("constant", Text(QT_TRANSLATE_NOOP("core", "Stays (constant)"))),
        ),
    ),
    _field(
        "warmup_steps",
        QT_TRANSLATE_NOOP("core", "Warm-up"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "Steps in which the rate rises from nothing. More: a gentler start. Fewer: more of "
            "the run at full rate, with the risk of a jump at the start.",
        ),
        unit=STEPS,
        minimum=0,
        maximum=1_000_000,
    ),
    _field(
        "weight_decay",
        QT_TRANSLATE_NOOP("core", "Weight decay"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "Pulls the weights a little towards zero in each step. Higher: learns less by "
            "heart, and may learn too little. 0.01 is usual when all weights are trained.",
        ),
        minimum=0,
        maximum=1,
        step=0.01,
        decimals=4,
    ),
    _field(
        "max_grad_norm",
        QT_TRANSLATE_NOOP("core", "Gradient limit"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "A step that would be larger than this is shortened. Lower: odd rows do less harm. "
            "Higher: the steps are taken as they come.",
        ),
        minimum=0.01,
        maximum=1000,
        step=0.1,
        decimals=2,
    ),
    _field(
        "seed",
        QT_TRANSLATE_NOOP("core", "Seed"),
        "optimiser",
        QT_TRANSLATE_NOOP(
            "core",
            "The same number gives the same order of rows and the same beginning, so that runs "
            "can be compared. Another number gives another try.",
        ),
        minimum=0,
        maximum=2_147_483_647,
    ),
)

EVALUATION = (
    _field(
        "eval_every",
        QT_TRANSLATE_NOOP("core", "Evaluate every"),
        "evaluation",
        QT_TRANSLATE_NOOP(
            "core",
            "How often the model is judged on the rows that were held out, and saved. More "
            "often: the best moment is met more closely. Less often: less time is spent on it.",
        ),
        unit=STEPS,
        minimum=0,
        maximum=1_000_000,
        zero=Text(QT_TRANSLATE_NOOP("core", "About eight times in a run")),
    ),
    _field(
        "eval_batch_size",
        QT_TRANSLATE_NOOP("core", "Rows per evaluation batch"),
        "evaluation",
        QT_TRANSLATE_NOOP(
            "core",
            "Rows that are judged at once. More: sometimes faster, and more memory. It does "
            "not change the result.",
        ),
        unit=ROWS,
        minimum=1,
        maximum=4096,
    ),
    _field(
        "early_stopping",
        QT_TRANSLATE_NOOP("core", "Patience"),
        "evaluation",
        QT_TRANSLATE_NOOP(
            "core",
            "Evaluations without an improvement after which the run ends; the best state is "
            "kept. Higher: waits longer for another improvement. Lower: saves time.",
        ),
        unit=Text(QT_TRANSLATE_NOOP("core", "evaluations")),
        minimum=0,
        maximum=1000,
        zero=Text(QT_TRANSLATE_NOOP("core", "Never stop early")),
    ),
    _field(
        "keep_checkpoints",
        QT_TRANSLATE_NOOP("core", "Checkpoints kept"),
        "evaluation",
        QT_TRANSLATE_NOOP(
            "core",
            "Saved states that stay on disk, beside the best one. More: safer, and more disk "
            "space. The older ones are removed.",
        ),
        minimum=1,
        maximum=100,
    ),
    _field(
        "sample_prompts",
        QT_TRANSLATE_NOOP("core", "Sample prompts"),
        "evaluation",
        QT_TRANSLATE_NOOP(
            "core",
            "Questions that the model answers at the start and at each evaluation, one in each "
            "line, so that you can see it learn. Empty: two from the held-out rows.",
        ),
    ),
)

MACHINE = (
    _field(
        "device",
        QT_TRANSLATE_NOOP("core", "Device"),
        "machine",
        QT_TRANSLATE_NOOP(
            "core", "Where the arithmetic is done. Automatic takes the fastest that works."
        ),
        choices=(
            ("auto", AUTOMATIC),
            ("cuda", Text(QT_TRANSLATE_NOOP("core", "NVIDIA GPU (CUDA)"))),
            ("mps", Text(QT_TRANSLATE_NOOP("core", "Apple GPU (MPS)"))),
            ("cpu", Text(QT_TRANSLATE_NOOP("core", "Processor (CPU)"))),
        ),
    ),
    _field(
        "dtype",
        QT_TRANSLATE_NOOP("core", "Number format"),
        "machine",
        QT_TRANSLATE_NOOP(
            "core",
            "Automatic uses bfloat16 for the large products where that is faster here. "
            "float32 is the most exact.",
        ),
        choices=(
            ("auto", AUTOMATIC),
            ("float32", Text("float32")),
            ("bfloat16", Text("bfloat16")),
        ),
    ),
    _field(
        "threads",
        QT_TRANSLATE_NOOP("core", "Processor threads"),
        "machine",
        QT_TRANSLATE_NOOP(
            "core",
            "More than the machine has real cores makes it slower. Fewer: slower, and the "
            "computer stays free for other work.",
        ),
        unit=Text(QT_TRANSLATE_NOOP("core", "threads")),
        minimum=0,
        maximum=1024,
        zero=Text(QT_TRANSLATE_NOOP("core", "One for each real core")),
    ),
)

FIELDS: tuple[Field, ...] = (*BASIC, *METHOD, *OPTIMISER, *EVALUATION, *MACHINE)
