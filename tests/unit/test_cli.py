"""The contract of the command line: what is on stdout, what on stderr, and the exit codes."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from desktop_llm import __version__, cli, cli_chat
from desktop_llm.core import logs
from desktop_llm.core.generation import ChatMessage, TextChunk
from desktop_llm.core.paths import DATA_DIR_VARIABLE, Paths
from desktop_llm.core.settings import Settings, save_settings
from desktop_llm.library import starter
from tests.fakes import ScriptedEngine
from tests.values import FakeError

CHAT_KEYS = {
    "text",
    "model",
    "engine",
    "device",
    "prompt_tokens",
    "new_tokens",
    "ttft_s",
    "tokens_per_s",
    "stop_reason",
    "seed",
}


@pytest.fixture(autouse=True)
def environment_as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets variables for its workers and starts a log."""
    before = dict(os.environ)
    levels = {name: logging.getLogger(name).level for name in (None, "desktop_llm")}
    yield
    logs.stop_log()
    logging.captureWarnings(False)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> ScriptedEngine:
    scripted = ScriptedEngine(["Hello", " from", " the", " fake."])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    return scripted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model as far as the command line is concerned."""
    (tmp_path / "my-model").mkdir()
    return tmp_path / "my-model"


def call(*arguments: str | Path, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in arguments], input=stdin)


def watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a person sat before a terminal."""
    for module in (cli, cli_chat):
        monkeypatch.setattr(module, "watched", lambda stream: True)


def answer(result: Result) -> dict[str, Any]:
    """The one JSON object on stdout."""
    assert result.exit_code == 0, result.stderr
    (line,) = result.stdout.splitlines()
    data = json.loads(line)
    assert isinstance(data, dict)
    return data


def assert_told(result: Result, *words: str) -> None:
    """One plain line on stderr, nothing on stdout, exit code 1."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


# --- chat --------------------------------------------------------------------------------------


def test_chat_writes_the_answer_and_nothing_else_to_stdout(
    engine: ScriptedEngine, folder: Path
) -> None:
    result = call("chat", "--model", folder, "Hi")
    assert result.exit_code == 0
    assert result.stdout == "Hello from the fake.\n"
    assert engine.requests[0].messages == (ChatMessage("user", "Hi"),)
    assert engine.calls[-1] == "shut_down"


def test_chat_as_json_is_one_object_with_the_keys_of_the_contract(
    engine: ScriptedEngine, folder: Path
) -> None:
    data = answer(call("chat", "--json", "--model", folder, "Hi"))
    assert data.keys() >= CHAT_KEYS
    assert data["text"] == "Hello from the fake."
    assert data["stop_reason"] == "end"


def test_the_prompt_comes_from_stdin_for_a_dash_and_in_a_pipe(
    engine: ScriptedEngine, folder: Path
) -> None:
    call("chat", "-m", folder, "-", stdin="从管道来\n".encode())
    call("chat", "-m", folder, stdin="also from a pipe")
    assert [r.messages[-1].content for r in engine.requests] == ["从管道来", "also from a pipe"]


def test_the_options_of_sampling_reach_the_engine(engine: ScriptedEngine, folder: Path) -> None:
    options = (
        "--temperature=0.3 --top-p=0.8 --top-k=7 --min-p=0.1 --repetition-penalty=1.3 "
        "--max-tokens=9 --seed=42 --stop=END --stop=***"
    )
    call("chat", "-m", folder, "--system", "Be brief.", *options.split(), "Hi")
    (request,) = engine.requests
    assert request.messages[0] == ChatMessage("system", "Be brief.")
    chosen = request.sampling
    assert (chosen.temperature, chosen.top_p, chosen.top_k, chosen.min_p) == (0.3, 0.8, 7, 0.1)
    assert (chosen.repetition_penalty, chosen.max_new_tokens, chosen.seed) == (1.3, 9, 42)
    assert chosen.stop_strings == ("END", "***")


def test_thinking_is_not_part_of_the_answer(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    scripted = ScriptedEngine([TextChunk("hm, ", thinking=True), "Yes."])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    assert call("chat", "-m", folder, "Hi").stdout == "Yes.\n"
    data = answer(call("chat", "--json", "-m", folder, "Hi"))
    assert (data["text"], data["thinking"]) == ("Yes.", "hm, ")


@pytest.mark.parametrize("prompt", ["", "   ", "\n"])
def test_an_empty_prompt_is_wrong_usage(engine: ScriptedEngine, folder: Path, prompt: str) -> None:
    result = call("chat", "-m", folder, prompt)
    assert result.exit_code == 2
    assert "empty" in result.stderr
    assert engine.calls == []


def test_a_prompt_that_is_no_text_is_wrong_usage(engine: ScriptedEngine, folder: Path) -> None:
    result = call("chat", "-m", folder, "-", stdin=b"\xff\xfe\x00")
    assert result.exit_code == 2
    assert "UTF-8" in result.stderr


def test_bytes_that_are_no_characters_do_not_end_in_an_encoding_error(
    engine: ScriptedEngine, folder: Path
) -> None:
    assert call("chat", "-m", folder, "caf\udce9").exit_code == 0
    assert engine.requests[0].messages[-1].content == "caf\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "wrong",
    [
        "--temperature=-1",
        "--temperature=nan",
        "--temperature=inf",
        "--top-p=1.5",
        "--top-k=-1",
        "--max-tokens=0",
        "--seed=-1",
        "--seed=x",
        "--no-such-option",
    ],
)
def test_wrong_options_are_wrong_usage(engine: ScriptedEngine, folder: Path, wrong: str) -> None:
    result = call("chat", "-m", folder, wrong, "Hi")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr


@pytest.mark.parametrize("words", ["chat x", "generate x", "ask rewrite x", "serve"])
def test_how_a_model_is_loaded_can_be_said_for_one_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str
) -> None:
    engine = ScriptedEngine(load_steps=[FakeError()])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: engine)
    model = tmp_path / "a.gguf"
    model.write_bytes(b"GGUF")
    options = "--weights=4-bit", "--engine=transformers"
    result = call(*words.split(), "--model", model, *options)
    assert result.exit_code == 1, result.stderr
    assert engine.options
    assert (engine.options.weights, engine.options.engine) == ("4-bit", "transformers")


@pytest.mark.parametrize(
    ("model", "options", "told"),
    [
        ("a.gguf", ["--weights=8-bit"], "--engine transformers"),
        ("my-model", ["--engine=llama.cpp"], "transformers runs this model"),
        ("my-model", ["--weights=2-bit"], "--weights"),
    ],
)
def test_what_would_have_no_effect_on_the_model_is_wrong_usage(
    engine: ScriptedEngine, folder: Path, model: str, options: list[str], told: str
) -> None:
    (folder.parent / "a.gguf").write_bytes(b"GGUF")
    result = call("chat", "-m", folder.parent / model, *options, "Hi")
    assert result.exit_code == 2
    assert told in result.stderr
    assert engine.loaded is None


def test_a_model_that_nobody_knows_is_told_in_one_line(engine: ScriptedEngine) -> None:
    assert_told(call("chat", "-m", "no-such-model", "Hi"), "no-such-model", "starter")
    assert engine.calls == []


def test_an_error_of_the_engine_is_told_in_one_line_and_the_engine_ends(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    scripted = ScriptedEngine([FakeError(detail="it\nbroke")])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    assert_told(call("chat", "--json", "-m", folder, "Hi"), "it broke", "Try again.")
    assert scripted.calls[-1] == "shut_down"


def test_an_error_of_loading_is_told_and_the_engine_ends(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    scripted = ScriptedEngine(load_steps=[FakeError(detail="no memory")])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    assert_told(call("chat", "-m", folder, "Hi"), "no memory")
    assert scripted.calls[-2:] == ["kill", "shut_down"]


def test_a_bug_is_told_in_one_line_and_its_place_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, folder: Path, paths: Paths
) -> None:
    scripted = ScriptedEngine([RuntimeError("quotes a private prompt")])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    assert_told(call("chat", "-m", folder, "Hi"), "RuntimeError", "command-line.log")
    written = (paths.logs / "command-line.log").read_text()
    assert "fakes.py" in written
    assert "private" not in written


# --- which model -------------------------------------------------------------------------------


def test_without_a_model_the_last_used_one_is_taken(
    engine: ScriptedEngine, folder: Path, paths: Paths
) -> None:
    save_settings(paths.settings, Settings(last_model=str(folder)))
    assert call("chat", "Hi").exit_code == 0
    assert engine.loaded is None  # unloaded at the end
    assert f"load {folder}" in engine.calls


def test_a_last_used_model_that_is_gone_gives_way_to_the_starter(
    engine: ScriptedEngine, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(paths.settings, Settings(last_model="/gone"))
    monkeypatch.setattr(starter, "is_available", lambda paths: True)
    assert call("chat", "Hi").exit_code == 0
    assert "load starter" in engine.calls


def test_without_any_model_the_line_says_how_to_get_one(engine: ScriptedEngine) -> None:
    assert_told(call("chat", "Hi"), "desktop-llm models download starter")


# --- the conversation in the terminal ----------------------------------------------------------


def test_a_conversation_remembers_until_new_and_ends_with_quit(
    engine: ScriptedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(monkeypatch)
    typed = "first\n\nsecond\n/help\n/new\nthird\n/quit\nnever\n"
    result = call("chat", "-m", folder, "--system", "S", stdin=typed)
    assert result.exit_code == 0
    told = [[m.content for m in request.messages] for request in engine.requests]
    assert told == [
        ["S", "first"],
        ["S", "first", "Hello from the fake.", "second"],
        ["S", "third"],
    ]
    assert "/quit" in result.stderr


def test_a_conversation_ends_with_the_input(
    engine: ScriptedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(monkeypatch)
    assert call("chat", "-m", folder, stdin="only this\n").exit_code == 0
    assert len(engine.requests) == 1


def test_a_conversation_goes_on_after_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = ScriptedEngine([FakeError(detail="too long")], ["Fine."])
    monkeypatch.setattr(cli_chat, "new_engine", lambda: scripted)
    watch(monkeypatch)
    result = call("chat", "-m", folder, stdin="bad\ngood\n")
    assert result.exit_code == 0
    assert "too long" in result.stderr
    assert [m.content for m in scripted.requests[1].messages] == ["good"]


def test_json_without_a_prompt_in_a_terminal_is_wrong_usage(
    engine: ScriptedEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(monkeypatch)
    assert call("chat", "--json", "-m", folder).exit_code == 2


# --- generate ----------------------------------------------------------------------------------


def test_generate_goes_on_with_the_text(engine: ScriptedEngine, folder: Path) -> None:
    result = call("generate", "-m", folder, "Once: ")
    assert result.stdout == "Once: Hello from the fake.\n"
    assert engine.requests[0].prompt == "Once: "
    assert engine.requests[0].messages == ()


def test_generate_as_json_has_a_list_of_samples(engine: ScriptedEngine, folder: Path) -> None:
    data = answer(call("generate", "--json", "-m", folder, "Once", "--num-samples", "1"))
    (sample,) = data["samples"]
    assert sample.keys() >= CHAT_KEYS
    assert sample["text"] == "Hello from the fake."


def test_the_preset_is_the_run_of_the_article(engine: ScriptedEngine, folder: Path) -> None:
    result = call("generate", "-m", folder, "--preset", "hello")
    (request,) = engine.requests
    assert (request.prompt, request.num_samples, request.max_length) == (
        "Hello, how are you?",
        5,
        50,
    )
    assert result.stdout.startswith("1: Hello, how are you?")


def test_what_is_said_explicitly_wins_over_the_preset(engine: ScriptedEngine, folder: Path) -> None:
    call("generate", "-m", folder, "--preset", "hello", "-n", "2", "--max-length=9", "Hey")
    (request,) = engine.requests
    assert (request.prompt, request.num_samples, request.max_length) == ("Hey", 2, 9)


def test_a_length_is_the_only_limit_when_it_is_given(engine: ScriptedEngine, folder: Path) -> None:
    call("generate", "-m", folder, "--max-length=900", "Hey")
    assert engine.requests[0].sampling.max_new_tokens == 900


def test_a_preset_that_nobody_knows_is_wrong_usage(engine: ScriptedEngine) -> None:
    result = call("generate", "--preset", "nope")
    assert result.exit_code == 2
    assert "hello, story" in result.stderr


# --- options that all commands have ------------------------------------------------------------


def test_every_command_takes_the_three_common_options() -> None:
    commands = [
        "gui",
        "chat",
        "generate",
        "doctor",
        "launcher",
        "bench start",
        "bench ui",
        "bench generate",
    ]
    for name in commands:
        words = call(*name.split(), "--help").stdout
        assert all(option in words for option in ("--json", "--data-dir", "--offline")), name


def test_data_dir_holds_for_this_process_and_its_workers(tmp_path: Path) -> None:
    answer(call("models", "list", "--json", "--data-dir", tmp_path / "mine"))
    assert os.environ[DATA_DIR_VARIABLE] == str(tmp_path / "mine")


def test_data_dir_may_stand_before_the_command(tmp_path: Path) -> None:
    call("--data-dir", tmp_path / "mine", "models", "list")
    assert os.environ[DATA_DIR_VARIABLE] == str(tmp_path / "mine")


def test_offline_holds_for_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    answer(call("models", "list", "--json", "--offline"))
    assert os.environ["HF_HUB_OFFLINE"] == "1"


# --- version -------------------------------------------------------------------------------------


def test_the_version_can_be_asked() -> None:
    assert call("--version").stdout == f"desktop-llm {__version__}\n"


def test_an_unknown_command_is_wrong_usage() -> None:
    assert call("sing").exit_code == 2
