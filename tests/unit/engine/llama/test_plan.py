"""What a file gets of a machine, with cards and memories that are not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_llm.core.generation import LoadOptions
from desktop_llm.core.gguf_header import GgufHeader
from desktop_llm.core.memory_fit import NotEnoughMemory
from desktop_llm.engine.llama.gguf_file import GgufFile
from desktop_llm.engine.llama.plan import LEAST_CONTEXT, bits_of, choose_device, make_plan

GB = 10**9
CPU = {"name": "CPU", "description": "A processor", "type": "…_TYPE_CPU: 0"}
CUDA = {"name": "CUDA0", "description": "A card", "type": "…_TYPE_GPU: 1"}
METAL = {"name": "Metal", "description": "Apple M2", "type": "…_TYPE_GPU: 1"}


def a_file(context=8192, size=GB):
    facts = {"context_length": context, "block_count": 32, "embedding_length": 4096}
    facts |= {"attention.head_count": 32, "attention.head_count_kv": 8}
    settings = {f"llama.{key}": value for key, value in facts.items()}
    header = GgufHeader({"general.architecture": "llama", **settings}, 2 * GB, size, 32_000)
    return GgufFile(Path("m.gguf"), header, (Path("m.gguf"),), size)


def plan(file, free=32 * GB, devices=(CPU,), **options):
    return make_plan(file, "m", LoadOptions(**options), devices, free)


def test_ten_million_tokens_of_context_become_what_there_is_memory_for():
    made = plan(a_file(context=10_000_000))
    assert LEAST_CONTEXT <= made.context < 100_000
    assert made.needed.total < 12 * GB
    assert made.context_reason


def test_the_persons_own_length_counts_up_to_the_models():
    assert plan(a_file(), context_length=1000).context == 1000
    assert plan(a_file(), context_length=10**9).context == 8192


def test_a_file_that_does_not_fit_is_told_before_it_is_loaded():
    with pytest.raises(NotEnoughMemory):
        plan(a_file(size=40 * GB))


def test_waiting_conversations_never_get_more_than_is_free():
    made = plan(a_file(), cache_bytes=10**12)
    assert made.needed.total + made.cache_mib * 2**20 <= 32 * GB
    assert plan(a_file(), cache_bytes=2**30).cache_mib == 1024


def test_as_many_layers_as_fit_go_to_a_card():
    device, layers = choose_device(LoadOptions(), (CPU, CUDA))
    assert (device.kind, device.name, layers) == ("cuda", "A card", -1)
    assert choose_device(LoadOptions(), (METAL, CPU))[0].kind == "mps"
    assert plan(a_file(size=40 * GB), devices=(CPU, CUDA)).gpu_layers == -1


def test_the_person_chooses_the_layers_or_the_processor():
    assert choose_device(LoadOptions(gpu_layers=7), (CPU, CUDA))[1] == 7
    for options in (LoadOptions(gpu_layers=0), LoadOptions(device="cpu")):
        device, layers = choose_device(options, (CPU, CUDA))
        assert (device.kind, layers) == ("cpu", 0)


def test_a_card_that_is_not_there_is_said():
    device, layers = choose_device(LoadOptions(device="cuda"), (CPU,))
    assert (device.kind, device.fell_back, layers) == ("cpu", True, 0)


@pytest.mark.parametrize(
    ("name", "bits"), [("Q4_K_M", 4), ("IQ2_XS", 2), ("Q8_0", 8), ("BF16", 16), ("", 0)]
)
def test_bits_are_those_of_the_file_type(name, bits):
    assert bits_of(name) == bits
