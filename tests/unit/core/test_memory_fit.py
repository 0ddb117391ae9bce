from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.errors import from_wire, to_wire
from desktop_llm.core.memory_fit import (
    PACKED_BYTES,
    MemoryEstimate,
    NotEnoughMemory,
    affordable_context,
    check_fits,
    estimate,
    estimate_gguf,
    free_memory,
    gigabytes,
)
from desktop_llm.core.model_folder import ModelFolder

SMOLLM2 = {
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
}


def a_folder(config: dict[str, Any] | None = None, **sizes: int) -> ModelFolder:
    return ModelFolder(
        path=Path("/models/m"),
        architecture="",
        model_type="",
        config=SMOLLM2 if config is None else config,
        weight_files=(),
        gguf_files=(),
        parameters=0,
        bytes_by_dtype=sizes or {"BF16": 269_000_000},
        context_length=0,
        vocab_size=0,
        has_chat_template=False,
    )


def cache(config: dict[str, Any], context: int = 1000) -> int:
    return estimate(a_folder(SMOLLM2 | config), "bfloat16", context).cache


def test_weights_are_counted_in_the_format_they_get_in_memory() -> None:
    folder = a_folder(BF16=200, F32=400, U8=50)
    assert estimate(folder, "bfloat16", 0).weights == 200 + 200 + 50
    assert estimate(folder, "float32", 0).weights == 400 + 400 + 50


def test_the_cache_counts_grouped_heads_once() -> None:
    assert cache({}) == 2 * 3 * 64 * 30 * 1000 * 2
    assert cache({"num_key_value_heads": None}) == 2 * 9 * 64 * 30 * 1000 * 2
    assert cache({"head_dim": 128}) == 2 * cache({})


def test_layers_with_a_window_remember_no_more_than_it() -> None:
    layers = ["sliding_attention"] * 20 + ["full_attention"] * 10
    windowed = cache({"layer_types": layers, "sliding_window": 100})
    assert windowed == cache({}) * (20 * 100 + 10 * 1000) // 30_000
    assert cache({"sliding_window": 100}) == cache({})


def test_settings_of_gpt2_and_of_nested_configurations_are_understood() -> None:
    gpt2 = {"n_embd": 768, "n_layer": 12, "n_head": 12}
    assert estimate(a_folder(gpt2), "float32", 10).cache == 2 * 768 * 12 * 10 * 4
    nested = a_folder({"text_config": SMOLLM2})
    assert estimate(nested, "bfloat16", 1000).cache == cache({})


@pytest.mark.parametrize(
    "config", [{}, {"num_hidden_layers": "x"}, {"layer_types": 5, "text_config": []}]
)
def test_a_senseless_configuration_still_gives_an_estimate(config: dict[str, Any]) -> None:
    assert estimate(a_folder(config), "float32", 4096).cache == 0


def test_huge_numbers_are_only_refused() -> None:
    config = SMOLLM2 | {"num_hidden_layers": 1 << 39}
    with pytest.raises(NotEnoughMemory):
        check_fits(estimate(a_folder(config), "float32", 1 << 39), 1 << 50)


def test_what_does_not_fit_is_refused_with_both_figures() -> None:
    needed = MemoryEstimate("big", weights=14_000_000_000, cache=1_000_000_000, overhead=0)
    check_fits(needed, 15_000_000_000)
    with pytest.raises(NotEnoughMemory) as raised:
        check_fits(needed, 8_150_000_000)
    assert raised.value.facts["needed"] == "15.0 GB"
    assert raised.value.facts["free"] == "8.2 GB"
    assert str(from_wire(to_wire(raised.value))) == str(raised.value)


def test_the_starter_model_fits_into_a_gigabyte() -> None:
    assert estimate(a_folder(), "bfloat16", 8192).total < 1_000_000_000


def test_free_memory_and_its_words() -> None:
    assert free_memory() > 0
    assert gigabytes(2_149_000_000) == "2.1 GB"


def test_packed_weights_take_what_their_bits_say() -> None:
    numbers, embedding = 134_500_000, 49152 * 576
    tied = a_folder(SMOLLM2 | {"tie_word_embeddings": True})
    eight, four = (estimate(tied, "bfloat16", 0, bits=bits).weights for bits in (8, 4))
    assert eight == pytest.approx(numbers * PACKED_BYTES[8], rel=0.01)
    assert four == pytest.approx(
        embedding * PACKED_BYTES[8] + (numbers - embedding) * PACKED_BYTES[4], rel=0.01
    )
    assert estimate(tied, "float32", 0, bits=8).weights == eight


def test_an_output_head_of_its_own_has_eight_bits_too() -> None:
    own, tied = (a_folder(SMOLLM2 | {"tie_word_embeddings": tie}) for tie in (False, True))
    own_bytes, tied_bytes = (estimate(each, "bfloat16", 0, bits=4).weights for each in (own, tied))
    assert own_bytes - tied_bytes == pytest.approx(
        49152 * 576 * (PACKED_BYTES[8] - PACKED_BYTES[4]), rel=0.02
    )


def of_context(config: dict[str, Any]) -> Callable[[int], MemoryEstimate]:
    return lambda context: estimate(a_folder(config), "bfloat16", context)


def test_a_config_that_asks_for_ten_million_tokens_gets_what_there_is_room_for() -> None:
    needed, free = of_context(SMOLLM2), 2_000_000_000
    affordable = affordable_context(needed, 10_000_000, free)
    assert 4096 < affordable < 100_000
    assert affordable % 256 == 0
    assert needed(affordable).total <= free < needed(affordable + 256).total


def test_a_context_that_fits_is_left_as_it_is() -> None:
    assert affordable_context(of_context(SMOLLM2), 2047, 2_000_000_000) == 2047
    assert affordable_context(of_context(SMOLLM2), 4096, 1_000_000) == 0


def test_a_packed_file_takes_itself_and_its_conversation() -> None:
    short, long = (estimate_gguf("m", 98_000_000, SMOLLM2, tokens) for tokens in (512, 4096))
    assert short.weights == 98_000_000
    assert long.cache == 8 * short.cache == 2 * 2 * 3 * 64 * 30 * 4096
    assert long.total < 450_000_000
