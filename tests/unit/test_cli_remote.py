"""Models of servers on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from desktop_llm import cli, cli_chat, cli_remote
from desktop_llm.core import logs
from desktop_llm.core.paths import Paths
from desktop_llm.core.remote_server import RemoteServer
from desktop_llm.core.settings import Settings, save_settings
from tests.fakes import ScriptedEngine

LAB = RemoteServer(
    id="lab", title="Lab", address="https://lab.example.org/v1", models=("a/b",), has_key=True
)


@pytest.fixture(autouse=True)
def no_log_is_left() -> Iterator[None]:
    yield
    logs.stop_log()


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    scripted = ScriptedEngine(["Hello"])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    return scripted


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names under which the keyring was asked for a key."""
    asked: list[str] = []

    class Kept:
        def get(self, name: str) -> str:
            asked.append(name)
            return "kept"

    monkeypatch.setattr(cli_remote, "Secrets", Kept)
    return asked


def call(*arguments: str, stdin: str = "", key: str = "") -> Result:
    environment = {cli_remote.KEY_VARIABLE: key}
    return CliRunner().invoke(cli.app, arguments, input=stdin, env=environment)


def told(engine: ScriptedEngine) -> tuple[str, str, str]:
    """Address, model and key of what was loaded."""
    assert engine.options is not None
    source = next(call for call in engine.calls if call.startswith("load "))
    return engine.options.api_key, source, engine.calls[-1]


def test_a_server_is_named_with_its_model_and_the_key_comes_by_the_environment_or_stdin(
    engine: ScriptedEngine, ring: list[str]
) -> None:
    words = ("chat", "--server", "lab.example.org:8000", "--model", "m", "Hi")
    result = call(*words, key="secret")
    assert (result.exit_code, result.stdout) == (0, "Hello\n")
    assert told(engine) == ("secret", "load m", "shut_down")
    call(*words, "--key-stdin", stdin="typed\n", key="secret")
    assert told(engine)[0] == "typed"
    assert ring == []


def test_a_server_of_the_settings_is_named_before_its_model_and_has_its_own_key(
    engine: ScriptedEngine, ring: list[str], paths: Paths
) -> None:
    save_settings(paths.settings, Settings(servers=[LAB], last_model="remote:lab/a/b"))
    for words in (("--model", "remote:Lab/a/b"), ()):
        result = call("chat", *words, "Hi", key="of another server")
        assert result.exit_code == 0, result.stderr
        assert told(engine)[:2] == ("kept", "load remote:lab/a/b")
    assert set(ring) == {"server-key:https://lab.example.org"}
    assert call("chat", "--model", "remote:nobody/m", "Hi").exit_code == 1


def test_offline_no_other_computer_is_asked(engine: ScriptedEngine, paths: Paths) -> None:
    there = call("chat", "--offline", "--server", "lab.example.org", "--model", "m", "Hi")
    here = call("chat", "--offline", "--server", "127.0.0.1:8000", "--model", "m", "Hi")
    assert (there.exit_code, here.exit_code) == (1, 0)
    assert "offline" in there.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--server", "127.0.0.1:8000", "Hi"),
        ("--server", "127.0.0.1:8000", "--model", "m", "--adapter", "x", "Hi"),
        ("--server", "127.0.0.1:8000", "--model", "m", "--key-stdin"),
        ("--server", "127.0.0.1:8000", "--model", "m", "--key-stdin", "Hi"),
    ],
)
def test_wrong_usage_is_told(engine: ScriptedEngine, words: tuple[str, ...]) -> None:
    assert call("chat", *words).exit_code == 2


def test_what_no_address_is_is_told(engine: ScriptedEngine) -> None:
    result = call("chat", "--server", "ftp://x", "--model", "m", "Hi")
    assert result.exit_code == 1
    assert "is not the address" in result.stderr


def test_models_of_servers_are_listed_without_asking_them(paths: Paths) -> None:
    save_settings(paths.settings, Settings(servers=[LAB]))
    facts = json.loads(call("models", "list", "--json").stdout)
    (served,) = facts["served"]
    assert (served["name"], served["model"]) == ("remote:lab/a/b", "a/b")
    assert "remote:lab/a/b" in call("models", "list").stdout


def test_only_answers_can_be_had_of_a_server(engine: ScriptedEngine, paths: Paths) -> None:
    save_settings(paths.settings, Settings(servers=[LAB]))
    result = call("bench", "ui", "--model", "remote:lab/a/b")
    assert result.exit_code == 1
    assert "A server does not tell this" in result.stderr
