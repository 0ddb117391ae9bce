from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.engine.fast.packed_linear import PackedEmbedding, PackedLinear
from desktop_llm.engine.fast.quality import output_errors, perplexity, with_noise
from desktop_llm.engine.fast.weights import (
    Checkpoint,
    empty_model,
    load_packed,
    pack_model,
    packable,
    read_packed,
    runs,
)
from tests.unit.engine.fast.architectures import stock_model
from tests.unit.engine.tiny_models import tiny_model

KINDS = ("llama", "qwen2", "qwen3", "gemma3", "gpt2", "phi", "phi3")
IDS = list(range(7, 47))
WIDE: dict[str, Any] = {"hidden_size": 64, "intermediate_size": 128}


def saved(folder: Path, model: Any) -> Checkpoint:
    model.save_pretrained(folder)
    return Checkpoint([folder / "model.safetensors"])


@torch.inference_mode()
def scores(model: Any) -> torch.Tensor:
    found: torch.Tensor = model(torch.tensor([IDS])).logits
    return found


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_packed_model_answers_nearly_as_the_exact_one(
    tmp_path: Path, kind: str, tied: bool
) -> None:
    exact = stock_model(kind, tie_word_embeddings=tied)
    packed = empty_model(exact.config, torch.float32)
    assert packable(packed) > 0.7
    assert read_packed(packed, saved(tmp_path, exact), 8, lambda _: None)
    assert runs(packed)
    assert not any(weight.is_meta for weight in (*packed.parameters(), *packed.buffers()))
    difference = (scores(packed) - scores(exact)).norm() / scores(exact).norm()
    assert difference < 0.08
    assert max(output_errors(exact, packed, IDS).values()) < 0.03
    head, embedding = packed.get_output_embeddings(), packed.get_input_embeddings()
    assert isinstance(head, PackedLinear) and isinstance(embedding, PackedEmbedding)
    assert (embedding.table is head) == tied


def test_reading_and_packing_in_memory_give_the_same(tmp_path: Path) -> None:
    exact = tiny_model(tie_word_embeddings=True, **WIDE)
    read = empty_model(exact.config, torch.float32)
    assert read_packed(read, saved(tmp_path, exact), 4, lambda _: None)
    pack_model(exact, 4)
    assert torch.equal(scores(read), scores(exact))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_of_16_bits_stay_what_they_are(tmp_path: Path, dtype: torch.dtype) -> None:
    exact = tiny_model(tie_word_embeddings=True)
    for weight in exact.parameters():
        weight.data = weight.data.to(dtype).float()
    wanted = scores(exact)
    exact.to(dtype)
    kept = empty_model(exact.config, torch.float32)
    assert read_packed(kept, saved(tmp_path, exact), 16, lambda _: None)
    assert kept.get_memory_footprint() < 1.1 * exact.get_memory_footprint()
    torch.testing.assert_close(scores(kept), wanted, atol=1e-5, rtol=1e-4)


def test_sensitive_layers_keep_eight_bits() -> None:
    model = tiny_model(**WIDE)
    pack_model(model, 4)
    layer = model.model.layers[0]
    found = [part.bits for part in (layer.mlp.up_proj, layer.mlp.down_proj, model.lm_head)]
    assert found == [4, 8, 8]


def test_one_tensor_at_a_time_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = tiny_model(
        vocabulary=1024, tie_word_embeddings=True, hidden_size=128, intermediate_size=256
    )
    checkpoint, packed = saved(tmp_path, exact), empty_model(exact.config, torch.float32)
    alive: list[Any] = []
    most = 0
    read = checkpoint.read

    def tracked(name: str) -> torch.Tensor:
        nonlocal most
        tensor = read(name)
        if tensor.dim() == 2:
            alive.append(weakref.ref(tensor.untyped_storage()))
            most = max(most, sum(each() is not None for each in alive))
        return tensor

    monkeypatch.setattr(checkpoint, "read", tracked)
    assert read_packed(packed, checkpoint, 8, lambda _: None)
    assert most <= 1
    assert packed.get_memory_footprint() < 0.6 * 2 * exact.num_parameters()


def test_files_of_a_bare_model_are_read(tmp_path: Path) -> None:
    exact = tiny_model("gpt2")
    exact.save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    tensors = load_file(file)
    save_file({name.removeprefix("transformer."): t for name, t in tensors.items()}, file)
    packed = empty_model(exact.config, torch.float32)
    assert read_packed(packed, Checkpoint([file]), 8, lambda _: None)


@pytest.mark.parametrize("change", ["missing", "shape"])
def test_what_does_not_match_is_left_to_transformers(tmp_path: Path, change: str) -> None:
    exact = tiny_model()
    saved(tmp_path, exact)
    file = tmp_path / "model.safetensors"
    tensors = load_file(file)
    weight = tensors.pop("model.layers.0.mlp.up_proj.weight")
    if change == "shape":
        tensors["model.layers.0.mlp.up_proj.weight"] = weight.T.contiguous()
    save_file(tensors, file)
    packed = empty_model(exact.config, torch.float32)
    assert not read_packed(packed, Checkpoint([file]), 8, lambda _: None)
    assert all(weight.is_meta for weight in packed.parameters())


def test_the_settings_of_writing_come_along(tmp_path: Path) -> None:
    exact = tiny_model()
    exact.generation_config.eos_token_id = [5, 6]
    saved(tmp_path, exact)
    folder = inspect_model_folder(tmp_path)
    packed = load_packed(folder, exact.config, torch.float32, 8, lambda _: None)
    assert packed is not None
    assert packed.generation_config.eos_token_id == [5, 6]


def test_perplexity_tells_a_model_from_a_worse_one() -> None:
    model = tiny_model()
    before = perplexity(model, IDS, window=16)
    assert before > 1
    assert perplexity(with_noise(model, 0), IDS, window=16) != before
