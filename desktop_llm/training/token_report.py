"""What the model will see of a data set, before it is trained."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.training.data.types import Example
from desktop_llm.training.tasks.task import Measured, Task
from desktop_llm.training.tokens import MAX_LENGTHS, TokenReport

PREVIEW_ROWS = 20


def token_report(
    task: Task,
    tokenizer: Any,
    examples: Sequence[Example],
    max_length: int,
    on_progress: Callable[[float], None] = lambda _: None,
    preview_rows: int = PREVIEW_ROWS,
) -> TokenReport:
    """The first rows token by token, and the lengths of all rows, or of a sample of them.

    `on_progress` gets 0 to 1 and may raise to end it. Rows that the template refuses are left out;
    raises TemplateFailed if it refuses all, and TemplateTimeout.
    """
    report = _Rows(task, tokenizer, max_length)
    measured: list[Measured] = []
    chosen = _sample(examples)
    for number, example in enumerate(chosen):
        if number % 50 == 0:
            on_progress(number / len(chosen))
        measured += report.measure(example)
    if report.refused is not None and not measured:
        raise report.refused
    shown = [example for example in examples[:preview_rows] if report.measure(example)]
    verdicts = [row.stop_learned for row in measured if row.stop_learned is not None]
    return TokenReport(
        rows=tuple(task.preview(tokenizer, example, max_length) for example in shown),
        lengths=tuple(row.length for row in measured),
        trained=tuple(row.trained for row in measured),
        stop_learned=sum(verdicts) * 2 > len(verdicts) if verdicts else None,
        model_limit=int(tokenizer.model_max_length),
    )


class _Rows:
    """Measures rows, and remembers that one was refused by the model's template."""

    def __init__(self, task: Task, tokenizer: Any, max_length: int) -> None:
        self._task = task
        self._tokenizer = tokenizer
        self._max_length = max_length
        self.refused: TemplateFailed | None = None

    def measure(self, example: Example) -> list[Measured]:
        try:
            return self._task.measure(self._tokenizer, example, self._max_length)
        except TemplateFailed as error:
            self.refused = error
            return []


def _sample(examples: Sequence[Example]) -> Sequence[Example]:
    """All of a data set, or as many rows as fit, from everywhere, in their order."""
    if len(examples) <= MAX_LENGTHS:
        return examples
    places = sorted(random.Random(0).sample(range(len(examples)), MAX_LENGTHS))
    return [examples[place] for place in places]
