from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_llm.engine.detokenizer import HALF, Detokenizer
from tests.unit.engine.tiny_models import END, byte_tokenizer, fallback_tokenizer

TEXTS = [
    "Hello, how are you?",
    "你好，世界！今天天气怎么样？",
    "こんにちは、世界。カタカナとひらがな",
    "สวัสดีชาวโลก ภาษาไทยไม่มีช่องว่าง",
    "👩‍👩‍👧‍👦 family, 👍🏽 thumb, 🇩🇪 flag",
    "naïve café — “quotes”",
    " leading and trailing ",
    "a\ufffdb, a real replacement character",
    "mixed 中 and\nlines\t\ttabs",
]
TOKENIZERS = [byte_tokenizer(), fallback_tokenizer()]


def decoded(tokenizer: Any, ids: list[int]) -> str:
    return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def stream(tokenizer: Any, ids: list[int]) -> list[str]:
    detokenizer = Detokenizer(tokenizer)
    return [*(detokenizer.push(token) for token in ids), detokenizer.flush()]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=["bytes", "fallback"])
def test_the_pieces_together_are_the_whole_text(tokenizer: Any, text: str) -> None:
    ids = tokenizer(text)["input_ids"]
    assert "".join(stream(tokenizer, ids)) == decoded(tokenizer, ids)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_comes_out_whole_from_bytes(text: str) -> None:
    ids = TOKENIZERS[0](text)["input_ids"]
    assert "".join(stream(TOKENIZERS[0], ids)) == decoded(TOKENIZERS[0], ids)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_comes_out_whole_from_a_vocabulary_with_fallback(text: str) -> None:
    ids = TOKENIZERS[1](text)["input_ids"]
    assert "".join(stream(TOKENIZERS[1], ids)) == decoded(TOKENIZERS[1], ids)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 319), max_size=40))
def test_any_tokens_come_out_as_decoding_them_at_once(ids: list[int]) -> None:
    assert "".join(stream(TOKENIZERS[0], ids)) == decoded(TOKENIZERS[0], ids)


@pytest.mark.parametrize("text", [text for text in TEXTS if HALF not in text])
def test_no_piece_ever_holds_half_a_character(text: str) -> None:
    pieces = stream(TOKENIZERS[0], TOKENIZERS[0](text)["input_ids"])
    assert HALF not in "".join(pieces)


def test_a_character_is_shown_with_its_last_byte() -> None:
    tokenizer = TOKENIZERS[0]
    detokenizer = Detokenizer(tokenizer)
    shown = [detokenizer.push(token) for token in tokenizer("你好")["input_ids"]]
    assert shown == ["", "", "你", "", "", "好"]


def test_whole_characters_before_a_half_one_are_not_held_back() -> None:
    tokenizer = byte_tokenizer()
    first = tokenizer("你")["input_ids"][0]
    detokenizer = Detokenizer(tokenizer)
    assert [detokenizer.push(t) for t in [*tokenizer("ab")["input_ids"], first]][-1] == ""
    assert detokenizer.flush() == HALF


def test_garbage_does_not_silence_the_stream() -> None:
    tokenizer = TOKENIZERS[0]
    half = tokenizer("你")["input_ids"][0]
    detokenizer = Detokenizer(tokenizer)
    assert HALF in "".join(detokenizer.push(half) for _ in range(20))


def test_a_character_after_garbage_is_shown_whole() -> None:
    tokenizer = TOKENIZERS[0]
    ids = [tokenizer("好")["input_ids"][2]] * 3 + tokenizer("𐀀")["input_ids"]
    assert "".join(stream(tokenizer, ids)) == HALF * 3 + "𐀀"


def test_endless_garbage_does_not_get_slower() -> None:
    tokenizer = TOKENIZERS[0]
    detokenizer = Detokenizer(tokenizer)
    for _ in range(500):
        detokenizer.push(tokenizer("你")["input_ids"][0])
    assert len(detokenizer._window) < 200


def test_special_tokens_are_left_out() -> None:
    tokenizer = TOKENIZERS[0]
    ids = [*tokenizer("a")["input_ids"], tokenizer.convert_tokens_to_ids(END)]
    assert "".join(stream(tokenizer, ids)) == "a"


def test_an_end_in_the_middle_of_a_character_shows_that_something_is_missing() -> None:
    tokenizer = TOKENIZERS[0]
    ids = tokenizer("好")["input_ids"][:2]
    assert stream(tokenizer, ids)[-1] == decoded(tokenizer, ids)
