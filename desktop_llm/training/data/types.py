"""Values of the data reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from desktop_llm.core.generation import ChatMessage
from desktop_llm.core.text import Text
from desktop_llm.training.job import TaskName

Layout = Literal[
    "alpaca", "sharegpt", "messages", "prompt_completion", "question_answer", "text", "text_label",
    "tokens_tags", "preference", "unknown",
]  # fmt: skip
Container = Literal["jsonl", "json", "csv", "tsv", "parquet", "text", "markdown", "conll"]


@dataclass(frozen=True)
class Row:
    """A record of a file. `line` counts from 1: the line where it begins, or its number."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Rejected:
    """A record that cannot be used, and why. `file` is the number in the spec."""

    line: int
    reason: Text
    file: int = 0


@dataclass(frozen=True)
class Example:
    """A row ready for a task: a dialogue (sft), a text (pretrain), a text with its label."""

    messages: tuple[ChatMessage, ...] = ()
    text: str = ""
    label: str | None = None
    file: int = 0
    line: int = 0
    held_out: bool = False
    """From one of the spec's `eval_files`: it belongs to the evaluation part."""


@dataclass(frozen=True)
class FileReport:
    """What was found in one file. `rows == kept + rejected_count`."""

    path: Path
    container: Container
    layout: Layout
    columns: tuple[str, ...]
    mapping: dict[str, str]
    """Role → column that was used: detected, or as the spec says."""
    task: TaskName | None
    """The task that this layout suggests."""
    rows: int
    kept: int
    rejected_count: int
    rejected: tuple[Rejected, ...]
    """The first `MAX_REJECTED`."""
    samples: tuple[Row, ...]
    """The first rows as they are (texts shortened), for the preview."""


@dataclass(frozen=True)
class DataReport:
    """Everything known before training. Training may start only when `problems` is empty."""

    files: tuple[FileReport, ...]
    """The spec's `files`, then its `eval_files`; folders as the files in them."""
    task: TaskName | None
    train_rows: int
    eval_rows: int
    labels: dict[str, int] = field(default_factory=dict)
    """How often each label is there (classify)."""
    placeholders: dict[str, int] = field(default_factory=dict)
    """`{{name}}` places that `fill` does not fill, and in how many rows."""
    duplicates: int = 0
    """Rows that are there more than once, beyond the first."""
    problems: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    sha256: str = ""
    """Of all examples in order: names the data in the result card."""


MAX_REJECTED = 200
MAX_SAMPLES = 50
