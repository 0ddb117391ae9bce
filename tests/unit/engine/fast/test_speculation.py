from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.core.generation import Completion, GenerationRequest, LoadOptions, Sampling
from desktop_llm.engine.fast.speculation import Lookup, Pace
from desktop_llm.engine.transformers_engine import TransformersEngine
from tests.unit.engine.tiny_models import save_model, tiny_model

GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_new_tokens=40)
WARM = Sampling(temperature=1.2, top_k=0, top_p=1.0, max_new_tokens=24, seed=7)
REPETITIVE = "the quick brown fox, the quick brown fox, the quick brown"


class Eager(Pace):
    """Guesses whenever it can."""

    def length(self, size: int, most: int) -> int:
        return min(most, 5) if size else 0


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TransformersEngine]:
    engine = TransformersEngine()
    source = save_model(tmp_path_factory.mktemp("tiny") / "tiny", tiny_model(initializer_range=0.1))
    options = LoadOptions(device="cpu", dtype="float32", threads=1)
    engine.load(source, None, options, lambda _: None)
    assert engine._loaded is not None
    engine._loaded.pace = Eager()
    yield engine
    engine.unload()


def same_without_guessing(engine: TransformersEngine, request: GenerationRequest) -> Completion:
    """The answer, once it is clear that it is the one that is written token by token."""
    done = engine.generate(request, lambda _: None).completions[0]
    plain = engine.generate(replace(request, exact=True), lambda _: None).completions[0]
    assert done.record.token_ids == plain.record.token_ids
    assert (done.text, done.record.stop_reason) == (plain.text, plain.record.stop_reason)
    assert plain.record.drafted_tokens == 0
    return done


def completion(prompt: str, sampling: Sampling, **more: Any) -> GenerationRequest:
    return GenerationRequest("r", prompt=prompt, sampling=sampling, **more)


def test_a_run_that_came_up_before_is_found_with_what_came_after_it() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 9, 2, 3])
    size, place = lookup.find()
    assert size == 2
    assert lookup.copy(place, 3) == [4, 5, 9]


def test_the_longest_run_counts_and_of_its_places_the_last() -> None:
    lookup = Lookup([1, 2, 3, 7, 9, 2, 3, 8, 1, 2, 3, 6, 1, 2, 3])
    size, place = lookup.find()
    assert (size, lookup.copy(place, 1)) == (3, [6])


def test_nothing_is_found_in_what_does_not_repeat() -> None:
    assert Lookup([1, 2, 3, 4, 5]).find() == (0, 0)
    assert Lookup([]).find() == (0, 0)


def test_what_repeats_itself_goes_on_doing_so() -> None:
    lookup = Lookup([5, 1, 2, 1, 2, 1, 2])
    _, place = lookup.find()
    assert lookup.copy(place, 5) == [1, 2, 1, 2, 1]


def test_guessed_answers_are_those_written_token_by_token(engine: TransformersEngine) -> None:
    done = same_without_guessing(engine, completion(REPETITIVE, GREEDY))
    assert 0 < done.record.accepted_tokens <= done.record.drafted_tokens


@settings(max_examples=15, deadline=None)
@given(
    words=st.lists(st.sampled_from(["the ", "fox ", "hi, ", "é"]), min_size=1, max_size=12),
    temperature=st.sampled_from([0.0, 0.3, 1.2]),
    penalty=st.sampled_from([1.0, 1.3]),
    seed=st.integers(0, 1000),
    room=st.integers(1, 24),
)
def test_any_answer_is_the_same_with_guessing(
    engine: TransformersEngine,
    words: list[str],
    temperature: float,
    penalty: float,
    seed: int,
    room: int,
) -> None:
    sampling = Sampling(
        temperature=temperature, repetition_penalty=penalty, seed=seed, max_new_tokens=room
    )
    same_without_guessing(engine, completion("".join(words) * 3, sampling))


def test_an_end_token_within_a_guess_ends_the_answer(engine: TransformersEngine) -> None:
    assert engine._loaded is not None
    parts = engine._loaded.parts
    plain = same_without_guessing(engine, completion(REPETITIVE, GREEDY)).record.token_ids
    ends, parts.end_tokens = parts.end_tokens, frozenset(plain[-2:])
    try:
        done = same_without_guessing(engine, completion(REPETITIVE, GREEDY))
    finally:
        parts.end_tokens = ends
    assert done.record.stop_reason == "end"


def test_a_stop_string_within_a_guess_ends_the_answer(engine: TransformersEngine) -> None:
    text = same_without_guessing(engine, completion(REPETITIVE, GREEDY)).text
    stopping = replace(GREEDY, stop_strings=(text[-3:],))
    done = same_without_guessing(engine, completion(REPETITIVE, stopping))
    assert done.record.stop_reason == "stop_string"


def test_log_probabilities_within_guesses_are_the_models_own(engine: TransformersEngine) -> None:
    request = completion(REPETITIVE, GREEDY, top_logprobs=2)
    done = same_without_guessing(engine, request)
    plain = engine.generate(replace(request, exact=True), lambda _: None).completions[0]
    assert len(done.tokens) == len(done.record.token_ids)
    for one, other in zip(done.tokens, plain.tokens, strict=True):
        assert (one.token_id, one.text) == (other.token_id, other.text)
        assert one.logprob == pytest.approx(other.logprob, abs=1e-4)


def test_what_was_kept_after_guesses_is_what_was_said(engine: TransformersEngine) -> None:
    first = engine.generate(completion(REPETITIVE, GREEDY), lambda _: None).completions[0]
    longer = completion(REPETITIVE + first.text + " the quick", GREEDY)
    assert same_without_guessing(engine, longer).record.cached_tokens > 0


def test_sampled_tokens_are_as_frequent_as_without_guessing(engine: TransformersEngine) -> None:
    """With the same random numbers they are the same, so that no frequency can differ."""
    for seed in range(8):
        sampling = replace(WARM, seed=seed, temperature=0.5)
        same_without_guessing(engine, completion(REPETITIVE, sampling))


def paced(step: float, check: float, size: int, right: int, answers: int = 1) -> tuple[Pace, float]:
    """After steps of `step` seconds and checks of `check`, and how much slower it was for them."""
    pace, lost = Pace(), 0.0
    for _ in range(answers):
        pace.begin()
        for _ in range(100):
            length = pace.length(size, 16)
            if length:
                came = min(right, length)
                pace.note_check(size, length, came, check)
                lost += check / step - came - 1
            else:
                pace.note_step(step)
    return pace, lost


def test_guesses_that_come_true_are_made_longer() -> None:
    pace, lost = paced(1.0, 1.2, size=4, right=16)
    assert lost < -500
    assert pace.length(4, 100) == 15
    assert pace.length(4, 5) == 4


def test_guesses_that_never_come_true_cost_next_to_nothing() -> None:
    _, lost = paced(1.0, 1.3, size=2, right=0)
    assert 0 < lost <= 2


def test_where_a_check_is_slow_nothing_is_guessed_for_long() -> None:
    _, lost = paced(1.0, 6.0, size=4, right=1, answers=4)
    assert lost <= 4 * 6


def test_nothing_is_guessed_before_a_step_was_measured_or_without_room() -> None:
    pace = Pace()
    assert pace.length(4, 16) == 0
    pace.note_step(1.0)
    assert pace.length(0, 16) == 0
    assert pace.length(4, 1) == 0
