"""Answers with what was read before are those without it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_llm.core.generation import (
    ChatMessage,
    Completion,
    GenerationEvent,
    GenerationRequest,
    LoadOptions,
    PromptProgress,
    Sampling,
    TextChunk,
)
from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.errors import OutOfMemory
from desktop_llm.engine.transformers_engine import TransformersEngine
from tests.unit.engine.tiny_models import save_model, tiny_model

OPTIONS = LoadOptions(device="cpu", dtype="float32", threads=1)
GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=6)
WARM = Sampling(temperature=1.5, top_k=0, top_p=1.0, max_new_tokens=6, seed=7)
TEXTS = ("hello world", "hello", "the quick brown fox", "hi there, hi there, hi there")


def an_engine(folder: Path, kind: str = "llama", **changes: Any) -> TransformersEngine:
    engine = TransformersEngine()
    engine.load(save_model(folder, tiny_model(kind, **changes)), None, OPTIONS, lambda _: None)
    return engine


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> TransformersEngine:
    return an_engine(tmp_path_factory.mktemp("tiny") / "llama")


@pytest.fixture
def engine(shared: TransformersEngine) -> TransformersEngine:
    """With nothing read before."""
    assert shared._loaded is not None
    shared._loaded.cache.clear()
    return shared


@pytest.fixture(scope="module")
def sliding(tmp_path_factory: pytest.TempPathFactory) -> TransformersEngine:
    folder = tmp_path_factory.mktemp("tiny") / "gemma"
    return an_engine(folder, "gemma3", sliding_window=16, head_dim=8)


def chat(*texts: str, sampling: Sampling = GREEDY, **more: Any) -> GenerationRequest:
    """Question, answer, question, and so on."""
    roles = ("user", "assistant")
    turns = (ChatMessage(roles[n % 2], text) for n, text in enumerate(texts))  # type: ignore[arg-type]
    return GenerationRequest("r", tuple(turns), sampling=sampling, **more)


def answer(
    engine: TransformersEngine,
    request: GenerationRequest,
    on_event: Callable[[GenerationEvent], None] = lambda _: None,
) -> Completion:
    return engine.generate(replace(request, stop=threading.Event()), on_event).completions[0]


def same_without_cache(engine: TransformersEngine, request: GenerationRequest) -> Completion:
    """The answer, once it is clear that it is the one that is written from the beginning."""
    done = answer(engine, request)
    plain = answer(engine, replace(request, exact=True))
    assert done.record.token_ids == plain.record.token_ids
    assert (done.text, done.record.stop_reason) == (plain.text, plain.record.stop_reason)
    assert plain.record.cached_tokens == plain.record.drafted_tokens == 0
    return done


@pytest.mark.parametrize("sampling", [GREEDY, WARM])
def test_a_follow_up_turn_reads_only_what_is_new(
    engine: TransformersEngine, sampling: Sampling
) -> None:
    first = answer(engine, chat("hello world", sampling=sampling))
    assert first.record.cached_tokens == 0
    request = chat("hello world", first.text, "hi", sampling=sampling)
    again = same_without_cache(engine, request)
    assert again.record.cached_tokens >= first.record.prompt_tokens


def test_going_on_and_editing_and_branching_reuse_what_is_shared(
    engine: TransformersEngine,
) -> None:
    one = same_without_cache(engine, chat("the quick brown fox", sampling=WARM))
    same_without_cache(engine, chat("the quick brown fox", one.text, "hi", sampling=WARM))
    edited = same_without_cache(engine, chat("the quick red fox", sampling=WARM))
    assert 3 < edited.record.cached_tokens < one.record.prompt_tokens
    back = same_without_cache(engine, chat("the quick brown fox", one.text, "ho", sampling=WARM))
    assert back.record.cached_tokens >= one.record.prompt_tokens
    other = replace(WARM, seed=8)
    second = same_without_cache(engine, chat("the quick brown fox", sampling=other))
    assert second.record.cached_tokens == second.record.prompt_tokens - 1


def test_other_conversations_in_between_do_not_disturb(engine: TransformersEngine) -> None:
    first = answer(engine, chat("hello world"))
    for text in TEXTS[2:]:
        same_without_cache(engine, chat(text))
    again = same_without_cache(engine, chat("hello world", first.text, "hi"))
    assert again.record.cached_tokens >= first.record.prompt_tokens


def test_what_was_read_before_a_stop_is_not_read_again(tmp_path: Path) -> None:
    engine = an_engine(tmp_path / "long", max_position_embeddings=2048)
    request = GenerationRequest("r", prompt="é" * 300, sampling=GREEDY)
    events: list[GenerationEvent] = []

    def stop(event: GenerationEvent) -> None:
        request.stop.set()

    record = engine.generate(request, stop).completions[0].record
    assert (record.stop_reason, record.new_tokens) == ("stopped", 0)
    again = answer(engine, request, events.append).record
    assert again.cached_tokens == 512
    assert events[0] == PromptProgress(again.prompt_tokens, again.prompt_tokens)


def test_an_exact_request_uses_nothing_and_leaves_nothing(engine: TransformersEngine) -> None:
    answer(engine, chat("hello world", exact=True))
    assert answer(engine, chat("hello world")).record.cached_tokens == 0
    assert answer(engine, chat("hello world", exact=True)).record.cached_tokens == 0


def test_several_samples_share_what_was_read(engine: TransformersEngine) -> None:
    answer(engine, chat("hello world", sampling=WARM))
    three = chat("hello world", sampling=WARM, num_samples=3)
    done = engine.generate(three, lambda _: None).completions
    plain = engine.generate(replace(three, exact=True), lambda _: None).completions
    assert [c.record.token_ids for c in done] == [c.record.token_ids for c in plain]
    assert done[0].record.cached_tokens == done[0].record.prompt_tokens - 1


def test_nothing_survives_unloading(tmp_path: Path) -> None:
    source, engine = save_model(tmp_path / "m"), TransformersEngine()
    for _ in range(2):
        engine.load(source, None, OPTIONS, lambda _: None)
        assert answer(engine, chat("hello world")).record.cached_tokens == 0
        engine.unload()


def test_what_is_kept_is_reported_and_within_the_budget(tmp_path: Path) -> None:
    engine = TransformersEngine()
    options = replace(OPTIONS, cache_bytes=300_000)
    engine.load(save_model(tmp_path / "m"), None, options, lambda _: None)
    sizes = [engine.generate(chat(text), lambda _: None).cache_bytes for text in TEXTS]
    assert 0 < max(sizes) <= 300_000


def test_running_out_of_memory_forgets_what_was_kept(
    engine: TransformersEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any) -> None:
        raise MemoryError

    answer(engine, chat("hello world"))
    with monkeypatch.context() as patch, pytest.raises(OutOfMemory):
        patch.setattr(Decoder, "read", exhausted)
        answer(engine, chat("hello"))
    assert answer(engine, chat("hello world")).record.cached_tokens == 0


REQUESTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3),
        st.sampled_from([GREEDY, WARM]),
        st.one_of(st.none(), st.integers(1, 4)),
    ),
    min_size=2,
    max_size=5,
)
FEW = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FEW
@given(requests=REQUESTS)
def test_any_requests_are_answered_as_without_a_cache(
    shared: TransformersEngine, requests: list[tuple[list[str], Sampling, int | None]]
) -> None:
    check_all(shared, requests)


@FEW
@given(requests=REQUESTS)
def test_so_are_those_to_a_model_whose_window_slides(
    sliding: TransformersEngine, requests: list[tuple[list[str], Sampling, int | None]]
) -> None:
    check_all(sliding, requests)


def check_all(
    engine: TransformersEngine, requests: list[tuple[list[str], Sampling, int | None]]
) -> None:
    """Conversations, some of them stopped after some tokens and gone on with."""
    for texts, sampling, stop_after in requests:
        said: list[str] = []
        for text in texts:
            request = chat(*said, text, sampling=sampling)
            if stop_after is None:
                done = same_without_cache(engine, request)
            else:
                done = stopped_answer(engine, request, stop_after)
            said += [text, done.text]


def stopped_answer(engine: TransformersEngine, request: GenerationRequest, after: int) -> Any:
    request = replace(request, stop=threading.Event())

    def stop(event: GenerationEvent) -> None:
        if isinstance(event, TextChunk) and event.new_tokens == after:
            request.stop.set()

    return engine.generate(request, stop).completions[0]
