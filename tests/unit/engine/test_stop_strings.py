from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_llm.engine.stop_strings import StopStrings


def shown(stops: list[str], pieces: list[str]) -> list[str]:
    matcher = StopStrings(stops)
    return [*(matcher.push(piece) for piece in pieces), matcher.flush()]


def test_text_before_a_stop_string_is_shown_and_the_rest_is_not() -> None:
    assert "".join(shown(["END"], ["one two END three"])) == "one two "


def test_a_stop_string_is_found_across_pieces() -> None:
    assert shown(["\nUser:"], ["Hi", "\nUs", "er", ": more"]) == ["Hi", "", "", "", ""]


def test_only_a_possible_beginning_is_held_back() -> None:
    assert shown(["STOP"], ["go ST", "AY"]) == ["go ", "STAY", ""]


def test_what_was_held_back_comes_at_the_end() -> None:
    assert shown(["STOP"], ["go ST"]) == ["go ", "ST"]


def test_the_stop_string_that_comes_first_in_the_text_counts() -> None:
    assert "".join(shown(["c", "b"], ["abc"])) == "a"


def test_what_follows_the_stop_string_in_its_piece_is_kept_apart() -> None:
    matcher = StopStrings(["|"])
    assert matcher.push("a|b") == "a"
    assert (matcher.found, matcher.rest) == (True, "b")


def test_without_stop_strings_everything_goes_straight_through() -> None:
    assert shown(["", ""], ["a", "b"]) == ["a", "b", ""]


@given(st.lists(st.text("ab", max_size=3)), st.lists(st.text("ab", min_size=1, max_size=3)))
def test_the_outcome_does_not_depend_on_the_borders_between_pieces(
    pieces: list[str], stops: list[str]
) -> None:
    text = "".join(pieces)
    ends = [text.find(stop) for stop in stops if stop in text]
    assert "".join(shown(stops, pieces)) == (text[: min(ends)] if ends else text)
