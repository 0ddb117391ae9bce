"""The queue of downloads over a hub process that fetches as the test lets it."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop_llm.core.errors import ExpectedError
from desktop_llm.library.download_list import Download
from desktop_llm.library.hub_errors import HubProcessCrashed, HubProcessHung, WorkingOffline
from desktop_llm.library.hub_types import DownloadPlan, HubAccess, LibraryEntry
from desktop_llm.services.downloads import DownloadService
from desktop_llm.services.tasks import TaskService
from tests.fake_models import a_plan, an_entry, some_progress
from tests.values import FakeError

WAIT_MS = 20_000
Outcome = LibraryEntry | Exception


class ScriptedClient:
    """Fetches a plan until the test says how that ends, or it is stopped."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.access: list[HubAccess] = []
        self.report: Callable[[Any], None] = lambda progress: None
        self.outcomes: dict[str, list[Outcome]] = {}
        self.closed = threading.Event()
        self._news = threading.Condition()

    def download(
        self,
        plan: DownloadPlan,
        access: HubAccess,
        on_progress: Callable[[Any], None],
        stop: threading.Event,
    ) -> LibraryEntry | None:
        self.report = on_progress
        self.access.append(access)
        self.asked.append(plan.repo)
        while not stop.is_set():
            if self.closed.is_set():
                raise HubProcessCrashed("ended by the app")
            if outcomes := self.outcomes.get(plan.repo):
                outcome = outcomes.pop(0)
                if isinstance(outcome, Exception):
                    raise outcome
                return outcome
            with self._news:
                self._news.wait(0.005)
        return None

    def end(self, repo: str, outcome: Outcome | None = None) -> None:
        """How the fetch of `repo` ends, the one that runs or the next."""
        self.outcomes.setdefault(repo, []).append(outcome or an_entry(repo))

    def shut_down(self) -> None:
        self.closed.set()


class Queue:
    """A DownloadService, the process below it, and all that it said."""

    def __init__(self, qtbot, paths):
        self.qtbot = qtbot
        self.client = ScriptedClient()
        self.tasks = TaskService()
        self.access = HubAccess()
        self.service = DownloadService(
            paths,
            self.client,  # type: ignore[arg-type]
            lambda: self.access,
            self.tasks,
        )
        self.changes: list[Download] = []
        self.finished: list[LibraryEntry] = []
        self.service.changed.connect(self.changes.append)
        self.service.finished.connect(self.finished.append)

    def add(self, *repos):
        plans = [a_plan(repo) for repo in repos]
        for plan in plans:
            self.service.add(plan)
        return [plan.id for plan in plans]

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def wait_asked(self, *repos):
        self.wait(lambda: self.client.asked == list(repos))

    def wait_state(self, plan_id, state):
        self.wait(lambda: self.state(plan_id) == state)

    def state(self, plan_id):
        found = self.service.find(plan_id)
        return found.state if found else "gone"

    def states(self):
        return [each.state for each in self.service.downloads]

    def close(self):
        self.service.shut_down()
        self.tasks.shut_down()


@pytest.fixture
def open_queue(qtbot, paths) -> Iterator[Callable[[], Queue]]:
    """Start the queue, anew over the same files."""
    made: list[Queue] = []

    def start() -> Queue:
        made.append(Queue(qtbot, paths))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def queue(open_queue):
    return open_queue()


def on_disk(paths):
    file = paths.data / "downloads.json"
    return json.loads(file.read_bytes()) if file.exists() else []


def part_of(paths, plan_id):
    """What a download has fetched, as the hub process keeps it."""
    part = paths.data / "downloads" / plan_id / "abc.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    return part


def test_downloads_are_fetched_one_after_another_in_their_order(queue):
    first, second = queue.add("a/one", "a/two")
    queue.wait_asked("a/one")
    assert queue.states() == ["running", "waiting"]
    queue.client.end("a/one")
    queue.wait_asked("a/one", "a/two")
    assert queue.states() == ["done", "running"]
    queue.client.end("a/two")
    queue.wait_state(second, "done")
    assert [entry.name for entry in queue.finished] == ["a/one", "a/two"]
    assert queue.state(first) == "done"


def test_the_hub_is_reached_as_it_is_set_when_a_download_begins(queue):
    queue.add("a/one", "a/two")
    queue.wait_asked("a/one")
    queue.access = HubAccess("https://mirror.example.org")
    queue.client.end("a/one")
    queue.wait_asked("a/one", "a/two")
    assert [way.endpoint for way in queue.client.access][1] == "https://mirror.example.org"


def test_the_window_hears_of_progress_at_most_ten_times_a_second(queue):
    (plan_id,) = queue.add("a/one")
    queue.wait_asked("a/one")
    plan = a_plan("a/one")
    began = time.monotonic()
    for step in range(5001):
        queue.client.report(some_progress(plan, step / 5000))
    seconds = time.monotonic() - began
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")
    told = [each.progress for each in queue.changes if each.state == "running" and each.progress]
    assert len(told) <= 10 * seconds + 2
    last = told[-1]
    assert last is not None
    assert last.done == plan.size  # the last word is not swallowed
    assert [p.done for p in told if p] == sorted(p.done for p in told if p)


def test_a_pause_stops_the_download_and_the_next_one_begins(queue):
    first, _ = queue.add("a/one", "a/two")
    queue.wait_asked("a/one")
    queue.service.pause(first)
    assert queue.state(first) == "paused"
    queue.wait_asked("a/one", "a/two")
    assert queue.states() == ["paused", "running"]


def test_offline_nothing_is_asked_of_the_hub(queue):
    queue.access = HubAccess(offline=True)
    (plan_id,) = queue.add("a/one")
    queue.wait_state(plan_id, "failed")
    assert isinstance(queue.service.find(plan_id).error, WorkingOffline)
    assert queue.client.asked == []


def test_a_paused_download_goes_on_when_it_is_resumed(queue):
    (plan_id,) = queue.add("a/one")
    queue.wait_asked("a/one")
    queue.service.pause(plan_id)
    queue.service.resume(plan_id)  # perhaps before it has stopped
    queue.wait_asked("a/one", "a/one")
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")


def test_a_waiting_download_can_be_paused_too(queue):
    _, second = queue.add("a/one", "a/two")
    queue.service.pause(second)
    queue.client.end("a/one")
    queue.wait(lambda: queue.states() == ["done", "paused"])
    assert queue.client.asked == ["a/one"]


def test_all_are_paused_at_once(queue):
    queue.add("a/one", "a/two")
    queue.wait_asked("a/one")
    queue.service.pause_all()
    assert queue.states() == ["paused", "paused"]


def test_a_download_that_is_moved_up_is_fetched_earlier(queue):
    _, _, third = queue.add("a/one", "a/two", "a/three")
    queue.wait_asked("a/one")
    queue.service.move_up(third)
    queue.client.end("a/one")
    queue.wait_asked("a/one", "a/three")
    queue.service.move_up(third)
    queue.service.move_up(third)  # it is the first already
    assert [each.plan.repo for each in queue.service.downloads] == ["a/three", "a/one", "a/two"]


def test_an_error_is_told_and_the_download_can_be_tried_again(queue):
    first, _ = queue.add("a/one", "a/two")
    queue.client.end("a/one", FakeError(detail="cut"))
    queue.wait_asked("a/one", "a/two")
    failed = queue.service.find(first)
    assert failed is not None
    assert failed.state == "failed"
    assert "cut" in str(failed.error)
    queue.service.resume(first)
    assert queue.service.find(first).error is None
    queue.client.end("a/two")
    queue.wait_asked("a/one", "a/two", "a/one")


@pytest.mark.parametrize("death", [HubProcessCrashed("SIGKILL"), HubProcessHung()])
def test_a_download_survives_the_death_of_the_hub_process_once(queue, death: ExpectedError):
    (plan_id,) = queue.add("a/one")
    queue.client.end("a/one", death)
    queue.wait_asked("a/one", "a/one")
    assert queue.state(plan_id) == "running"
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")


def test_a_hub_process_that_dies_again_makes_the_download_fail(queue):
    (plan_id,) = queue.add("a/one")
    for _ in range(2):
        queue.client.end("a/one", HubProcessCrashed("SIGSEGV"))
    queue.wait_state(plan_id, "failed")
    assert isinstance(queue.service.find(plan_id).error, HubProcessCrashed)
    assert queue.client.asked == ["a/one", "a/one"]


def test_a_cancelled_download_leaves_nothing(queue, paths):
    plan_id, _ = queue.add("a/one", "a/two")
    part = part_of(paths, plan_id)
    queue.wait_asked("a/one")
    queue.service.cancel(plan_id)
    queue.wait(lambda: not part.exists())
    queue.wait_asked("a/one", "a/two")
    assert [each.plan.repo for each in queue.service.downloads] == ["a/two"]


def test_a_download_that_is_done_can_be_taken_off_the_list(queue):
    (plan_id,) = queue.add("a/one")
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")
    queue.service.cancel(plan_id)
    assert queue.service.downloads == []


def test_what_is_asked_for_twice_is_fetched_once(queue):
    queue.add("a/one", "a/one")
    queue.wait_asked("a/one")
    assert len(queue.service.downloads) == 1


def test_what_is_asked_for_again_after_a_pause_goes_on(queue):
    (plan_id,) = queue.add("a/one")
    queue.wait_asked("a/one")
    queue.service.pause(plan_id)
    queue.add("a/one")
    queue.wait_asked("a/one", "a/one")
    assert queue.state(plan_id) == "running"


def test_closing_the_app_pauses_and_the_next_start_can_go_on(open_queue, paths):
    queue = open_queue()
    first, second = queue.add("a/one", "a/two")
    part = part_of(paths, first)
    queue.wait_asked("a/one")
    queue.client.report(some_progress(a_plan("a/one"), 0.5))
    queue.wait(lambda: queue.service.find(first).progress is not None)
    queue.close()
    again = open_queue()
    assert again.states() == ["paused", "paused"]
    assert again.service.find(first).progress == some_progress(a_plan("a/one"), 0.5)
    assert part.exists()
    assert again.client.asked == []
    again.service.resume(second)
    again.service.resume(first)
    again.wait_asked("a/two")
    again.client.end("a/two")
    again.wait_asked("a/two", "a/one")


def test_what_was_running_when_the_app_was_killed_comes_back_paused(open_queue, paths):
    queue = open_queue()
    (plan_id,) = queue.add("a/one")
    queue.wait_asked("a/one")
    queue.wait(lambda: [each["state"] for each in on_disk(paths)] == ["running"])
    killed = open_queue()  # nobody has said anything to the file
    assert killed.states() == ["paused"]
    assert killed.service.find(plan_id).plan == a_plan("a/one")


def test_an_error_is_still_there_after_a_restart(open_queue):
    queue = open_queue()
    (plan_id,) = queue.add("a/one")
    queue.client.end("a/one", FakeError(detail="cut"))
    queue.wait_state(plan_id, "failed")
    queue.close()
    assert "cut" in str(open_queue().service.find(plan_id).error)


def test_an_error_of_another_version_is_a_pause(open_queue, paths):
    queue = open_queue()
    queue.add("a/one")
    queue.client.end("a/one", FakeError(detail="cut"))
    queue.wait(lambda: queue.states() == ["failed"])
    queue.close()
    entries = on_disk(paths)
    entries[0]["error"] = {"type": "FromTheFuture", "facts": {}}
    (paths.data / "downloads.json").write_text(json.dumps(entries))
    assert open_queue().states() == ["paused"]


def test_what_is_done_is_not_listed_after_a_restart(open_queue):
    queue = open_queue()
    (plan_id,) = queue.add("a/one")
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")
    queue.close()
    assert open_queue().states() == []


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"plan": {}}]', b"\xff", b"null"])
def test_a_damaged_list_is_set_aside_and_the_app_starts(open_queue, paths, content):
    paths.data.mkdir(parents=True)
    (paths.data / "downloads.json").write_bytes(content)
    assert open_queue().states() == []
    assert (paths.data / "downloads.damaged.json").read_bytes() == content


def test_a_list_that_names_another_folder_is_not_believed(open_queue, paths):
    queue = open_queue()
    queue.add("a/one")
    queue.close()
    file = paths.data / "downloads.json"
    entries = on_disk(paths)
    entries[0]["plan"]["id"] = "../../precious"
    file.write_text(json.dumps(entries))
    assert open_queue().states() == []


def test_a_disk_that_takes_no_list_does_not_stop_the_download(queue, paths, caplog):
    (paths.data / "downloads.json").mkdir(parents=True)
    (plan_id,) = queue.add("a/one")
    queue.client.end("a/one")
    queue.wait_state(plan_id, "done")
    queue.close()
    assert "not saved" in caplog.text


@pytest.mark.parametrize("seed", range(5))
def test_whatever_a_person_presses_one_at_most_is_fetched_and_all_end(queue, qapp, seed):
    drawn, repos = random.Random(seed), [f"a/{n}" for n in range(4)]
    for _ in range(100):
        plan_id = a_plan(drawn.choice(repos)).id
        action = drawn.choice(["add", "pause", "resume", "cancel", "move_up", "end", "look"])
        if action == "add":
            queue.add(drawn.choice(repos))
        elif action == "end":
            outcomes = (None, FakeError(detail="cut"), HubProcessCrashed("SIGKILL"))
            queue.client.end(drawn.choice(repos), drawn.choice(outcomes))
        elif action == "look":
            qapp.processEvents()
        else:
            getattr(queue.service, action)(plan_id)
        assert queue.states().count("running") <= 1, f"seed {seed}"
        assert len({each.id for each in queue.service.downloads}) == len(queue.states())
    queue.client.outcomes = {repo: [an_entry(repo) for _ in range(9)] for repo in repos}
    queue.add(*repos)
    queue.wait(lambda: queue.states() == ["done"] * 4)


def test_closing_while_nothing_runs_is_quick_and_tells_nothing(queue):
    queue.close()
    assert queue.changes == []


def test_nothing_begins_after_the_app_has_closed(queue):
    queue.close()
    (plan_id,) = queue.add("a/one")
    assert queue.state(plan_id) == "waiting"
    assert queue.client.asked == []
