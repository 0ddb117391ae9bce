"""One request while it is answered: the texts so far, the speed, and the messages they become."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from desktop_llm.core.conversation import Message, State, new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    Completion,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    GenerationResult,
    PromptProgress,
    TextChunk,
)
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import EngineCrashed, EngineHung


class Step(Protocol):
    """One request of several that make a reply; its title says what it is for."""

    @property
    def messages(self) -> tuple[ChatMessage, ...]: ...
    @property
    def title(self) -> Text: ...
    @property
    def max_new_tokens(self) -> int: ...
    @property
    def last(self) -> bool: ...


class ReplySteps(Protocol):
    """A reply made of several requests: each is made of the answers to those before it."""

    def next(self, answer: str | None) -> Step | None:
        """The step after the one that was answered so; the first one for None."""

    @property
    def result(self) -> str | None:
        """The answer when `next` gave None, also where no step was the last one."""


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


class Answer:
    """A message that is being written. It may have text already, when it goes on."""

    def __init__(self, message: Message) -> None:
        self.message = message
        self.before = message
        """As it was when the request that runs was made."""
        self.journalling = False
        """A call that journals is on its way."""
        self.warned = False
        """That it cannot be journalled has been told."""
        self._journalled = (len(message.content), len(message.thinking))
        self._thinking_since: float | None = None
        self._thinking_s = 0.0
        self._thinking_tokens = 0

    def thought(self, now: float, tokens: int) -> None:
        """The model has been thinking until `now` and has written `tokens` so far."""
        if self._thinking_since is None:
            self._thinking_since = now
        self._thinking_s, self._thinking_tokens = now - self._thinking_since, tokens

    def add(self, text: str, thinking: bool) -> None:
        """Append what the engine said."""
        if thinking:
            self.message = replace(self.message, thinking=self.message.thinking + text)
        else:
            self.message = replace(self.message, content=self.message.content + text)

    def unjournalled(self) -> tuple[str, str]:
        """Text and thinking that came after the last `journalled`."""
        text, thinking = self._journalled
        return self.message.content[text:], self.message.thinking[thinking:]

    def journalled(self, text: str, thinking: str) -> None:
        """Note that these, handed out by `unjournalled`, are on the disk."""
        done = self._journalled
        self._journalled = (done[0] + len(text), done[1] + len(thinking))

    def ended(self, completion: Completion, record: GenerationRecord, state: State) -> Message:
        """The message as the engine's result says it."""
        return replace(
            self.message,
            content=self.before.content + completion.text,
            thinking=self.before.thinking + completion.thinking,
            generation=replace(
                record,
                continued_from=len(self.before.content),
                thinking_s=round(self._thinking_s, 3),
                thinking_tokens=self._thinking_tokens,
            ),
            state=state,
        )


class RunningReply:
    """Collects the events of one request, or of one after another if there are `steps`.

    `messages` are the samples that it writes, in the order of the engine.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        request: GenerationRequest,
        steps: ReplySteps | None = None,
        words: Callable[[Text], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.answers = [Answer(message) for message in messages]
        self.conversation_id = messages[0].conversation_id
        self.request = request
        self.left_out: tuple[str, ...] = ()
        """Messages that were not sent, by id."""
        self.stats = LiveStats()
        self.saved = False
        """Its messages are on the disk, or on the way there."""
        self.submitted = False
        self._steps = steps
        self._step: Step | None = None
        self._words = words
        self._clock = clock
        self._began = clock()
        self._sample = -1
        self._first_text = 0.0
        self._tokens_at_first_text = 0

    @property
    def messages(self) -> list[Message]:
        """As they are now."""
        return [answer.message for answer in self.answers]

    def restart_clock(self) -> None:
        """The work can begin only now: a model was loaded, or another request was answered."""
        if self.stats == LiveStats():
            self._began = self._clock()

    def take_steps(self, steps: ReplySteps) -> None:
        """Be written in `steps` after all; the first one is its request. Raises as `advance`."""
        self._steps = steps
        self.advance(None)

    def advance(self, answer: str | None) -> str | None:
        """Go on to the next step; its heading to show as thinking, or None if there is none.

        Raises what the steps raise, and nothing else of this reply changes then.
        """
        step = self._steps.next(answer) if self._steps else None
        if step is None:
            return None
        self._step = step
        before = self.answers[0].message.thinking
        gap = "\n\n" if before else ""
        gap = "\n\n" if before else ""
        heading = "" if step.last else f"{gap}{self._words(step.title)}\n"
        self.answers[0].add(heading, thinking=True)
        self.answers[0].before = self.answers[0].message
        self.request = replace(
            self.request,
            id=self.request.id if answer is None else new_id(),
            messages=step.messages,
            sampling=replace(self.request.sampling, max_new_tokens=step.max_new_tokens),
        )
        return heading

    def take(self, event: GenerationEvent) -> tuple[Message, str, bool] | None:
        """Add what `event` brings; the message as it was, the text, and whether it is thinking."""
        if isinstance(event, PromptProgress):
            self.stats = replace(self.stats, prompt_done=event.done, prompt_total=event.total)
            return None
        self._measure(event)
        if event.sample >= len(self.answers):
            return None
        answer = self.answers[event.sample]
        before, thinking = answer.message, event.thinking or self._between
        answer.add(event.text, thinking)
        if event.thinking:
            answer.thought(self._clock(), event.new_tokens)
        return before, event.text, thinking

    def ended(self, result: GenerationResult, state: State) -> list[Message]:
        """The messages as the engine's result says it, or as far as they came without one.

        Samples that were not begun when others were stopped stay empty.
        """
        if result.completions:
            self._settle(result)
        messages = [replace(message, state=state) for message in self.messages]
        for place, completion in enumerate(result.completions[: len(messages)]):
            record = self._record(completion)
            if not self._between:
                messages[place] = self.answers[place].ended(completion, record, state)
            elif state == "complete" and self._steps and self._steps.result is not None:
                content = self._steps.result
                messages[place] = replace(messages[place], content=content, generation=record)
        return messages

    def broken(self, error: ExpectedError) -> list[Message]:
        """The messages after `error`; what a dead engine has written can be continued."""
        died = isinstance(error, EngineCrashed | EngineHung)
        return [
            replace(
                message, state="interrupted" if died and message.content else "failed", error=error
            )
            for message in self.messages
        ]

    @property
    def _between(self) -> bool:
        """Whether this is a step whose answer is only what a later one is made of."""
        return self._step is not None and not self._step.last

    def _record(self, completion: Completion) -> GenerationRecord:
        """What the engine does not know is added: where its prompt came from."""
        told = self.request.messages
        return replace(
            completion.record,
            thinking=self.request.thinking,
            system_prompt=told[0].content if told and told[0].role == "system" else "",
            left_out=self.left_out,
        )

    def _measure(self, event: TextChunk) -> None:
        now = self._clock()
        if self.stats.ttft_s is None:
            self.stats = replace(self.stats, ttft_s=now - self._began)
        if event.sample != self._sample:
            self._sample = event.sample
            self._first_text, self._tokens_at_first_text = now, event.new_tokens
        seconds = now - self._first_text
        speed = (event.new_tokens - self._tokens_at_first_text) / seconds if seconds > 0 else None
        self.stats = replace(self.stats, new_tokens=event.new_tokens, tokens_per_s=speed)

    def _settle(self, result: GenerationResult) -> None:
        """At the end the engine's own figures count."""
        record = result.completions[-1].record
        self.stats = LiveStats(
            prompt_done=record.prompt_tokens,
            prompt_total=record.prompt_tokens,
            new_tokens=record.new_tokens,
            ttft_s=record.ttft_s,
            tokens_per_s=record.tokens_per_s,
        )
