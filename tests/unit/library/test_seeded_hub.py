"""From a search to files on the disk, for each repository with which the app is shown."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from desktop_llm.core.paths import Paths
from desktop_llm.library.download import download
from desktop_llm.library.hub import Hub
from desktop_llm.library.hub_errors import RepositoryDisabled, RepositoryGated, RepositoryMissing
from desktop_llm.library.hub_types import DownloadPlan, ModelDetails, SearchQuery
from desktop_llm.library.models import list_models
from tests.fake_hub import FakeHub
from tests.fake_hub.plans import access_to

REFUSED = {
    "demo/only-pickle": "pickle",
    "demo/own-code": "own_code",
    "demo/adapter-in-pickle": "pickle",
    "demo/index-outside": "damaged_index",
    "demo/no-weights": "no_weights",
    "demo/config-not-json": "damaged_config",
    "demo/empty-weights": "no_weights",
}
CLOSED = {
    "closed/gated-chat": RepositoryGated,
    "closed/gated-at-once": RepositoryGated,
    "closed/private-chat": RepositoryMissing,
    "closed/disabled-chat": RepositoryDisabled,
}
FETCHED = (
    "demo/tiny-chat",
    "demo/tiny-qwen-zh",
    "demo/tiny-in-three-parts",
    "demo/tiny-both-formats",
    "demo/tiny-encoder",
    "demo/tiny-chat-lora",
    "demo/tiny-chat-GGUF",
    "demo/only-one-GGUF",
)


def plan(details: ModelDetails) -> DownloadPlan:
    """For what is recommended."""
    choice = next(choice for choice in details.choices if choice.recommended)
    files = tuple(file for file in details.files if file.path in choice.files)
    repo = details.model.repo
    return DownloadPlan("plan", repo, details.commit, details.revision, choice.id, files)


def fetch(hub: FakeHub, repo: str, paths: Paths) -> Path:
    wanted = plan(Hub(access_to(hub)).details(repo))
    folder = download(wanted, access_to(hub), paths, lambda progress: None, threading.Event())
    assert folder is not None
    assert {file.path for file in wanted.files} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    }
    return folder


def test_all_that_may_be_seen_are_found(seeded_hub):
    hub, found, page = Hub(access_to(seeded_hub)), [], ""
    while True:
        answer = hub.search(SearchQuery(), page, limit=10)
        found += [model.repo for model in answer.models]
        if not (page := answer.next):
            break
    assert {*found} == {*seeded_hub.repos} - {"closed/private-chat", "closed/disabled-chat"}
    assert len({*found}) == len(found)


@pytest.mark.parametrize("repo", REFUSED)
def test_what_is_dangerous_or_broken_is_refused_with_the_reason(seeded_hub, repo):
    refusal = Hub(access_to(seeded_hub)).details(repo).refusal
    assert refusal is not None
    assert refusal.reason == REFUSED[repo]


def test_another_repository_with_the_same_model_is_named(seeded_hub):
    refusal = Hub(access_to(seeded_hub)).details("demo/only-pickle").refusal
    assert refusal is not None
    assert refusal.instead == "demo/once-pickle-now-GGUF"


@pytest.mark.parametrize("repo", CLOSED)
def test_what_is_closed_is_told(seeded_hub, repo):
    with pytest.raises(CLOSED[repo]):
        Hub(access_to(seeded_hub)).details(repo)


@pytest.mark.parametrize("repo", FETCHED)
def test_what_is_recommended_is_fetched_and_nothing_else(seeded_hub, paths, repo):
    folder = fetch(seeded_hub, repo, paths)
    assert not [*folder.rglob("*.bin"), *folder.rglob("*.py")]


def test_what_was_fetched_is_in_the_list_of_models(seeded_hub, paths):
    for repo in ("demo/tiny-chat", "demo/tiny-chat-lora", "demo/only-one-GGUF"):
        fetch(seeded_hub, repo, paths)
    listed = {model.name.partition("@")[0] for model in list_models(paths)}
    assert {"demo/tiny-chat", "demo/tiny-chat-lora"} <= listed
    assert any("only-one" in name for name in listed)
