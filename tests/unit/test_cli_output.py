"""What reaches the terminal and the pipe."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_llm import cli, cli_output
from desktop_llm.cli_output import clean, megabytes, tell, write
from desktop_llm.core.memory_fit import NotEnoughMemory
from desktop_llm.core.memory_plan import Way, write_ways
from desktop_llm.core.text import columns
from tests.unit.test_cli import environment_as_before as environment_as_before
from tests.values import FakeError


def test_a_terminal_gets_no_control_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli_output, "watched", lambda stream: True)
    write("\x1b]0;evil title\x07 fine\ttab\n")
    assert capsys.readouterr().out == "�]0;evil title� fine\ttab\n"


def test_a_pipe_gets_the_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    write("a\x0cb")
    assert capsys.readouterr().out == "a\x0cb"


@given(st.text())
def test_clean_text_has_no_control_characters_but_tabs_and_line_ends(text: str) -> None:
    assert all(c in "\n\t" or not (c < " " or "\x7f" <= c <= "\x9f") for c in clean(text))


def test_an_error_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    tell(FakeError(detail="line one\n  line two\x1b[31m"))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "line one line two" in said
    assert "\x1b" not in said


def test_too_little_memory_is_told_with_the_commands_that_help(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ways = (Way(900_000_000, weights="8-bit"), Way(1_100_000_000, context=2048))
    tell(NotEnoughMemory("a model", 2_000_000_000, 1_500_000_000, write_ways(ways)))
    said = capsys.readouterr().err
    assert "models set 'a model'" in said
    assert "--weights 8-bit (900 MB), or --context 2048 (1.1 GB)." in said
    tell(NotEnoughMemory("m", 2_000_000_000, 1_500_000_000))
    assert "models set" not in capsys.readouterr().err


def test_without_a_terminal_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert not cli_output.watched(sys.stderr)


def test_columns_are_aligned() -> None:
    assert columns([("A", "B"), ("long name", "x")]) == "A          B\nlong name  x"


def test_sizes_are_said_in_decimal_units() -> None:
    assert megabytes(98_000_000) == "98 MB"
    assert megabytes(2_100_000_000) == "2.1 GB"


@pytest.mark.parametrize("command", [[], ["gui"]])
def test_a_window_without_a_display_is_refused_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert cli.run(command) == 1
    said = capsys.readouterr().err
    assert "no display" in said
    assert "desktop-llm chat" in said
