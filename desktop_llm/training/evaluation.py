"""What a run gave: the same held-out rows scored by the base and by the tuned model, in float32."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from peft import PeftModel

from desktop_llm.core.generation import DeviceChoice, LoadOptions, ModelSource
from desktop_llm.core.machine import versions
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.engine.devices import choose_device
from desktop_llm.engine.errors import OutOfMemory
from desktop_llm.engine.loading import as_out_of_memory, load_parts
from desktop_llm.training.data.reading import examples
from desktop_llm.training.data.types import Rejected
from desktop_llm.training.errors import LabelsUnknown, NothingToJudge
from desktop_llm.training.job import DataSpec, TaskName, TrainingJob
from desktop_llm.training.predictor import Predictor
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.tasks.loading import load_tokenizer
from desktop_llm.training.tasks.task import Judged, Task, Tokenised, get_task, labels_of
from desktop_llm.training.trainer.batches import Batches

PROBE_ROWS, PROBE_TOKENS = 4, 32
"""Where logits are compared: enough to see a change, little enough to keep them all."""

ROWS_AT_ONCE = 64
"""Between two reports on the progress."""
NAMED = 5
"""Labels that an error names at most."""
LARGEST_LOSS = 700.0
"""Beyond it e to the loss is infinite."""

NO_ROWS = QT_TRANSLATE_NOOP(
    "core", "No rows were held out, so that nobody can say whether the result is any better."
)
NOT_FINITE = QT_TRANSLATE_NOOP(
    "core", "Some of the trained weights are not finite numbers: the result cannot be used."
)
NO_CHANGE = QT_TRANSLATE_NOOP("core", "The training changed nothing in what the model answers.")
NO_BETTER = QT_TRANSLATE_NOOP(
    "core",
    "On rows that it was not trained on, the result is no better than the base: "
    "loss {tuned} against {base}.",
)
NO_BETTER_LABELS = QT_TRANSLATE_NOOP(
    "core",
    "On rows that it was not trained on, the result is no better than always saying the most "
    "frequent label: accuracy {tuned} against {base}.",
)


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
    """Judge `model` (a PeftModel or a whole model, in float32) against its base on `eval_rows`.

    Its weights are left as they are. The base of a whole model is read again. An untrained head
    says nothing, so that a classifier is measured against the most frequent label. Losses of
    nothing are NaN. Raises `ExpectedError` if the base is gone.
    """
    tuned = base = Scores(math.nan)
    change = 0.0
    if eval_rows:
        judged, tuned = _scores(task, model, tokenizer, eval_rows)
        before = _logits(model, eval_rows)
        with _base(job, task, model, facts.labels) as plain:
            change = _largest_change(before, _logits(plain, eval_rows))
            if task.facts.name == "classify":
                base = _most_frequent(task, judged)
            else:
                base = _scores(task, plain, tokenizer, eval_rows)[1]
    card = ResultCard(
        task=job.task,
        base=base,
        tuned=tuned,
        rows=len(eval_rows),
        finite=all(bool(torch.isfinite(weight).all()) for weight in model.parameters()),
        logit_change=change,
        best_step=facts.best_step,
        steps=facts.steps,
        seconds=facts.seconds,
        data_sha256=facts.data_sha256,
        labels=facts.labels,
        versions=versions(),
    )
    return replace(card, problems=tuple(_problems(card)))


def evaluate(
    model: ModelSource,
    data: DataSpec,
    task_name: TaskName,
    on_progress: Callable[[float], None] = lambda fraction: None,
    max_length: int = 512,
    options: LoadOptions | None = None,
) -> Scores:
    """Score `model`, with its adapter if it has one, on all rows of `data.files`, in float32.

    `on_progress` gets the share that is done, and may raise to stop. Raises `ExpectedError`:
    nothing to judge by, labels that a classifier does not know.
    """
    found = [row for row in examples(data, task_name) if not isinstance(row, Rejected)]
    if task_name == "classify":
        predictor = Predictor.load(model.path, options)
        _check_labels(predictor.labels, labels_of(found))
        task = get_task(task_name, predictor.labels)
        loaded, tokenizer = predictor.model, predictor.tokenizer
    else:
        task = get_task(task_name)
        device = choose_device(replace(options or LoadOptions(), dtype="float32"))
        loaded = load_parts(model, device, lambda progress: None).model
        tokenizer = load_tokenizer(replace(model, adapter=None))
    rows = list(task.tokenise_all(tokenizer, found, max_length))
    if not rows:
        raise NothingToJudge
    return _scores(task, loaded, tokenizer, rows, on_progress)[1]


def _check_labels(known: Sequence[str], found: Sequence[str]) -> None:
    unknown = [label for label in found if label not in known]
    if unknown:
        raise LabelsUnknown(", ".join(known[:NAMED]), ", ".join(unknown[:NAMED]))


@contextmanager
def _base(job: TrainingJob, task: Task, model: Any, labels: tuple[str, ...]) -> Iterator[Any]:
    """The model as it was before the training: its adapter switched off, or read again."""
    if isinstance(model, PeftModel):
        with model.disable_adapter():
            yield model
    else:
        yield task.load_base(job, _device_of(model), labels)[0].eval()


def _device_of(model: Any) -> DeviceChoice:
    kind = next(model.parameters()).device.type
    return DeviceChoice(kind, "", "float32", Text(""))


@torch.no_grad()
def _scores(
    task: Task,
    model: Any,
    tokenizer: Any,
    rows: Sequence[Tokenised],
    on_progress: Callable[[float], None] = lambda fraction: None,
) -> tuple[list[Judged], Scores]:
    """What `model` makes of `rows`, batch by batch and in figures."""
    batches = Batches.of(task, model.eval(), tokenizer, next(model.parameters()).device.type)
    judged: list[Judged] = []
    for start in range(0, len(rows), ROWS_AT_ONCE):
        on_progress(start / len(rows))
        judged += _judged(batches, model, rows[start : start + ROWS_AT_ONCE])
    loss = sum(part.total for part in judged) / sum(part.count for part in judged)
    if task.facts.name == "classify":
        return judged, Scores(loss, **task.metrics(judged))
    return judged, Scores(loss, perplexity=_perplexity(loss))


def _judged(batches: Batches, model: Any, rows: Sequence[Tokenised]) -> list[Judged]:
    """In smaller batches when memory runs out, from then on."""
    while True:
        try:
            return list(batches.judge(model, rows))
        except Exception as error:
            if as_out_of_memory(error) is None:
                raise
            if not batches.halve(rows):
                raise OutOfMemory from error


def _perplexity(loss: float) -> float | None:
    """None if it is beyond all numbers: JSON has no infinity."""
    return math.exp(loss) if loss < LARGEST_LOSS else None


def _most_frequent(task: Task, judged: Sequence[Judged]) -> Scores:
    """The scores of always saying the most frequent label, and of betting by frequency (loss)."""
    expected = [number for part in judged for number in part.expected]
    counts = Counter(expected)
    shares = [count / len(expected) for count in counts.values()]
    said = (counts.most_common(1)[0][0],) * len(expected)
    metrics = task.metrics([Judged(0.0, len(expected), said, tuple(expected))])
    return Scores(-sum(share * math.log(share) for share in shares), **metrics)


@torch.no_grad()
def _logits(model: Any, rows: Sequence[Tokenised]) -> list[torch.Tensor]:
    device = next(model.parameters()).device
    ids = [torch.tensor([row.ids[:PROBE_TOKENS]], device=device) for row in rows[:PROBE_ROWS]]
    return [model(input_ids=row).logits.float() for row in ids]


def _largest_change(before: list[torch.Tensor], after: list[torch.Tensor]) -> float:
    """0.0 if a logit is not finite, since no comparison holds then."""
    changes = [float((a - b).abs().max()) for a, b in zip(before, after, strict=True)]
    return max(changes) if all(map(math.isfinite, changes)) else 0.0


def _problems(card: ResultCard) -> Iterator[Text]:
    """Why the result of `card` is no success."""
    if not card.finite:
        yield Text(NOT_FINITE)
    if not card.rows:
        yield Text(NO_ROWS)
    elif card.finite and not card.logit_change > 0:
        yield Text(NO_CHANGE)
    elif card.finite and not _is_better(card):
        if card.task == "classify":
            facts = {"tuned": f"{card.tuned.accuracy:.3f}", "base": f"{card.base.accuracy:.3f}"}
            yield Text(NO_BETTER_LABELS, {**facts})
        else:
            facts = {"tuned": f"{card.tuned.loss:.3f}", "base": f"{card.base.loss:.3f}"}
            yield Text(NO_BETTER, {**facts})


def _is_better(card: ResultCard) -> bool:
    """Written so that what is no number is not better."""
    tuned, base = card.tuned, card.base
    if card.task != "classify":
        return tuned.loss < base.loss
    pairs = ((tuned.accuracy, base.accuracy), (tuned.macro_f1, base.macro_f1))
    return any((score or 0.0) > (least or 0.0) for score, least in pairs)
