"""`bench generate`: what can be asked of it, and what is refused before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from desktop_llm import cli, cli_chat
from desktop_llm.bench import compare
from desktop_llm.bench.compare import Plan
from desktop_llm.bench.race import Step
from desktop_llm.bench.speed_report import SpeedReport
from desktop_llm.services.errors import NothingToMeasure
from tests.values import a_source


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The comparisons that would have been made."""
    found: list[Plan] = []

    def measure(paths: Any, model: Any, plan: Plan, on_step: Callable[[Step], None]) -> SpeedReport:
        found.append(plan)
        on_step(Step("loading", "ours exact"))
        if plan.runs == 13:
            raise NothingToMeasure(model="tiny")
        return SpeedReport("speed", {"model": "tiny"})

    monkeypatch.setattr(compare, "measure", measure)
    monkeypatch.setattr(cli_chat, "choose_model", lambda session, name: a_source())
    return found


@pytest.mark.usefixtures("paths")
def test_a_comparison_is_what_the_options_say(
    asked: list[Plan], capsys: pytest.CaptureFixture[str]
) -> None:
    options = "--against stock --prompt-tokens 512,64 --new-tokens 32 --runs 2 --settings 8-bit"
    assert cli.run(["bench", "generate", *options.split(), "--isa", "avx2", "--json"]) == 0
    [plan] = asked
    assert (plan.against, plan.settings, plan.prompt_tokens) == (("stock",), ("8-bit",), (64, 512))
    assert (plan.new_tokens, plan.runs, plan.isa, plan.speculation) == (32, 2, "avx2", False)
    assert json.loads(capsys.readouterr().out)["bench"] == "speed"


@pytest.mark.usefixtures("paths")
@pytest.mark.parametrize(
    "options",
    ["--against nobody", "--against stock --settings 3-bit", "--against stock --prompt-tokens x"],
)
def test_unknown_names_are_wrong_usage(asked: list[Plan], options: str) -> None:
    assert cli.run(["bench", "generate", *options.split()]) == 2
    assert asked == []


@pytest.mark.usefixtures("paths")
def test_steps_and_errors_are_lines_for_the_window(
    asked: list[Plan], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_llm.cli_bench.end_with_stdin", lambda session: None)
    options = "--against stock --runs 13 --json --progress"
    assert cli.run(["bench", "generate", *options.split()]) == 1
    step, error = map(json.loads, capsys.readouterr().out.splitlines())
    assert step["step"]["engine"] == "ours exact"
    assert error["error"]["type"] == "NothingToMeasure"
    assert "tiny" in error["words"]
