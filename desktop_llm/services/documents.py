"""Files that people attach, seen from the GUI thread: read in the task process, one by one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_llm.core.conversation import Attachment, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.documents.document import DEFAULT_LIMITS, Document, whole_text
from desktop_llm.documents.errors import DocumentTooLong
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.workshop_client import Workshop

PATIENCE_MS = 5000
"""How long a reading that nobody wants any more may go on, before the task process is killed."""


@dataclass(frozen=True)
class Attached:
    """What can be sent with a message, and what its reader should know of it."""

    attachment: Attachment
    notes: tuple[Text, ...] = ()
    pasted: bool = False
    """A long text from the clipboard, which the person may want in the message instead."""


@dataclass(frozen=True)
class Reading:
    """How some files turned out: the good ones are kept whatever happened to the others."""

    id: int
    attached: tuple[Attached, ...]
    errors: tuple[ExpectedError, ...]


class DocumentService(QObject):
    """Every `read` gets a number and ends with one `finished`, unless it is cancelled."""

    finished = Signal(object)
    """Reading."""
    progress = Signal(int, float)
    """The number of a reading, and the share that is done, 0 to 1."""
    busy_changed = Signal(bool)
    _progressed = Signal(int, float)

    def __init__(self, workshop: Workshop, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self._tasks = TaskService("DocumentThread", self)
        self._open: dict[int, threading.Event] = {}
        self._given_up: set[int] = set()
        self.drafts: dict[str, list[Attached]] = {}
        """What is attached to the draft of each conversation, by its id; kept while the app runs,
        whatever windows are made anew."""
        self._last = 0
        self._was_busy = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._lose_patience)
        self._progressed.connect(self._progress, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether files are being read."""
        return bool(self._open)

    def read(self, paths: Sequence[Path]) -> int:
        """Read files and folders; the number of this reading."""
        number, stop = self._begin()
        self._run(number, partial(self._read, number, tuple(paths), stop))
        return number

    def take_text(self, name: str, text: str) -> int:
        """Make an attachment of a long text that was pasted; as `read`."""
        number, _ = self._begin()
        self._run(number, partial(_taken, number, name, text))
        return number

    def cancel(self, number: int) -> None:
        """Nobody wants this reading any more; nothing is told of it."""
        if stop := self._open.pop(number, None):
            stop.set()
            self._given_up.add(number)
            self._patience.start()
            self._tell_busy()

    def shut_down(self) -> None:
        """Give up what is read, and end the thread. The workshop is ended by who made it."""
        for number in list(self._open):
            self.cancel(number)
        self._patience.stop()
        self._tasks.shut_down()

    def _begin(self) -> tuple[int, threading.Event]:
        self._last += 1
        stop = self._open[self._last] = threading.Event()
        self._tell_busy()
        return self._last, stop

    def _run(self, number: int, call: partial[Reading]) -> None:
        self._tasks.run(call, self._ended, partial(self._failed, number))

    def _read(self, number: int, paths: tuple[Path, ...], stop: threading.Event) -> Reading:
        """On DocumentThread."""
        attached, errors = [], []
        for place, path in enumerate(paths):

            def report(fraction: float, place: int = place) -> None:
                self._progressed.emit(number, (place + fraction) / len(paths))

            if stop.is_set():
                break
            try:
                document = self._workshop.read_document(path, report, stop)
            except ExpectedError as error:
                errors.append(error)
            else:
                if document is not None:
                    attached.append(_attached(document))
        return Reading(number, tuple(attached), tuple(errors))

    def _ended(self, reading: Reading) -> None:
        self._given_up.discard(reading.id)
        if self._open.pop(reading.id, None) is not None:
            self._tell_busy()
            self.finished.emit(reading)

    def _failed(self, number: int, error: ExpectedError) -> None:
        self._ended(Reading(number, (), (error,)))

    def _tell_busy(self) -> None:
        if self._was_busy != self.busy:
            self._was_busy = self.busy
            self.busy_changed.emit(self.busy)

    @Slot()
    def _lose_patience(self) -> None:
        if self._given_up:
            self._workshop.kill()

    @Slot(int, float)
    def _progress(self, number: int, fraction: float) -> None:
        if number in self._open:
            self.progress.emit(number, fraction)


def _attached(document: Document, pasted: bool = False) -> Attached:
    attachment = Attachment(
        *(new_id(), document.name, document.media_type, document.sha256, document.size),
        document.text,
    )
    return Attached(attachment, document.notes, pasted)


def _taken(number: int, name: str, text: str) -> Reading:
    """On DocumentThread, since hashing a long text takes a moment."""
    text = whole_text(text)
    data = text.encode()
    if len(data) > DEFAULT_LIMITS.text:
        error = DocumentTooLong(name, DEFAULT_LIMITS.text // 1024**2)
        return Reading(number, (), (error,))
    document = Document(name, "text/plain", len(data), hashlib.sha256(data).hexdigest(), text)
    return Reading(number, (_attached(document, pasted=True),), ())
