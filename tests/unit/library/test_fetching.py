"""Lines that break: what passes is waited for, and what does not is told."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from email.utils import formatdate
from pathlib import Path

import huggingface_hub
import pytest

from desktop_llm.library import fetching, hub_session, transfer
from desktop_llm.library.cache_layout import cache_folder
from desktop_llm.library.download import download
from desktop_llm.library.hub_errors import (
    DownloadDamaged,
    DownloadInterrupted,
    FileGone,
    HubRefused,
    HubUnreachable,
    NotAHub,
    ProxyFailed,
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RepositoryMissing,
    RevisionGone,
    WorkingOffline,
)
from desktop_llm.library.hub_types import DownloadProgress, HubAccess
from tests.fake_hub import FakeRepo, Fault, faults
from tests.fake_hub.plans import access_to, plan_for

SIZE = 300_000
WEIGHTS = random.Random(1).randbytes(SIZE)
NAME = "model.safetensors"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """The same steps in less time."""
    monkeypatch.setattr(fetching, "FIRST_WAIT_S", 0.001)
    yield
    huggingface_hub.close_session()


@pytest.fixture
def repo(fake_hub):
    return fake_hub.add_repo(FakeRepo("demo/model", {NAME: WEIGHTS}))


@pytest.fixture
def fetch(fake_hub, paths, repo):
    def run(access=None, stop=None, told=None):
        report = (told if told is not None else []).append
        access = access or access_to(fake_hub)
        return download(plan_for(repo), access, paths, report, stop or threading.Event())

    return run


def asked(hub) -> list[str]:
    """What was asked for of the file, in order: "" for all of it."""
    return [seen.headers.get("range", "") for seen in hub.seen(NAME, "GET")]


def is_right(folder: Path) -> bool:
    return (folder / NAME).read_bytes() == WEIGHTS


def test_after_each_cut_only_the_rest_is_asked_for(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(100_000), faults.cut(50_000))
    assert is_right(fetch())
    assert asked(fake_hub) == ["", "bytes=100000-", "bytes=150000-"]
    etags = {seen.headers.get("if-range") for seen in fake_hub.seen(NAME, "GET")[1:]}
    assert all(etag and etag.startswith('"') for etag in etags)


def test_attempts_that_bring_something_are_not_counted(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(1000), times=5 * fetching.TRIES)
    assert is_right(fetch())


def test_attempts_that_bring_the_same_again_and_again_are_counted(fake_hub, fetch):
    always = Fault(cut_after=SIZE // 2, ignore_range=True)
    fake_hub.faults.on(f"*/{NAME}", always, times=100)
    with pytest.raises(DownloadInterrupted):
        fetch()
    assert len(asked(fake_hub)) == fetching.TRIES


def test_a_server_without_ranges_sends_all_of_it_again(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(100_000), faults.whole())
    assert is_right(fetch())
    assert asked(fake_hub) == ["", "bytes=100000-"]


@pytest.mark.parametrize(
    "fault",
    [
        faults.range_refused(),
        faults.with_headers(Content_Range=f"bytes 100001-{SIZE - 1}/{SIZE}"),
        faults.with_headers(Content_Range=f"bytes 100000-{SIZE - 1}/{SIZE + 1}"),
        faults.with_headers(Content_Range="nonsense"),
        faults.with_headers(Content_Range=f"bytes {'9' * 5000}-{SIZE - 1}/{SIZE}"),
        faults.shifted(10),
    ],
    ids=["416", "other start", "other size", "nonsense", "many digits", "other bytes"],
)
def test_a_part_that_does_not_fit_is_not_built_on(fake_hub, fetch, fault):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(100_000), fault)
    assert is_right(fetch())
    assert asked(fake_hub)[-1] == ""


@pytest.mark.parametrize(
    "fault",
    [
        faults.short(10),
        faults.claims_more(10),
        faults.login_page(),
        Fault(status=200, body=faults.LOGIN_PAGE.ljust(SIZE)),
        faults.unavailable(),
        faults.with_headers(Content_Encoding="gzip"),
        Fault(status=204),
    ],
    ids=["short", "long", "login page", "login page as long", "503", "packed", "nothing"],
)
def test_what_is_not_the_file_is_not_taken_for_it(fake_hub, fetch, fault):
    fake_hub.faults.on(f"*/{NAME}", fault)
    assert is_right(fetch())


def test_what_arrives_whole_and_wrong_is_set_aside_and_fetched_again(fake_hub, fetch, paths):
    fake_hub.faults.on(f"*/{NAME}", faults.flipped(SIZE // 3), times=2)
    assert is_right(fetch())
    assert asked(fake_hub) == ["", "", ""]
    (kept,) = (paths.data / "quarantine").iterdir()
    assert kept.stat().st_size == SIZE
    assert kept.read_bytes() != WEIGHTS


def test_a_login_page_does_not_cost_what_is_there(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(200_000), faults.login_page())
    assert is_right(fetch())
    assert asked(fake_hub) == ["", "bytes=200000-", "bytes=200000-"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.login_page(), NotAHub),
        (faults.unavailable(), HubRefused),
        (faults.too_many(0), RateLimited),
        (faults.short(10), DownloadDamaged),
        (faults.cut(0), HubUnreachable),
    ],
)
def test_what_does_not_pass_is_told(fake_hub, fetch, fault, error):
    fake_hub.faults.on(f"*/{NAME}", fault, times=100)
    with pytest.raises(error):
        fetch()
    assert len(asked(fake_hub)) == fetching.TRIES
    assert not any(cache_folder().iterdir())


def test_a_pause_that_is_asked_for_is_kept(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.too_many(1))
    start = time.monotonic()
    assert is_right(fetch())
    assert time.monotonic() - start >= 1


def test_a_pause_until_a_time_of_day_is_understood(fake_hub, fetch):
    past = faults.Fault(503, headers={"Retry-After": formatdate(time.time() - 86_400, usegmt=True)})
    fake_hub.faults.on(f"*/{NAME}", past, faults.Fault(429, headers={"Retry-After": "soon"}))
    assert is_right(fetch())


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "9" * 5000},
        {"RateLimit": f'"api";r=0;t={"9" * 5000}'},
        {"RateLimit": f'"api";r=0;t={"9" * 400}'},
        {"Retry-After": "Sun, 22 Nov 9999999 11:00:00 GMT"},
        {"Retry-After": "-1"},
    ],
)
def test_a_pause_that_makes_no_sense_is_no_fault_of_ours(fake_hub, fetch, headers):
    fake_hub.faults.on(f"*/{NAME}", Fault(status=429, headers=headers))
    with contextlib.suppress(RateLimited):
        assert is_right(fetch())


def test_a_clock_that_is_set_back_a_day_changes_nothing(fake_hub, fetch, monkeypatch):
    class Told(list[DownloadProgress]):
        def append(self, progress: DownloadProgress) -> None:
            if not self:
                yesterday = time.time() - 86_400
                monkeypatch.setattr(time, "time", lambda: yesterday)
            super().append(progress)

    fake_hub.faults.on(f"*/{NAME}", faults.cut(100_000), faults.too_many(1))
    told = Told()
    assert is_right(fetch(told=told))
    assert all(progress.bytes_per_s >= 0 for progress in told)


def test_a_pause_of_an_hour_is_told_and_not_kept(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.too_many(3600))
    with pytest.raises(RateLimited) as told:
        fetch()
    assert told.value.facts["seconds"] == 3600


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"gated": "manual"}, RepositoryGated),
        ({"private": True}, RepositoryMissing),
        ({"disabled": True}, RepositoryDisabled),
    ],
)
def test_a_repository_that_was_closed_meanwhile_is_told(fake_hub, repo, fetch, changes, error):
    for name, value in changes.items():
        setattr(repo, name, value)
    with pytest.raises(error):
        fetch()
    assert len(fake_hub.requests) == 1


def test_a_version_or_a_file_that_went_away_is_told(fake_hub, paths, repo):
    plan = plan_for(repo)
    told, stop = (lambda progress: None), threading.Event()
    repo.commits[plan.commit].clear()
    with pytest.raises(FileGone):
        download(plan, access_to(fake_hub), paths, told, stop)
    repo.commits.clear()
    with pytest.raises(RevisionGone):
        download(plan, access_to(fake_hub), paths, told, stop)


def test_no_hub_at_all_is_told_and_what_arrived_is_kept(fake_hub, fetch):
    fake_hub.faults.on(f"*/{NAME}", faults.cut(200_000), *[faults.cut(0)] * 100)
    with pytest.raises(DownloadInterrupted):
        fetch()
    fake_hub.faults.clear()
    fake_hub.stop()
    with pytest.raises(DownloadInterrupted):
        fetch()
    fake_hub.start()
    assert is_right(fetch())
    assert asked(fake_hub)[-1] == "bytes=200000-"


def test_a_proxy_that_is_not_there_is_told(fake_hub, fetch):
    access = HubAccess(endpoint=fake_hub.endpoint, proxy="http://me:secret@127.0.0.1:9")
    with pytest.raises(ProxyFailed) as told:
        fetch(access)
    assert "secret" not in str(told.value)


def test_who_works_offline_fetches_nothing(fake_hub, fetch):
    with pytest.raises(WorkingOffline):
        fetch(HubAccess(endpoint=fake_hub.endpoint, offline=True))
    assert fake_hub.requests == []


def test_the_token_goes_to_the_hub_and_not_where_the_hub_sends_us(fake_hub, fetch, monkeypatch):
    monkeypatch.setattr(hub_session, "OFFICIAL_HUB", fake_hub.endpoint)
    fake_hub.cdn = True
    fake_hub.tokens["hf_canary"] = set()
    assert is_right(fetch(HubAccess(endpoint=fake_hub.endpoint, token="hf_canary")))
    sent = {seen.host: "authorization" in seen.headers for seen in fake_hub.requests}
    assert sent == {"hub": True, "cdn": False}


def test_a_mirror_never_gets_the_token(fake_hub, fetch):
    fetch(HubAccess(endpoint=fake_hub.endpoint, token="hf_canary"))
    assert not any("hf_canary" in str(seen) for seen in fake_hub.requests)


def test_the_other_host_may_ask_to_come_back_with_a_new_address(fake_hub, fetch):
    fake_hub.cdn = True
    fake_hub.faults.on(f"*/{NAME}", faults.cut(100_000), Fault(status=403, body=b"expired"))
    assert is_right(fetch())
    assert [seen.host for seen in fake_hub.seen(NAME)] == ["hub", "cdn"] * 3


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "http://[",
        "//",
        "http:",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1:99999999/x",
        "http://xn--/",
        "http://\xff\xfe/",
        "http://" + "a" * 300 + "/",
    ],
)
def test_a_redirect_to_nowhere_is_told(fake_hub, fetch, location):
    to = Fault(status=302, headers={"Location": location})
    fake_hub.faults.on(f"*/{NAME}", to, times=100)
    with pytest.raises((NotAHub, HubUnreachable)):
        fetch()


def test_a_redirect_in_a_circle_ends(fake_hub, repo, fetch):
    path = f"/demo/model/resolve/{repo.resolve('main')}/{NAME}"
    to = Fault(status=302, headers={"Location": path})
    fake_hub.faults.on(f"*/{NAME}", to, times=1000)
    with pytest.raises(NotAHub):
        fetch()


@pytest.mark.parametrize(
    "fault",
    [faults.stall(100_000), Fault(delay_s=60.0), faults.too_many(60)],
    ids=["in the middle", "before an answer", "in a pause"],
)
def test_stop_is_obeyed_within_a_second_whatever_it_waits_for(fake_hub, fetch, fault):
    fake_hub.faults.on(f"*/{NAME}", fault, times=10)
    stop, stopped_at = threading.Event(), [0.0]

    def press() -> None:
        while not fake_hub.seen(NAME):
            time.sleep(0.01)
        stopped_at[0] = time.monotonic()
        stop.set()

    presser = threading.Thread(target=press)
    presser.start()
    assert fetch(stop=stop) is None
    presser.join()
    assert time.monotonic() - stopped_at[0] < 10  # at once, where nothing else runs


def test_a_line_that_falls_silent_is_given_up_and_opened_again(fake_hub, fetch, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", 1.0)
    fake_hub.faults.on(f"*/{NAME}", faults.stall(100_000))
    assert is_right(fetch())
    assert asked(fake_hub) == ["", "bytes=100000-"]


def test_while_nothing_comes_the_speed_falls(fake_hub, fetch, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", 2.0)
    fake_hub.faults.on(f"*/{NAME}", faults.stall(200_000))
    told: list[DownloadProgress] = []
    assert is_right(fetch(told=told))
    speeds = [p.bytes_per_s for p in told if p.file_done == 200_000 and p.bytes_per_s]
    assert len(speeds) > 2
    assert speeds[-1] < speeds[0]
