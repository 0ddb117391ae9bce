"""The document service as widgets see it: a test delivers what was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_llm.core.conversation import Attachment, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ChatMessage, PromptToken, TokenCounts
from desktop_llm.core.text import Text
from desktop_llm.services.documents import Attached, Reading
from tests.fakes import ScriptedEngine


def an_attached(
    text: str = "word " * 10, name: str = "a.txt", *notes: Text, **changes: Any
) -> Attached:
    """A file that was read."""
    attachment = Attachment(new_id(), name, "text/plain", "0" * 64, len(text.encode()), text)
    return Attached(attachment, notes, **changes)


class WordEngine(ScriptedEngine):
    """One token a word; a prompt has four around it and two with each message."""

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        return TokenCounts(super().count_texts(texts).texts, 2, 4)

    def explain(self, messages: Sequence[ChatMessage], *_: Any, **__: Any) -> list[PromptToken]:
        around = [PromptToken(0, "", True)] * (4 + 2 * len(messages))
        return [*super().explain(messages), *around]

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        words = [match.span() for match in re.finditer(r"\S+\s*", text)]
        spans = []
        for start in range(0, max(1, len(words)), window - overlap):
            part = words[start : start + window]
            spans.append((part[0][0], part[-1][1]) if part else (0, len(text)))
            if start + window >= len(words):
                break
        return spans


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
