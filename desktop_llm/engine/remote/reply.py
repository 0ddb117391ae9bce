"""One answer of a server while it comes: its text, its thinking, its figures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from desktop_llm.core.generation import (
    Completion,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    StopReason,
    TextChunk,
    TokenLogprob,
)
from desktop_llm.engine.remote.answers import REASONS, Choice, Piece, Usage
from desktop_llm.engine.stop_strings import StopStrings
from desktop_llm.engine.thinking import ThinkingSplitter

MOST_CHARACTERS = 20_000_000
"""Of one answer: far more than any model writes; a server without end would fill the memory."""

MOST_TOKENS = 2**31 - 1
"""Figures beyond this are no lengths."""


class Reply:
    """Sample `number` of a request. Stop strings are ours alone: servers do not say which it was.

    While it comes, every piece with text counts as one token; the server's own count, if it gives
    one, replaces that at the end.
    """

    def __init__(
        self,
        request: GenerationRequest,
        number: int,
        record: GenerationRecord,
        on_event: Callable[[GenerationEvent], None],
    ) -> None:
        self._number = number
        self._record = record
        self._on_event = on_event
        self._splitter = ThinkingSplitter() if request.prompt is None else None
        self._stops = StopStrings(request.sampling.stop_strings)
        self._count = 0
        self._usage: Usage | None = None
        self._tokens: list[TokenLogprob] = []
        self._text = self._thinking = ""
        self._start = time.perf_counter()
        self._first = self._last = 0.0
        self.ended: StopReason | None = None
        """Why the answer is over, once it is."""

    def take(self, piece: Piece) -> None:
        """A piece has come."""
        self._usage = piece.usage or self._usage
        for choice in piece.choices[:1]:
            self._take(choice)

    def completion(self, reason: StopReason) -> Completion:
        """What has come, when nothing more will."""
        if not self._stops.found:
            pieces = self._splitter.flush() if self._splitter else []
            rest = [*self._kept(pieces), (self._stops.flush(), False)]
            self._show([piece for piece in rest if piece[0]], ())
        usage = self._usage or Usage()
        details = usage.prompt_tokens_details
        count = _length(usage.completion_tokens) or self._count
        record = replace(
            self._record,
            prompt_tokens=_length(usage.prompt_tokens),
            cached_tokens=_length((details.cached_tokens if details else 0) or 0),
            new_tokens=count,
            ttft_s=round(self._first - self._start, 4) if self._first else 0.0,
            tokens_per_s=self._speed(count),
            stop_reason=reason,
        )
        return Completion(self._text, record, self._thinking, tuple(self._tokens))

    def _take(self, choice: Choice) -> None:
        delta = choice.delta
        thought = delta.reasoning_content or delta.reasoning or ""
        said = choice.text or delta.content or ""
        tokens = choice.logprobs.values() if choice.logprobs else ()
        if thought or said:
            self._last = time.perf_counter()
            self._first = self._first or self._last
            self._count += max(1, len(tokens))
        self._tokens += tokens
        if len(self._text) + len(self._thinking) + len(thought) + len(said) > MOST_CHARACTERS:
            raise ValueError("an answer without end")
        pieces = [(thought, True)] if thought else []
        pieces += self._splitter.push(said) if self._splitter else [(said, False)]
        self._show(self._kept(pieces), tokens)
        if self._stops.found:
            self.ended = "stop_string"
        elif choice.finish_reason:
            self.ended = REASONS.get(choice.finish_reason, "end")

    def _kept(self, pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
        """Without what comes after a stop string; those end the answer, not the thinking."""
        return [
            (text if thinking else self._stops.push(text), thinking) for text, thinking in pieces
        ]

    def _show(self, pieces: list[tuple[str, bool]], tokens: tuple[TokenLogprob, ...]) -> None:
        """The log-probabilities go with the first piece."""
        for text, thinking in pieces:
            if thinking:
                self._thinking += text
            else:
                self._text += text
            if text or tokens:
                self._on_event(TextChunk(text, thinking, self._number, tokens, self._count))
                tokens = ()
        if tokens:
            self._on_event(TextChunk("", False, self._number, tokens, self._count))

    def _speed(self, count: int) -> float:
        took = self._last - self._first
        return round((count - 1) / took, 2) if took > 0 and count > 1 else 0.0


def _length(told: int) -> int:
    return min(max(0, told), MOST_TOKENS)
