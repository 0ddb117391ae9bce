"""HubService over a hub process that answers when the test lets it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop_llm.core.secrets import HUB_TOKEN, Secrets
from desktop_llm.core.settings import Settings
from desktop_llm.library.hub_errors import TokenRejected, WorkingOffline
from desktop_llm.library.hub_types import OFFICIAL_HUB, HubAccess, SearchPage, SearchQuery
from desktop_llm.services.hub import HubService
from tests.fake_models import a_hub_model, some_details
from tests.values import FakeError

WAIT_MS = 20_000
CANARY = "hf_canary0123456789"


class ScriptedClient:
    """Answers at once, or after `release` where the test holds it."""

    def __init__(self) -> None:
        self.searches: list[tuple[HubAccess, SearchQuery, str]] = []
        self.asked_details: list[tuple[str, str]] = []
        self.pages = {"": SearchPage((a_hub_model("a/one"),), "2")}
        self.release = threading.Event()
        self.release.set()
        self.errors: list[Exception] = []
        self.tokens: list[str] = []
        self.closed = threading.Event()

    def search(
        self, access: HubAccess, query: SearchQuery, page: str, stop: threading.Event
    ) -> SearchPage | None:
        self.searches.append((access, query, page))
        return self._answer(self.pages.get(page, SearchPage(())), stop)

    def details(
        self, access: HubAccess, repo: str, revision: str, stop: threading.Event
    ) -> Any | None:
        self.asked_details.append((repo, revision))
        return self._answer(some_details(repo), stop)

    def check_token(self, access: HubAccess) -> str:
        self.tokens.append(access.token)
        assert access.endpoint == OFFICIAL_HUB
        if self.errors:
            raise self.errors.pop(0)
        return "pip"

    def shut_down(self) -> None:
        self.closed.set()

    def _answer(self, value: Any, stop: threading.Event) -> Any | None:
        while not self.release.wait(0.005):
            if stop.is_set() or self.closed.is_set():
                return None
        if self.errors:
            raise self.errors.pop(0)
        return value


class Kept:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.asked = 0
        self.passwords: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        return self.passwords.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.passwords[username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.passwords[username]


class Browser:
    """A HubService and all that it said."""

    def __init__(self, qtbot, settings: Settings | None = None, has_keyring: bool = True):
        self.qtbot = qtbot
        self.client = ScriptedClient()
        self.settings = settings or Settings()
        self.ring = Kept()
        self.service = HubService(
            self.client,  # type: ignore[arg-type]
            lambda: self.settings,
            Secrets(lambda: self.ring if has_keyring else None),
        )
        self.heard: list[tuple[Any, ...]] = []
        for name in (
            "page_ready",
            "details_ready",
            "failed",
            "details_failed",
            "busy_changed",
            "account_changed",
        ):
            getattr(self.service, name).connect(
                lambda *facts, name=name: self.heard.append((name, *facts))
            )

    def said(self, name):
        return [facts for said, *facts in self.heard if said == name]

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def wait_said(self, name, times=1):
        self.wait(lambda: len(self.said(name)) == times)
        return self.said(name)[-1]

    def sign_in(self) -> list[Any]:
        """What came of it: name and place, or an error."""
        outcome: list[Any] = []
        self.service.sign_in(CANARY, lambda *facts: outcome.extend(facts), outcome.append)
        self.wait(lambda: bool(outcome))
        return outcome


@pytest.fixture
def browse(qtbot) -> Iterator[Callable[..., Browser]]:
    made: list[Browser] = []

    def start(*arguments: Any, **options: Any) -> Browser:
        made.append(Browser(qtbot, *arguments, **options))
        return made[-1]

    yield start
    for each in made:
        each.service.shut_down()


@pytest.fixture
def browser(browse):
    return browse()


def test_a_search_is_answered_and_tells_when_it_is_busy(browser):
    browser.service.search(SearchQuery("tiny"))
    page, first = browser.wait_said("page_ready")
    assert page.models[0].repo == "a/one"
    assert first
    assert browser.said("busy_changed") == [[True], [False]]
    assert browser.client.searches[0][1].text == "tiny"


def test_more_brings_the_next_page_until_the_end(browser):
    browser.client.pages["2"] = SearchPage((a_hub_model("a/two"),), "")
    browser.service.search(SearchQuery())
    browser.wait_said("page_ready")
    assert browser.service.has_more
    browser.service.more()
    page, first = browser.wait_said("page_ready", times=2)
    assert not first
    assert [model.repo for model in page.models] == ["a/two"]
    assert not browser.service.has_more
    browser.service.more()
    assert not browser.service.busy
    assert [page for _, _, page in browser.client.searches] == ["", "2"]


def test_more_waits_for_the_page_that_is_on_its_way(browser):
    browser.service.search(SearchQuery())
    browser.wait_said("page_ready")
    browser.client.release.clear()
    browser.service.more()
    browser.service.more()
    browser.client.release.set()
    browser.wait_said("page_ready", times=2)
    assert len(browser.client.searches) == 2


def test_only_the_newest_search_is_answered(browser):
    browser.client.release.clear()
    for text in ("o", "on", "one"):
        browser.service.search(SearchQuery(text))
    browser.wait(lambda: "one" in [query.text for _, query, _ in browser.client.searches])
    browser.client.release.set()
    browser.wait_said("page_ready")
    assert browser.said("failed") == []
    assert browser.said("busy_changed") == [[True], [False]]


def test_a_failed_search_is_told_and_the_same_page_can_be_asked_again(browser):
    browser.service.search(SearchQuery())
    browser.wait_said("page_ready")
    browser.client.errors = [FakeError(detail="cut")]
    browser.service.more()
    (error,) = browser.wait_said("failed")
    assert "cut" in str(error)
    browser.service.more()
    browser.wait_said("page_ready", times=2)
    assert [page for _, _, page in browser.client.searches] == ["", "2", "2"]


def test_details_do_not_stop_a_search(browser):
    browser.service.search(SearchQuery())
    browser.service.details("a/one")
    (details,) = browser.wait_said("details_ready")
    browser.wait_said("page_ready")
    assert details.model.repo == "a/one"
    assert browser.client.asked_details == [("a/one", "main")]


def test_neither_details_nor_signing_in_wait_for_a_search(browser, monkeypatch):
    end = threading.Event()

    def search(*question: Any) -> SearchPage:
        end.wait(60)
        return SearchPage(())

    monkeypatch.setattr(browser.client, "search", search)
    browser.service.search(SearchQuery())
    browser.service.details("a/one")
    browser.wait_said("details_ready")
    assert browser.sign_in() == ["pip", "keyring"]
    assert browser.service.busy
    end.set()
    browser.wait_said("page_ready")


def test_only_the_newest_details_are_answered(browser):
    browser.client.release.clear()
    browser.service.details("a/one")
    browser.service.details("a/two", "v1.0")
    browser.client.release.set()
    (details,) = browser.wait_said("details_ready")
    assert details.model.repo == "a/two"


def test_details_that_fail_are_told_apart_from_a_search(browser):
    browser.client.errors = [FakeError(detail="gone")]
    browser.service.details("a/one")
    browser.wait_said("details_failed")
    assert browser.said("failed") == []


def test_what_nobody_wants_any_more_is_not_told(browser):
    browser.client.release.clear()
    browser.service.search(SearchQuery())
    browser.service.details("a/one")
    browser.service.give_up()
    browser.client.release.set()
    browser.service.search(SearchQuery("new"))
    browser.wait_said("page_ready")
    assert browser.said("details_ready") == []


def test_details_go_on_when_only_the_search_is_not_wanted_any_more(browser):
    browser.client.release.clear()
    browser.service.search(SearchQuery())
    browser.service.details("a/one")
    browser.service.give_up("search")
    assert not browser.service.busy
    browser.client.release.set()
    browser.wait_said("details_ready")
    assert browser.said("page_ready") == []


# --- the account -------------------------------------------------------------------------------


def test_a_token_that_was_checked_is_kept_in_the_keyring(browser):
    assert browser.sign_in() == ["pip", "keyring"]
    assert browser.ring.passwords == {HUB_TOKEN: CANARY}
    assert browser.said("account_changed") == [["pip", True]]
    assert browser.service.account == "pip"
    assert browser.service.access().token == CANARY


def test_without_a_keyring_the_token_lasts_for_this_session_and_that_is_said(browse):
    browser = browse(has_keyring=False)
    assert browser.sign_in() == ["pip", "session"]
    assert browser.said("account_changed") == [["pip", False]]
    assert browser.service.access().token == CANARY


def test_a_token_that_is_rejected_is_not_kept(browser):
    browser.client.errors = [TokenRejected()]
    (error,) = browser.sign_in()
    assert isinstance(error, TokenRejected)
    assert browser.ring.passwords == {}
    assert browser.service.account == ""
    assert browser.said("account_changed") == []


def test_signing_out_forgets_the_token(browser):
    browser.sign_in()
    outcome: list[bool] = []
    browser.service.sign_out(outcome.append)
    browser.wait_said("account_changed", times=2)
    assert outcome == [True]
    assert browser.ring.passwords == {}
    assert browser.service.account == ""
    assert browser.service.access().token == ""


def test_a_keyring_that_keeps_the_token_is_told_when_signing_out(browser, monkeypatch):
    def refuse(service: str, username: str) -> None:
        raise RuntimeError("locked")

    browser.sign_in()
    monkeypatch.setattr(browser.ring, "delete_password", refuse)
    outcome: list[bool] = []
    browser.service.sign_out(outcome.append)
    browser.wait(lambda: bool(outcome))
    assert outcome == [False]
    assert browser.service.account == ""


def test_the_token_of_the_last_time_is_used(browse):
    browser = browse(Settings(hub_account="pip"))
    browser.ring.passwords[HUB_TOKEN] = CANARY
    assert browser.service.access() == HubAccess(token=CANARY)


def test_without_an_account_the_keyring_is_not_even_asked(browser):
    assert browser.service.access() == HubAccess()
    assert browser.ring.asked == 0


@pytest.mark.parametrize(
    "changes", [{"hub_endpoint": "https://mirror.example.org"}, {"offline": True}]
)
def test_a_mirror_gets_no_token_and_offline_nobody_does(browse, changes):
    browser = browse(Settings(hub_account="pip", **changes))
    browser.ring.passwords[HUB_TOKEN] = CANARY
    assert browser.service.access().token == ""
    assert browser.ring.asked == 0


def test_offline_nothing_is_asked_of_the_hub(browse):
    browser = browse(Settings(offline=True))
    browser.service.search(SearchQuery())
    browser.service.details("a/one")
    assert isinstance(browser.wait_said("failed")[0], WorkingOffline)
    assert isinstance(browser.wait_said("details_failed")[0], WorkingOffline)
    assert isinstance(browser.sign_in()[0], WorkingOffline)
    assert browser.client.searches == []
    assert browser.client.tokens == []


def test_hub_and_proxy_are_those_of_the_settings(browser):
    browser.settings = Settings(
        hub_endpoint="https://mirror.example.org/", proxy="http://proxy.example.org:3128"
    )
    browser.service.search(SearchQuery())
    browser.wait_said("page_ready")
    access = browser.client.searches[0][0]
    assert access.endpoint == "https://mirror.example.org"
    assert access.proxy == "http://proxy.example.org:3128"


def test_the_official_hub_by_its_own_address_is_no_mirror(browse):
    browser = browse(Settings(hub_account="pip", hub_endpoint=OFFICIAL_HUB + "/"))
    browser.ring.passwords[HUB_TOKEN] = CANARY
    assert browser.service.access().token == CANARY


def test_a_token_does_not_show_when_an_access_is_printed():
    assert CANARY not in repr(HubAccess(token=CANARY))
