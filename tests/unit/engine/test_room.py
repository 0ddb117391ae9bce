from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.errors import from_wire, to_wire
from desktop_llm.core.generation import LoadOptions, ModelSource
from desktop_llm.core.memory_fit import MemoryTight, NotEnoughMemory, estimate, estimate_gguf
from desktop_llm.core.memory_plan import read_ways
from desktop_llm.core.memory_record import Seen, form_of, remember
from desktop_llm.core.model_folder import ModelFolder
from desktop_llm.engine.room import Room, check_gguf_room, find_room

LARGE = {
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128_256,
}
"""Seven billion weights and more."""

GB = 1_000_000_000
ASK = LoadOptions(ask_if_tight=True)
SOURCE = ModelSource("large", Path("/models/large"))


def folder(context: int = 131_072) -> ModelFolder:
    return ModelFolder(
        Path("/models/large"), "", "", LARGE, (), (), 0, {"BF16": 16 * GB}, context, 0, False
    )


def room(free: int, options: LoadOptions = ASK, **how: Any) -> Room:
    context = how.pop("context", 131_072)
    return find_room(SOURCE, folder(context), "bfloat16", 0, options, free, **how)


def test_a_model_that_fits_is_said_to_read_all_it_can() -> None:
    found = room(100 * GB, context=32_768)
    assert (found.context, found.reason) == (32_768, None)


def test_a_config_that_asks_for_ten_million_tokens_is_cut_to_what_fits_and_told() -> None:
    found = room(40 * GB, context=10_000_000)
    assert 4096 < found.context < 200_000
    assert "10,000,000" in str(found.reason)
    assert f"{found.context:,}" in str(found.reason)
    assert estimate(folder(), "bfloat16", found.context).total <= 40 * GB


def test_a_shorter_context_that_was_chosen_is_no_cut() -> None:
    found = room(40 * GB, LoadOptions(context_length=2048), context=10_000_000)
    assert (found.context, found.reason) == (2048, None)


def test_what_does_not_fit_is_refused_with_ways_that_do() -> None:
    with pytest.raises(NotEnoughMemory) as caught:
        room(12 * GB)
    ways = read_ways(str(caught.value.facts["ways"]))
    assert [way.weights for way in ways] == ["8-bit", "4-bit"]
    assert all(way.needed < 12 * GB for way in ways)
    again = from_wire(to_wire(caught.value))
    assert again.facts == caught.value.facts


def test_on_a_graphics_card_no_weights_of_fewer_bits_are_offered() -> None:
    with pytest.raises(NotEnoughMemory) as caught:
        room(12 * GB, can_pack=False)
    assert caught.value.facts["ways"] == "[]"


def test_the_file_that_a_model_was_made_from_is_a_way_too(tmp_path: Path) -> None:
    file = tmp_path / "large.gguf"
    file.touch()
    file.open("r+b").truncate(5 * GB)
    source = replace(SOURCE, convert_from=file)
    with pytest.raises(NotEnoughMemory) as caught:
        find_room(source, folder(), "bfloat16", 0, ASK, 12 * GB)
    assert "llama.cpp" in [way.engine for way in read_ways(str(caught.value.facts["ways"]))]


def test_what_is_tight_is_asked_about_only_where_somebody_can_answer() -> None:
    free = round(estimate(folder(), "bfloat16", 4096).total / 0.95)
    with pytest.raises(MemoryTight):
        room(free)
    assert room(free, LoadOptions()).context == 4096


def test_what_was_measured_here_decides(tmp_path: Path) -> None:
    raw = estimate(folder(), "bfloat16", 4096).total
    options = LoadOptions(cache_dir=tmp_path)
    assert room(raw + GB, options)
    remember(tmp_path, Seen("large", form_of("transformers", "bfloat16", 0), 4096, raw, 2 * raw))
    with pytest.raises(NotEnoughMemory):
        room(raw + GB, options)


def test_a_packed_file_is_judged_with_the_whole_context_that_it_will_get() -> None:
    needed = check_gguf_room("large", 5 * GB, LARGE, 4096, ASK, 12 * GB)
    assert needed == estimate_gguf("large", 5 * GB, LARGE, 4096)
    with pytest.raises(NotEnoughMemory) as caught:
        check_gguf_room("large", 5 * GB, LARGE, 65_536, ASK, 12 * GB)
    assert [way.context for way in read_ways(str(caught.value.facts["ways"]))] == [32_768]
