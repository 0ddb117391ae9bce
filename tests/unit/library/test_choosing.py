from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest

from desktop_llm.library.catalogue import Purpose, Recommended, Sources
from desktop_llm.library.choosing import Patience, Proposal, help_me_choose
from desktop_llm.library.fit import Machine

PAGE = "https://example.org"
GB = 1_000_000_000
LAPTOP = Machine(
    memory_free=12 * GB, memory_total=16 * GB, disk_free=100 * GB, bandwidth=30e9, cores=8
)


def model(
    name: str,
    billions: float,
    good_for: Sequence[Purpose] = ("chat",),
    languages: Sequence[str] = ("en",),
) -> Recommended:
    return Recommended(
        repo=f"owner/{name}",
        title=name,
        good_for=tuple(good_for),
        languages=tuple(languages),
        licence="apache-2.0",
        parameters=round(billions * GB),
        size=round(2 * billions * GB),
        format="safetensors",
        summary={},
        read_at=Sources(PAGE, PAGE, PAGE, PAGE, PAGE, PAGE),
    )


MODELS = (
    model("tiny", 0.1),
    model("small", 0.5, languages=("en", "zh")),
    model("middle", 1.5, ("chat", "multilingual"), ("en", "zh", "de")),
    model("large", 3, languages=("en", "zh")),
    model("huge", 8),
    model("coder", 1.5, ("code",)),
    model("reader", 0.1, ("encoder",)),
)


def choose(
    purpose: Purpose = "chat",
    languages: Sequence[str] = ("en",),
    patience: Patience = "middle",
    machine: Machine = LAPTOP,
) -> tuple[Proposal, ...]:
    return help_me_choose(purpose, languages, patience, machine, MODELS)


def names(proposals: Sequence[Proposal]) -> list[str]:
    return [chosen.title for chosen, _, _ in proposals]


def test_patience_decides_how_large_the_first_proposal_is() -> None:
    sizes = [choose(patience=patience)[0][0].parameters for patience in get_args(Patience)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_beside_the_one_that_suits_there_are_a_quicker_and_a_better_one() -> None:
    best, quicker, better = choose()
    assert quicker[0].parameters < best[0].parameters < better[0].parameters
    assert "quick enough" in str(best[2])
    assert "Quicker" in str(quicker[2])
    assert "slower" in str(better[2])


def test_what_does_not_fit_is_not_proposed_while_others_do() -> None:
    weak = replace(LAPTOP, memory_free=5 * GB, memory_total=6 * GB)
    assert all(fit.cls != "no" for _, fit, _ in choose(patience="high", machine=weak))


def test_languages_are_wanted_all() -> None:
    assert names(choose(languages=("zh", "en"), patience="low"))[0] == "small"
    german = choose(languages=("de",))
    assert german[0][0].title == "middle"
    assert "languages" in str(german[1][2])


def test_others_stand_in_where_too_few_are_made_for_it() -> None:
    first, second, _ = choose("code")
    assert first[0].title == "coder"
    assert "not made for this" in str(second[2])


def test_encoders_have_no_speed_to_tell() -> None:
    first = choose("encoder")[0]
    assert first[0].title == "reader"
    assert "Reads" in str(first[2])
    assert "{" not in str(first[2])


def test_a_machine_for_which_all_is_too_large_is_told_so() -> None:
    empty = replace(LAPTOP, memory_free=1)
    proposals = choose(machine=empty)
    assert len(proposals) == 3
    assert all("not fit" in str(reason) for _, _, reason in proposals)


@pytest.mark.parametrize("purpose", get_args(Purpose))
@pytest.mark.parametrize("languages", [("en",), ("zh",), ("en", "de")])
@pytest.mark.parametrize("patience", get_args(Patience))
def test_there_are_always_three_different_ones_with_whole_reasons(
    purpose: Purpose, languages: Sequence[str], patience: Patience
) -> None:
    for proposals in (
        help_me_choose(purpose, languages, patience, LAPTOP),
        choose(purpose, languages, patience),
    ):
        assert len({chosen.repo for chosen, _, _ in proposals}) == 3
        assert all(str(reason) and "{" not in str(reason) for _, _, reason in proposals)
