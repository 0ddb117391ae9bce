"""LibraryService over real files, and a check that ends as the test lets it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop_llm.core.files import write_atomically
from desktop_llm.core.paths import Paths
from desktop_llm.core.wire import to_plain
from desktop_llm.library import shelf
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.hub_types import LibraryEntry, ModelChoices
from desktop_llm.services.library import LibraryService, Work
from desktop_llm.training.results import ADAPTER
from desktop_llm.training.run_folder import RunFolder
from tests.fake_models import an_entry
from tests.fake_runs import a_card, a_job
from tests.unit.core.model_files import make_folder
from tests.values import FakeError, a_source

WAIT_MS = 20_000


class Checker:
    """Checks a model until the test lets it end."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.release = threading.Event()
        self.error: Exception | None = None
        self.closed = threading.Event()

    def verify(
        self,
        name: str,
        on_progress: Callable[[float], None],
        stop: threading.Event,
    ) -> LibraryEntry | None:
        self.asked.append(name)
        on_progress(0.5)
        while not self.release.wait(0.005):
            if stop.is_set() or self.closed.is_set():
                return None
        if self.error:
            raise self.error
        return an_entry(name, verified=True)

    def kill(self) -> None:
        """Its process starts again by itself."""

    def shut_down(self) -> None:
        self.closed.set()


class Library:
    """A LibraryService, and all that it said."""

    def __init__(self, qtbot, paths):
        self.qtbot = qtbot
        self.paths = paths
        self.checker = Checker()
        self.removed_runs: list[str] = []
        self.service = LibraryService(
            paths,
            self.checker,  # type: ignore[arg-type]
            self.removed_runs.append,
        )
        self.heard: list[tuple[Any, ...]] = []
        for name in (
            "library_changed",
            "work_changed",
            "verified",
            "imported",
            "removed",
            "default_chosen",
            "failed",
        ):
            getattr(self.service, name).connect(
                lambda *facts, name=name: self.heard.append((name, *facts))
            )

    def said(self, name):
        return [facts for said, *facts in self.heard if said == name]

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=WAIT_MS)

    def wait_said(self, name, times=1):
        self.wait(lambda: len(self.said(name)) >= times)
        return self.said(name)[-1]

    def refresh(self):
        before = len(self.said("library_changed"))
        self.service.refresh()
        self.wait_said("library_changed", before + 1)
        return [entry.name for entry in self.service.entries]

    def take_in(self, folder, copy=False):
        """Import a model folder and wait until it is listed."""
        self.service.import_path(make_folder(folder), copy)
        self.wait_said("imported")
        self.wait(lambda: self.service.work is None and bool(self.service.entries))
        return self.said("imported")[-1][0]


@pytest.fixture
def library(qtbot, paths) -> Iterator[Library]:
    made = Library(qtbot, paths)
    yield made
    made.service.shut_down()


def test_an_empty_computer_has_an_empty_library(library):
    assert library.refresh() == []


def test_wishes_to_look_again_that_come_together_are_one(library, tmp_path):
    library.take_in(tmp_path / "tiny")
    before = len(library.said("library_changed"))
    library.service.refresh()
    library.take_in(tmp_path / "another")
    for _ in range(20):
        library.service.refresh()
    library.wait(lambda: len(library.service.entries) == 2)
    assert len(library.said("library_changed")) - before < 10


def test_a_folder_is_taken_in_where_it_is(library, tmp_path):
    entry = library.take_in(tmp_path / "mine" / "tiny")
    assert entry.path == str(tmp_path / "mine" / "tiny")
    assert [each.name for each in library.service.entries] == [entry.name]


def test_a_copy_is_the_apps_own(library, tmp_path, paths):
    entry = library.take_in(tmp_path / "mine" / "tiny", copy=True)
    assert str(paths.data) in entry.path


def test_an_import_that_is_no_model_is_told(library, tmp_path):
    library.service.import_path(tmp_path / "nothing", False)
    library.wait_said("failed")
    assert library.said("imported") == []
    assert library.service.work is None


def test_what_was_taken_in_is_still_there_at_the_next_start(library, qtbot, paths, tmp_path):
    entry = library.take_in(tmp_path / "tiny")
    again = Library(qtbot, paths)
    assert again.refresh() == [entry.name]
    again.service.shut_down()


def test_an_import_in_place_is_forgotten_and_its_files_stay(library, tmp_path):
    entry = library.take_in(tmp_path / "tiny")
    library.service.remove(entry.name)
    name, freed = library.wait_said("removed")
    assert (name, freed) == (entry.name, 0)
    assert (tmp_path / "tiny" / "model.safetensors").exists()
    library.wait(lambda: library.service.entries == [])


def test_a_persons_own_files_go_to_the_trash_only_when_they_say_so(library, tmp_path, monkeypatch):
    asked: list[bool] = []

    def remove(entry: LibraryEntry, paths: Paths, trash_own: bool) -> int:
        asked.append(trash_own)
        return 3_000_000_000

    monkeypatch.setattr(shelf, "remove", remove)
    entry = library.take_in(tmp_path / "tiny")
    library.service.remove(entry.name, trash_own=True)
    assert library.wait_said("removed") == [entry.name, 3_000_000_000]  # more than 32 bits
    assert asked == [True]


def test_removing_what_is_not_there_is_told(library):
    library.service.remove("nope")
    (error,) = library.wait_said("failed")
    assert isinstance(error, ModelNotFound)


# --- results of training -----------------------------------------------------------------------


def a_result(paths, adapter=True, **changes) -> RunFolder:
    run = RunFolder.create(paths.runs, a_job(**changes))
    write_atomically(run.result / "card.json", json.dumps(to_plain(a_card())))
    if adapter:
        write_atomically(run.result / ADAPTER, "{}")
        write_atomically(run.result / "adapter_model.safetensors", bytes(1000))
    else:
        make_folder(run.result)
    return run


def test_results_are_part_of_the_library_with_their_base(library, paths):
    run = a_result(paths)
    assert library.refresh() == [f"run:{run.id}"]
    (entry,) = library.service.entries
    assert (entry.kind, entry.format, entry.base) == ("own", "adapter", "starter")
    assert entry.size >= 1000
    assert entry.title == "identity"


def test_a_whole_model_as_result_says_what_it_was_made_from(library, paths):
    a_result(paths, adapter=False)
    library.refresh()
    (entry,) = library.service.entries
    assert (entry.format, entry.base) == ("safetensors", "starter")


def test_an_adapter_without_its_base_cannot_be_used(library, paths, tmp_path):
    a_result(paths, name="homeless", model=a_source("gone", tmp_path / "gone"))
    a_result(paths, name="happy", model=a_source("here", make_folder(tmp_path / "here")))
    library.refresh()
    usable = {entry.title: entry.usable for entry in library.service.entries}
    assert usable == {"homeless": False, "happy": True}
    problem = next(e.problem for e in library.service.entries if not e.usable)
    assert "gone" in str(problem)


def test_a_result_is_removed_with_its_run(library, paths):
    run = a_result(paths)
    library.refresh()
    library.service.remove(f"run:{run.id}")
    assert library.removed_runs == [run.id]


# --- checks --------------------------------------------------------------------------------------


def test_a_check_tells_how_far_it_is_and_how_it_ended(library):
    library.service.verify("a/one")
    library.wait(lambda: library.service.work == Work("verify", "a/one", 0.5))
    library.checker.release.set()
    (entry,) = library.wait_said("verified")
    assert entry.verified
    assert library.service.work is None
    library.wait_said("library_changed")


def test_a_result_is_checked_without_the_hub_process(library, paths):
    run = a_result(paths)
    library.refresh()
    assert library.service.entries[0].verified is None
    library.service.verify(f"run:{run.id}")
    (entry,) = library.wait_said("verified")
    assert entry.verified is None, "nobody knows what it has to be"
    library.service.verify(f"run:{run.id}")
    library.wait(lambda: library.service.entries[0].verified is True)
    (run.result / "adapter_model.safetensors").write_bytes(b"x" * 1000)
    library.service.verify(f"run:{run.id}")
    library.wait(lambda: library.service.entries[0].verified is False)
    assert library.checker.asked == []


def test_checks_are_done_one_after_another(library):
    library.service.verify("a/one")
    library.service.verify("a/two")
    library.wait(lambda: library.service.work == Work("verify", "a/one", 0.5))
    assert library.checker.asked == ["a/one"]
    library.checker.release.set()
    library.wait_said("verified", times=2)
    assert library.checker.asked == ["a/one", "a/two"]


def test_the_library_can_be_used_while_a_check_runs(library):
    library.service.verify("a/one")
    library.wait(lambda: library.service.work is not None)
    assert library.refresh() == []
    assert library.service.work is not None


def test_a_check_that_is_stopped_tells_nothing_but_its_end(library):
    library.service.verify("a/one")
    library.wait(lambda: library.service.work is not None)
    library.service.stop_work()
    library.wait(lambda: library.service.work is None)
    assert library.said("verified") == []
    assert library.said("failed") == []


def test_a_check_that_fails_is_told(library):
    library.checker.error = FakeError(detail="unreadable")
    library.checker.release.set()
    library.service.verify("a/one")
    (error,) = library.wait_said("failed")
    assert "unreadable" in str(error)
    assert library.service.work is None


# --- what is remembered --------------------------------------------------------------------------


def test_choices_for_a_model_are_remembered(library, qtbot, paths, tmp_path):
    entry = library.take_in(tmp_path / "tiny")
    choices = ModelChoices(context_length=1024, system_prompt="Be brief.", dtype="float32")
    library.service.set_choices(entry.name, choices)
    library.wait(lambda: library.service.find(entry.name).choices == choices)
    again = Library(qtbot, paths)
    again.refresh()
    assert [each.choices for each in again.service.entries] == [choices]
    again.service.shut_down()


def test_a_model_that_was_used_says_when(library, tmp_path):
    entry = library.take_in(tmp_path / "tiny")
    assert library.service.find(entry.name).last_used == 0
    library.service.touch(entry.name)
    library.wait(lambda: library.service.find(entry.name).last_used > 1_700_000_000)


def test_choices_and_use_of_a_result_are_remembered_too(library, paths):
    run = a_result(paths)
    library.refresh()
    library.service.touch(f"run:{run.id}")
    library.wait(lambda: library.service.entries[0].last_used > 0)
    library.refresh()
    assert library.service.entries[0].last_used > 0


def test_the_default_model_is_a_wish_that_is_told(library):
    library.service.set_default("a/one")
    assert library.said("default_chosen") == [["a/one"]]


def test_closing_in_the_middle_of_a_check_is_quick_and_quiet(library):
    library.service.verify("a/one")
    library.wait(lambda: library.service.work is not None)
    library.service.shut_down()
    assert library.said("verified") == []
    assert library.said("failed") == []
