"""The interface of every engine. The layers above cannot tell which one they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    TokenLogprob,
)


@dataclass(frozen=True)
class Capabilities:
    """What an engine can do beside generating text; the window hides what is lacking."""

    logprobs: bool = True
    score: bool = True
    embed: bool = True
    adapters: bool = True


class Engine(Protocol):
    """One model in memory at a time. Calls block; `on_…` callbacks run on the calling thread."""

    @property
    def capabilities(self) -> Capabilities: ...

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        """Load `model`, after unloading what was loaded before. Raises `ExpectedError`."""

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        """Run `request` until it ends or `request.stop` is set. Raises `ExpectedError`."""

    def score(self, text: str) -> list[TokenLogprob]:
        """The log-probability (natural logarithm) of every token of `text` but the first."""

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text: the mean of the last hidden state over its tokens, of length 1."""

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """Tokens of the prompt that `messages` make, template included."""

    def unload(self) -> None:
        """Give the memory back; harmless when nothing is loaded."""
