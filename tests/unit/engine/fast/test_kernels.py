"""What is compiled computes what torch computes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import scaled_dot_product_attention, silu

from desktop_llm.engine.fast import kernels
from desktop_llm.engine.fast.compiling import compiled
from desktop_llm.engine.fast.kernels import KEYS

SCALE = np.float32(0.2)


@pytest.mark.parametrize("size", [8, 64, 80])
@pytest.mark.parametrize("end", [1, 3, 4, 9, KEYS, KEYS + 1, 3 * KEYS + 5])
@pytest.mark.parametrize("tokens", [1, 3])
def test_attention_is_that_of_torch(size: int, end: int, tokens: int) -> None:
    tokens = min(tokens, end)
    query = torch.randn(6, tokens, size)
    keys, values = torch.randn(2, end + 3, size), torch.randn(2, end + 3, size)
    found = torch.empty(tokens, 6, size)
    kernels.attend(query.numpy(), keys.numpy(), values.numpy(), end, SCALE, 2, found.numpy())
    seen = torch.ones(tokens, end, dtype=torch.bool).tril(end - tokens)
    wanted = scaled_dot_product_attention(
        query[None], keys[None, :, :end], values[None, :, :end], seen,
        scale=float(SCALE), enable_gqa=True,
    )  # fmt: skip
    torch.testing.assert_close(found, wanted[0].transpose(0, 1), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("size", [8, 64, 80])
@pytest.mark.parametrize("end", [3, 70, KEYS + 1])
def test_keys_and_values_may_be_kept_in_float16(size: int, end: int) -> None:
    query, keys, values = torch.randn(6, 2, size), *torch.randn(2, 2, end, size).half()
    found = torch.empty(2, 6, size)
    stored = (held.view(torch.int16).numpy() for held in (keys, values))
    kernels.attend(query.numpy(), *stored, end, SCALE, 2, found.numpy())
    seen = torch.ones(2, end, dtype=torch.bool).tril(end - 2)
    wanted = scaled_dot_product_attention(
        query[None], keys[None].float(), values[None].float(), seen,
        scale=float(SCALE), enable_gqa=True,
    )  # fmt: skip
    torch.testing.assert_close(found, wanted[0].transpose(0, 1), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_attention_is_the_same_however_many_threads_share_it(threads: int) -> None:
    query, keys = torch.randn(6, 1, 64), torch.randn(2, 700, 64)
    found = [torch.empty(1, 6, 64), torch.empty(1, 6, 64)]
    for out, count in zip(found, (2, threads), strict=True):
        kernels.attend(query.numpy(), keys.numpy(), keys.numpy(), 700, SCALE, count, out.numpy())
    torch.testing.assert_close(*found)


def test_attention_of_broken_numbers_is_broken() -> None:
    query, keys = torch.randn(2, 1, 8), torch.randn(2, 20, 8)
    keys[0, 7] = torch.nan
    found = torch.zeros(1, 2, 8)
    kernels.attend(query.numpy(), keys.numpy(), keys.numpy(), 20, SCALE, 2, found.numpy())
    assert bool(found[0, 0].isnan().all())
    assert bool(found[0, 1].isfinite().all())


def test_large_scores_overflow_nothing() -> None:
    query, keys = torch.full((1, 1, 8), 50.0), torch.eye(8)[None] * 90
    found = torch.zeros(1, 1, 8)
    kernels.attend(query.numpy(), keys.numpy(), keys.numpy(), 8, np.float32(1), 2, found.numpy())
    torch.testing.assert_close(found, torch.full((1, 1, 8), 90 / 8))


def test_the_gate_is_silu() -> None:
    made = torch.randn(3, 600) * 40
    found = torch.empty(3, 300)
    kernels.silu_gate(made.numpy(), found.numpy())
    torch.testing.assert_close(found, silu(made[:, :300]) * made[:, 300:], atol=1e-5, rtol=1e-5)


def test_a_product_is_added_where_it_is_asked_to_be() -> None:
    weight, x = torch.randn(7, 12), torch.randn(5, 12)
    out = torch.ones(5, 10)
    none = np.empty(0, np.float32)
    kernels.product(weight.numpy(), none, None, none, x.numpy(), True, out.numpy(), 3)
    torch.testing.assert_close(out[:, 3:], 1 + x @ weight.T)
    assert bool((out[:, :3] == 1).all())


def test_where_nothing_can_be_kept_it_computes_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", full)
    double = compiled(lambda x: 2 * x)
    assert double(4) == 8
    assert "not kept" in caplog.text
