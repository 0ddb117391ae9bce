from __future__ import annotations

from typing import Any

import pytest

from desktop_llm.core.dtype_speeds import EIGHT_BITS, KEPT_16, DtypeSpeeds
from desktop_llm.core.generation import DeviceChoice, LoadOptions
from desktop_llm.core.text import Text
from desktop_llm.engine.fast.weights_choice import SMALL, WeightsChoice, choose_weights, for_memory

CPU = DeviceChoice("cpu", "Fake", "float32", Text("Because."))


def speeds(eight: float, kept: float) -> DtypeSpeeds:
    times = {"float32": 1.0, "bfloat16": 2.0, KEPT_16: kept, EIGHT_BITS: eight}
    return DtypeSpeeds(times, times)


def choice(eight: float = 0.5, kept: float = 0.8, **changes: Any) -> WeightsChoice:
    facts = {"options": LoadOptions(), "device": CPU, "parameters": SMALL, "packable": lambda: 1.0}
    facts["can_keep"] = True
    return choose_weights(**{**facts, **changes}, speeds=lambda: speeds(eight, kept))


def test_eight_bits_are_taken_where_they_are_clearly_faster() -> None:
    found = choice(0.4)
    assert found.bits == 8
    assert "2.0 times" in str(found.reason)


@pytest.mark.parametrize(("eight", "kept"), [(0.7, 0.8), (2.0, 0.8), (0.95, 1.0)])
def test_otherwise_the_weights_stay_those_of_the_file(eight: float, kept: float) -> None:
    found = choice(eight, kept)
    assert found.bits == 16
    assert "exactly" in str(found.reason)


def test_where_the_format_of_the_device_is_faster_it_is_used() -> None:
    assert choice(0.95, 1.1).bits == 0
    assert choice(0.95, can_keep=False).bits == 0


@pytest.mark.parametrize(("weights", "bits"), [("exact", 16), ("8-bit", 8), ("4-bit", 4)])
def test_a_wish_is_met_whatever_is_faster(weights: Any, bits: int) -> None:
    assert choice(2.0, options=LoadOptions(weights=weights)).bits == bits


@pytest.mark.parametrize(
    "changes",
    [
        {"device": DeviceChoice("cuda", "Fake", "bfloat16", Text("Because."))},
        {"packable": lambda: 0.3},
        {"parameters": SMALL - 1},
        {"options": LoadOptions(dtype="float32")},
    ],
)
def test_by_itself_nothing_is_packed_that_should_not_be(changes: dict[str, Any]) -> None:
    found = choice(**changes)
    assert found.bits == 0
    assert str(found.reason).endswith(".")


def test_too_little_memory_is_a_reason() -> None:
    assert for_memory(4).bits == 4
    assert "4 bits" in str(for_memory(4).reason)
