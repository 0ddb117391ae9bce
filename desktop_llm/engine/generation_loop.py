"""One request on one model: the samples, their text as it comes, and the record of each."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from desktop_llm.core.generation import (
    Completion,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    PromptProgress,
    StopReason,
    TextChunk,
    TokenLogprob,
)
from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.fast.prefix_cache import PrefixCache, common_length
from desktop_llm.engine.fast.speculation import Guesser, Pace, can_guess
from desktop_llm.engine.sampling import Sampler
from desktop_llm.engine.text_stream import TextStream

OnEvent = Callable[[GenerationEvent], None]


@dataclass(frozen=True)
class Job:
    """A request with its prompt written, and what the loop needs to know of the model.

    `room` is the most tokens a sample may have. `record` holds all that is known beforehand.
    """

    request: GenerationRequest
    ids: list[int]
    room: int
    end_tokens: frozenset[int]
    tokenizer: Any
    new_stream: Callable[[], TextStream]
    record: GenerationRecord


@torch.inference_mode()
def run(
    model: Any,
    job: Job,
    on_event: OnEvent,
    cache: PrefixCache | None = None,
    pace: Pace | None = None,
) -> list[Completion]:
    """Write the samples of `job`; those that were begun when it was stopped are returned.

    `cache` has what was read for other requests, and gets what is read for this one; with `pace`
    tokens are guessed where that is faster. Neither is for a request that shall be `exact`.
    """
    variant = job.record.adapter_hash
    decoder = Decoder(model, *_known(cache, job.ids, variant))
    completions = _samples(decoder, job, on_event, pace)
    if cache is not None:
        said = [*job.ids, *completions[-1].record.token_ids]
        if (count := common_length(decoder.ids, said)) < len(decoder.ids):
            decoder.crop(count)
        cache.keep(decoder.ids, decoder.cache, variant)
    return completions


def _known(cache: PrefixCache | None, ids: list[int], variant: str) -> tuple[Any, list[int]]:
    """The state of the tokens that `ids` begins with, and those tokens."""
    state, count = (cache.take(ids, variant) if cache else None) or (None, 0)
    return state, ids[:count]


def _samples(decoder: Decoder, job: Job, on_event: OnEvent, pace: Pace | None) -> list[Completion]:
    """All samples; `decoder` has read the beginning of the prompt and writes the last one."""
    start = time.perf_counter()
    total, cached = len(job.ids), len(decoder.ids)
    job = replace(job, record=replace(job.record, cached_tokens=cached))
    scores = decoder.read(
        job.ids[cached:],
        job.request.stop,
        lambda done: on_event(PromptProgress(cached + done, total)),
    )
    completions: list[Completion] = []
    for number in range(job.request.num_samples):
        sample = _Sample(job, number, on_event, start, pace)
        if scores is None or (number and job.request.stop.is_set()):
            return completions or [sample.completion("stopped")]
        last = number == job.request.num_samples - 1
        completions.append(sample.write(decoder if last else decoder.fork(), scores))
        start = time.perf_counter()
    return completions


@dataclass
class _Sample:
    """One completion in the making. `start` is when its first token began to be awaited."""

    job: Job
    number: int
    on_event: OnEvent
    start: float
    pace: Pace | None
    guesser: Guesser | None = None
    ids: list[int] = field(default_factory=list)
    tokens: list[TokenLogprob] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0

    def __post_init__(self) -> None:
        self.seed = self.job.record.seed + self.number
        self.stream = self.job.new_stream()

    def write(self, decoder: Decoder, scores: torch.Tensor) -> Completion:
        """Choose tokens until an end, a stop string, the room or the person's stop."""
        sampler = Sampler(self.job.request.sampling, self.seed)
        if self.pace and can_guess(decoder, len(self.job.ids) + self.job.room):
            self.guesser = Guesser(decoder, self.pace, self.job.ids)
        while True:
            if self.job.request.stop.is_set():
                return self._finish("stopped")
            if len(self.ids) >= self.job.room:
                return self._finish("length")
            token = sampler.choose(scores, self.ids)
            self._note(token, scores)
            if token in self.job.end_tokens:
                return self._finish("end")
            self._show(self.stream.push(token))
            if self.stream.stopped:
                return self._finish("stop_string")
            if room := self.job.room - len(self.ids):
                scores = self.guesser.after(token, room) if self.guesser else decoder.step(token)

    def completion(self, reason: StopReason) -> Completion:
        """What has been written so far."""
        record = replace(
            self.job.record,
            seed=self.seed,
            new_tokens=len(self.ids),
            ttft_s=round(self.first - self.start, 4) if self.ids else 0.0,
            tokens_per_s=self._speed(),
            stop_reason=reason,
            token_ids=tuple(self.ids),
            drafted_tokens=self.guesser.drafted if self.guesser else 0,
            accepted_tokens=self.guesser.accepted if self.guesser else 0,
        )
        return Completion(self.stream.text, record, self.stream.thinking, tuple(self.tokens))

    def _finish(self, reason: StopReason) -> Completion:
        if self.guesser:
            self.guesser.settle()
        self._show(self.stream.finish(), always=False)
        return self.completion(reason)

    def _note(self, token: int, scores: torch.Tensor) -> None:
        self.ids.append(token)
        self.last = time.perf_counter()
        self.first = self.first or self.last
        if self.job.request.top_logprobs is not None:
            top = self.job.request.top_logprobs
            self.tokens.append(token_logprob(self.job.tokenizer, scores, token, top))

    def _show(self, pieces: list[tuple[str, bool]], always: bool = True) -> None:
        """Hand out text; the token's log-probability goes with the first piece."""
        news = tuple(self.tokens[-1:])
        for text, thinking in pieces or ([("", False)] if always else []):
            self.on_event(TextChunk(text, thinking, self.number, news, len(self.ids)))
            news = ()

    def _speed(self) -> float:
        took = self.last - self.first
        return round((len(self.ids) - 1) / took, 2) if took > 0 else 0.0


def token_logprob(tokenizer: Any, scores: torch.Tensor, token: int, top: int) -> TokenLogprob:
    """What the model thought of `token` and of the `top` likeliest; `scores` is (1, vocabulary)."""
    logprobs = scores[0].log_softmax(-1)
    best = logprobs.topk(min(top, len(logprobs))) if top else None
    rivals = zip(best.indices.tolist(), best.values.tolist(), strict=True) if best else ()
    return TokenLogprob(
        token,
        tokenizer.decode([token]),
        float(logprobs[token]),
        tuple((rival, tokenizer.decode([rival]), value) for rival, value in rivals),
    )
