"""Our engine for servers against our own server: what one says the other understands."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_llm.core.generation import (
    ChatMessage,
    GenerationEvent,
    GenerationRequest,
    LoadedModel,
    LoadOptions,
    ModelSource,
    RemoteModel,
    Sampling,
    TextChunk,
)
from desktop_llm.engine.remote.engine import RemoteEngine
from desktop_llm.engine.remote.errors import ServerRefusedKey
from tests.fakes import Step
from tests.unit.server.house import KEY, Served, serving

ASK = (ChatMessage("user", "Hello?"),)


@pytest.fixture
def engine() -> Iterator[RemoteEngine]:
    made = RemoteEngine()
    yield made
    made.unload()


def load(engine: RemoteEngine, served: Served, key: str = KEY) -> LoadedModel:
    source = ModelSource("m", Path(), remote=RemoteModel("", served.address, "tiny"))
    return engine.load(source, None, LoadOptions(api_key=key), lambda step: None)


def test_it_chats_and_every_sampler_arrives(engine):
    sampling = Sampling(0.5, 0.9, 7, 0.2, 1.3, 40, seed=11)
    with serving() as served:
        loaded = load(engine, served)
        assert loaded.context_length == 2048
        assert loaded.capabilities.samplers == frozenset(
            {"temperature", "top_p", "top_k", "min_p", "repetition_penalty", "seed"}
        )
        request = GenerationRequest("1", messages=ASK, sampling=sampling)
        completion = engine.generate(request, lambda event: None).completions[0]
        assert completion.text == "Hello from the fake."
        assert (completion.record.prompt_tokens, completion.record.new_tokens) == (5, 4)
        assert served.engine.requests[-1].sampling == sampling


def test_thinking_is_told_apart_and_a_prompt_is_completed(engine):
    script: list[Step] = [TextChunk("Let me see.", thinking=True), "Four."]
    with serving(script, [" time"]) as served:
        load(engine, served)
        request = GenerationRequest("1", messages=ASK)
        thought = engine.generate(request, lambda event: None).completions[0]
        assert (thought.thinking, thought.text) == ("Let me see.", "Four.")
        raw = GenerationRequest("2", prompt="Once upon a")
        assert engine.generate(raw, lambda event: None).completions[0].text == " time"


def test_a_stop_here_is_a_stop_there(engine):
    with serving(["One", threading.Event(), "two"]) as served:
        load(engine, served)
        request = GenerationRequest("1", messages=ASK)

        def stop(event: GenerationEvent) -> None:
            request.stop.set()

        completion = engine.generate(request, stop).completions[0]
        assert (completion.text, completion.record.stop_reason) == ("One", "stopped")
        served.reached(lambda state: state.running == 0)


def test_a_wrong_key_is_refused(engine):
    with serving() as served, pytest.raises(ServerRefusedKey):
        load(engine, served, "wrong")
