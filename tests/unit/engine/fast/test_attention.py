from __future__ import annotations

import threading
from itertools import pairwise
from typing import Any

import pytest
import torch
from transformers import DynamicCache, FalconConfig, FalconForCausalLM

from desktop_llm.engine.decoding import Decoder
from desktop_llm.engine.fast.attention import FEW, fast_attention, is_fast
from desktop_llm.engine.fast.kv_cache import new_cache
from tests.unit.engine.fast.architectures import ARCHITECTURES, fast_model, stock_model

NEW = 64
CHUNK = FEW + 3


@torch.inference_mode()
def written_by_stock(model: Any, first: int) -> tuple[list[int], torch.Tensor]:
    """What `generate` writes after one token, greedily, and its scores (new tokens, vocabulary)."""
    result = model.generate(
        torch.tensor([[first]]),
        do_sample=False,
        max_new_tokens=NEW,
        pad_token_id=0,
        return_dict_in_generate=True,
        output_logits=True,
    )
    return result.sequences[0].tolist(), torch.cat(result.logits)


def read(decoder: Decoder, ids: list[int], chunk: int = CHUNK) -> torch.Tensor:
    scores = decoder.read(ids, threading.Event(), lambda _: None, chunk)
    assert scores is not None
    return scores


@pytest.mark.parametrize("kind", ARCHITECTURES)
@torch.inference_mode()
def test_greedy_writing_is_that_of_stock_however_the_tokens_are_read(kind: str) -> None:
    ids, expected = written_by_stock(stock_model(kind), first=7)
    decoder = Decoder(fast_model(kind))
    scores = read(decoder, ids[:1])
    for row, token in enumerate(ids[1:]):
        torch.testing.assert_close(scores[0], expected[row], atol=2e-4, rtol=1e-3)
        assert int(scores.argmax()) == token
        scores = decoder.step(token)
    chunked = Decoder(decoder._model)
    prompt = 2 * CHUNK + 2  # longer than a window, in three chunks
    rows = [read(chunked, ids[:prompt]), chunked.verify(ids[prompt : prompt + 7])]
    rows.append(chunked.verify(ids[prompt + 7 : -1]))
    found = torch.cat(rows)
    torch.testing.assert_close(found, expected[prompt - 1 :], atol=2e-4, rtol=1e-3)
    assert found.argmax(-1).tolist() == ids[prompt:]


@pytest.mark.parametrize("kind", ["llama", "mistral", "gemma2", "gemma3", "gpt2"])
@torch.inference_mode()
def test_padding_is_not_seen(kind: str) -> None:
    ids = torch.randint(3, 300, (2, 40), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    mask[1, :6] = 0
    expected, found = (
        in_parts(model, ids, mask)[mask.bool()] for model in (stock_model(kind), fast_model(kind))
    )
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=1e-3)


@pytest.mark.parametrize("kind", ["llama", "mistral", "gemma2"])
@torch.inference_mode()
def test_bfloat16_strays_from_float32_no_further_than_stock_does(kind: str) -> None:
    ids = torch.randint(3, 300, (4, 40), generator=torch.Generator().manual_seed(0))
    mask = torch.ones_like(ids)
    exact = in_parts(stock_model(kind), ids, mask)
    stock, fast = (
        (in_parts(model.bfloat16(), ids, mask) - exact).abs().mean().item()
        for model in (stock_model(kind), fast_model(kind))
    )
    assert fast <= 1.05 * stock


def in_parts(model: Any, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """The scores of all `ids`: a beginning, a chunk behind it, a few, one, and the rest."""
    config = model.config
    cache = new_cache(config) if is_fast(config) else DynamicCache(config=config)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    parts = [
        model(
            input_ids=ids[:, start:end],
            attention_mask=mask[:, :end],
            position_ids=positions[:, start:end],
            past_key_values=cache,
        ).logits
        for start, end in pairwise((0, 12, 12 + FEW + 3, 32, 33, ids.shape[1]))
    ]
    return torch.cat(parts, 1).float()


def test_models_that_ask_for_an_attention_by_its_name_stay_as_they_are() -> None:
    sizes = {"vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    model = FalconForCausalLM(FalconConfig(**sizes))
    before = model.config._attn_implementation
    assert not fast_attention(model)
    assert model.config._attn_implementation == before


def test_models_with_another_attention_stay_as_they_are() -> None:
    model = stock_model("llama")
    model.set_attn_implementation("eager")
    assert not fast_attention(model)
    assert model.config._attn_implementation == "eager"
