"""The joined layers and the step of Llama-like models compute what the stock forward computes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import torch

from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.fast.compact import CompactStep, compact_step, speed_up
from desktop_llm.engine.fast.fused import fuse
from desktop_llm.engine.fast.kv_cache import new_cache
from desktop_llm.engine.fast.packed_linear import PackedLinear
from desktop_llm.engine.fast.weights import pack_model
from tests.unit.engine.fast.architectures import ARCHITECTURES, stock_model

SHAPES: dict[str, dict[str, Any]] = {
    "llama": {},
    "qwen2": {"use_sliding_window": False},
    "qwen3": {"head_dim": 8},
    "mistral": {"sliding_window": None},
}
IDS = torch.arange(5, 45)[None] * 7 % 90


def quick(kind: str) -> Any:
    model = stock_model(kind, **SHAPES[kind])
    speed_up(model)
    return model


@torch.inference_mode()
def stock_scores(kind: str) -> torch.Tensor:
    scores: torch.Tensor = stock_model(kind, **SHAPES[kind])(IDS).logits[0]
    return scores


@pytest.mark.parametrize("kind", SHAPES)
@torch.inference_mode()
def test_a_step_computes_what_stock_computes(kind: str) -> None:
    model = quick(kind)
    assert isinstance(model.compact_step, CompactStep)
    cache = new_cache(model.config)
    found = [model(IDS[:, :20], past_key_values=cache).logits[0]]
    found += [model.compact_step([token], cache) for token in IDS[0, 20:30].tolist()]
    found.append(model.compact_step(IDS[0, 30:].tolist(), cache, 10))
    torch.testing.assert_close(torch.cat(found), stock_scores(kind), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", SHAPES)
def test_the_same_64_tokens_are_written(kind: str) -> None:
    wanted = stock_model(kind, **SHAPES[kind]).generate(
        IDS[:, :3], max_new_tokens=64, do_sample=False
    )
    decoder, written = Decoder(quick(kind)), []
    scores = decoder.verify(IDS[0, :3].tolist())[-1:]
    for _ in range(64):
        written.append(int(scores.argmax()))
        scores = decoder.step(written[-1])
    assert written == wanted[0, 3:].tolist()


def test_in_bfloat16_the_stock_forward_is_used() -> None:
    model = stock_model("llama").to(torch.bfloat16)
    speed_up(model)
    assert model.compact_step is None


@pytest.mark.parametrize("kind", sorted(set(ARCHITECTURES) - {"llama", "qwen3"}))
def test_other_shapes_are_left_to_the_stock_forward(kind: str) -> None:
    model = stock_model(kind)
    speed_up(model)
    assert model.compact_step is None


def test_layers_whose_weights_are_swapped_stay_what_they_are() -> None:
    model = stock_model("llama")
    speed_up(model, swaps=True)
    assert type(model.model.layers[0].self_attn.q_proj) is torch.nn.Linear
    cache = new_cache(model.config)
    with torch.inference_mode():
        model(IDS[:, :30], past_key_values=cache)
        found = model.compact_step(IDS[0, 30:].tolist(), cache, 10)
    torch.testing.assert_close(found, stock_scores("llama")[30:], atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("kind", ["llama", "qwen2", "gemma3", "phi"])
@torch.inference_mode()
def test_joined_layers_answer_as_each_alone(kind: str) -> None:
    model = stock_model(kind)
    wanted = model(IDS).logits
    fuse(model)
    torch.testing.assert_close(model(IDS).logits, wanted)


@pytest.mark.parametrize("bits", [16, 8, 4])
@torch.inference_mode()
def test_packed_layers_are_joined_too(bits: int) -> None:
    layers = [PackedLinear.pack(torch.randn(rows, 64).bfloat16(), bits) for rows in (64, 128)]
    for layer in layers:
        layer.bias = torch.nn.Parameter(torch.randn(layer.out_features))
    x = torch.randn(3, 64)
    whole = PackedLinear.joined(layers)
    torch.testing.assert_close(whole(x), torch.cat([layer(x) for layer in layers], -1))
    assert whole.out_features == 192
    assert layers[0](x).shape == (3, 64)


@pytest.mark.parametrize("bits", [16, 8, 4])
@pytest.mark.parametrize("kind", SHAPES)
@torch.inference_mode()
def test_a_step_of_a_packed_model_is_that_of_its_stock_forward(kind: str, bits: int) -> None:
    model = stock_model(kind, **SHAPES[kind], **({"hidden_size": 64} if kind == "llama" else {}))
    pack_model(model, bits)
    wanted = model(IDS).logits[0]
    speed_up(model)
    step = compact_step(model)
    assert step is not None
    cache = new_cache(model.config)
    model(IDS[:, :30], past_key_values=cache)
    found = [step([token], cache) for token in IDS[0, 30:34].tolist()]
    found.append(step(IDS[0, 34:].tolist(), cache, 6))
    torch.testing.assert_close(torch.cat(found), wanted[30:], atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("bits", [8, 4])
@torch.inference_mode()
def test_beside_rounded_weights_keys_and_values_are_halves(bits: int) -> None:
    model = stock_model("llama", hidden_size=64)
    pack_model(model, bits)
    wanted = model(IDS, past_key_values=new_cache(model.config, half=True)).logits[0]
    speed_up(model)
    decoder, found = Decoder(model), [model(IDS[:, :1]).logits[0]]
    decoder.read([int(IDS[0, 0])], threading.Event(), lambda _: None)
    found += [decoder.step(token) for token in IDS[0, 1:].tolist()]
    assert decoder.cache.layers[0].key_buffer.dtype == torch.float16
    assert float((torch.cat(found) - wanted).norm() / wanted.norm()) < 1e-3
