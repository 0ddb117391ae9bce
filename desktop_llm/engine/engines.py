"""All engines behind one: each model is run by the one that is chosen for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    EngineName,
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
from desktop_llm.engine.engine_choice import choose_engine
from desktop_llm.engine.errors import NoModelLoaded
from desktop_llm.engine.memory_watch import MemoryWatch, give_back
from desktop_llm.engine.protocol import Engine


class Engines:
    """See `engine.protocol.Engine`. Engines are made when they are needed; one has the model."""

    def __init__(self, on_stuck: Callable[[], None] = lambda: None) -> None:
        """`on_stuck`: foreign code hangs where nothing can end it but the process's end."""
        self._on_stuck = on_stuck
        self._made: dict[EngineName, Engine] = {}
        self._engine: Engine | None = None
        self._watch = MemoryWatch()

    @property
    def capabilities(self) -> Capabilities:
        return self._engine.capabilities if self._engine else Capabilities()

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        self.unload()
        model = replace(model, adapter=adapter or model.adapter)
        name = choose_engine(model, options).name
        engine = self._made.get(name) or self._make(name)
        self._watch.begin()
        loaded = engine.load(model, adapter, options, on_progress)
        self._watch.loaded(loaded, options)
        self._engine = engine
        return loaded

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        result = self._require().generate(request, on_event)
        self._watch.answered(result)
        return result

    def score(self, text: str) -> list[TokenLogprob]:
        return self._require().score(text)

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return self._require().embed(texts)

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        return self._require().count_tokens(messages, thinking, continue_last)

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        return self._require().count_texts(texts)

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        return self._require().explain(messages, template, thinking, continue_last)

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        return self._require().split_text(text, window, overlap)

    def template(self) -> str:
        return self._require().template()

    def unload(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.unload()
            give_back()

    def _make(self, name: EngineName) -> Engine:
        """Importing one takes up to seconds, and brings only what it needs itself."""
        engine: Engine
        match name:
            case "transformers":
                from desktop_llm.engine.transformers_engine import TransformersEngine

                engine = TransformersEngine(self._on_stuck)
            case "llama.cpp":
                from desktop_llm.engine.llama.engine import LlamaCppEngine

                engine = LlamaCppEngine(self._on_stuck)
            case "remote":
                from desktop_llm.engine.remote.engine import RemoteEngine

                engine = RemoteEngine()
        self._made[name] = engine
        return engine

    def _require(self) -> Engine:
        if self._engine is None:
            raise NoModelLoaded
        return self._engine
