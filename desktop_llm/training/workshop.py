"""The task process: it reads people's files and tries models, so that the window need not.

Checks are answered without torch, within a limit of memory, on a thread beside the rest; what needs
models imports them when it is asked for the first time. `workshop_client` is the other side.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from desktop_llm.core.generation import ModelSource
from desktop_llm.core.process.server import GivenUp, LineServer, Message
from desktop_llm.core.process.setup import importing, set_up_process
from desktop_llm.core.wire import from_plain, to_plain
from desktop_llm.documents.errors import DocumentTooSlow
from desktop_llm.documents.exchange import lossless
from desktop_llm.documents.exchange.archive import Archived
from desktop_llm.documents.exchange.reading import read_conversations
from desktop_llm.documents.reading import read_document
from desktop_llm.engine.time_limit import TimeLimitExceeded, run_limited
from desktop_llm.training.data.check import check
from desktop_llm.training.data.reading import examples
from desktop_llm.training.data.types import Example
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.workshop_client import DataTooLarge

if TYPE_CHECKING:
    from desktop_llm.training.predictor import Predictor

PROGRESS_S = 0.1
"""At least this long between two reports of progress."""

DOCUMENT_S = 60.0
"""Seconds that reading one document may take."""

LEAST_MEMORY, MOST_MEMORY = 4_000_000_000, 8_000_000_000
"""Bytes that reading may take on top of what the process has; between them, as much as is free."""


def main() -> None:
    """Serve the parent until it closes our stdin; does not return."""
    worker = TaskWorker(*set_up_process())
    worker.listen()
    worker.serve()
    os._exit(0)


class TaskWorker(LineServer):
    """Keeps the tokenizer and the classifier that were used last."""

    beside = frozenset({"check", "document", "conversations"})
    stoppable = frozenset({"check", "tokens", "evaluate", "document", "conversations"})
    _tokenizer: tuple[ModelSource, Any] | None = None
    _predictor: tuple[Path, Predictor] | None = None

    def _do_check(self, message: Message) -> Any:
        with memory_limit():
            return to_plain(check(*_data(message), self._reporter(message)))

    def _do_document(self, message: Message) -> Any:
        path, report = Path(message["path"]), self._reporter(message)
        with memory_limit():
            try:
                document = run_limited(
                    lambda: read_document(path, on_progress=report), DOCUMENT_S, self.stuck.set
                )
            except TimeLimitExceeded:
                raise DocumentTooSlow(path, round(DOCUMENT_S)) from None
        return to_plain(document)

    def _do_tokens(self, message: Message) -> Any:
        report = self._reporter(message)
        with importing():
            from desktop_llm.training.tasks.task import get_task, labels_of
            from desktop_llm.training.token_report import token_report

        spec, task = _data(message)
        rows = []
        for row in examples(spec, task):
            report(0.0)
            if isinstance(row, Example):
                rows.append(row)
        tokenizer = self._tokenizer_of(from_plain(ModelSource, message["model"]))
        learns = get_task(task, labels_of(rows))
        return to_plain(token_report(learns, tokenizer, rows, message["max_length"], report))

    def _do_predict(self, message: Message) -> Any:
        predictor = self._predictor_of(from_plain(ModelSource, message["model"]))
        return [to_plain(prediction) for prediction in predictor.predict(message["texts"])]

    def _do_evaluate(self, message: Message) -> Any:
        with importing():
            from desktop_llm.training.evaluation import evaluate

        model = from_plain(ModelSource, message["model"])
        report = self._reporter(message)
        return to_plain(evaluate(model, *_data(message), on_progress=report))

    def _do_export(self, message: Message) -> Any:
        with importing():
            from desktop_llm.training.export import export_adapter

        return str(export_adapter(RunFolder(Path(message["run"])), Path(message["out"])))

    def _do_conversations(self, message: Message) -> Any:
        """The conversations of a file one by one, then what there was in all."""
        number = message["id"]

        def found(archived: Archived) -> None:
            if self.stops[number].is_set():
                raise GivenUp
            self.send("progress", id=number, conversation=lossless.to_data(archived))

        with memory_limit():
            return to_plain(read_conversations(Path(message["path"]), found))

    def _tokenizer_of(self, model: ModelSource) -> Any:
        if self._tokenizer is None or self._tokenizer[0] != model:
            from desktop_llm.training.tasks.loading import load_tokenizer

            self._tokenizer = model, load_tokenizer(model)
        return self._tokenizer[1]

    def _predictor_of(self, model: ModelSource) -> Predictor:
        if self._predictor is None or self._predictor[0] != model.path:
            with importing():
                from desktop_llm.training.predictor import Predictor

            self._predictor = None  # its memory first
            self._predictor = model.path, Predictor.load(model.path)
        return self._predictor[1]

    def _reporter(self, message: Message) -> Callable[[float], None]:
        """Tells how far a request is, now and then; raises GivenUp when nobody waits for it."""
        number, last = message["id"], 0.0
        stop = self.stops[number]

        def report(fraction: float) -> None:
            nonlocal last
            if stop.is_set():
                raise GivenUp
            if time.monotonic() - last >= PROGRESS_S:
                last = time.monotonic()
                self.send("progress", id=number, fraction=fraction)

        return report


@contextmanager
def memory_limit() -> Iterator[None]:
    """A hostile file may fill this process's memory only so far (Linux). Raises DataTooLarge."""
    try:
        with _limit if sys.platform == "linux" else nullcontext():
            yield
    except MemoryError as error:
        raise DataTooLarge from error


class _DataLimit:
    """The limit belongs to the whole process: the first who enters sets it, the last lifts it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = (0, 0)

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._set()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        import resource

        with self._lock:
            self._inside -= 1
            if not self._inside:
                resource.setrlimit(resource.RLIMIT_DATA, self._before)

    def _set(self) -> None:
        import resource

        self._before = resource.getrlimit(resource.RLIMIT_DATA)
        hard = self._before[1]
        free = psutil.virtual_memory().available
        extra = min(max(free, LEAST_MEMORY), MOST_MEMORY)
        taken = psutil.Process().memory_info().data  # threads' stacks and torch are in it
        soft = taken + extra if hard == resource.RLIM_INFINITY else min(taken + extra, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


_limit = _DataLimit()


def _data(message: Message) -> tuple[DataSpec, TaskName]:
    return from_plain(DataSpec, message["spec"]), message["task"]
