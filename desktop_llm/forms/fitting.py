"""Makes a text fit into a model: whether it does, its start or end alone, or windows over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from desktop_llm.core.context import reserve
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import TokenCounts
from desktop_llm.core.text import QT_TRANSLATE_NOOP
from desktop_llm.forms.form import placed
from desktop_llm.forms.splitting import Span, split_windows
from desktop_llm.forms.windows import WindowReduction, WindowTask, WindowTooLarge, prompt_room

Fit = Literal["whole", "start", "end", "windows"]
"""What is done with a text that may be too long."""

_GRAIN = 16
"""Tokens; a text is cut to its start or its end in steps of so many."""


class Tokenizer(Protocol):
    """What an engine knows of tokens; may be asked during a generation."""

    def count_texts(self, texts: Sequence[str]) -> TokenCounts: ...
    def split_text(self, text: str, window: int, overlap: int) -> Sequence[Span]: ...


class TextTooLong(ExpectedError):
    """The text with its prompt is more than the model reads. All numbers are tokens."""

    happened = QT_TRANSLATE_NOOP(
        "core", "The text with its prompt has {tokens} tokens; the model has room for {limit}."
    )
    todo = QT_TRANSLATE_NOOP(
        "core", "Take its start, its end, or windows over all of it (--fit start, end or windows)."
    )

    def __init__(self, tokens: int, limit: int) -> None:
        super().__init__(tokens=tokens, limit=limit)


@dataclass(frozen=True)
class Room:
    """A model's context, and what an answer may take of it."""

    tokenizer: Tokenizer
    context_length: int
    max_new_tokens: int

    @property
    def answer(self) -> int:
        """Tokens that are kept free for the answer."""
        return reserve(self.max_new_tokens, self.context_length)

    def count(self, text: str) -> int:
        return self.tokenizer.count_texts([text]).texts[0]

    def prompt(self) -> int:
        """Tokens that the words of a prompt may take."""
        return prompt_room(self.context_length, self.tokenizer.count_texts([]), self.answer)

    def check(self, prompt: str) -> None:
        """Raises TextTooLong if `prompt` does not fit."""
        tokens, limit = self.count(prompt), self.prompt()
        if tokens > limit:
            raise TextTooLong(tokens, limit)

    def start(self, instruction: str, text: str) -> str:
        """As much of the beginning of `text` as fits with `instruction`."""
        return text[: self._pieces(instruction, text)[-1][1]]

    def end(self, instruction: str, text: str) -> str:
        """As much of the end of `text` as fits with `instruction`."""
        return text[self._pieces(instruction, text, -1)[0][0] :]

    def windows(
        self, task: WindowTask, text: str, window: int = 0, overlap: int | None = None
    ) -> WindowReduction:
        """`task` for windows over `text`, in tokens; without sizes the largest, an eighth shared.

        Raises WindowTooLarge.
        """
        room = self.prompt()
        largest = task.window_tokens(self.count, room)
        if task.merging == "join":
            largest = min(largest, self.answer)  # what comes out is as long as what goes in
        window = max(2, window or largest)
        if largest < 2:
            raise WindowTooLarge(room - largest + 2, room)
        usual = 0 if task.merging == "join" else window // 8
        shared = usual if overlap is None else min(overlap, window - 2)
        parts = split_windows(text, window, shared, self.tokenizer.split_text)
        return WindowReduction(task, parts, self.count, room, self.answer)

    def _pieces(self, instruction: str, text: str, step: int = 1) -> Sequence[Span]:
        """Small pieces of `text` that fit, from its start, or with `step` -1 from its end."""
        free = self.prompt() - self.count(placed(instruction, ""))
        number = free // _GRAIN
        if number < 1:
            raise TextTooLong(self.prompt() - free, self.prompt())
        spans = self.tokenizer.split_text(text, _GRAIN, 0)
        return spans[:number] if step > 0 else spans[-number:]
