"""Downloads in the real hub process, which is killed, stopped and left by its hub: each goes on
where it was, and what is in the cache is always whole and right.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_errors import HubProcessCrashed
from desktop_llm.library.hub_types import DownloadPlan, DownloadProgress, SearchQuery
from tests.fake_hub import FakeHub, FakeRepo, faults
from tests.fake_hub.plans import access_to, plan_for, wrong_files

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SIZE = 6_000_000
SPEED = 6_000_000
FILE = "model.safetensors"


@pytest.fixture
def client() -> Iterator[HubClient]:
    client = HubClient()
    yield client
    client.shut_down()


@pytest.fixture
def repo(fake_hub: FakeHub) -> FakeRepo:
    fake_hub.bytes_per_s = SPEED
    weights = random.Random(1).randbytes(SIZE)
    return fake_hub.add_repo(FakeRepo("demo/one", {"config.json": b"{}", FILE: weights}))


class Attempt:
    """A download in a thread of its own, as the services make them."""

    def __init__(self, client: HubClient, plan: DownloadPlan, hub: FakeHub) -> None:
        self.stop = threading.Event()
        self.progress: list[DownloadProgress] = []
        self.error: ExpectedError | None = None
        self.path = ""
        self._call = (client, plan, hub)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        client, plan, hub = self._call
        try:
            entry = client.download(plan, access_to(hub), self.progress.append, self.stop)
            self.path = entry.path if entry else ""
        except ExpectedError as error:
            self.error = error

    @property
    def done(self) -> int:
        return max((progress.done for progress in self.progress), default=0)

    def wait_for(self, done: int) -> None:
        """Until so many bytes are there, or it has ended."""
        while self.done < done and self._thread.is_alive():
            time.sleep(0.002)

    def ended(self) -> Attempt:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self


def cache() -> Path:
    return Path(os.environ["HF_HOME"]) / "hub"


def assert_right(attempt: Attempt, repo: FakeRepo) -> None:
    assert attempt.error is None
    assert (Path(attempt.path) / FILE).read_bytes() == repo.file(FILE).content
    assert wrong_files(cache(), repo) == []


@pytest.fixture
def silent_at_half(fake_hub: FakeHub, repo: FakeRepo) -> None:
    """Once nothing comes after the first half: nothing is on its way when the download ends."""
    fake_hub.faults.on(f"*/{FILE}", faults.stall(SIZE // 2))


@pytest.mark.usefixtures("silent_at_half")
def test_a_killed_download_goes_on_where_it_was(fake_hub, repo, client):
    first = Attempt(client, plan_for(repo), fake_hub)
    first.wait_for(SIZE // 2)
    client.kill()
    assert isinstance(first.ended().error, HubProcessCrashed)
    assert wrong_files(cache(), repo) == []
    assert_right(Attempt(client, plan_for(repo), fake_hub).ended(), repo)
    assert fake_hub.bytes_sent(FILE) <= 1.05 * SIZE


@pytest.mark.usefixtures("silent_at_half")
def test_a_stopped_download_ends_soon_and_goes_on_where_it_was(fake_hub, repo, client):
    first = Attempt(client, plan_for(repo), fake_hub)
    first.wait_for(SIZE // 2)
    first.stop.set()
    first.ended()
    assert (first.error, first.path) == (None, "")
    assert wrong_files(cache(), repo) == []
    assert_right(Attempt(client, plan_for(repo), fake_hub).ended(), repo)
    assert fake_hub.bytes_sent(FILE) <= 1.05 * SIZE


def test_a_hub_that_goes_away_and_comes_back_is_waited_for(fake_hub, repo, client):
    attempt = Attempt(client, plan_for(repo), fake_hub)
    attempt.wait_for(SIZE // 2)
    fake_hub.stop()
    fake_hub.start()
    assert_right(attempt.ended(), repo)
    assert fake_hub.bytes_sent(FILE) <= 1.05 * SIZE


def test_the_hub_is_asked_for_nothing_but_what_is_needed(fake_hub, repo, client):
    fake_hub.bytes_per_s = 0
    assert client.search(access_to(fake_hub), SearchQuery())
    assert client.details(access_to(fake_hub), repo.id)
    assert_right(Attempt(client, plan_for(repo), fake_hub).ended(), repo)
    wanted = ("/api/models", f"/{repo.id}/resolve/", f"/api/resolve-cache/models/{repo.id}/")
    assert [seen.path for seen in fake_hub.requests if not seen.path.startswith(wanted)] == []
    assert not [seen for seen in fake_hub.requests if {"authorization", "cookie"} & {*seen.headers}]


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_twenty_kills_at_random_moments(fake_hub, repo, client):
    seed = random.SystemRandom().randrange(1 << 32)
    drawn = random.Random(seed)
    print(f"seed {seed}")
    done = sent = 0
    for number in range(20):
        attempt = Attempt(client, plan_for(repo), fake_hub)
        attempt.wait_for(done + drawn.randrange(SIZE // 3))
        time.sleep(drawn.random() / 20)
        client.kill()
        assert wrong_files(cache(), repo) == []
        done = attempt.ended().done
        if attempt.error is None:
            assert_right(attempt, repo)
            assert fake_hub.bytes_sent(FILE) - sent <= 1.2 * SIZE
            done, sent = 0, fake_hub.bytes_sent(FILE)
            repo.commit({FILE: drawn.randbytes(SIZE), "config.json": b"%d" % number})
    assert_right(Attempt(client, plan_for(repo), fake_hub).ended(), repo)
