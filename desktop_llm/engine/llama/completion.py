"""One sample from llama.cpp: what is asked of its server, and the text and record that come of it.

The route is the native one and takes token ids, which our own renderer has written; llama.cpp's
chat templates are never used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

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
from desktop_llm.engine.llama.lost_tokens import LostTokens
from desktop_llm.engine.llama.scoring import Scorer
from desktop_llm.engine.llama.server import Body, LlamaServer
from desktop_llm.engine.text_stream import TextStream
from desktop_llm.engine.thinking import Piece

SAMPLERS = ("penalties", "temperature", "top_k", "top_p", "min_p")
"""In the order of `engine.sampling`, so that the same settings mean the same."""

PENALTY_WINDOW = 64
"""Newest tokens that count for the repetition penalty. Ours counts the reply and nothing else, and
all of it; llama.cpp counts the prompt too, of which this sees only the end, and only at first."""

SEEDS = 2**32 - 1
"""Seeds are below this; it stands for a random one itself."""


@dataclass(frozen=True)
class Job:
    """A request with its prompt written. `room` is the most tokens a sample may have."""

    request: GenerationRequest
    ids: list[int]
    room: int
    lost: LostTokens
    scorer: Scorer
    new_stream: Callable[[], TextStream]
    record: GenerationRecord


@dataclass
class Sample:
    """One completion in the making."""

    job: Job
    number: int
    on_event: Callable[[GenerationEvent], None]
    ids: list[int] = field(default_factory=list)
    tokens: list[TokenLogprob] = field(default_factory=list)
    first: float = 0.0
    last: float = 0.0
    cached: int = 0
    counted: int = 0
    """Tokens that were sampled, by llama.cpp's count."""
    lost: list[int] = field(default_factory=list)
    """Places of tokens whose ids were found out afterwards."""
    all_known: bool = True
    """Of all of them the id is known."""

    def __post_init__(self) -> None:
        self.start = time.perf_counter()
        self.seed = self.job.record.seed + self.number
        self.stream = self.job.new_stream()

    def write(self, server: LlamaServer) -> Completion:
        """Take tokens until an end, a stop string, the room or the person's stop."""
        held: int | None = None
        reason: StopReason = "length" if self.job.room <= 0 else "stopped"
        said = server.stream(self._body(), self.job.request.stop) if self.job.room > 0 else ()
        for news in said:
            if progress := news.get("prompt_progress"):
                self.on_event(PromptProgress(progress["processed"], progress["total"]))
                continue
            if news.get("stop"):
                reason = "end" if news.get("stop_type") == "eos" else "length"
                self.cached = int(news.get("timings", {}).get("cache_n", 0))
                self.counted = int(news.get("tokens_predicted", self.counted))
                held = None if reason == "end" else held
                break
            held = self._take(news, held)
            if self.stream.stopped:
                reason = "stop_string"
                break
        self._fill_in()
        return self._finish(reason, held)

    def _take(self, news: Body, held: int | None) -> int | None:
        """Note and show the token of `news`. One that has no text is held back: it may be the end.

        Which tokens end an answer only llama.cpp knows; it says so after the token.
        """
        if held is not None:
            self._show(held)
        text = str(news.get("content") or "")
        lost = int(news["tokens_predicted"]) - self.counted - len(news["tokens"])
        self.counted = int(news["tokens_predicted"])
        for token in news["tokens"]:
            before = self.job.lost.find(text, token, lost) if lost > 0 else []
            start = len(self.ids)
            self.ids += [*(before or []), token]
            self.lost += range(start, len(self.ids) - 1)
            self.last = time.perf_counter()
            self.first = self.first or self.last
            for odds in news.get("completion_probabilities") or []:
                top = self.job.request.top_logprobs or 0
                self.tokens.append(self.job.scorer.told(odds, top))
            if before is None:
                self.all_known = False
                self._tell(self.stream.push_text(text))
            elif text:
                self._tell([piece for each in (*before, token) for piece in self.stream.push(each)])
            else:
                return int(token)
        return None

    def _show(self, token: int) -> None:
        self._tell(self.stream.push(token))

    def _tell(self, pieces: list[Piece]) -> None:
        """Hand out text; the token's log-probability goes with the first piece."""
        news = tuple(self.tokens[-1:])
        for text, thinking in pieces or [("", False)]:
            self.on_event(TextChunk(text, thinking, self.number, news, self.counted))
            news = ()

    def _finish(self, reason: StopReason, held: int | None) -> Completion:
        if held is not None:
            self._show(held)
        for text, thinking in self.stream.finish():
            self.on_event(TextChunk(text, thinking, self.number, (), self.counted))
        took = self.last - self.first
        record = replace(
            self.job.record,
            seed=self.seed,
            new_tokens=self.counted,
            ttft_s=round(self.first - self.start, 4) if self.ids else 0.0,
            tokens_per_s=round((self.counted - 1) / took, 2) if took > 0 else 0.0,
            stop_reason=reason,
            token_ids=tuple(self.ids) if self.all_known else (),
            cached_tokens=self.cached,
        )
        return Completion(self.stream.text, record, self.stream.thinking, tuple(self.tokens))

    def _fill_in(self) -> None:
        """Ask once more about the tokens that llama.cpp kept to itself."""
        top = self.job.request.top_logprobs
        if top is None or not self.all_known or self.job.request.stop.is_set():
            return
        for place in self.lost:
            before = self.job.ids + self.ids[:place]
            self.tokens.insert(place, self.job.scorer.find(before, self.ids[place], top))

    def _body(self) -> Body:
        request, sampling = self.job.request, self.job.request.sampling
        body: Body = {
            "prompt": self.job.ids,
            "n_predict": self.job.room,
            "samplers": list(SAMPLERS),
            "temperature": max(0.0, sampling.temperature),
            "top_k": sampling.top_k,
            "top_p": sampling.top_p,
            "min_p": sampling.min_p,
            "repeat_penalty": sampling.repetition_penalty,
            "repeat_last_n": PENALTY_WINDOW,
            "seed": self.seed % SEEDS,
            "cache_prompt": not request.exact,
            "return_tokens": True,
            "return_progress": True,
        }
        if request.top_logprobs is not None:  # of the model itself: before sampling settings
            body |= {"n_probs": max(1, request.top_logprobs), "post_sampling_probs": False}
        if request.json_schema:
            body["json_schema"] = json.loads(request.json_schema)
        return body
