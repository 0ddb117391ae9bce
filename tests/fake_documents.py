"""The document service as widgets see it: a test delivers what was read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Attachment, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.text import Text
from desktop_llm.services.documents import Attached, Reading


def an_attached(
    text: str = "word " * 10, name: str = "a.txt", *notes: Text, **changes: Any
) -> Attached:
    """A file that was read."""
    attachment = Attachment(new_id(), name, "text/plain", "0" * 64, len(text.encode()), text)
    return Attached(attachment, notes, **changes)


class FakeDocumentService(QObject):
    """The contract of `DocumentService`. `asked` has what each reading is of, by its number."""

    finished = Signal(object)
    progress = Signal(int, float)
    busy_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, list[Attached]] = {}
        self.asked: dict[int, list[Path] | tuple[str, str]] = {}
        self.cancelled: list[int] = []

    def read(self, paths: Sequence[Path]) -> int:
        self.asked[len(self.asked) + 1] = list(paths)
        return len(self.asked)

    def take_text(self, name: str, text: str) -> int:
        self.asked[len(self.asked) + 1] = (name, text)
        return len(self.asked)

    def cancel(self, number: int) -> None:
        self.cancelled.append(number)

    def shut_down(self) -> None:
        """Nothing runs."""

    def deliver(self, *attached: Attached, errors: Sequence[ExpectedError] = ()) -> None:
        """The newest reading ended."""
        self.finished.emit(Reading(len(self.asked), attached, tuple(errors)))
