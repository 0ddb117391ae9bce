"""Fakes and values for the page that prepares a run."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.text import Text
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.data.types import DataReport, FileReport, Rejected, Row
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.tokens import PreviewToken, RowTokens, TokenReport
from desktop_llm.ui.context import Services
from tests.fakes import FakeModelService

FILE = Path("/data/identity.json")


class FakeDataService(QObject):
    """Remembers questions; a test answers them by the signals."""

    checked = Signal(object)
    tokens_ready = Signal(object)
    busy_changed = Signal(bool)
    progress = Signal(float)
    failed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[tuple[DataSpec, TaskName | None]] = []
        self.questions: list[tuple[DataSpec, TaskName, ModelSource, int]] = []
        self.answered = 0

    def check(self, spec: DataSpec, task: TaskName | None) -> None:
        self.checks.append((spec, task))

    def tokens(self, spec: DataSpec, task: TaskName, model: ModelSource, max_length: int) -> None:
        self.questions.append((spec, task, model, max_length))


class FakeRuns(QObject):
    """As much of TrainingService as the page looks at."""

    runs_changed = Signal(object)
    run_changed = Signal(object)
    failed = Signal(object)
    active: Any = None


class Bench:
    """The services that the page works with."""

    def __init__(self, models: list[ModelSource]) -> None:
        self.data = FakeDataService()
        self.training = FakeRuns()
        self.models = FakeModelService(models)
        self.tasks = TaskService()

    @property
    def services(self) -> Services:
        parts = {name: getattr(self, name) for name in ("data", "training", "models", "tasks")}
        return cast(Services, SimpleNamespace(**parts))


ALPACA = (
    ("hi", "", "Hello! I am {{name}}, an AI assistant developed by {{author}}. How can I help?"),
    ("Who are you?", "", "I am {{name}}, an AI assistant developed by {{author}}."),
    ("Put this into one sentence.", "The sky\nwas blue.", "The sky was blue, and so it stayed."),
)


def a_file_report(path: Path = FILE, **changes: Any) -> FileReport:
    names = ("instruction", "input", "output")
    facts: dict[str, Any] = {
        "path": path,
        "container": "json",
        "layout": "alpaca",
        "columns": names,
        "mapping": {"prompt": "instruction", "input": "input", "completion": "output"},
        "task": "sft",
        "rows": 91,
        "kept": 91,
        "rejected_count": 0,
        "rejected": (),
        "samples": tuple(
            Row(5 * number + 2, dict(zip(names, ALPACA[number % 3], strict=True)))
            for number in range(20)
        ),
    }
    return FileReport(**(facts | changes))


def a_report(*files: FileReport, **changes: Any) -> DataReport:
    facts: dict[str, Any] = {"task": "sft", "train_rows": 82, "eval_rows": 9}
    return DataReport(files=files or (a_file_report(),), **(facts | changes))


def rejections(number: int) -> tuple[Rejected, ...]:
    reasons = ("The answer is empty.", "The line is no valid JSON.")
    return tuple(Rejected(7 * n + 3, Text(reasons[n % 2])) for n in range(number))


def tokens_of(words: str, state: Any, special: bool = False) -> list[PreviewToken]:
    if special:
        return [PreviewToken(1, words, state, True)]
    parts = words.replace(" ", "\0 ").split("\0")
    return [PreviewToken(100 + n, part, state) for n, part in enumerate(parts)]


def a_row(line: int = 2, cut: bool = False) -> RowTokens:
    ignored: Any = "ignored"
    tokens = [
        *tokens_of("<|im_start|>", ignored, True),
        *tokens_of("system\n", ignored),
        *tokens_of("You are a helpful assistant", ignored),
        *tokens_of("<|im_end|>", ignored, True),
        *tokens_of("\n", ignored),
        *tokens_of("<|im_start|>", ignored, True),
        *tokens_of("user\n", ignored),
        *tokens_of(f"Who are you, number {line}?", ignored),
        *tokens_of("<|im_end|>", ignored, True),
        *tokens_of("\n", ignored),
        *tokens_of("<|im_start|>", ignored, True),
        *tokens_of("assistant\n", ignored),
        *tokens_of("Hello! I am Aria, an AI assistant developed by Example. ", "trained"),
        *tokens_of("How can I assist you today?", "cut" if cut else "trained"),
        *tokens_of("<|im_end|>", "cut" if cut else "trained", True),
    ]
    return RowTokens(0, line, tuple(tokens), stop_learned=not cut)


def a_token_report(**changes: Any) -> TokenReport:
    lengths = tuple(30 + (n * n * 7) % 90 + (400 if n % 12 == 0 else 0) for n in range(91))
    facts: dict[str, Any] = {
        "rows": (a_row(2), a_row(7), a_row(12, cut=True)),
        "lengths": lengths,
        "trained": tuple(20 for _ in lengths),
        "stop_learned": True,
        "model_limit": 2048,
    }
    return TokenReport(**(facts | changes))
