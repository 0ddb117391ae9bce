from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.generation import GenerationEvent, PromptProgress, TextChunk, TokenLogprob
from desktop_llm.engine.event_batcher import EventBatcher


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def batcher() -> tuple[EventBatcher, list[GenerationEvent], Clock]:
    clock, out = Clock(), list[GenerationEvent]()
    return EventBatcher(out.append, clock), out, clock


def test_a_thousand_tokens_in_a_second_make_at_most_sixteen_events() -> None:
    events, out, clock = batcher()
    for number in range(1000):
        events.add(TextChunk("a", new_tokens=number + 1))
        clock.now += 0.001
    events.flush()
    assert len(out) <= 16
    assert "".join(chunk.text for chunk in out if isinstance(chunk, TextChunk)) == "a" * 1000


def test_slow_tokens_leave_one_by_one() -> None:
    events, out, clock = batcher()
    for _ in range(5):
        events.add(TextChunk("a"))
        clock.now += 0.1
    assert len(out) == 5


def test_the_first_text_leaves_at_once_even_right_after_the_prompt_was_read() -> None:
    events, out, _ = batcher()
    events.add(PromptProgress(4, 4))
    events.add(TextChunk("H"))
    assert out == [PromptProgress(4, 4), TextChunk("H")]


def test_thinking_and_answer_stay_apart_and_in_order() -> None:
    events, out, _ = batcher()
    events.add(TextChunk("first"))
    for chunk in (TextChunk("hm", True), TextChunk("m", True), TextChunk("so"), TextChunk("!")):
        events.add(chunk)
    events.flush()
    assert out == [TextChunk("first"), TextChunk("hmm", True), TextChunk("so!")]


def test_samples_are_not_mixed() -> None:
    events, out, _ = batcher()
    for sample in (0, 1, 0, 1):
        events.add(TextChunk(str(sample), sample=sample))
    events.flush()
    assert out == [TextChunk("0"), TextChunk("11", sample=1), TextChunk("0")]


def test_joined_text_keeps_every_log_probability_and_the_last_count() -> None:
    events, out, _ = batcher()
    tokens = [TokenLogprob(i, str(i), -1.0) for i in range(3)]
    for count, token in enumerate(tokens):
        events.add(TextChunk(token.text, tokens=(token,), new_tokens=count + 1))
    events.flush()
    assert out[1] == TextChunk("12", tokens=tuple(tokens[1:]), new_tokens=3)


def test_of_several_reports_on_the_prompt_the_newest_leaves() -> None:
    events, out, _ = batcher()
    for done in range(1, 6):
        events.add(PromptProgress(done, 5))
    events.flush()
    assert out == [PromptProgress(1, 5), PromptProgress(5, 5)]


@given(
    st.lists(st.tuples(st.text(max_size=3), st.booleans(), st.integers(0, 2), st.floats(0, 0.1)))
)
def test_no_text_is_lost_or_reordered_within_a_sample(
    steps: list[tuple[str, bool, int, float]],
) -> None:
    events, out, clock = batcher()
    for text, thinking, sample, pause in steps:
        events.add(TextChunk(text, thinking, sample))
        clock.now += pause
    events.flush()
    for sample in range(3):
        sent = [(t, think) for t, think, s, _ in steps if s == sample]
        got = [(c.text, c.thinking) for c in out if isinstance(c, TextChunk) and c.sample == sample]
        assert _spelled(sent) == _spelled(got)


def _spelled(chunks: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    return [(character, thinking) for text, thinking in chunks for character in text]
