"""The interface of every engine. The layers above cannot tell which one they hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    PromptToken,
    TokenCounts,
    TokenLogprob,
)


class Engine(Protocol):
    """One model in memory at a time. Calls block; `on_…` callbacks run on the calling thread.

    From `count_tokens` to `template` they may come from other threads, also during a generation.
    """

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

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        """Tokens of the prompt that `messages` make, template included."""

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        """Tokens of each text, and what a prompt takes beside them."""

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        """The tokens of the prompt, by another chat template if one is given.

        Raises TemplateFailed, with the line of the template, and TemplateTimeout.
        """

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        """Spans of characters of at most `window` tokens each, about `overlap` tokens in common."""

    def template(self) -> str:
        """The chat template that came with the model; "" if none did."""

    def unload(self) -> None:
        """Give the memory back; harmless when nothing is loaded."""
