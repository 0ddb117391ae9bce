"""The hub process and its client: a real process, and a hub on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import psutil
import pytest

from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_errors import (
    HubProcessCrashed,
    HubProcessHung,
    RepositoryMissing,
    UnsafeName,
    WorkingOffline,
)
from desktop_llm.library.hub_types import DownloadProgress, HubAccess, SearchQuery
from tests.fake_hub import FakeRepo, faults
from tests.fake_hub.plans import access_to
from tests.fake_hub.seed import model_files

PATIENCE_S = 60.0
TOKEN = "hf_canary_of_the_tests"


@pytest.fixture
def client(fake_hub):
    made = HubClient()
    yield made
    made.shut_down()


@pytest.fixture
def repo(fake_hub):
    return fake_hub.add_repo(FakeRepo("owner/model", model_files(), card="# Hello"))


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@contextmanager
def once(condition, act):
    """Meanwhile, `act` as soon as `condition` holds."""

    def wait():
        until(condition)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    yield
    thread.join()


def test_searching_and_reading_about_a_model_through_the_process(fake_hub, client, repo):
    access = access_to(fake_hub)
    page = client.search(access, SearchQuery(text="model"))
    assert [model.repo for model in page.models] == ["owner/model"]
    details = client.details(access, "owner/model")
    assert (details.card, details.commit) == ("# Hello", repo.resolve("main"))


def test_errors_cross_with_their_facts(fake_hub, client):
    with pytest.raises(RepositoryMissing, match="owner/nothing"):
        client.details(access_to(fake_hub), "owner/nothing")
    with pytest.raises(UnsafeName):
        client.details(access_to(fake_hub), "../up")
    with pytest.raises(WorkingOffline):
        client.search(HubAccess(fake_hub.endpoint, offline=True), SearchQuery())
    with pytest.raises(ModelNotFound):
        client.verify("no/such-model")


def test_a_model_is_fetched_and_checked_in_the_process(fake_hub, client, repo):
    details = client.details(access_to(fake_hub), "owner/model")
    plan = details.plan(details.choices[0])
    told: list[DownloadProgress] = []
    entry = client.download(plan, access_to(fake_hub), told.append)
    assert (entry.name, entry.commit) == ("owner/model", details.commit)
    assert told[-1].done == told[-1].total == plan.size
    fractions: list[float] = []
    checked = client.verify("owner/model", fractions.append)
    assert checked.verified is True
    assert fractions == sorted(fractions)


def test_nobody_waits_for_a_slow_hub_once_the_answer_is_not_wanted(fake_hub, client, repo):
    access = access_to(fake_hub)
    client.search(access, SearchQuery())
    fake_hub.faults.on("/api/models", faults.stall(10))
    stop = threading.Event()
    with once(lambda: len(fake_hub.requests) > 1, stop.set):
        assert client.search(access, SearchQuery(), stop=stop) is None
    assert client.search(access, SearchQuery()).models


def test_details_do_not_wait_for_a_slow_search(fake_hub, client, repo):
    access = access_to(fake_hub)
    client.search(access, SearchQuery())
    fake_hub.faults.on("/api/models", faults.stall(10))
    stop = threading.Event()
    outcome = []
    thread = threading.Thread(
        target=lambda: outcome.append(client.search(access, SearchQuery(), stop=stop))
    )
    thread.start()
    until(lambda: len(fake_hub.requests) > 1)
    assert client.details(access, "owner/model").card == "# Hello"
    assert thread.is_alive()
    stop.set()
    thread.join(PATIENCE_S)
    assert outcome == [None]


def test_another_version_than_the_one_that_is_here_is_fetched_and_used(fake_hub, client, repo):
    access = access_to(fake_hub)
    for revision in ("main", "v2", "main"):
        if revision == "v2":
            repo.commit({**model_files(), "README.md": "# Other"}, branch="v2")
        details = client.details(access, "owner/model", revision)
        entry = client.download(details.plan(details.choices[0]), access)
        assert entry is not None
        assert entry.commit == details.commit == repo.resolve(revision)


def test_questions_are_answered_while_a_download_runs(fake_hub, client, repo):
    access = access_to(fake_hub)
    details = client.details(access, "owner/model")
    fake_hub.faults.on("*/model.safetensors", faults.stall(1000))
    stop = threading.Event()
    outcome = []
    plan = details.plan(details.choices[0])
    thread = threading.Thread(
        target=lambda: outcome.append(client.download(plan, access, stop=stop))
    )
    thread.start()
    until(lambda: fake_hub.seen("model.safetensors", "GET"))
    assert client.details(access, "owner/model").card == "# Hello"
    stop.set()
    thread.join(PATIENCE_S)
    assert outcome == [None]


def test_a_killed_process_is_told_and_the_next_call_starts_another(fake_hub, client, repo):
    access = access_to(fake_hub)
    client.search(access, SearchQuery())
    first = client.pid
    fake_hub.faults.on("/api/models", faults.stall(10))
    asked = len(fake_hub.requests)
    with (
        once(lambda: len(fake_hub.requests) > asked, client.kill),
        pytest.raises(HubProcessCrashed),
    ):
        client.search(access, SearchQuery())
    assert client.search(access, SearchQuery()).models
    assert client.pid != first


def test_a_process_that_falls_silent_is_ended_and_told():
    silent = HubClient([sys.executable, "-c", "import sys; sys.stdin.read()"], silence_limit_s=0.2)
    with pytest.raises(HubProcessHung):
        silent.search(HubAccess("http://127.0.0.1:1"), SearchQuery())
    silent.shut_down()


def test_the_token_is_in_no_command_line_and_no_environment(fake_hub, client, repo):
    client.search(HubAccess(fake_hub.endpoint, token=TOKEN), SearchQuery())
    process = psutil.Process(client.pid)
    assert TOKEN not in str(process.cmdline()) + str(process.environ())
    assert process.environ()["DESKTOP_LLM_PARENT"] == str(os.getpid())


def test_the_client_needs_neither_the_hub_library_nor_an_http_client():
    heavy = ("huggingface_hub", "httpx2", "torch", "numpy")
    code = (
        "import sys, desktop_llm.library.hub_client, desktop_llm.library.names, "
        "desktop_llm.library.choices; "
        f"print(*[name for name in {heavy} if name in sys.modules]); "
        "from desktop_llm.core.errors import from_wire; "  # the process may well send this one
        "from_wire({'type': 'ModelMissing', 'facts': {'path': 'here'}})"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == ""
