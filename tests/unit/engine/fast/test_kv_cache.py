from __future__ import annotations

import pytest
import torch

from desktop_llm.engine.fast.kv_cache import LEAST_ROOM, GrowingCache, GrowingLayer, new_cache
from tests.unit.engine.fast.architectures import SLIDING, WINDOW, fast_model, stock_model

ROW = 2 * 2 * 2 * 8 * 4
"""Bytes of a token: keys and values of two layers with two heads of eight float32."""


def keys(tokens: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, 2, tokens, 8, generator=torch.Generator().manual_seed(seed))


@torch.inference_mode()
def filled(tokens: int, kind: str = "llama") -> GrowingCache:
    model = fast_model(kind)
    cache = new_cache(model.config)
    model(input_ids=torch.arange(3, 3 + tokens)[None], past_key_values=cache)
    return cache


def test_what_was_written_is_read_across_growing() -> None:
    layer, written = GrowingLayer(), keys(700)
    for start in range(0, 700, 70):
        found, values = layer.update(
            written[:, :, start : start + 70], written[:, :, start : start + 70]
        )
        torch.testing.assert_close(found, written[:, :, : start + 70])
        torch.testing.assert_close(values, written[:, :, : start + 70])
    assert layer.get_seq_length() == layer.length == 700


def test_halves_take_half_the_memory_and_are_rounded_no_further() -> None:
    whole, half = GrowingLayer(), GrowingLayer(half=True)
    for layer in (whole, half):
        layer.update(keys(300), keys(300))
        layer.update(keys(300, 1), keys(300, 1))
    assert half.key_buffer.nbytes * 2 == whole.key_buffer.nbytes
    assert half.keys.dtype == torch.float32
    torch.testing.assert_close(half.keys, whole.keys.half().float(), atol=0, rtol=0)
    torch.testing.assert_close(half.first(450).values, half.values[:, :, :450], atol=0, rtol=0)


def test_what_is_too_large_for_a_half_becomes_the_largest_one() -> None:
    layer = GrowingLayer(half=True)
    found, _ = layer.update(torch.full((1, 2, 3, 8), -1e9), keys(3))
    assert found.unique().tolist() == [-65504.0]


def test_a_token_is_written_where_there_is_room() -> None:
    layer = GrowingLayer()
    layer.update(keys(300), keys(300))
    place = layer.key_buffer.data_ptr()
    for _ in range(LEAST_ROOM):
        layer.update(keys(1), keys(1))
    assert layer.key_buffer.data_ptr() == place
    layer.update(keys(1), keys(1))
    assert layer.key_buffer.data_ptr() != place


def test_no_more_than_a_quarter_lies_idle() -> None:
    layer = GrowingLayer()
    layer.update(keys(8000), keys(8000))
    assert layer.key_buffer.shape[2] <= 8000 * 1.25


@torch.inference_mode()
def test_room_is_made_once_for_what_is_expected() -> None:
    cache = filled(3)
    cache.expect(5000)
    layer = cache.layers[0]
    layer.update(keys(LEAST_ROOM + 1), keys(LEAST_ROOM + 1))
    assert layer.key_buffer.shape[2] == 5000 * 1.25


def test_others_may_write_into_the_buffers() -> None:
    layer = GrowingLayer()
    layer.update(keys(250), keys(250))
    written = keys(300, seed=1)
    layer.make_room(300)
    layer.key_buffer[:, :, 250:550] = written
    layer.value_buffer[:, :, 250:550] = written
    layer.length = 550
    found, _ = layer.update(keys(1), keys(1))
    torch.testing.assert_close(found[:, :, 250:550], written)
    torch.testing.assert_close(found[:, :, :250], keys(250))


def test_a_cropped_cache_gives_the_rest_back_to_what_comes() -> None:
    cache = filled(40)
    size = cache.nbytes
    cache.crop(25)
    assert (cache.length, cache.can_crop, cache.nbytes) == (25, True, size)
    cache.crop(30)
    assert cache.length == 25


def test_a_fork_is_as_long_as_asked_for_and_lives_apart() -> None:
    cache = filled(40)
    fork = cache.fork(10)
    assert (fork.length, cache.length) == (10, 40)
    fork.layers[0].keys.zero_()
    assert bool(cache.layers[0].keys.any())
    assert cache.fork().length == 40
    assert new_cache(fast_model("llama").config).fork().length == 0


def test_the_size_is_that_of_the_buffers() -> None:
    assert filled(10).nbytes == (10 + LEAST_ROOM) * ROW
    assert new_cache(fast_model("llama").config).nbytes == 0


@pytest.mark.parametrize("kind", SLIDING)
def test_a_window_that_has_slid_cannot_be_taken_back(kind: str) -> None:
    assert filled(WINDOW - 1, kind).can_crop
    cache = filled(WINDOW, kind)
    assert not cache.can_crop
    assert cache.fork().length == WINDOW
    for shorten in (cache.crop, cache.fork):
        with pytest.raises(ValueError, match="slid"):
            shorten(3)


def test_what_was_forgotten_gives_its_memory_back() -> None:
    cache = filled(10)
    cache.reset()
    assert (cache.length, cache.nbytes) == (0, 0)


@torch.inference_mode()
def test_a_stock_model_reads_the_cache_too() -> None:
    model, ids = stock_model("llama"), torch.arange(3, 23)[None]
    cache = new_cache(model.config)
    model(input_ids=ids[:, :12], past_key_values=cache)
    found = model(input_ids=ids[:, 12:], past_key_values=cache).logits
    torch.testing.assert_close(found, model(input_ids=ids).logits[:, 12:], atol=1e-4, rtol=1e-3)
