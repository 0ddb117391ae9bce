"""The commands `models …`: their answers, their errors, and that they ask before they remove."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.testing import CliRunner, Result

from desktop_llm import cli, cli_hub, cli_models
from desktop_llm.core import logs
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import Settings, load_settings, save_settings
from desktop_llm.core.text import Text
from desktop_llm.library import shelf, starter
from desktop_llm.library.catalogue import Purpose
from desktop_llm.library.hub_errors import HubUnreachable, RepositoryGated
from desktop_llm.library.hub_types import (
    OFFICIAL_HUB,
    FileChoice,
    HubAccess,
    LibraryEntry,
    Refusal,
    SearchPage,
)
from desktop_llm.training.run_folder import RunFolder
from tests.fake_hub import FakeHub
from tests.fake_models import COMMIT, a_hub_model, an_entry, some_details, some_progress
from tests.unit.core.model_files import make_folder
from tests.unit.services.test_library import a_result

CANARY = "hf_canary0123456789"


@pytest.fixture(autouse=True)
def environment_as_before() -> Iterator[None]:
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


class ScriptedClient:
    """The hub process as far as the commands are concerned; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.pages = {"": SearchPage((a_hub_model("a/one"),), "")}
        self.details_facts: dict[str, Any] = {}
        self.error: Exception | None = None
        self.closed = 0

    def search(self, access, query, page):
        self.asked.append((access, query, page))
        if self.error:
            raise self.error
        return self.pages[page]

    def details(self, access, repo, revision):
        self.asked.append((access, repo, revision))
        if self.error:
            raise self.error
        return some_details(repo, **self.details_facts)

    def download(self, plan, access, on_progress):
        self.asked.append((access, plan))
        on_progress(some_progress(plan))
        if self.error:
            raise self.error
        return an_entry(plan.repo)

    def verify(self, name, on_progress):
        self.asked.append((None, name))
        on_progress(1.0)
        return an_entry(name, verified=name != "a/damaged")

    def shut_down(self):
        self.closed += 1

    @property
    def access(self) -> HubAccess:
        access: HubAccess = self.asked[-1][0]
        return access


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> ScriptedClient:
    scripted = ScriptedClient()
    monkeypatch.setattr(cli_hub, "HubClient", lambda: scripted)
    return scripted


def call(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["models", *map(str, arguments)], input=stdin)


def answer(result: Result) -> dict[str, Any]:
    """The one JSON object on stdout."""
    assert result.exit_code == 0, result.stderr
    (line,) = result.stdout.splitlines()
    return dict(json.loads(line))


def assert_told(result: Result, part: str) -> None:
    """One plain line on stderr, and the exit code that goes with it."""
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("desktop-llm: ")
    assert part in line


def take_in(folder: Path) -> str:
    """The name of a model folder that was imported."""
    return str(answer(call("import", make_folder(folder), "--json"))["name"])


@pytest.mark.parametrize(
    "name",
    ["list", "search", "recommend", "show", "download", "import", "set", "verify", "remove"],
)
def test_every_command_of_models_takes_the_three_common_options(name: str) -> None:
    words = call(name, "--help").stdout
    assert all(option in words for option in ("--json", "--data-dir", "--offline"))


# --- search --------------------------------------------------------------------------------------


def test_search_answers_with_models_and_whether_they_fit(client: ScriptedClient) -> None:
    found = answer(call("search", "tiny", "--json"))["models"]
    assert [model["repo"] for model in found] == ["a/one"]
    assert found[0]["fit"]["class"] in ("well", "slow", "tight", "no")
    assert found[0]["fit"]["reasons"]
    assert client.closed == 1


def test_search_for_people_is_a_table(client: ScriptedClient) -> None:
    words = call("search", "tiny").stdout.splitlines()
    assert words[0].split()[:3] == ["NAME", "RUNS", "HERE"]
    assert words[1].startswith("a/one")
    assert "494M" in words[1]


def test_a_model_that_says_nothing_of_its_size_is_listed_too(client: ScriptedClient) -> None:
    model = a_hub_model("a/secretive", parameters=0, bytes_by_dtype={})
    client.pages[""] = SearchPage((model,))
    assert answer(call("search", "--json"))["models"][0]["fit"] is None
    assert "?" in call("search").stdout


def test_what_is_asked_of_the_hub_is_what_was_said(client: ScriptedClient) -> None:
    options = ("--task", "text-generation", "--format", "gguf", "--language", "zh")
    sizes = ("--min-size", "500M", "--max-size", "1.5b", "--licence", "mit")
    call("search", "qwen", *options, *sizes, "--access", "open", "--sort", "downloads")
    query = client.asked[0][1]
    assert (query.text, query.task, query.format) == ("qwen", "text-generation", "gguf")
    assert (query.language, query.licence, query.access) == ("zh", "mit", "open")
    assert (query.min_parameters, query.max_parameters) == (500_000_000, 1_500_000_000)
    assert query.sort == "downloads"


def test_pages_are_fetched_until_there_are_enough(client: ScriptedClient) -> None:
    client.pages = {
        "": SearchPage(tuple(a_hub_model(f"a/{n}") for n in range(30)), "2"),
        "2": SearchPage(tuple(a_hub_model(f"b/{n}") for n in range(30)), "3"),
    }
    found = answer(call("search", "--limit", "40", "--json"))["models"]
    assert [found[0]["repo"], found[-1]["repo"], len(found)] == ["a/0", "b/9", 40]
    assert len(client.asked) == 2


def test_nothing_found_is_said(client: ScriptedClient) -> None:
    client.pages[""] = SearchPage(())
    assert call("search", "nope").stdout == "Nothing was found.\n"
    assert answer(call("search", "nope", "--json")) == {"models": []}


def test_a_size_that_is_no_number_is_wrong_usage(client: ScriptedClient) -> None:
    result = call("search", "--min-size", "large")
    assert result.exit_code == 2
    assert "500M" in result.stderr


def test_a_hub_that_cannot_be_reached_is_told_in_one_line(client: ScriptedClient) -> None:
    client.error = HubUnreachable("hub.example.org")
    assert_told(call("search", "tiny"), "hub.example.org")
    assert client.closed == 1


def test_offline_nothing_is_asked(client: ScriptedClient) -> None:
    for words in (("search", "x"), ("download", "a/one"), ("show", "a/one")):
        assert_told(call(*words, "--offline"), "--offline")
    assert client.asked == []


# --- the way to the hub --------------------------------------------------------------------------


def test_hub_and_proxy_are_the_settings_or_the_options(client: ScriptedClient, paths: Any) -> None:
    save_settings(paths.settings, Settings(hub_endpoint="https://mirror.example.org"))
    call("search")
    assert client.access == HubAccess("https://mirror.example.org")
    call("search", "--hub", "http://other.example.org/", "--proxy", "http://127.0.0.1:3128")
    assert client.access == HubAccess("http://other.example.org", "http://127.0.0.1:3128")


@pytest.mark.parametrize("option", ["--hub", "--proxy"])
def test_an_address_that_is_none_is_wrong_usage(client: ScriptedClient, option: str) -> None:
    result = call("search", option, "ftp://nowhere")
    assert result.exit_code == 2
    assert option in result.stderr


def test_the_settings_forbid_the_internet_too(client: ScriptedClient, paths: Any) -> None:
    save_settings(paths.settings, Settings(offline=True))
    assert_told(call("search"), "offline")


def test_a_token_comes_from_stdin_or_the_keyring_and_goes_to_the_official_hub_only(
    client: ScriptedClient, paths: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call("download", "a/one", "--token-stdin", stdin=CANARY + "\n")
    assert client.access == HubAccess(OFFICIAL_HUB, token=CANARY)
    mirror = ("--hub", "https://mirror.example.org")
    assert call("download", "a/one", *mirror, "--token-stdin", stdin=CANARY).exit_code == 2
    call("search", "tiny", "--token-stdin", stdin=CANARY)
    assert client.access.token == CANARY
    empty = call("search", "tiny", "--token-stdin", stdin="\n")
    assert (empty.exit_code, "token" in empty.stderr) == (2, True)
    monkeypatch.setattr(Secrets, "get", lambda self, name: CANARY)
    save_settings(paths.settings, Settings(hub_account="pip"))
    call("show", "a/one")
    assert client.access.token == CANARY
    call("show", "a/one", *mirror)
    assert client.access.token == ""


# --- recommend -----------------------------------------------------------------------------------


def test_three_models_are_recommended_with_reasons_and_nobody_is_asked(
    client: ScriptedClient,
) -> None:
    wishes = ("--for", "chat", "--language", "zh", "--patience", "quick")
    found = answer(call("recommend", *wishes, "--json"))["models"]
    assert len(found) == 3
    assert all(model["why"] and model["fit"]["reasons"] for model in found)
    words = call("recommend", *wishes).stdout
    assert found[0]["why"] in words
    assert client.asked == []


def test_every_purpose_of_the_catalogue_can_be_asked_for() -> None:
    assert get_args(cli_models.Purpose) == get_args(Purpose)


# --- show ----------------------------------------------------------------------------------------


def test_show_tells_what_the_hub_knows_of_a_model(client: ScriptedClient) -> None:
    facts = answer(call("show", "a/one", "--json"))
    assert (facts["repo"], facts["commit"], facts["context_length"]) == ("a/one", COMMIT, 32768)
    (choice,) = facts["file_choices"]
    assert choice["recommended"]
    assert choice["fit"]["class"] in ("well", "slow", "tight", "no")


def test_show_for_people_ends_with_the_card(client: ScriptedClient) -> None:
    words = call("show", "a/one").stdout
    assert "licence: apache-2.0" in words
    assert "(recommended)" in words
    assert "TOKENS/S" in words
    assert "runs here: " in words
    assert words.endswith("# Tiny\n\nA small model.\n")


def test_a_long_card_is_cut_for_people_only(client: ScriptedClient) -> None:
    client.details_facts = {"card": "line\n" * 1000}
    words = call("show", "a/one").stdout.splitlines()
    assert len(words) < 100
    assert "--json" in words[-1]
    assert answer(call("show", "a/one", "--json"))["card"].count("line") == 1000


def test_show_says_why_a_model_is_not_fetched(client: ScriptedClient) -> None:
    client.details_facts = {"refusal": Refusal("pickle", Text("It is pickled."), "b/better")}
    facts = answer(call("show", "a/one", "--json"))
    assert (facts["refused"], facts["instead"]) == ("It is pickled.", "b/better")


def test_show_tells_of_a_model_here_without_the_hub(client: ScriptedClient, tmp_path: Path) -> None:
    name = take_in(tmp_path / "tiny")
    facts = answer(call("show", name, "--json"))
    assert (facts["kind"], facts["architecture"]) == ("folder", "LlamaForCausalLM")
    assert facts["path"] == str(tmp_path / "tiny")
    assert facts["fit"]["class"] in ("well", "slow", "tight", "no")
    assert facts["fit"]["reasons"][0] in call("show", name).stdout
    assert client.asked == []


def test_showing_what_is_no_model_is_told(client: ScriptedClient, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert_told(call("show", tmp_path / "empty"), str(tmp_path / "empty"))
    assert_told(call("show", "nope"), "nope")
    assert client.asked == []


# --- download ------------------------------------------------------------------------------------


def test_download_fetches_the_recommended_files_of_the_commit(client: ScriptedClient) -> None:
    facts = answer(call("download", "a/one", "--revision", "v1", "--json"))
    assert (facts["name"], facts["revision"]) == ("a/one", COMMIT)
    assert client.asked[0][1:] == ("a/one", "v1")
    plan = client.asked[1][1]
    assert (plan.repo, plan.commit, plan.choice) == ("a/one", COMMIT, "safetensors")


def gguf_choices() -> dict[str, Any]:
    made = [
        FileChoice(name, "gguf", Text(name), (f"{name}.gguf",), 1, 4, name == "Q5_K_M")
        for name in ("Q4_K_M", "Q5_K_M")
    ]
    return {"choices": tuple(made)}


def test_download_takes_the_files_that_are_named(client: ScriptedClient) -> None:
    client.details_facts = gguf_choices()
    call("download", "a/one", "--file", "Q4_K_M")
    assert client.asked[1][1].choice == "Q4_K_M"
    call("download", "a/one")
    assert client.asked[3][1].choice == "Q5_K_M"


def test_files_that_are_not_there_are_wrong_usage_and_the_others_are_named(
    client: ScriptedClient,
) -> None:
    client.details_facts = gguf_choices()
    result = call("download", "a/one", "--file", "Q1")
    assert result.exit_code == 2
    assert "Q4_K_M, Q5_K_M" in result.stderr


def test_a_model_that_is_refused_is_not_fetched(client: ScriptedClient) -> None:
    client.details_facts = {"refusal": Refusal("pickle", Text("It is pickled."), "b/better")}
    result = call("download", "a/one")
    assert_told(result, "It is pickled.")
    assert "b/better" in result.stderr
    assert len(client.asked) == 1


def test_a_gated_model_says_where_to_ask(client: ScriptedClient) -> None:
    client.error = RepositoryGated("a/one", "https://hub.example.org/a/one")
    assert_told(call("download", "a/one"), "https://hub.example.org/a/one")


def test_a_download_that_is_interrupted_says_how_it_goes_on(
    client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "download", interrupt)
    result = call("download", "a/one")
    assert result.exit_code == 130
    assert "is kept" in result.stderr
    assert client.closed == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/..", "a/b/c", "/etc/passwd", "a//b"])
def test_a_name_that_is_no_repository_is_refused_before_anybody_is_asked(
    client: ScriptedClient, name: str
) -> None:
    result = call("download", name)
    assert result.exit_code == 1
    assert client.asked == []


def test_only_the_starter_has_a_name_without_an_owner(client: ScriptedClient) -> None:
    assert call("download", "gpt5").exit_code == 2
    assert client.asked == []


def test_the_starter_is_not_downloaded_offline() -> None:
    assert_told(call("download", "starter", "--offline"), "--offline")


def test_the_starter_needs_no_hub(client: ScriptedClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(where: Any, on_progress: Any, stop: threading.Event) -> Any:
        on_progress(starter.FetchProgress(1, 2))
        return starter.locate(where)

    monkeypatch.setattr(starter, "fetch", fetch)
    assert answer(call("download", "starter", "--json"))["name"] == "starter"
    assert client.asked == []


# --- list, import, verify, remove ----------------------------------------------------------------


def test_an_empty_library_says_how_to_get_a_model() -> None:
    assert "download starter" in call("list").stdout
    assert answer(call("list", "--json")) == {"models": [], "served": [], "starter_present": False}


def test_list_has_imports_and_results(tmp_path: Path, paths: Any) -> None:
    run = a_result(paths)
    name = take_in(tmp_path / "tiny")
    found = answer(call("list", "--json"))["models"]
    assert [(model["name"], model["kind"]) for model in found] == [
        (f"run:{run.id}", "own"),
        (name, "folder"),
    ]
    words = call("list").stdout.splitlines()
    assert words[0].split() == ["NAME", "KIND", "SIZE", "FILES", "ENGINE", "USED", "PATH"]
    assert (found[1]["engine"], found[1]["last_used"]) == ("transformers", 0.0)
    assert found[0]["base"]
    assert len(words) == 3


def test_an_import_in_place_can_be_used_by_its_name(tmp_path: Path) -> None:
    name = take_in(tmp_path / "tiny")
    assert answer(call("show", name, "--json"))["path"] == str(tmp_path / "tiny")


def test_an_import_can_be_a_copy(tmp_path: Path, paths: Any) -> None:
    facts = answer(call("import", make_folder(tmp_path / "tiny"), "--copy", "--json"))
    assert facts["path"].startswith(str(paths.data))
    assert (Path(facts["path"]) / "model.safetensors").is_file()


def test_an_import_that_is_no_model_is_told(tmp_path: Path) -> None:
    assert_told(call("import", tmp_path / "nothing"), "nothing")


def test_verify_says_what_came_of_it(
    client: ScriptedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"a/one": an_entry("a/one"), "a/damaged": an_entry("a/damaged")}
    monkeypatch.setattr(cli_hub, "find", lambda paths, name: here[name])
    assert answer(call("verify", "a/one", "--json"))["verified"] is True
    assert call("verify", "a/one").stdout.endswith("all files are right.\n")
    damaged = call("verify", "a/damaged", "--json")
    assert damaged.exit_code == 1
    assert json.loads(damaged.stdout)["verified"] is False
    assert client.closed == 3
    assert call("verify", "a/one", "--hub", "https://mirror.example.org").exit_code == 2


def test_a_result_is_verified_too(client: ScriptedClient, paths: Any) -> None:
    run = a_result(paths)
    first = call("verify", f"run:{run.id}")
    assert (first.exit_code, first.stdout.endswith("nothing to compare with yet.\n")) == (0, True)
    assert answer(call("verify", f"run:{run.id}", "--json"))["verified"] is True
    assert client.asked == []


def test_verifying_what_is_not_here_is_told(client: ScriptedClient) -> None:
    assert_told(call("verify", "nope"), "nope")


def test_what_is_set_for_a_model_stays_until_it_is_set_again(tmp_path: Path, paths: Any) -> None:
    name = take_in(tmp_path / "tiny")
    call("set", name, "--context", "2048", "--system", "Be brief.", "--dtype", "float32")
    call("set", name, "--engine", "llama.cpp", "--weights", "8-bit", "--gpu-layers", "3")
    call("set", name, "--gpu-layers", "-1")
    facts = answer(call("set", name, "--context", "0", "--default", "--json"))
    assert facts == {
        "name": name,
        "context_length": None,
        "system_prompt": "Be brief.",
        "template": "",
        "dtype": "float32",
        "engine": "llama.cpp",
        "gpu_layers": None,
        "weights": "8-bit",
        "sampling": None,
        "default": True,
    }
    assert load_settings(paths.settings).default_model == name
    assert answer(call("set", name, "--no-default", "--json"))["default"] is False
    assert load_settings(paths.settings).default_model == ""
    assert_told(call("set", "nope", "--default"), "nope")


@pytest.fixture
def removable(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """A hub model of 1.5 GB; what was removed."""
    removed: list[tuple[str, bool]] = []

    def remove(entry: LibraryEntry, paths: Any, trash_own: bool) -> int:
        removed.append((entry.name, trash_own))
        return 1_500_000_000

    monkeypatch.setattr(cli_hub, "find", lambda paths, name: an_entry(name))
    monkeypatch.setattr(shelf, "freed_by", lambda *facts: 1_500_000_000)
    monkeypatch.setattr(shelf, "remove", remove)
    return removed


def test_remove_says_the_bytes_that_it_frees(removable: list[tuple[str, bool]]) -> None:
    facts = answer(call("remove", "a/one", "--yes", "--json"))
    assert facts == {"name": "a/one", "freed_bytes": 1_500_000_000}
    assert "1.5 GB" in call("remove", "a/one", "--yes", "--trash").stdout
    assert removable == [("a/one", False), ("a/one", True)]


def test_remove_asks_and_takes_no_for_an_answer(
    removable: list[tuple[str, bool]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_models, "watched", lambda stream: True)
    refused = call("remove", "a/one", stdin="n\n")
    assert refused.exit_code == 1
    assert "1.5 GB" in refused.stderr
    assert removable == []
    assert call("remove", "a/one", stdin="y\n").exit_code == 0
    assert removable == [("a/one", False)]


def test_remove_does_not_guess_where_nobody_can_be_asked(
    removable: list[tuple[str, bool]],
) -> None:
    for options in ((), ("--json",)):
        result = call("remove", "a/one", *options)
        assert result.exit_code == 2
        assert "--yes" in result.stderr
    assert removable == []


def test_an_import_is_forgotten_and_its_files_stay(tmp_path: Path) -> None:
    name = take_in(tmp_path / "tiny")
    assert answer(call("remove", name, "--yes", "--json"))["freed_bytes"] == 0
    assert (tmp_path / "tiny" / "model.safetensors").exists()
    assert answer(call("list", "--json"))["models"] == []


def test_a_result_is_removed_with_its_run(paths: Any) -> None:
    run: RunFolder = a_result(paths)
    answer(call("remove", f"run:{run.id}", "--yes", "--json"))
    assert answer(call("list", "--json"))["models"] == []
    assert not run.path.exists()


def test_removing_what_is_not_here_is_told() -> None:
    assert_told(call("remove", "nope", "--yes"), "nope")


# --- with the real hub process -------------------------------------------------------------------


def test_a_model_is_found_fetched_checked_and_removed(seeded_hub: FakeHub) -> None:
    hub = ("--hub", seeded_hub.endpoint)
    found = answer(call("search", "tiny-chat", *hub, "--json"))["models"]
    assert "demo/tiny-chat" in [model["repo"] for model in found]
    assert answer(call("show", "demo/tiny-chat", *hub, "--json"))["file_choices"]
    fetched = answer(call("download", "demo/tiny-chat", *hub, "--json"))
    assert fetched["name"] == "demo/tiny-chat"
    assert fetched["verified"]
    assert (Path(fetched["path"]) / "config.json").is_file()
    assert [m["name"] for m in answer(call("list", "--json"))["models"]] == ["demo/tiny-chat"]
    shown = answer(call("show", "demo/tiny-chat", "--json"))
    assert shown["path"] == fetched["path"]
    assert answer(call("verify", "demo/tiny-chat", "--json"))["verified"]
    freed = answer(call("remove", "demo/tiny-chat", "--yes", "--json"))["freed_bytes"]
    assert freed == fetched["own_size"] > 0
    assert answer(call("list", "--json"))["models"] == []


@pytest.mark.parametrize("name", ["demo/only-pickle", "demo/own-code", "closed/gated-chat"])
def test_what_may_not_be_fetched_is_told(seeded_hub: FakeHub, name: str) -> None:
    assert_told(call("download", name, "--hub", seeded_hub.endpoint), name)
    assert answer(call("list", "--json"))["models"] == []
