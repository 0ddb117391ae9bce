"""A comparison: who takes part, who fails, and what is made of the figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

import pytest

from desktop_llm.bench.compare import lengths_of
from desktop_llm.bench.contenders import Prompt
from desktop_llm.bench.race import Measured, Race, Step
from desktop_llm.bench.rivals import Turn, perplexity
from desktop_llm.bench.speed_report import SpeedReport
from desktop_llm.core.speed import SpeedResult, SpeedWish
from desktop_llm.core.wire import from_plain
from desktop_llm.services.errors import RivalFailed

T = TypeVar("T")


class FakePrompts:
    """Prompts of as many tokens as are asked for."""

    def prompt(self, tokens: int, number: int) -> Prompt:
        return Prompt(f"{number}", (number, *range(tokens - 1)))

    def windows(self, tokens: int) -> list[Prompt]:
        return [Prompt("held out", (1, 2, 3))]


class FakeContender:
    """Writes at a constant speed."""

    def __init__(self, name: str, writing: float = 10.0, fails: str = "") -> None:
        self.side, self.setting = name.split()
        self.name = name
        self.writing, self.fails = writing, fails
        self.read: list[tuple[int, ...]] = []
        self.closed = False

    def open(self) -> float:
        return self._done("open", 0.5)

    def turn(self, prompt: Prompt, new_tokens: int) -> Turn:
        self.read.append(prompt.ids)
        seconds = (new_tokens - 1) / self.writing
        return self._done("turn", Turn(len(prompt.ids), new_tokens, 1.0, 1.0 + seconds, seconds))

    def losses(self, windows: Sequence[Prompt]) -> list[float]:
        return self._done("losses", [1.0, 1.0])

    def peak_bytes(self) -> int:
        return 1_000_000

    def close(self) -> None:
        self.closed = True

    def _done(self, what: str, value: T) -> T:
        if what == self.fails:
            raise RivalFailed(engine=self.name, fault="it broke")
        return value


def raced(*contenders: FakeContender, together: bool = True, runs: int = 3) -> Race:
    steps: list[Step] = []
    prompts: Any = FakePrompts()
    race = Race(prompts, (64, 512), 21, runs, 100, steps.append)
    race.run(contenders, together)
    assert all(0 <= step.fraction <= 1 for step in steps)
    assert all(str(step) for step in steps)
    return race


def report_of(race: Race) -> SpeedReport:
    report = SpeedReport("speed", {"model": "tiny"})
    report.measured, report.skipped = race.measured, race.skipped
    report.conclude()
    return report


@pytest.mark.parametrize("together", [True, False])
def test_all_read_the_same_prompts_and_none_reads_one_twice(together: bool) -> None:
    one, other = FakeContender("ours exact"), FakeContender("stock float32")
    race = raced(one, other, together=together)
    assert sorted(one.read) == sorted(other.read)
    assert len({ids[0] for ids in one.read if len(ids) == 512}) == 3
    assert [len(turns) for turns in race.measured["ours exact"].turns.values()] == [3, 3]
    assert one.closed
    assert other.closed


@pytest.mark.parametrize("fails", ["open", "turn", "losses"])
def test_who_fails_is_left_out_with_the_reason(fails: str) -> None:
    race = raced(FakeContender("ours exact"), FakeContender("llamacpp Q4_0", fails=fails))
    assert list(race.measured) == ["ours exact"]
    assert "it broke" in race.skipped["llamacpp Q4_0"]


def test_writing_is_compared_with_stock_and_the_best_of_ours_has_the_budget() -> None:
    figures = report_of(
        raced(
            FakeContender("ours exact", 20.0),
            FakeContender("ours 8-bit", 30.0),
            FakeContender("stock bfloat16", 10.0),
        )
    ).as_json()["figures"]
    quality = "(perplexity 2.72 / 2.72)"
    best = figures[f"writing after 64: ours 8-bit ÷ stock bfloat16 {quality}"]
    assert (best["median"], best["budget"], best["within"]) == (3.0, 2.0, True)
    other = figures[f"writing after 64: ours exact ÷ stock bfloat16 {quality}"]
    assert (other["median"], other["budget"]) == (2.0, None)


def test_the_fastest_of_llama_cpp_is_the_one_to_beat() -> None:
    report = report_of(
        raced(
            FakeContender("ours exact", 20.0),
            FakeContender("llamacpp Q4_0", 40.0),
            FakeContender("llamacpp Q8_0", 20.0),
        )
    )
    names = [figure.name for figure in report.figures]
    assert all("as fast as llamacpp Q4_0" in name for name in names)
    short, long = report.figures
    assert short.budget is None
    assert long.median == pytest.approx(1.5 / 2.0)
    assert long.within is False


def test_ours_with_a_worse_perplexity_does_not_keep_the_budget() -> None:
    turn, fast = Turn(512, 2, 1.0, 2.0, 1.0), Turn(512, 2, 0.5, 1.0, 0.5)
    report = SpeedReport("speed", {})
    report.measured = {
        each.name: each
        for each in (
            Measured("ours", "4-bit", turns={512: [fast]}, perplexity=30.0),
            Measured("ours", "exact", turns={512: [turn]}, perplexity=20.0),
            Measured("llamacpp", "Q8_0", turns={512: [turn]}, perplexity=20.0),
        )
    }
    report.conclude()
    with_budget = [figure for figure in report.figures if figure.budget]
    assert [figure.name.split(",")[0] for figure in with_budget] == ["turn of 512: ours exact"]


def test_a_report_is_read_by_the_window() -> None:
    report = report_of(raced(FakeContender("ours exact"), FakeContender("stock float32")))
    result = from_plain(SpeedResult, json.loads(json.dumps(report.as_json())))
    assert result.engines == [("ours", "exact"), ("stock", "float32")]
    assert result.curve("ours", "exact", "writing") == [(64, 10.0), (512, 10.0)]
    assert "stock float32" in str(report)
    assert "Transformers float32" in result.as_text("today")


def test_perplexity_is_the_exponential_of_the_mean() -> None:
    assert perplexity([0.0, 2.0]) == pytest.approx(2.718281828)


def test_lengths_are_numbers_in_order() -> None:
    assert lengths_of("512, 64,512") == (64, 512)
    for wrong in ("0", "x", "64,-4"):
        with pytest.raises(ValueError, match=wrong.rpartition(",")[2]):
            lengths_of(wrong)


def test_a_wish_names_all_that_is_measured() -> None:
    wish = SpeedWish("m", ("exact",), (), (64,), 8, 1)
    assert wish.arguments()[:2] == ["generate", "--model=m"]
    assert "--against=none" in wish.arguments()
