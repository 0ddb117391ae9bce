"""What can go wrong with a hub, each told as itself; never for longer than a person waits."""

from __future__ import annotations

import socket
import threading

import pytest

from desktop_llm.core.errors import ExpectedError, from_wire, to_wire
from desktop_llm.library import hub_reader, hub_session
from desktop_llm.library.hub import Hub
from desktop_llm.library.hub_errors import (
    HubRefused,
    HubUnreachable,
    NotAHub,
    ProxyFailed,
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RepositoryMissing,
    RevisionGone,
    TokenRejected,
    UnsafeName,
    WorkingOffline,
)
from desktop_llm.library.hub_types import HubAccess, SearchQuery
from tests.fake_hub import FakeRepo, Fault, faults
from tests.fake_hub.plans import access_to
from tests.fake_hub.seed import model_files

SEARCH = "/api/models"
TOKEN = "hf_canary_of_the_tests"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch):
    monkeypatch.setattr(hub_reader, "PAUSES_S", (0.01, 0.02))


def failure(call, *arguments, **more):
    """What a person is told; the same on the other side of a process boundary."""
    with pytest.raises(ExpectedError) as caught:
        call(*arguments, **more)
    error = caught.value
    assert str(from_wire(to_wire(error))) == str(error)
    assert len(error.sentences()) == 3
    return error


def details(hub, repo="a/model", revision="main", **more):
    return failure(Hub(HubAccess(hub.endpoint, **more)).details, repo, revision)


def search(hub, **more):
    return failure(Hub(HubAccess(hub.endpoint, **more)).search, SearchQuery())


def test_missing_and_private_repositories_are_told_alike(fake_hub):
    fake_hub.add_repo(FakeRepo("a/private", model_files(), private=True))
    for repo in ("a/private", "a/nothing"):
        error = details(fake_hub, repo)
        assert isinstance(error, RepositoryMissing) and repo in str(error)


@pytest.mark.parametrize("files", [model_files(), {"m-Q8_0.gguf": b"x" * 100}])
def test_a_gated_repository_names_the_page_where_to_ask(fake_hub, files):
    fake_hub.add_repo(FakeRepo("a/model", files, gated="manual"))
    error = details(fake_hub)
    assert isinstance(error, RepositoryGated)
    assert "https://huggingface.co/a/model" in str(error)


def test_a_gated_repository_stays_closed_to_a_stranger(fake_hub, monkeypatch):
    monkeypatch.setattr(hub_session, "OFFICIAL_HUB", fake_hub.endpoint)
    fake_hub.tokens[TOKEN] = set()
    fake_hub.add_repo(FakeRepo("a/model", model_files(), gated="auto"))
    assert isinstance(details(fake_hub, token=TOKEN), RepositoryGated)


def test_a_disabled_repository(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files(), disabled=True))
    assert isinstance(details(fake_hub), RepositoryDisabled)


def test_a_revision_that_is_gone(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    error = details(fake_hub, revision="refs/pr/7")
    assert isinstance(error, RevisionGone) and "refs/pr/7" in str(error)


def test_a_hostile_name_is_not_even_asked_for(fake_hub):
    assert isinstance(details(fake_hub, "../../etc"), UnsafeName)
    assert fake_hub.requests == []


def test_a_token_that_the_hub_does_not_know(fake_hub, monkeypatch):
    monkeypatch.setattr(hub_session, "OFFICIAL_HUB", fake_hub.endpoint)
    assert isinstance(search(fake_hub, token=TOKEN), TokenRejected)
    access = HubAccess(fake_hub.endpoint, token=TOKEN)
    assert isinstance(failure(Hub(access).check_token), TokenRejected)


def test_a_token_is_not_checked_at_a_mirror(fake_hub):
    access = HubAccess(fake_hub.endpoint, token=TOKEN)
    assert isinstance(failure(Hub(access).check_token), TokenRejected)
    assert fake_hub.requests == []


def test_too_many_requests_are_told_with_the_pause_that_is_asked_for(fake_hub):
    fake_hub.faults.on(SEARCH, faults.too_many(77))
    error = search(fake_hub)
    assert isinstance(error, RateLimited) and "77 seconds" in str(error)
    assert len(fake_hub.requests) == 1


@pytest.mark.parametrize("pause", ["soon", "-5", "9" * 30, "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_pause_that_makes_no_sense_is_a_minute_or_an_hour(fake_hub, pause):
    fake_hub.faults.on(SEARCH, Fault(status=429, headers={"Retry-After": pause}))
    assert search(fake_hub).facts["seconds"] == 60


@pytest.mark.parametrize("fault", [faults.unavailable(), faults.cut(20), faults.cut(0)])
def test_a_short_fault_is_not_told_at_all(fake_hub, fault):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    fake_hub.faults.on(SEARCH, fault, fault)
    assert len(Hub(access_to(fake_hub)).search(SearchQuery()).models) == 1


def test_a_hub_that_stays_overloaded_is_told_with_its_state(fake_hub):
    fake_hub.faults.on(SEARCH, faults.unavailable(), times=3)
    error = search(fake_hub)
    assert isinstance(error, HubRefused) and "503" in str(error)


def test_a_hub_that_breaks_every_answer_counts_as_out_of_reach(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    fake_hub.faults.on(SEARCH, faults.cut(20), times=3)
    assert isinstance(search(fake_hub), HubUnreachable)


@pytest.mark.parametrize(
    "fault",
    [
        faults.login_page(),
        Fault(status=511, body=b"<html>"),
        Fault(status=404, body=b"<html>"),
        Fault(status=200, body=b"[" * 100_000),
        Fault(status=200, body=b'{"models": []}'),
        Fault(status=200, body=b"\xff\xfe"),
        Fault(status=302, headers={"Location": "ftp://somewhere/"}),
        Fault(status=302, headers={"Location": "/api/models"}),
    ],
)
def test_an_answer_of_something_else_is_told_as_that(fake_hub, fault):
    fake_hub.faults.on(SEARCH, fault, times=30)
    error = search(fake_hub)
    assert isinstance(error, NotAHub) and "127.0.0.1" in str(error)


def test_a_login_page_in_place_of_a_file_is_told_as_that(fake_hub):
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    fake_hub.faults.on("*/config.json", faults.login_page())
    assert isinstance(details(fake_hub), NotAHub)


def test_half_a_character_is_no_fault(fake_hub):
    query = SearchQuery(text="\ud83d")
    assert Hub(access_to(fake_hub)).search(query).models == ()
    assert isinstance(details(fake_hub, revision="\ud83d"), RepositoryMissing)


def test_details_of_something_else_are_told_as_that(fake_hub):
    fake_hub.faults.on("/api/models/*", faults.login_page())
    assert isinstance(details(fake_hub), NotAHub)
    for odd in (b"[]", b"{}", b'{"id": "a/model", "siblings": []}', b'{"id": "a/b", "sha": 3}'):
        fake_hub.faults.on("/api/models/*", Fault(status=200, body=odd))
        assert isinstance(details(fake_hub), NotAHub)


def test_an_answer_without_end_is_given_up(fake_hub, monkeypatch):
    monkeypatch.setattr(hub_reader, "MAX_ANSWER_BYTES", 1000)
    fake_hub.faults.on(SEARCH, Fault(status=200, body=b"[" + b" " * 100_000))
    assert isinstance(search(fake_hub), NotAHub)


def test_a_hub_that_falls_silent_is_given_up(fake_hub, monkeypatch):
    monkeypatch.setattr(hub_session, "TIMEOUT_S", 0.3)
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    fake_hub.faults.on(SEARCH, faults.stall(10))
    assert isinstance(search(fake_hub), HubUnreachable)


def test_a_hub_that_answers_drop_by_drop_is_given_up(fake_hub, monkeypatch):
    monkeypatch.setattr(hub_reader, "WHOLE_ANSWER_S", 0.0)
    fake_hub.add_repo(FakeRepo("a/model", model_files()))
    assert isinstance(search(fake_hub), HubUnreachable)


def test_a_hub_that_is_not_there(fake_hub):
    fake_hub.stop()
    error = search(fake_hub)
    assert isinstance(error, HubUnreachable) and fake_hub.endpoint.rpartition("/")[2] in str(error)


@pytest.mark.parametrize("endpoint", ["nonsense", "ftp://somewhere", "http://", "http://[", ""])
def test_an_address_that_is_none(fake_hub, endpoint):
    error = failure(Hub(HubAccess(endpoint)).search, SearchQuery())
    assert isinstance(error, NotAHub | HubUnreachable)


def test_working_offline_nothing_is_asked(fake_hub, monkeypatch):
    assert isinstance(search(fake_hub, offline=True), WorkingOffline)
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert isinstance(search(fake_hub), WorkingOffline)
    assert fake_hub.requests == []


def test_a_proxy_is_used_and_its_refusal_told(fake_hub):
    with RefusingProxy() as proxy:
        address = f"http://me:secret@127.0.0.1:{proxy.port}"
        error = search(fake_hub, proxy=address)
        assert isinstance(error, ProxyFailed)
        assert f"127.0.0.1:{proxy.port}" in str(error) and "secret" not in str(error)
        secure = HubAccess("https://hub.invalid", proxy=address)
        assert isinstance(failure(Hub(secure).search, SearchQuery()), ProxyFailed)
    assert fake_hub.requests == []


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "socks9://x", "nonsense", "http://[::"])
def test_a_proxy_that_is_not_there_or_no_address(fake_hub, proxy):
    assert isinstance(search(fake_hub, proxy=proxy), ProxyFailed)


def test_the_proxy_of_the_environment_is_named_without_its_password(fake_hub, monkeypatch):
    with RefusingProxy() as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:secret@127.0.0.1:{proxy.port}")
        error = failure(Hub(HubAccess("https://hub.invalid")).search, SearchQuery())
    assert isinstance(error, ProxyFailed)
    assert f"127.0.0.1:{proxy.port}" in str(error) and "secret" not in str(error)


def test_after_a_proxy_was_taken_away_the_hub_is_asked_directly(fake_hub):
    search(fake_hub, proxy="http://127.0.0.1:1")
    assert Hub(access_to(fake_hub)).search(SearchQuery()).models == ()


class RefusingProxy:
    """Says 407 to everything."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._refuse, daemon=True)
        self._thread.start()
        return self

    def _refuse(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
                    b"Connection: close\r\n\r\n"
                )

    def __exit__(self, *error):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
