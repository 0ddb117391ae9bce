"""The interface that every task has towards the trainer, the preview and the evaluation.

The trainer knows none of the tasks: it gets one by name, and later ones (tagging, preference, from
scratch) need a module here, an entry in `task_facts.TASKS`, and a line in `get_task`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from desktop_llm.core.generation import DeviceChoice, LoadProgress
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import TaskName, TrainingJob
from desktop_llm.training.task_facts import TaskFacts
from desktop_llm.training.tokens import RowTokens

if TYPE_CHECKING:
    import torch

IGNORED = -100
"""In `Tokenised.labels`: this token is not in the loss. Torch's own default."""

Batch = dict[str, Any]
"""Tensors by the names of the model's arguments, and whatever else `loss` wants to know."""


@dataclass(frozen=True)
class Tokenised:
    """A row as numbers.

    For language models `labels[i]` is `ids[i]` where that token is in the loss, else IGNORED (they
    are not shifted). For classifiers `labels` has one element, the number of the class.
    """

    ids: tuple[int, ...]
    labels: tuple[int, ...]
    length_before_cut: int
    row: Example


@dataclass(frozen=True)
class Judged:
    """What a model made of a batch in an evaluation. `predicted`, `expected`: classes, if any."""

    total: float
    """The sum of the losses, in nats."""
    count: int
    """Trained tokens, or rows of a classifier."""
    predicted: tuple[int, ...] = ()
    expected: tuple[int, ...] = ()


@dataclass(frozen=True)
class Measured:
    """How long a row is: before it is cut, and what of it is in the loss after that."""

    length: int
    trained: int
    stop_learned: bool | None = None
    """The token that ends an answer is in the loss; None where the task has none."""


class Task(Protocol):
    """One way of learning from examples."""

    facts: TaskFacts
    packs: bool
    """Its rows may be put into one sequence (`trainer.packing`), and `loss` takes such packs."""

    def load_base(
        self,
        job: TrainingJob,
        device: DeviceChoice,
        labels: tuple[str, ...] = (),
        on_progress: Callable[[LoadProgress], None] = ...,
    ) -> tuple[Any, Any]:
        """The model to start from, in float32 on `device.kind`, and its tokenizer.

        `labels` are the classes, sorted (`labels_of`); only a classifier wants them. Raises
        ExpectedError: no such model, of a kind that this task cannot train, damaged, too large.
        """

    def tokenise(self, tokenizer: Any, example: Example, max_length: int) -> list[Tokenised]:
        """One example as rows of at most `max_length` tokens, at least one of them in the loss.

        Empty if nothing of it would be learned: cut off, empty, or a class that is not known.
        """

    def tokenise_all(
        self, tokenizer: Any, examples: Iterable[Example], max_length: int
    ) -> Iterator[Tokenised]:
        """The rows to train on, lazily. Short texts may be joined into one row (pretrain)."""

    def measure(self, tokenizer: Any, example: Example, max_length: int) -> list[Measured]:
        """The lengths of the example's rows, those included that `tokenise` leaves out."""

    def preview(self, tokenizer: Any, example: Example, max_length: int) -> RowTokens:
        """The example token by token: trained, ignored, cut."""

    def collate(self, rows: Sequence[Tokenised], tokenizer: Any) -> Batch:
        """`rows` as one batch on the processor."""

    def loss(self, model: Any, batch: Batch) -> tuple[torch.Tensor, int]:
        """The *sum* of the losses in nats, and over how many tokens (or rows) it goes.

        A sum, so that a step that is made of several batches can divide by the number in all of
        them. `batch` is on the model's device.
        """

    def judge(self, model: Any, batch: Batch) -> Judged:
        """The losses, and the classes if there are any, without gradients."""

    def metrics(self, judged: Sequence[Judged]) -> dict[str, float]:
        """More than the loss: `accuracy` and `macro_f1` of a classifier. Else empty."""


def get_task(name: TaskName, labels: tuple[str, ...] = ()) -> Task:
    """The task called `name`. `labels` are a classifier's classes (or `load_base` gets them)."""
    from desktop_llm.training.tasks.classify import ClassifyTask
    from desktop_llm.training.tasks.pretrain import PretrainTask
    from desktop_llm.training.tasks.sft import SftTask

    if name == "classify":
        return ClassifyTask(labels)
    return SftTask() if name == "sft" else PretrainTask()


def labels_of(examples: Iterable[Example]) -> tuple[str, ...]:
    """The classes that occur, sorted, so that the same data gives the same numbers."""
    return tuple(sorted({row.label for row in examples if row.label is not None}))
