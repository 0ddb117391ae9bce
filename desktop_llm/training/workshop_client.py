"""The task process seen from the window: it reads data and tries models. Free of torch."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.process.child import Message, worker_command
from desktop_llm.core.process.client import SILENCE_LIMIT_S, WorkerClient
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.core.wire import to_plain
from desktop_llm.documents import errors as document_errors  # noqa: F401
from desktop_llm.documents.document import Document
from desktop_llm.documents.exchange import lossless
from desktop_llm.documents.exchange.archive import Archived, ImportReport
from desktop_llm.training import run_folder  # noqa: F401 - the errors of the process by their names
from desktop_llm.training.data import errors as data_errors  # noqa: F401
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.job import DataSpec, TaskName
from desktop_llm.training.result import Prediction, Scores
from desktop_llm.training.tokens import TokenReport

log = logging.getLogger(__name__)
T = TypeVar("T")


class TaskCrashed(ExpectedError):
    """The task process ended by itself; `detail` is what it said last."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The process that reads data and tries models ended: {detail}"
    )
    safe = QT_TRANSLATE_NOOP("core", "Your files and your runs were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Try again. If it happens again, use a smaller file.")

    def __init__(self, detail: str) -> None:
        super().__init__(detail=detail)


class TaskHung(ExpectedError):
    """The task process no longer answered and was ended."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The process that reads data and tries models stopped answering."
    )
    safe = QT_TRANSLATE_NOOP("core", "It was ended; your files and your runs were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Try again. If it happens again, use a smaller file.")


class DataTooLarge(ExpectedError):
    """Reading the data takes more memory than there is."""

    happened = QT_TRANSLATE_NOOP("core", "Reading this data takes more memory than is free.")
    safe = QT_TRANSLATE_NOOP("core", "It was given up in time, and your files were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Close other programs, or split the data into smaller files.")


class Workshop:
    """Asks a task process, which is started at the first request and again after its end.

    All calls wait for their answers and may come from several threads; checks and documents
    are answered beside the rest. They raise ExpectedError: the task's own, TaskCrashed or TaskHung.
    A call whose `stop` is set returns None, soon.
    """

    def __init__(
        self, command: Sequence[str] | None = None, silence_limit_s: float = SILENCE_LIMIT_S
    ) -> None:
        self._worker = WorkerClient(
            command or worker_command("task-worker"),
            TaskCrashed,
            TaskHung,
            on_lost=lambda error: log.warning("the task process ended"),
            silence_limit_s=silence_limit_s,
        )

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return self._worker.pid

    def check(
        self,
        spec: DataSpec,
        task: TaskName | None = None,
        on_progress: Callable[[float], None] = lambda fraction: None,
        stop: threading.Event | None = None,
    ) -> DataReport | None:
        """What the files hold, and what of it can be used."""
        fields = {"spec": to_plain(spec), "task": task}
        return self._worker.ask("check", DataReport, _told(on_progress), stop, **fields)

    def read_document(
        self,
        path: Path,
        on_progress: Callable[[float], None] = lambda fraction: None,
        stop: threading.Event | None = None,
    ) -> Document | None:
        """The text of a file, or of the files in a folder."""
        return self._worker.ask("document", Document, _told(on_progress), stop, path=str(path))

    def tokens(
        self,
        spec: DataSpec,
        task: TaskName,
        model: ModelSource,
        max_length: int,
        stop: threading.Event | None = None,
    ) -> TokenReport | None:
        """What `model` will see of the rows."""
        fields = {"spec": to_plain(spec), "task": task, "model": to_plain(model)}
        return self._worker.ask("tokens", TokenReport, None, stop, max_length=max_length, **fields)

    def predict(self, model: ModelSource, texts: Sequence[str]) -> list[Prediction]:
        """What the classifier `model` says of each text; it is kept in memory."""
        fields = {"model": to_plain(model), "texts": list(texts)}
        return self._worker.ask("predict", list[Prediction], **fields) or []

    def evaluate(
        self,
        model: ModelSource,
        spec: DataSpec,
        task: TaskName,
        on_progress: Callable[[float], None] = lambda fraction: None,
        stop: threading.Event | None = None,
    ) -> Scores | None:
        """How well `model` does on all rows of `spec`."""
        fields = {"model": to_plain(model), "spec": to_plain(spec), "task": task}
        return self._worker.ask("evaluate", Scores, _told(on_progress), stop, **fields)

    def export(self, run: Path, out: Path) -> Path:
        """Write the result of the run folder `run` into `out`; where it is then."""
        return self._worker.ask("export", Path, run=str(run), out=str(out)) or out

    def conversations(
        self,
        path: Path,
        on_read: Callable[[Archived], None],
        stop: threading.Event | None = None,
    ) -> ImportReport | None:
        """Give the conversations in `path` to `on_read` one by one, on the calling thread."""

        def relay(message: Message) -> None:
            on_read(lossless.of_data(message["conversation"]))

        return self._worker.ask("conversations", ImportReport, relay, stop, path=str(path))

    def kill(self) -> None:
        """End the process at once, whatever it does; the next call starts another one."""
        self._worker.kill()

    def shut_down(self) -> None:
        """End the process for good, within about a second; calls that wait raise TaskCrashed."""
        self._worker.shut_down()


def _told(on_progress: Callable[[float], None]) -> Callable[[Message], None]:
    return lambda message: on_progress(float(message["fraction"]))
