"""Which files of a repository belong together, and which are recommended."""

from __future__ import annotations

import pytest

from desktop_llm.library.choices import file_choices
from desktop_llm.library.hub_types import HubFile

BESIDE = ("config.json", "tokenizer.json", "tokenizer_config.json", "README.md")
MEGABYTE = 1_000_000


def files(*names, size=100):
    return [HubFile(name, size, "0" * 64) for name in names]


def recommended(choices):
    (one,) = [choice for choice in choices if choice.recommended]
    return one


def test_safetensors_come_with_what_is_needed_to_use_them_and_nothing_else():
    listed = files("model.safetensors", *BESIDE, "pytorch_model.bin", "train.py", "onnx/model.onnx")
    (choice,) = file_choices(listed)
    assert set(choice.files) == {"model.safetensors", *BESIDE}
    assert (choice.id, choice.format, choice.recommended) == ("safetensors", "safetensors", True)
    assert choice.size == 5 * 100


def test_shards_are_one_choice_with_their_index():
    shards = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    (choice,) = file_choices(files(*shards, "model.safetensors.index.json", "config.json"))
    assert set(shards) | {"model.safetensors.index.json", "config.json"} == set(choice.files)


def test_shards_without_index_are_no_choice():
    assert file_choices(files("model-00001-of-00002.safetensors", "config.json")) == ()


def test_the_whole_file_is_taken_where_the_same_weights_are_there_twice():
    shards = ("model-00001-of-00001.safetensors", "consolidated.safetensors")
    (choice,) = file_choices(files("model.safetensors", *shards, "model.safetensors.index.json"))
    assert not set(shards) & set(choice.files)


def test_pickle_is_no_choice():
    assert file_choices(files("pytorch_model.bin", "model.pt", *BESIDE)) == ()


def test_an_adapter_is_taken_only_as_safetensors():
    (choice,) = file_choices(files("adapter_config.json", "adapter_model.safetensors"))
    assert choice.format == "adapter"
    assert file_choices(files("adapter_config.json", "adapter_model.bin")) == ()


def test_the_number_of_parameters_makes_the_bits_exact():
    weights = HubFile("model.safetensors", 4000, "0" * 64)
    (choice,) = file_choices([weights], parameters=1000)
    assert choice.bits == 32
    assert "32 bits" in str(choice.title)


def gguf(sizes):
    return [
        HubFile(f"some-model-{name}.gguf", size * MEGABYTE, "0" * 64)
        for name, size in sizes.items()
    ]


LARGE = {"Q2_K": 3000, "q4_k_m": 4900, "Q5_K_M": 5700, "Q6_K": 6600, "Q8_0": 8500, "F16": 16000}


def test_every_quantisation_is_explained_and_the_smallest_comes_first():
    choices = file_choices(gguf(LARGE))
    assert [choice.id for choice in choices] == ["Q2_K", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0", "F16"]
    words = [str(choice.title).partition(":")[0].partition(",")[0] for choice in choices]
    assert words == ["Smallest", "Balanced", "Better", "Better", "Best", "Original"]


def test_of_a_large_model_the_balanced_quantisation_is_recommended():
    assert recommended(file_choices(gguf(LARGE))).id == "Q4_K_M"
    without = {name: size for name, size in LARGE.items() if name != "q4_k_m"}
    assert recommended(file_choices(gguf(without))).id == "Q5_K_M"


def test_of_a_small_model_the_best_quantisation_is_recommended():
    small = {name: size // 20 for name, size in LARGE.items()}
    assert recommended(file_choices(gguf(small))).id == "Q8_0"


def test_the_original_weights_are_recommended_before_a_quantisation():
    mixed = [*gguf(LARGE), *files("model.safetensors", size=16_000 * MEGABYTE)]
    assert recommended(file_choices(mixed)).id == "safetensors"


def test_the_parts_of_a_large_gguf_file_are_one_choice():
    parts = [f"Q4_K_M/model-Q4_K_M-0000{n}-of-00003.gguf" for n in (1, 2, 3)]
    (choice,) = file_choices(files(*parts, size=10))
    assert (choice.id, set(choice.files), choice.size) == ("Q4_K_M", set(parts), 30)


def test_parts_for_images_and_measurements_are_no_models():
    assert file_choices(files("mmproj-F16.gguf", "model.imatrix.gguf")) == ()


@pytest.mark.parametrize(
    ("name", "quantisation", "bits"),
    [
        ("m.IQ3_XXS.gguf", "IQ3_XXS", 3.06),
        ("m-UD-Q4_K_XL.gguf", "Q4_K_XL", 4.6),
        ("m-MXFP4_MOE.gguf", "MXFP4", 4.25),
        ("m-fp16.gguf", "F16", 16),
        ("BF16/m.gguf", "BF16", 16),
        ("my-model.gguf", "GGUF", 16),
    ],
)
def test_the_quantisation_is_read_from_the_name(name, quantisation, bits):
    (choice,) = file_choices(files(name))
    assert (choice.id, choice.bits) == (quantisation, bits)


def test_two_files_of_the_same_quantisation_stay_two_choices():
    choices = file_choices(files("a-Q8_0.gguf", "b-Q8_0.gguf"))
    assert len({choice.id for choice in choices}) == 2
    assert sum(choice.recommended for choice in choices) == 1
