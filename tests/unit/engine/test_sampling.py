from __future__ import annotations

from collections import Counter

import pytest
import torch
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from desktop_llm.core.generation import Sampling
from desktop_llm.engine.sampling import SEED_LIMIT, Sampler, draw_seed

PLAIN = Sampling(temperature=1.0, top_p=1.0, top_k=0, min_p=0.0, repetition_penalty=1.0)
SCORES = torch.tensor([[0.0, 3.0, 2.9, -1.0, 1.5]])


def drawn(sampling: Sampling, seed: int = 0, count: int = 300) -> list[int]:
    sampler = Sampler(sampling, seed)
    return [sampler.choose(SCORES, []) for _ in range(count)]


def changed(**settings: float) -> Sampling:
    return Sampling(**{**vars(PLAIN), **settings})


def test_temperature_zero_takes_the_likeliest() -> None:
    assert set(drawn(changed(temperature=0.0), count=5)) == {1}


def test_the_same_seed_draws_the_same_tokens() -> None:
    assert drawn(PLAIN, seed=3) == drawn(PLAIN, seed=3)
    assert drawn(PLAIN, seed=3) != drawn(PLAIN, seed=4)


def test_top_k_keeps_the_k_likeliest() -> None:
    assert set(drawn(changed(top_k=2))) == {1, 2}


def test_top_k_beyond_the_vocabulary_keeps_everything() -> None:
    assert set(drawn(changed(top_k=500), count=2000)) == {0, 1, 2, 3, 4}


def test_top_p_keeps_the_smallest_set_that_reaches_p() -> None:
    assert set(drawn(changed(top_p=0.5))) == {1, 2}


def test_min_p_drops_what_is_far_below_the_likeliest() -> None:
    assert set(drawn(changed(min_p=0.5))) == {1, 2}


def test_a_low_temperature_sharpens() -> None:
    cold, warm = (Counter(drawn(changed(temperature=t)))[1] for t in (0.1, 2.0))
    assert cold > warm


def test_the_repetition_penalty_holds_what_was_written_down() -> None:
    sampler = Sampler(changed(temperature=0.0, repetition_penalty=2.0), 0)
    assert sampler.choose(SCORES, []) == 1
    assert sampler.choose(SCORES, [1]) == 2


def test_the_scores_are_left_as_they_were() -> None:
    before = SCORES.clone()
    Sampler(changed(repetition_penalty=2.0, top_k=2, top_p=0.5), 0).choose(SCORES, [1])
    assert torch.equal(SCORES, before)


@pytest.mark.parametrize("seed", range(5))
def test_the_filters_leave_what_the_stock_order_leaves(seed: int) -> None:
    scores = torch.randn(1, 200, generator=torch.Generator().manual_seed(seed)) * 3
    stock = LogitsProcessorList(
        [
            TemperatureLogitsWarper(0.7),
            TopKLogitsWarper(40),
            TopPLogitsWarper(0.9),
            MinPLogitsWarper(0.05),
        ]
    )
    allowed = set(torch.isfinite(stock(None, scores))[0].nonzero()[:, 0].tolist())
    sampler = Sampler(changed(temperature=0.7, top_k=40, top_p=0.9, min_p=0.05), seed)
    seen = {sampler.choose(scores, []) for _ in range(3000)}
    assert seen <= allowed
    assert len(seen) >= len(allowed) - 2


def test_drawn_seeds_fit_a_spin_box() -> None:
    assert all(0 <= draw_seed() < SEED_LIMIT for _ in range(100))
