from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.core.memory_plan import (
    MOST_WAYS,
    TIGHT,
    Setting,
    Way,
    plan_memory,
    read_ways,
    write_ways,
)

BYTES = {"exact": 2.0, "auto": 2.0, "8-bit": 1.0, "4-bit": 0.6}


def needs(setting: Setting) -> int | None:
    """A model of 1,000 weights; a token takes 0.1 bytes; there is a file for llama.cpp."""
    weights = 700 if setting.engine == "llama.cpp" else 1000 * BYTES[setting.weights]
    return round(weights + setting.context / 10)


def unpacked(setting: Setting) -> int | None:
    return None if setting.engine == "llama.cpp" else needs(setting)


WANTED = Setting(4096)


def test_what_fits_needs_no_advice() -> None:
    plan = plan_memory(WANTED, needs, 3000)
    assert (plan.verdict, plan.needed, plan.ways) == ("fits", 2410, ())


def test_what_takes_nearly_all_is_tight_and_what_takes_more_is_too_big() -> None:
    assert plan_memory(WANTED, needs, 2450).verdict == "tight"
    assert plan_memory(WANTED, needs, 2400).verdict == "too big"


def test_the_least_harmful_way_comes_first() -> None:
    ways = plan_memory(WANTED, needs, 2460).ways
    assert ways == (
        Way(1410, weights="8-bit"),
        Way(2205, context=2048),
        Way(1110, engine="llama.cpp"),
    )


def test_only_ways_that_fit_well_are_offered() -> None:
    ways = plan_memory(WANTED, unpacked, 1400).ways
    assert ways == (Way(1010, weights="4-bit"),)
    assert plan_memory(WANTED, unpacked, 900).ways == (Way(805, context=2048, weights="4-bit"),)
    assert plan_memory(WANTED, unpacked, 790).ways == (Way(702, context=1024, weights="4-bit"),)
    assert plan_memory(WANTED, unpacked, 500).ways == ()


def test_a_packed_file_can_only_have_a_shorter_context() -> None:
    ways = plan_memory(Setting(4096, engine="llama.cpp"), needs, 1100).ways
    assert ways == (Way(905, context=2048),)


@given(st.integers(0, 4000), st.integers(256, 1 << 20))
def test_every_way_fits_and_needs_less(free: int, context: int) -> None:
    plan = plan_memory(Setting(context), needs, free)
    assert len(plan.ways) <= MOST_WAYS
    assert all(way.needed <= free * TIGHT < plan.needed for way in plan.ways)


def test_ways_cross_a_process_boundary_as_text() -> None:
    ways = (Way(5, context=2048), Way(7, weights="4-bit"), Way(8, engine="llama.cpp"))
    assert read_ways(write_ways(ways)) == ways
    assert read_ways("") == read_ways("{") == read_ways('[{"strange": 1}]') == ()
