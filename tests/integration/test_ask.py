"""Prompt forms with the real starter model: what it writes is read, or told not to comply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.testing import CliRunner

from desktop_llm import cli, cli_chat
from desktop_llm.core.generation import LoadedModel, ModelSource
from desktop_llm.engine.process_engine import ProcessEngine
from tests.conftest import TEST_CACHE
from tests.unit.test_cli import environment_as_before as environment_as_before

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

STORY = (
    "The lighthouse of Pip stands on a rock in the north. It was built in 1851 by Anna Berg after "
    "three ships had sunk in one winter. For a hundred years a keeper lived there; since 1962 its "
    "light has been electric, and today it is a museum with many visitors."
)

Ask = Callable[..., dict[str, Any]]


class KeptEngine(ProcessEngine):
    """Loads once and goes on after a command, for the time that it takes."""

    loaded: LoadedModel | None = None

    def load(self, *arguments: Any) -> LoadedModel:
        self.loaded = self.loaded or super().load(*arguments)
        return self.loaded

    def shut_down(self) -> None:
        """Not yet."""

    def end(self) -> None:
        super().shut_down()


@pytest.fixture
def ask(starter_model: ModelSource, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    engine = KeptEngine()
    monkeypatch.setattr(cli_chat, "new_engine", lambda: engine)

    def call(*arguments: str) -> dict[str, Any]:
        options = ("--json", "--model", "starter", "--data-dir", str(TEST_CACHE))
        done = CliRunner().invoke(cli.app, ["ask", *arguments, *options])
        assert done.exit_code == 0, done.stderr
        facts = json.loads(done.stdout)
        assert isinstance(facts, dict)
        return facts

    yield call
    engine.end()


def test_what_a_small_model_answers_is_read_or_said_not_to_comply(ask: Ask) -> None:
    facts = ask("sentiment", "I love this film. It is wonderful and made me happy.")
    assert facts["complies"], facts["problem"]
    assert facts["value"]["label"] == "positive"
    assert 0 <= facts["value"]["score"] <= 1

    facts = ask("extract", "--what", "years", STORY, "--max-tokens", "12")
    assert facts["complies"] == (facts["problem"] == "")
    assert isinstance(facts["value"], list) or not facts["complies"]
    assert facts["text"] != ""

    options = ("--fit", "windows", "--window", "40", "--overlap", "4", "--max-tokens", "8")
    facts = ask("summarise", *options, STORY)
    assert facts["complies"], facts["problem"]
    assert facts["text"] == facts["value"] != ""
    assert 2 <= facts["windows"] < len(facts["partials"])
    assert "Merging" in facts["partials"][-1]["step"]
    assert facts["new_tokens"] <= 8
