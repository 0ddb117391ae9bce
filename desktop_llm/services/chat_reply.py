"""One reply while it is written: its text so far, its speed, and the message it becomes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_llm.core.conversation import Message, State
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    PromptProgress,
    TextChunk,
)
from desktop_llm.engine.errors import EngineCrashed, EngineHung


@dataclass(frozen=True)
class LiveStats:
    """What the status bar shows of a generation; counts are tokens."""

    prompt_done: int = 0
    prompt_total: int = 0
    new_tokens: int = 0
    ttft_s: float | None = None
    """Seconds from the beginning of the work to the first text."""
    tokens_per_s: float | None = None
    """Speed after the first text."""


class RunningReply:
    """Collects the events of one request. `message` may have text already, when it goes on."""

    def __init__(
        self,
        message: Message,
        request: GenerationRequest,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.message = message
        self.request = request
        self.stats = LiveStats()
        self.submitted = False
        self.journalling = False
        """A call that journals is on its way."""
        self.warned = False
        """That it cannot be journalled has been told."""
        self._before = message
        self._clock = clock
        self._began = clock()
        self._first_text = 0.0
        self._tokens_at_first_text = 0
        self._journalled = (len(message.content), len(message.thinking))

    def restart_clock(self) -> None:
        """The work can begin only now: a model was loaded, or another request was answered."""
        if self.stats == LiveStats():
            self._began = self._clock()

    def take(self, event: GenerationEvent) -> None:
        """Add what `event` brings to the text and to the figures."""
        if isinstance(event, PromptProgress):
            self.stats = replace(self.stats, prompt_done=event.done, prompt_total=event.total)
            return
        if event.thinking:
            self.message = replace(self.message, thinking=self.message.thinking + event.text)
        else:
            self.message = replace(self.message, content=self.message.content + event.text)
        self._measure(event)

    def unjournalled(self) -> tuple[str, str]:
        """Text and thinking that came after the last `journalled`."""
        text, thinking = self._journalled
        return self.message.content[text:], self.message.thinking[thinking:]

    def journalled(self, text: str, thinking: str) -> None:
        """Note that these, handed out by `unjournalled`, are on the disk."""
        done = self._journalled
        self._journalled = (done[0] + len(text), done[1] + len(thinking))

    def ended(self, result: GenerationResult, state: State) -> Message:
        """The message as the engine's result says it, or as far as it came without one."""
        if not result.completions:
            return replace(self.message, state=state)
        completion = result.completions[0]
        self._settle(result)
        return replace(
            self.message,
            content=self._before.content + completion.text,
            thinking=self._before.thinking + completion.thinking,
            generation=completion.record,
            state=state,
        )

    def broken(self, error: ExpectedError) -> Message:
        """The message after `error`; what a dead engine has written can be continued."""
        died = isinstance(error, EngineCrashed | EngineHung)
        state: State = "interrupted" if died and self.message.content else "failed"
        return replace(self.message, state=state, error=error)

    def _measure(self, event: TextChunk) -> None:
        now = self._clock()
        if self.stats.ttft_s is None:
            self._first_text, self._tokens_at_first_text = now, event.new_tokens
            self.stats = replace(self.stats, ttft_s=now - self._began)
        seconds = now - self._first_text
        speed = (event.new_tokens - self._tokens_at_first_text) / seconds if seconds > 0 else None
        self.stats = replace(self.stats, new_tokens=event.new_tokens, tokens_per_s=speed)

    def _settle(self, result: GenerationResult) -> None:
        """At the end the engine's own figures count."""
        record = result.completions[0].record
        self.stats = LiveStats(
            prompt_done=record.prompt_tokens,
            prompt_total=record.prompt_tokens,
            new_tokens=record.new_tokens,
            ttft_s=record.ttft_s,
            tokens_per_s=record.tokens_per_s,
        )
