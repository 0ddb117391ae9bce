"""What runs here, on machines and models that are made up."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.core.dtype_speeds import CACHE_NAME, DtypeSpeeds, add_speeds
from desktop_llm.core.generation import DeviceChoice
from desktop_llm.core.machine import processor_name
from desktop_llm.core.memory_record import MemoryRecord, Seen, form_of
from desktop_llm.core.paths import user_paths
from desktop_llm.core.settings import Settings, save_settings
from desktop_llm.core.text import Text
from desktop_llm.library import machine_speed
from desktop_llm.library.fit import (
    Fit,
    Machine,
    fit_choice,
    fit_entry,
    fit_result,
    measure_machine,
    size_in_name,
)
from desktop_llm.library.hub_types import (
    FileChoice,
    HubModel,
    LibraryEntry,
    ModelChoices,
    ModelDetails,
)
from tests.fake_gguf import gguf
from tests.unit.core.model_files import make_folder

GB = 1_000_000_000
LAPTOP = Machine(
    memory_free=10 * GB, memory_total=16 * GB, disk_free=100 * GB, bandwidth=60e9, cores=8
)
SMALL = HubModel("owner/small", parameters=135_000_000, formats=("safetensors",))
CONFIG = {
    "num_hidden_layers": 30,
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
}


def fit(model: HubModel = SMALL, machine: Machine = LAPTOP, context: int = 4096) -> Fit:
    found = fit_result(model, machine, context)
    assert found
    return found


def said(found: Fit) -> str:
    return " ".join(map(str, found.reasons))


def of_size(billions: float, **changes: object) -> HubModel:
    return replace(SMALL, parameters=round(billions * GB), **changes)  # type: ignore[arg-type]


def details(config: dict[str, Any], choice: FileChoice, **changes: object) -> ModelDetails:
    model = replace(SMALL, **changes)  # type: ignore[arg-type]
    return ModelDetails(model, "c" * 40, "main", files=(), choices=(choice,), config=config)


SAFETENSORS = FileChoice("safetensors", "safetensors", Text("Full"), ("m",), 270_000_000, 16.0)
PACKED = FileChoice("Q4_K_M", "gguf", Text("Balanced"), ("m.gguf",), 105_000_000, 4.85)


def test_a_small_model_runs_well_and_a_large_one_does_not_fit() -> None:
    assert fit().cls == "well"
    assert fit(of_size(8)).cls == "no"
    assert fit(of_size(70)).cls == "no"


def test_what_fits_but_writes_more_slowly_than_people_read_is_called_slow() -> None:
    slow = replace(LAPTOP, bandwidth=5e9)
    assert fit(of_size(3), slow).cls == "slow"
    assert fit(of_size(3), LAPTOP).cls == "well"


def test_what_leaves_almost_nothing_free_is_tight() -> None:
    need = fit(of_size(3)).total
    assert fit(of_size(3), replace(LAPTOP, memory_free=round(need * 1.1))).cls == "tight"
    assert fit(of_size(3), replace(LAPTOP, memory_free=round(need * 1.3))).cls == "well"
    assert fit(of_size(3), replace(LAPTOP, memory_free=need - 1)).cls == "no"


def test_memory_that_others_hold_is_told_apart_from_memory_that_is_not_there() -> None:
    busy = fit(of_size(3), replace(LAPTOP, memory_free=2 * GB))
    assert "other programs" in str(busy.reasons[0])
    assert "other programs" not in str(fit(of_size(70)).reasons[0])


def test_the_disk_counts_too() -> None:
    full = fit(SMALL, replace(LAPTOP, disk_free=GB))
    assert full.cls == "no"
    assert "disk" in str(full.reasons[0])
    assert full.disk_needed > full.free_disk


def test_a_longer_conversation_needs_more_memory_and_is_slower() -> None:
    short, long = fit(context=1000), fit(context=100_000)
    assert long.cache == 100 * short.cache
    assert long.tokens_per_s and short.tokens_per_s
    assert long.tokens_per_s[1] < short.tokens_per_s[1]
    assert long.tokens_per_s[0] < long.tokens_per_s[1]


def test_the_arithmetic_is_told_and_adds_up() -> None:
    found = fit(of_size(3))
    assert found.total == found.weights + found.cache + found.overhead
    text = said(found)
    assert "3 B × 2 bytes (bfloat16) = 6.0 GB" in text
    assert "4,096 tokens × 8" in text
    assert "10.0 GB of 16.0 GB are free" in text
    assert "60.0 GB a second" in text
    assert "typical for its size" in text
    assert "{" not in text


def test_the_details_reckon_with_the_exact_shape() -> None:
    found = fit_choice(details(CONFIG, SAFETENSORS), SAFETENSORS, LAPTOP, 4096)
    assert found
    assert found.cache == 2 * 3 * 64 * 30 * 4096 * 2
    assert "typical" not in said(found)


def test_no_conversation_is_longer_than_the_model_can_read() -> None:
    found = fit_choice(details(CONFIG, SAFETENSORS), SAFETENSORS, LAPTOP, 1_000_000)
    assert found
    assert found.context == 8192


def test_the_length_that_the_details_tell_counts_where_the_shape_is_unknown() -> None:
    told = replace(details({}, PACKED), context_length=2048)
    found = fit_choice(told, PACKED, LAPTOP, 1_000_000)
    assert found
    assert found.context == 2048


def test_packed_weights_are_said_to_be_packed() -> None:
    found = fit(of_size(7, bytes_by_dtype={"I32": 4 * GB}))
    assert found.weights == 4 * GB
    assert "packed" in said(found)
    assert found.cache > 100_000_000
    assert "packed" not in said(fit(of_size(1, bytes_by_dtype={"BF16": 2 * GB, "I64": 4096})))


def test_weights_are_counted_in_the_format_they_get_here() -> None:
    stored = replace(SMALL, bytes_by_dtype={"F32": 540_000_000})
    assert fit(stored).weights == 270_000_000
    assert fit(stored, replace(LAPTOP, dtype="float32")).weights == 540_000_000
    assert fit(stored).disk_needed > 540_000_000


def test_a_gguf_file_is_run_as_it_is() -> None:
    found = fit_choice(details({}, PACKED), PACKED, LAPTOP, 4096)
    assert found
    assert found.weights == PACKED.size
    assert "as they are in the file: 105 MB" in said(found)


def test_what_loads_took_here_is_reckoned_with() -> None:
    usual = fit(SMALL)
    form = form_of("transformers", LAPTOP.dtype, 0)
    for ratio, words in ((1.5, "Beyond this sum"), (0.8, "Less than this sum")):
        seen = Seen(SMALL.repo, form, 4096, usual.total, round(ratio * usual.total))
        found = fit(SMALL, replace(LAPTOP, seen=MemoryRecord((seen,))))
        assert found.total == pytest.approx(ratio * usual.total, rel=0.01)
        assert words in said(found)


def test_the_size_of_a_file_stands_in_for_the_number_of_parameters() -> None:
    found = fit_choice(details({}, PACKED, parameters=0), PACKED, LAPTOP, 4096)
    assert found
    known = fit_choice(details({}, PACKED), PACKED, LAPTOP, 4096)
    assert known
    assert found.weights == PACKED.size
    assert found.cache > known.cache


def test_a_model_that_only_reads_has_no_cache_and_no_speed() -> None:
    found = fit(replace(SMALL, task="token-classification"))
    assert found.cache == 0
    assert found.tokens_per_s is None
    assert found.cls == "well"
    assert "tokens" not in said(found)


def test_an_adapter_needs_its_base() -> None:
    adapter = HubModel("me/tuned", parameters=1_000_000, formats=("adapter",), base="o/Some-0.5B")
    assert fit(adapter).weights == 2 * 501_000_000
    assert fit_result(replace(adapter, base="o/unnamed"), LAPTOP, 4096) is None


def test_where_nobody_says_how_large_it_is_nothing_is_claimed() -> None:
    assert fit_result(HubModel("owner/mystery"), LAPTOP, 4096) is None
    unknown = HubModel("owner/mystery-1.5B-GGUF", formats=("gguf",))
    assert fit(unknown).weights == pytest.approx(1.5 * GB * 4.85 / 8)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("Qwen/Qwen2.5-0.5B-Instruct", 500_000_000),
        ("o/SmolLM2-135M-Instruct-GGUF", 135_000_000),
        ("o/model-7b", 7 * GB),
        ("o/gpt2", 0),
        ("3B/plain", 0),
        ("o/mpt-1024MBit", 0),
    ],
)
def test_the_size_is_read_from_a_name(name: str, parameters: int) -> None:
    assert size_in_name(name) == parameters


def test_a_folder_of_the_library_fits(make_model_folder, tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "model")
    found = fit_entry(LibraryEntry("m", "M", "folder", str(folder)), LAPTOP, 100)
    assert found
    assert (found.weights, found.disk_needed) == (2, 0)
    assert fit_entry(LibraryEntry("x", "X", "folder", str(tmp_path / "no")), LAPTOP, 1) is None


def test_a_gguf_file_of_the_library_tells_its_shape(tmp_path: Path) -> None:
    shape = {"block_count": 4, "embedding_length": 64, "attention__head_count": 8}
    settings: dict[str, Any] = {f"llama__{name}": value for name, value in shape.items()}
    file = tmp_path / "m.gguf"
    entry = LibraryEntry("g", "G", "gguf", str(file))
    file.write_bytes(gguf(numbers=1000, llama__attention__head_count_kv=2, **settings))
    found = fit_entry(entry, LAPTOP, 100)
    assert found
    assert found.weights == file.stat().st_size
    assert found.cache == 2 * 2 * 8 * 4 * 100 * 2
    assert "typical" not in said(found)
    file.write_bytes(gguf(numbers=1000))
    assert "typical" in said(fit_entry(entry, LAPTOP, 100) or fit())
    file.write_bytes(b"GGUF")
    assert fit_entry(entry, LAPTOP, 100) is None


def test_weights_that_are_rounded_are_reckoned_with_their_bits(
    tmp_path: Path,
) -> None:
    folder = make_folder(tmp_path / "m", tensors={"a": ("BF16", [1000, 1000])})
    entry = LibraryEntry("m", "M", "folder", str(folder))
    exact = fit_entry(entry, LAPTOP, 100)
    assert exact and exact.weights == 2_000_000
    for bits, weights in ((8, 1_031_000), (4, 830_000)):
        chosen = replace(entry, choices=ModelChoices(weights=f"{bits}-bit"))  # type: ignore[arg-type]
        was = Seen("m", form_of("transformers", "bfloat16", 0), 100, GB, GB)
        seen = Seen("m", form_of("transformers", "float32", bits), 100, 10**9, 10**9)
        loaded = replace(LAPTOP, seen=MemoryRecord((was, seen)))
        for found in (fit_entry(chosen, LAPTOP, 100), fit_entry(entry, loaded, 100)):
            assert found
            assert found.weights == pytest.approx(weights, rel=0.01)
            assert f"most of them with {bits} bits" in said(found)
        as_set = replace(entry, choices=ModelChoices(weights="exact"))
        assert fit_entry(as_set, loaded, 100) == exact
        on_a_card = replace(loaded, graphics=True)
        assert (fit_entry(entry, on_a_card, 100) or exact).weights == exact.weights
        again = replace(LAPTOP, seen=MemoryRecord((seen, was)))
        assert (fit_entry(entry, again, 100) or fit()).weights == exact.weights


def test_an_adapter_of_the_library_fits_with_its_base(make_model_folder, tmp_path: Path) -> None:
    base = LibraryEntry("b", "B", "folder", str(make_model_folder(tmp_path / "base")))
    tuned = LibraryEntry("t", "T", "own", str(tmp_path / "run"), base="b", size=400)
    found = fit_entry(tuned, LAPTOP, 100, base)
    assert found
    assert found.weights == 202


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        (135_000_000, 11_520),
        (494_000_000, 6_144),
        (1_236_000_000, 16_384),
        (3_086_000_000, 18_432),
        (7_248_000_000, 65_536),
        (8_191_000_000, 73_728),
    ],
)
def test_the_cache_of_an_unknown_shape_is_near_that_of_well_known_ones(
    parameters: int, numbers: int
) -> None:
    """SmolLM2, Qwen2.5, Llama 3.2, Qwen2.5, Mistral, Qwen3: keys and values per token."""
    found = fit(replace(SMALL, parameters=parameters), context=1000)
    assert numbers < found.cache / 1000 / 2 * 1.2
    assert found.cache / 1000 / 2 < 4 * numbers


def test_the_machine_is_not_measured_twice_in_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = user_paths(tmp_path)
    first = measure_machine(paths)
    assert 1e8 < first.bandwidth < 1e13
    assert 0 < first.memory_free <= first.memory_total
    assert first.disk_free > 0
    assert first.cores >= 1
    monkeypatch.setattr(machine_speed, "measure_bandwidth", lambda: pytest.fail("measured again"))
    assert measure_machine(paths).bandwidth == first.bandwidth


def test_the_format_is_that_of_the_settings_or_what_was_measured_to_be_faster(
    tmp_path: Path,
) -> None:
    paths = user_paths(tmp_path)
    assert measure_machine(paths).dtype == "bfloat16"
    slow = {"float32": 1.0, "bfloat16": 2.0}
    add_speeds(paths.cache / CACHE_NAME, f"{processor_name()} | 2", DtypeSpeeds(slow, slow))
    assert measure_machine(paths).dtype == "float32"
    save_settings(paths.settings, Settings(dtype="float16"))
    assert measure_machine(paths).dtype == "float16"


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands for the driver's program")
@pytest.mark.parametrize(("answer", "free"), [("11000, 12288", 11000 << 20), ("[N/A], 1", None)])
def test_a_graphics_card_is_asked_for_its_own_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, free: int | None
) -> None:
    program = tmp_path / "bin" / "nvidia-smi"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    card = DeviceChoice("cuda", "A card", "float16", Text(""))
    machine = measure_machine(user_paths(tmp_path), card)
    assert machine.dtype == "float16"
    assert machine.graphics is (free is not None)
    if free:
        assert machine.memory_free == free
        assert "graphics card" in said(fit(SMALL, machine))


def test_without_its_driver_a_graphics_card_is_not_reckoned_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    card = DeviceChoice("cuda", "A card", "float16", Text(""))
    assert not measure_machine(user_paths(tmp_path), card).graphics


@pytest.mark.parametrize("days", [-1, 2])
def test_the_best_of_several_measurements_counts_and_a_changed_clock_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    file = tmp_path / "speed.json"
    speeds = iter([9e9, 5e9, 12e9])
    monkeypatch.setattr(machine_speed, "measure_bandwidth", lambda: next(speeds))
    found = []
    for _ in range(3):
        found.append(machine_speed.bandwidth(file))
        os.utime(file, (0, time.time() - days * 86400))
    assert found == [9e9, 9e9, 12e9]


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', "{", json.dumps({"cpu": -1})])
def test_a_damaged_memory_of_the_speed_is_measured_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    file = tmp_path / "speed.json"
    file.write_text(content)
    monkeypatch.setattr(machine_speed, "measure_bandwidth", lambda: 5e9)
    assert machine_speed.bandwidth(file) == 5e9


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(machine_speed, "measure_bandwidth", lambda: 5e9)
    assert machine_speed.bandwidth(tmp_path / "file" / "speed.json") == 5e9


def test_the_starter_is_as_fast_as_measured_where_it_was_measured() -> None:
    """Two cores with 9.3 GB/s: 24 tokens a second at the beginning, 16.5 after 4,096."""
    measured = replace(LAPTOP, bandwidth=9.3e9, cores=2)
    for context, speed in ((64, 24.0), (2048, 20.0), (4096, 16.5)):
        found = fit_choice(details(CONFIG, SAFETENSORS), SAFETENSORS, measured, context)
        assert found and found.tokens_per_s
        assert found.tokens_per_s[0] < speed < found.tokens_per_s[1]
