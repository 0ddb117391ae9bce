"""Figures say what they are, and whether they keep their budget."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.bench.gap_probe import add_gaps
from desktop_llm.bench.generate import filler
from desktop_llm.bench.observed import Observed
from desktop_llm.bench.report import Figure, Report, percentile
from desktop_llm.core.generation import PromptProgress, TextChunk

NUMBERS = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("value", "budget", "at_least", "within"),
    [
        (1.0, 1.0, False, True),
        (1.1, 1.0, False, False),
        (0.9, 0.92, True, False),
        (1, None, True, None),
    ],
)
def test_a_budget_is_a_ceiling_or_a_floor(
    value: float, budget: float | None, at_least: bool, within: bool | None
) -> None:
    assert Figure("speed", (value,), "s", budget, at_least).within is within


def test_the_median_of_the_repetitions_counts() -> None:
    figure = Figure("start", (9.0, 1.0, 2.0), "s", 2.0)
    assert figure.median == 2.0
    assert figure.as_json() | {"low": 1.0, "high": 9.0, "runs": 3} == figure.as_json()


def test_a_report_names_machine_versions_and_settings() -> None:
    report = Report("start", {"runs": 3})
    report.add("window on screen", [0.5, 0.6], "s", 1.0)
    data = json.loads(json.dumps(report.as_json()))
    assert data["figures"]["window on screen"]["within"] is True
    assert data["settings"] == {"runs": 3}
    assert data["machine"]["cores"] >= 1
    assert data["versions"]["torch"]
    assert "0.55 s" in str(report)
    assert "0.5-0.6" in str(report)


def test_what_was_not_measured_is_left_out() -> None:
    report = Report("ui", {})
    report.add("nothing", [], "ms")
    add_gaps(report, "never", [])
    assert report.figures == []


@given(NUMBERS, st.floats(1, 100))
def test_a_percentile_is_one_of_the_values_and_enough_are_not_above_it(
    values: Sequence[float], percent: float
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) >= len(values) * percent / 100


def test_the_percentiles_of_a_hundred_values() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 50), percentile(values, 99), percentile(values, 99.9)) == (
        50,
        99,
        100,
    )


def test_the_speed_is_that_between_the_first_and_the_last_text() -> None:
    seen = Observed(sent=0.0, texts=[(1.0, 1), (2.0, 6), (3.0, 21)])
    assert seen.tokens_per_s == 10.0
    assert seen.first_text_s == 1.0


def test_only_text_counts_as_seen() -> None:
    seen = Observed()
    seen.see(PromptProgress(1, 2))
    seen.see(TextChunk("a", new_tokens=1))
    assert [tokens for _, tokens in seen.texts] == [1]


def test_filler_has_the_length_that_was_asked_for() -> None:
    assert len(filler(4096).split()) == 4096
