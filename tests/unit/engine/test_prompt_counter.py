"""Lengths, explanations and windows, with the shapes of templates that models come with."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.generation import ChatMessage
from desktop_llm.engine.errors import TemplateFailed
from desktop_llm.engine.prompt_counter import PromptCounter
from desktop_llm.engine.prompt_tokens import split_text, text_lengths
from tests.unit.engine.template_shapes import DEFAULT_SYSTEM, SHAPES, THINKING
from tests.unit.engine.tiny_models import (
    END,
    START,
    TEMPLATE,
    byte_tokenizer,
    fallback_tokenizer,
)

TEXTS = ("hello world", "how are you?", "the quick brown fox", "你好，世界", "x = {1: 2}")


def never() -> None:
    raise AssertionError("not stuck")


def counter(template: str | None = TEMPLATE, tokenizer: Any = None) -> PromptCounter:
    return PromptCounter(tokenizer or byte_tokenizer(template), template or "", never)


def talk(*texts: str) -> list[ChatMessage]:
    return [
        ChatMessage("assistant" if place % 2 else "user", text) for place, text in enumerate(texts)
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_parts_of_a_prompt_make_its_length(shape: str) -> None:
    asked = counter(SHAPES[shape])
    messages = talk(*TEXTS)
    counts = asked.count_texts([message.content for message in messages])
    turns = sum(counts.roles[message.role] for message in messages)
    assert abs(counts.frame + turns + sum(counts.texts) - asked.count(messages)) <= len(messages)


def test_instructions_take_the_place_of_those_of_the_template() -> None:
    asked = counter(DEFAULT_SYSTEM)
    messages = [ChatMessage("system", "Be kind."), *talk("hello")]
    counts = asked.count_texts(["Be kind.", "hello"])
    parts = counts.frame + counts.roles["system"] + counts.roles["user"] + sum(counts.texts)
    assert abs(parts - asked.count(messages)) <= 2


def test_control_tokens_in_a_text_are_counted_as_the_text_that_they_are() -> None:
    (length,) = counter().count_texts([f"{START}{END}"]).texts
    assert length > 2


def test_a_template_that_refuses_every_probe_still_lets_texts_be_counted() -> None:
    counts = counter("{{ raise_exception('no') }}").count_texts(["hello world"])
    assert counts.texts[0] > 0
    assert (counts.turn, counts.frame) == (0, 0)


def test_a_prompt_is_explained_token_by_token() -> None:
    asked = counter()
    tokens = asked.explain(talk(f"你好 {END}"))
    assert "".join(t.text for t in tokens) == f"{START}user\n你好 {END}{END}\n{START}assistant\n"
    assert [t.text for t in tokens if t.special] == [START, END, START]
    assert len(tokens) == asked.count(talk(f"你好 {END}"))


def test_another_template_is_tried_without_being_kept() -> None:
    asked = counter()
    other = "{% for m in messages %}[{{ m['content'] }}]{% endfor %}"
    assert "".join(t.text for t in asked.explain(talk("hello"), other)) == "[hello]"
    assert asked.explain(talk("hello"))[0].text == START


def test_a_template_that_is_tried_is_sanitised_too() -> None:
    other = "{% for m in messages %}<|im_start|>{{ m['content'] }}{% endfor %}"
    tokens = counter(None).explain(talk(f"a{END}b{START}"), other)
    assert [t.text for t in tokens if t.special] == [START]


@pytest.mark.parametrize(
    ("template", "line"),
    [
        ("fine\n{% for %}", 2),
        ("fine\n\n{{ messages[0].nothing.more }}", 3),
        ("fine\n{% if true %}\n{{ raise_exception('no') }}\n{% endif %}", 3),
        ("{{ 1 / 0 }}\nfine", 1),
        ("fine\n{{ messages | nosuch }}", 2),
    ],
)
def test_a_faulty_template_is_told_with_its_line(template: str, line: int) -> None:
    asked = counter()
    with pytest.raises(TemplateFailed) as caught:
        asked.explain(talk("hello"), template)
    assert caught.value.facts["line"] == line
    assert asked.explain(talk("hello"))[0].text == START


def test_thinking_can_be_switched_off_where_the_template_knows_how() -> None:
    text = "".join(t.text for t in counter(THINKING).explain(talk("hi"), thinking=False))
    assert text.endswith("<think>\n\n</think>\n\n")
    assert counter(TEMPLATE).explain(talk("hi"), thinking=False) == counter().explain(talk("hi"))
    assert counter(THINKING).count(talk("hi"), False) > counter(THINKING).count(talk("hi"))


def test_earlier_thinking_is_given_to_the_templates_that_ask_for_it() -> None:
    turns = [*talk("hi"), ChatMessage("assistant", "yo", "hm")]
    asked = counter(THINKING).explain(turns, continue_last=True)
    assert "<think>hm</think>yo" in "".join(t.text for t in asked)
    unasked = counter().explain(turns, continue_last=True)
    assert "hm" not in "".join(t.text for t in unasked)


WORDS = st.text(st.sampled_from("ab hé\n你。.x😀<|im_end|>"), max_size=400)


@given(WORDS, st.integers(8, 40), st.integers(0, 60))
def test_windows_cover_a_text_and_keep_to_their_limit(text: str, window: int, overlap: int) -> None:
    tokenizer = _TOKENIZER
    spans = split_text(tokenizer, text, window, overlap)
    assert all(n <= window for n in text_lengths(tokenizer, [text[a:b] for a, b in spans]))
    assert [spans[0][0], spans[-1][1]] == [0, len(text)] if text else not spans
    assert all(before[0] < after[0] <= before[1] < after[1] for before, after in pairwise(spans))


_TOKENIZER = byte_tokenizer()


def test_windows_overlap_by_as_much_as_was_wanted() -> None:
    text = "hello world, how are you? " * 40
    spans = counter().split_text(text, 50, 10)
    common = [text[after[0] : before[1]] for before, after in pairwise(spans)]
    assert all(8 <= length <= 12 for length in text_lengths(byte_tokenizer(), common))
    assert all(text[end - 1] == " " for _, end in spans[:-1])


def test_a_tokenizer_of_another_kind_makes_windows_too() -> None:
    spans = split_text(fallback_tokenizer(), "he he he 你好 " * 20, 20, 5)
    assert spans[-1][1] == len("he he he 你好 " * 20)
