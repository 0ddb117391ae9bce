"""Two texts are compared word by word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.ui.dialogs.word_diff import COMPARED, Part, word_diff

TEXTS = st.text(st.sampled_from("ab c\n.1,中文é"), max_size=60)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("", "", ([], [])),
        ("same words", "same words", ([Part("same words", False)],) * 2),
        (
            "a red house",
            "a blue house",
            (
                [Part("a ", False), Part("red ", True), Part("house", False)],
                [Part("a ", False), Part("blue ", True), Part("house", False)],
            ),
        ),
        (
            "今天很好",
            "今天不好",
            (
                [Part("今天", False), Part("很", True), Part("好", False)],
                [Part("今天", False), Part("不", True), Part("好", False)],
            ),
        ),
        ("cut", "cut off", ([Part("cut", True)], [Part("cut off", True)])),
    ],
)
def test_what_differs_is_marked(old: str, new: str, parts: tuple[list[Part], list[Part]]) -> None:
    assert word_diff(old, new) == parts


@given(TEXTS, TEXTS)
def test_the_parts_are_the_texts_and_share_what_is_not_marked(old: str, new: str) -> None:
    parts, others = word_diff(old, new)
    assert "".join(part.text for part in parts) == old
    assert "".join(part.text for part in others) == new
    same = ["".join(part.text for part in each if not part.changed) for each in (parts, others)]
    assert same[0] == same[1]


def test_very_different_long_texts_are_given_up_after_a_while() -> None:
    parts, others = word_diff("a " * 10 * COMPARED + "end", "b " * 10 * COMPARED + "end")
    assert [part.changed for part in parts] == [part.changed for part in others] == [True, False]
