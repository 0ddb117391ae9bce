"""The services over the real hub process and a hub on this machine: it is killed, they go on."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from desktop_llm.core.logs import start_log, stop_log
from desktop_llm.core.secrets import Secrets
from desktop_llm.core.settings import Settings
from desktop_llm.library.download_list import Download, DownloadList
from desktop_llm.library.hub_client import HubClient
from desktop_llm.library.hub_types import LibraryEntry, SearchQuery
from desktop_llm.services.downloads import DownloadService
from desktop_llm.services.hub import HubService
from desktop_llm.services.library import LibraryService
from desktop_llm.services.tasks import TaskService
from tests.fake_hub import FakeHub, FakeRepo, faults
from tests.fake_hub.plans import plan_for
from tests.fake_hub.seed import model_files

WAIT_MS = 120_000
CANARY = "hf_canary0123456789"
ROOT = Path(__file__).resolve().parents[3]


class Browser:
    """Hub, downloads and library as the window has them."""

    def __init__(self, qtbot, paths, endpoint: str, **settings: Any):
        self.qtbot = qtbot
        self.settings = Settings(hub_endpoint=endpoint, **settings)
        self.client, self.checker = HubClient(), HubClient()
        self.tasks = TaskService()
        self.hub = HubService(self.client, lambda: self.settings, Secrets(lambda: None))
        self.downloads = DownloadService(paths, self.client, self.hub.access, self.tasks)
        self.library = LibraryService(paths, self.checker, lambda name: None)
        self.finished: list[LibraryEntry] = []
        self.downloads.finished.connect(self.finished.append)

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def done(self, plan_id) -> int:
        """Bytes, as the last report has it."""
        found = self.downloads.find(plan_id)
        return found.progress.done if found and found.progress else 0

    def state(self, plan_id):
        found = self.downloads.find(plan_id)
        return found and found.state

    def close(self):
        self.downloads.shut_down()
        self.hub.shut_down()
        self.library.shut_down()
        self.tasks.shut_down()


@pytest.fixture
def browse(qtbot, paths) -> Iterator[Callable[..., Browser]]:
    made: list[Browser] = []

    def start(endpoint: str, **settings: Any) -> Browser:
        made.append(Browser(qtbot, paths, endpoint, **settings))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def repo(fake_hub: FakeHub) -> FakeRepo:
    """A model of some megabytes."""
    return fake_hub.add_repo(FakeRepo("demo/chat", model_files(hidden=256, layers=4)))


def weights_of(repo: FakeRepo) -> tuple[str, int]:
    """The large file of `repo`, and its size."""
    plan = plan_for(repo)
    file = max(plan.files, key=lambda each: each.size)
    return file.path, file.size


def stall_at_half(hub: FakeHub, repo: FakeRepo) -> int:
    """The weights fall silent once, in their middle; how many bytes come before."""
    path, size = weights_of(repo)
    hub.faults.on(f"*/{path}", faults.stall(size // 2))
    return size // 2


def test_a_model_is_found_looked_at_fetched_and_checked(browse, fake_hub, repo, qtbot):
    browser = browse(fake_hub.endpoint)
    with qtbot.waitSignal(browser.hub.page_ready, timeout=WAIT_MS) as page:
        browser.hub.search(SearchQuery("chat"))
    assert [model.repo for model in page.args[0].models] == ["demo/chat"]
    with qtbot.waitSignal(browser.hub.details_ready, timeout=WAIT_MS) as answer:
        browser.hub.details("demo/chat")
    details = answer.args[0]
    plan = details.plan(details.choices[0])
    with qtbot.waitSignal(browser.downloads.finished, timeout=WAIT_MS):
        browser.downloads.add(plan)
    assert browser.finished[0].name == "demo/chat"
    assert browser.finished[0].verified
    with qtbot.waitSignal(browser.library.library_changed, timeout=WAIT_MS):
        browser.library.refresh()
    with qtbot.waitSignal(browser.library.verified, timeout=WAIT_MS) as checked:
        browser.library.verify("demo/chat")
    assert checked.args[0].verified
    with qtbot.waitSignal(browser.library.removed, timeout=WAIT_MS) as removed:
        browser.library.remove("demo/chat")
    assert removed.args[1] >= plan.size


def test_a_download_goes_on_by_itself_when_the_hub_process_is_killed(browse, fake_hub, repo):
    half = stall_at_half(fake_hub, repo)
    browser, plan = browse(fake_hub.endpoint), plan_for(repo)
    browser.downloads.add(plan)
    browser.wait(lambda: browser.done(plan.id) >= half)
    psutil.Process(browser.client.pid).kill()
    browser.wait(lambda: browser.state(plan.id) == "done")
    path, size = weights_of(repo)
    assert fake_hub.bytes_sent(path) <= 1.05 * size
    assert browser.finished[0].verified


def test_a_pause_keeps_the_part_and_a_resume_goes_on_from_there(browse, fake_hub, repo):
    half = stall_at_half(fake_hub, repo)
    browser, plan = browse(fake_hub.endpoint), plan_for(repo)
    browser.downloads.add(plan)
    browser.wait(lambda: browser.done(plan.id) >= half)
    browser.downloads.pause(plan.id)
    browser.downloads.resume(plan.id)
    browser.wait(lambda: browser.state(plan.id) == "done")
    path, size = weights_of(repo)
    assert fake_hub.bytes_sent(path) <= 1.05 * size


def test_after_the_window_was_killed_the_download_is_paused_and_goes_on(
    browse, fake_hub, repo, paths
):
    half, plan = stall_at_half(fake_hub, repo), plan_for(repo)
    DownloadList(paths).save(1, [Download(plan, "paused")])
    window = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.services.small_window", fake_hub.endpoint, plan.id],
        cwd=ROOT,
    )
    parts = paths.data / "downloads" / plan.id
    path, size = weights_of(repo)
    browser = None
    try:
        wait_until(lambda: largest_file(parts) >= half)
        workers = psutil.Process(window.pid).children(recursive=True)
        window.kill()
        window.wait()
        assert psutil.wait_procs(workers, timeout=60)[1] == []  # none outlives the window
        browser = browse(fake_hub.endpoint)
        assert browser.state(plan.id) == "paused"
        assert largest_file(parts) >= half
        browser.downloads.resume(plan.id)
        browser.wait(lambda: browser.state(plan.id) == "done")
    finally:
        window.kill()
        window.wait()
    assert fake_hub.bytes_sent(path) <= 1.05 * size


def wait_until(condition: Callable[[], bool], seconds: float = WAIT_MS / 1000) -> None:
    """Without an event loop."""
    ticks = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        ticks.wait(0.02)
    raise AssertionError("it did not come to that")


def largest_file(folder: Path) -> int:
    return max((file.stat().st_size for file in folder.glob("*")), default=0)


# --- the token ---------------------------------------------------------------------------------


class Proxy:
    """Takes connections, tells the test, and hangs up when it may."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.asked, self.hang_up = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def _take(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listening.accept()
                with connection:
                    connection.recv(4096)
                    self.asked.set()
                    self.hang_up.wait(60)

    def close(self) -> None:
        self.hang_up.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        self._listening.close()
        self._thread.join(10)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_token_is_in_no_file_no_log_no_command_line_and_no_environment(
    browse, proxy, paths, tmp_path, fake_hub
):
    start_log(paths.logs)
    logging.getLogger("desktop_llm").warning("the log is on")
    browser = browse("", proxy=proxy.address)
    failed: list[Any] = []
    browser.hub.sign_in(CANARY, lambda *facts: None, failed.append)
    browser.wait(proxy.asked.is_set)  # the hub process has the token now
    for process in (browser.client.pid, os.getpid()):
        for place in ("cmdline", "environ"):
            assert CANARY.encode() not in Path(f"/proc/{process}/{place}").read_bytes()
    proxy.hang_up.set()
    browser.wait(lambda: bool(failed))
    assert CANARY not in str(failed[0])
    assert CANARY not in "".join(getattr(failed[0], "__notes__", []))
    browser.close()
    stop_log()
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.parent == paths.logs for file in written)
    assert [file for file in written if CANARY.encode() in file.read_bytes()] == []


def test_a_mirror_never_sees_the_token(browse, fake_hub, repo, qtbot):
    browser = browse(fake_hub.endpoint, hub_account="pip")
    browser.hub._secrets.set("hub-token", CANARY)
    with qtbot.waitSignal(browser.hub.details_ready, timeout=WAIT_MS):
        browser.hub.details("demo/chat")
    assert fake_hub.requests
    assert all("authorization" not in {k.lower() for k in s.headers} for s in fake_hub.requests)
