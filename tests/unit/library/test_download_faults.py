"""Downloads over a line on which anything can happen end complete and right, or absent."""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

import httpx2
import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library import fetching, transfer
from desktop_llm.library.download import download
from desktop_llm.library.entries import list_library
from desktop_llm.library.hub_errors import DownloadDamaged
from desktop_llm.library.hub_types import DownloadProgress
from tests.fake_hub import FakeHub, FakeRepo, Fault, faults
from tests.fake_hub.plans import access_to, plan_for, wrong_files
from tests.fake_hub.repos import Content

SIZE = 400_000
SEQUENCES = 10


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The same steps in less time."""
    monkeypatch.setattr(fetching, "FIRST_WAIT_S", 0.001)


@pytest.fixture
def impatient(monkeypatch):
    """Silence ends soon."""
    monkeypatch.setattr(transfer, "TIMEOUT", httpx2.Timeout(5.0, read=0.5))


def cache() -> Path:
    return Path(os.environ["HF_HOME"]) / "hub"


def a_repo(hub: FakeHub, seed: int, size: int = SIZE) -> FakeRepo:
    drawn = random.Random(seed)
    files: dict[str, Content] = {
        "config.json": "{}",
        "model-00001-of-00002.safetensors": drawn.randbytes(size),
        "model-00002-of-00002.safetensors": drawn.randbytes(size // 2 + 1),
        "sub/tokenizer.json": drawn.randbytes(3000),
    }
    return hub.add_repo(FakeRepo(f"demo/random-{seed}", files))


def a_fault(drawn: random.Random) -> Fault:
    """Any of them, at any place."""
    place = drawn.randrange(SIZE)
    return drawn.choice(
        [
            faults.cut(place),
            faults.cut(place % 100),
            faults.reset(place),
            faults.stall(place),
            faults.too_many(0),
            faults.unavailable(),
            faults.range_refused(),
            faults.short(1 + place % 5000),
            faults.claims_more(1 + place % 5000),
            faults.flipped(place),
            faults.shifted(1 + place % 100),
            faults.login_page(),
            faults.to_cdn(),
            faults.whole(),
            Fault(status=500, body=b"broken"),
            Fault(status=404, body=b"gone"),
            faults.FINE,
        ]
    )


def attempt(hub: FakeHub, repo: FakeRepo, paths, stop_at: int | None = None) -> Path | None:
    """Download; None if it failed in a way that is told, or was stopped at `stop_at` bytes."""
    stop = threading.Event()

    def on_progress(progress):
        if stop_at is not None and progress.done >= stop_at:
            stop.set()

    try:
        return download(plan_for(repo), access_to(hub), paths, on_progress, stop)
    except ExpectedError:
        return None


def run_sequence(hub: FakeHub, paths, seed: int) -> None:
    """Faults, stops and new attempts as `seed` has it, and then one attempt without any."""
    drawn = random.Random(seed)
    hub.cdn = drawn.random() < 0.5
    repo = a_repo(hub, seed)
    for path in repo.files:
        script = [a_fault(drawn) for _ in range(drawn.randrange(6))]
        hub.faults.on(f"*/{path}", *script)
    for _ in range(drawn.randrange(1, 4)):
        stop_at = drawn.randrange(2 * SIZE) if drawn.random() < 0.3 else None
        folder = attempt(hub, repo, paths, stop_at)
        assert wrong_files(cache(), repo) == [], f"seed {seed}"
        if folder is not None:
            break
    hub.faults.clear()
    folder = attempt(hub, repo, paths)
    assert folder is not None, f"seed {seed}"
    assert wrong_files(cache(), repo) == [], f"seed {seed}"
    assert {path for path in repo.files if (folder / path).is_file()} == set(repo.files)
    assert (cache() / f"models--demo--random-{seed}/refs/main").read_text() == folder.name


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("number", range(SEQUENCES))
def test_files_are_right_or_absent_after_random_faults(fake_hub, paths, number):
    run_sequence(fake_hub, paths, number)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("impatient")
def test_files_are_right_or_absent_after_a_hundred_sequences(fake_hub, paths):
    start = random.SystemRandom().randrange(1 << 32)
    print(f"seeds {start} to {start + 99}")
    for number in range(100):
        run_sequence(fake_hub, paths, start + number)


@pytest.mark.parametrize("again", [False, True], ids=["in one go", "by another attempt"])
def test_little_is_fetched_again_after_a_cut_at_half(fake_hub, paths, again):
    repo = a_repo(fake_hub, 1, size=4_000_000)
    path = "model-00001-of-00002.safetensors"
    refusals = [faults.unavailable()] * fetching.TRIES if again else []
    fake_hub.faults.on(f"*/{path}", faults.cut(2_000_000), *refusals)
    if again:
        assert attempt(fake_hub, repo, paths) is None
    assert attempt(fake_hub, repo, paths) is not None
    refused = sum(seen.sent for seen in fake_hub.seen(path) if seen.status == 503)
    assert fake_hub.bytes_sent(path) - refused <= 1.05 * 4_000_000


def test_a_clock_that_is_set_back_a_day_changes_nothing(fake_hub, paths, monkeypatch):
    repo, now = a_repo(fake_hub, 3), time.time
    refusals = [faults.unavailable()] * fetching.TRIES
    fake_hub.faults.on("*/model-00001*", faults.cut(SIZE // 2), *refusals)
    assert attempt(fake_hub, repo, paths) is None
    monkeypatch.setattr(time, "time", lambda: now() - 86_400)
    progress: list[DownloadProgress] = []
    stop = threading.Event()
    assert download(plan_for(repo), access_to(fake_hub), paths, progress.append, stop)
    assert all((p.seconds_left or 0) >= 0 and p.bytes_per_s >= 0 for p in progress)
    assert fake_hub.bytes_sent("model-00001") < 1.05 * SIZE
    assert [entry.verified for entry in list_library(paths) if entry.repo == repo.id] == [True]


def test_fifty_flipped_bytes_are_found(fake_hub, paths):
    drawn = random.Random(50)
    for number in range(50):
        weights = drawn.randbytes(50_000)
        repo = fake_hub.add_repo(FakeRepo(f"demo/flip-{number}", {"model.safetensors": weights}))
        fake_hub.faults.on(f"*flip-{number}/*", faults.flipped(drawn.randrange(50_000)))
        assert attempt(fake_hub, repo, paths) is not None
        assert fake_hub.bytes_sent(f"flip-{number}/") == 2 * 50_000, "found, and fetched again"
        assert wrong_files(cache(), repo) == []


def test_a_file_that_is_wrong_every_time_is_told_and_absent(fake_hub, paths):
    repo = a_repo(fake_hub, 2)
    flips = [faults.flipped(9)] * 10
    fake_hub.faults.on("*/model-00002*", *flips)
    with pytest.raises(DownloadDamaged):
        download(plan_for(repo), access_to(fake_hub), paths, lambda p: None, threading.Event())
    assert wrong_files(cache(), repo) == []
    assert not (cache() / "models--demo--random-2/refs/main").exists()
