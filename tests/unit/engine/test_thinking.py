from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.engine.thinking import MARKERS, ThinkingSplitter, open_marker


def split(pieces: list[str], closing: str = "") -> tuple[str, str]:
    """Thinking and answer."""
    splitter = ThinkingSplitter(closing)
    out = [part for piece in pieces for part in splitter.push(piece)] + splitter.flush()
    return (
        "".join(text for text, thinking in out if thinking),
        "".join(text for text, thinking in out if not thinking),
    )


def test_a_plain_answer_is_all_answer() -> None:
    assert split([" Hello", " there"]) == ("", " Hello there")


@pytest.mark.parametrize(("opening", "closing"), MARKERS)
def test_every_known_marker_tells_thinking_from_answer(opening: str, closing: str) -> None:
    assert split([f"{opening}\nhmm{closing}\n\nYes."]) == ("hmm", "Yes.")


def test_markers_are_found_across_pieces() -> None:
    assert split(["<th", "ink>", "\n", "so", "</thi", "nk>", "\n", "Yes"]) == ("so", "Yes")


def test_a_prompt_that_ends_in_a_marker_begins_inside_the_thinking() -> None:
    closing = open_marker("<|im_start|>assistant\n<think>\n")
    assert split(["hmm", "</think>", "Yes"], closing) == ("hmm", "Yes")


def test_a_prompt_with_its_thinking_closed_begins_with_the_answer() -> None:
    assert open_marker("assistant\n<think>\n\n</think>\n\n") == ""


def test_a_marker_in_the_middle_of_an_answer_is_text() -> None:
    text = "Use <think> tags like <think>this</think>."
    assert split([text]) == ("", text)


def test_thinking_that_never_ends_stays_thinking() -> None:
    assert split(["<think>on and on </thi"]) == ("on and on </thi", "")


def test_thinking_is_delivered_while_it_is_written() -> None:
    splitter = ThinkingSplitter()
    assert splitter.push("<think>one") == [("one", True)]
    assert splitter.push(" two") == [(" two", True)]


def test_the_beginning_of_a_marker_that_does_not_become_one_is_kept() -> None:
    assert split(["<thi"]) == ("", "<thi")
    assert split(["<thi", "s>"]) == ("", "<this>")


@given(st.text("<think>/ a", max_size=40).map(list))
def test_the_outcome_does_not_depend_on_the_borders_between_pieces(pieces: list[str]) -> None:
    assert split(pieces) == split(["".join(pieces)])
