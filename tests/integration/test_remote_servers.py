"""The engine for servers, against the server of llama.cpp in a process of its own."""

from __future__ import annotations

import subprocess
import sys
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
from desktop_llm.engine.remote.errors import ServerRefused, ServerRefusedKey
from desktop_llm.engine.remote.listing import list_models

KEY = "sk-of-the-tests"
GREEDY = Sampling(temperature=0.0, max_new_tokens=8, repetition_penalty=1.0, seed=1)
QUESTION = (ChatMessage("user", "What is the capital of France?"),)


@pytest.fixture(scope="module")
def address(starter_model: ModelSource) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.llama_server", str(starter_model.convert_from), KEY]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout and process.stdin
        said = next(line for line in process.stdout if line.startswith("address "))
        yield said.split()[1] + "/v1"
        process.stdin.close()


@pytest.fixture
def engine() -> Iterator[RemoteEngine]:
    made = RemoteEngine()
    yield made
    made.unload()


def load(engine: RemoteEngine, address: str) -> LoadedModel:
    (listed,) = list_models(address, KEY)
    source = ModelSource("m", Path(), remote=RemoteModel("", address, listed.id))
    return engine.load(source, None, LoadOptions(api_key=KEY), lambda step: None)


def test_it_chats_with_the_figures_of_the_server(engine, address):
    loaded = load(engine, address)
    assert loaded.parameters > 100_000_000
    assert {"top_k", "min_p"} < loaded.capabilities.samplers
    shown: list[GenerationEvent] = []
    request = GenerationRequest("1", messages=QUESTION, sampling=GREEDY, top_logprobs=2)
    completion = engine.generate(request, shown.append).completions[0]
    assert len(completion.text) > 10
    assert completion.text == "".join(e.text for e in shown if isinstance(e, TextChunk))
    assert completion.record.prompt_tokens > 10
    assert 4 < completion.record.new_tokens <= 8
    assert all(len(token.top) == 2 and token.token_id >= 0 for token in completion.tokens)


def test_it_completes_and_its_samples_differ(engine, address):
    load(engine, address)
    warm = Sampling(temperature=1.5, max_new_tokens=8, seed=5)
    request = GenerationRequest("1", prompt="Once upon a time", sampling=warm, num_samples=2)
    one, two = engine.generate(request, lambda event: None).completions
    assert one.text != two.text
    assert (one.record.seed, two.record.seed) == (5, 6)
    assert one.record.stop_reason == "length"


def test_it_stops_and_the_server_is_free_again(engine, address):
    load(engine, address)
    long = Sampling(temperature=0.0, max_new_tokens=400)
    request = GenerationRequest("1", prompt="One, two, three,", sampling=long)

    def stop_at_the_third(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk) and event.new_tokens == 3:
            request.stop.set()

    stopped = engine.generate(request, stop_at_the_third).completions[0]
    assert stopped.record.stop_reason == "stopped"
    assert 3 <= stopped.record.new_tokens < 100
    again = GenerationRequest("2", messages=QUESTION, sampling=GREEDY)
    assert engine.generate(again, lambda event: None).completions[0].record.new_tokens > 3


def test_it_is_held_to_a_schema_and_goes_on_inside_an_answer(engine, address):
    load(engine, address)
    schema = '{"type": "string", "enum": ["yes"]}'
    request = GenerationRequest("1", messages=QUESTION, sampling=GREEDY, json_schema=schema)
    assert engine.generate(request, lambda event: None).completions[0].text == '"yes"'
    begun = (*QUESTION, ChatMessage("assistant", "The capital of France is"))
    goes_on = GenerationRequest("2", messages=begun, continue_last=True, sampling=GREEDY)
    text = engine.generate(goes_on, lambda event: None).completions[0].text
    assert text.startswith(" Paris")


def test_its_refusals_are_told(engine, address):
    with pytest.raises(ServerRefusedKey):
        list_models(address, "wrong")
    load(engine, address)
    request = GenerationRequest("1", prompt="word " * 2000)
    with pytest.raises(ServerRefused) as caught:
        engine.generate(request, lambda event: None)
    assert caught.value.facts["status"] == 400
