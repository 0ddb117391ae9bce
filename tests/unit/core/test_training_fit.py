from __future__ import annotations

import pytest

from desktop_llm.core.errors import from_wire, to_wire
from desktop_llm.core.training_fit import (
    NotEnoughMemoryToTrain,
    check_training_fits,
    estimate_training,
)
from tests.unit.core.test_memory_fit import a_folder


def test_training_all_weights_takes_four_times_their_memory() -> None:
    needed = estimate_training(a_folder(), None, 512)
    assert needed.weights == 538_000_000
    assert needed.gradients + needed.optimizer == 3 * needed.weights
    assert needed.adapter == 0


def test_an_adapter_needs_little_beside_the_weights() -> None:
    whole, adapter = (estimate_training(a_folder(), rank, 512) for rank in (None, 16))
    assert adapter.total < whole.total
    assert 0 < adapter.adapter < whole.weights / 20
    assert estimate_training(a_folder(), 32, 512).adapter == 2 * adapter.adapter


def test_the_estimate_of_a_training_is_near_what_was_measured() -> None:
    """The starter model, 512 tokens at once: 2.4 GB with an adapter, 3.0 GB without."""
    assert estimate_training(a_folder(), 16, 512).total == pytest.approx(2.5e9, rel=0.1)
    assert estimate_training(a_folder(), None, 512).total == pytest.approx(3.2e9, rel=0.1)


def test_shorter_batches_need_less() -> None:
    long, short = (estimate_training(a_folder(), 16, tokens) for tokens in (1024, 512))
    assert long.activations == 2 * short.activations


def test_a_training_that_does_not_fit_is_refused_with_all_figures() -> None:
    needed = estimate_training(a_folder(), None, 512, "big")
    check_training_fits(needed, needed.total)
    with pytest.raises(NotEnoughMemoryToTrain) as raised:
        check_training_fits(needed, 1_000_000_000)
    assert raised.value.facts["free"] == "1.0 GB"
    assert raised.value.facts["optimizer"] == "1.6 GB"
    assert "LoRA" in str(raised.value)
    assert str(from_wire(to_wire(raised.value))) == str(raised.value)
