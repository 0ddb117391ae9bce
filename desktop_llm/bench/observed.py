"""One answer as somebody saw it, with the times at which it was seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    Sampling,
    TextChunk,
)

Generate = Callable[[GenerationRequest, Callable[[GenerationEvent], None]], GenerationResult]


@dataclass
class Observed:
    """Times in seconds, of one clock."""

    sent: float = 0.0
    texts: list[tuple[float, int]] = field(default_factory=list)
    """When text came, and how many tokens there were by then."""
    ended: float = 0.0

    @property
    def first_text_s(self) -> float:
        return self.texts[0][0] - self.sent

    @property
    def tokens_per_s(self) -> float:
        """Speed from the first to the last text."""
        (begin, first), (end, last) = self.texts[0], self.texts[-1]
        return (last - first) / (end - begin) if end > begin else 0.0

    def see(self, event: GenerationEvent) -> None:
        if isinstance(event, TextChunk) and event.new_tokens:
            self.texts.append((time.perf_counter(), event.new_tokens))


def observe(generate: Generate, prompt: str, sampling: Sampling) -> Observed:
    """Let an engine answer `prompt` in a chat, and watch."""
    seen = Observed()
    request = GenerationRequest(
        new_id(), messages=(ChatMessage("user", prompt),), sampling=sampling
    )
    seen.sent = time.perf_counter()
    generate(request, seen.see)
    seen.ended = time.perf_counter()
    return seen
