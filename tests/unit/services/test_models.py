from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.remote_server import RemoteServer, remote_models
from desktop_llm.core.wire import to_plain
from desktop_llm.library import starter
from desktop_llm.library.starter import FetchProgress
from desktop_llm.services import models as models_module
from desktop_llm.services.models import ModelService
from desktop_llm.services.tasks import TaskService
from desktop_llm.training.job import DataSpec, TrainingJob
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.run_folder import RunFolder
from tests.values import FakeError, a_source


class Library:
    """A disk with `installed` models, and a source that gives the starter when it is let."""

    def __init__(self):
        self.installed = []
        self.error = None
        self.release = threading.Event()
        self.release.set()
        self.fetches = 0

    def list_models(self, paths):
        return list(self.installed)

    def fetch(self, paths, on_progress, stop):
        self.fetches += 1
        for done in range(1001):
            on_progress(FetchProgress(done, 1000))
        while not self.release.wait(0.005):
            if stop.is_set():
                return None
        if self.error:
            raise self.error
        source = starter.locate(paths)
        self.installed.insert(0, source)
        return source


@pytest.fixture
def library(monkeypatch):
    library = Library()
    monkeypatch.setattr(models_module, "list_models", library.list_models)
    monkeypatch.setattr(starter, "fetch", library.fetch)
    return library


@pytest.fixture
def last_used():
    return [""]


@pytest.fixture
def service(qtbot, paths, library, last_used):
    tasks = TaskService()
    service = ModelService(paths, tasks, lambda: last_used[0])
    yield service
    service.shut_down()
    tasks.shut_down()


def refresh(service, qtbot):
    with qtbot.waitSignal(service.models_changed) as changed:
        service.refresh()
    return [model.name for model in changed.args[0]]


def test_a_missing_starter_is_offered_first(service, qtbot, library):
    library.installed = [a_source("org/model")]
    assert refresh(service, qtbot) == ["starter", "org/model"]
    assert service.starter_missing


def test_a_starter_that_is_here_is_listed_once(service, qtbot, library, paths):
    library.installed = [starter.locate(paths)]
    assert refresh(service, qtbot) == ["starter"]
    assert not service.starter_missing


def test_fetching_tells_its_progress_and_then_that_it_is_ready(service, qtbot, library):
    seen: list[FetchProgress] = []
    service.starter_progress.connect(seen.append)
    with qtbot.waitSignals([service.models_changed, service.starter_ready], order="strict"):
        service.fetch_starter()
    assert not service.starter_missing
    assert len(seen) <= 101
    assert seen[-1] == FetchProgress(1000, 1000)


def test_a_failed_fetch_is_told_and_can_be_tried_again(service, qtbot, library):
    library.error = FakeError(detail="no network")
    with qtbot.waitSignal(service.starter_failed) as failed:
        service.fetch_starter()
    assert failed.args == [library.error]
    library.error = None
    with qtbot.waitSignal(service.starter_ready):
        service.fetch_starter()


def test_asking_twice_fetches_once(service, qtbot, library):
    with qtbot.waitSignal(service.starter_ready):
        service.fetch_starter()
        service.fetch_starter()
    assert library.fetches == 1


def test_a_cancelled_fetch_says_nothing_more(service, qtbot, library):
    said = []
    library.release.clear()
    with qtbot.waitSignal(service.starter_progress):
        service.fetch_starter()
    for signal in (service.starter_ready, service.starter_failed, service.starter_progress):
        signal.connect(lambda *facts: said.append(facts))
    service.cancel_fetch()
    refresh(service, qtbot)
    assert said == []
    library.release.set()
    with qtbot.waitSignal(service.starter_ready):
        service.fetch_starter()


@pytest.mark.parametrize(
    ("last", "here", "default"),
    [
        ("", ["starter", "org/a"], "starter"),
        ("org/a", ["starter", "org/a"], "org/a"),
        ("starter", ["org/a"], "org/a"),
        ("org/gone", ["starter", "org/a"], "starter"),
        ("", ["org/a"], "org/a"),
        ("", [], "starter"),
    ],
)
def test_the_default_is_the_last_used_or_the_starter(
    service, qtbot, library, last_used, last, here, default
):
    last_used[0] = last
    library.installed = [a_source(name) for name in here]
    refresh(service, qtbot)
    assert service.default_model().name == default


def a_run(paths, name, task="sft", adapter=False, created=1.0, done=True):
    """A run folder with (or without) a result."""
    model = ModelSource("base", Path("/models/base"), "Base", "r1")
    job = TrainingJob(task, model, DataSpec(()), name=name, created=created)
    run = RunFolder.create(paths.runs, job)
    if done:
        scores = Scores(1.0)
        card = ResultCard(task, scores, scores, 1, True, 0.1, 1, 1, 1.0, "")
        write_atomically(run.result / "card.json", json.dumps(to_plain(card)))
    if adapter:
        write_atomically(run.result / "adapter_config.json", "{}")
    return run


def test_results_of_runs_are_models_newest_first_behind_the_starter(service, qtbot, library, paths):
    library.installed = [starter.locate(paths), a_source("org/model")]
    a_run(paths, "old", created=1.0)
    a_run(paths, "new", created=2.0)
    a_run(paths, "going on", done=False)
    assert refresh(service, qtbot) == ["starter", "run:new-1", "run:old-1", "org/model"]


def test_a_result_is_an_adapter_on_its_base_or_a_model_of_its_own(service, qtbot, library, paths):
    adapter = a_run(paths, "adapter", adapter=True)
    whole = a_run(paths, "whole")
    labels = a_run(paths, "labels", task="classify")
    refresh(service, qtbot)
    found = {model.title: model for model in service.models}
    assert found["adapter"] == ModelSource(
        "run:adapter-1", Path("/models/base"), "adapter", "r1", adapter=adapter.result
    )
    assert found["whole"] == ModelSource("run:whole-1", whole.result, "whole")
    assert found["labels"] == ModelSource(
        "run:labels-1", labels.result, "labels", kind="classifier"
    )


def test_a_damaged_run_does_not_hide_the_others(service, qtbot, library, paths):
    (a_run(paths, "damaged").path / "job.json").unlink()
    a_run(paths, "whole")
    assert refresh(service, qtbot) == ["starter", "run:whole-1"]


@pytest.mark.parametrize(
    ("last", "installed", "default"),
    [
        ("", ["starter"], "starter"),
        ("", ["org/a"], "org/a"),
        ("", [], "run:chat-1"),
        ("run:chat-1", ["starter", "org/a"], "run:chat-1"),
        ("run:labels-1", ["starter"], "starter"),
    ],
)
def test_a_result_is_the_default_if_it_was_used_last_or_is_all_there_is(
    service, qtbot, library, paths, last_used, last, installed, default
):
    last_used[0] = last
    library.installed = [a_source(name) for name in installed]
    a_run(paths, "chat", created=1.0)
    a_run(paths, "labels", task="classify", created=2.0)
    refresh(service, qtbot)
    assert service.default_model().name == default


def test_before_the_disk_was_looked_at_there_is_no_default(service):
    assert service.default_model() is None


def test_what_servers_offer_is_listed_last_and_the_default_only_if_it_was_used_last(
    qtbot, paths, library, last_used
):
    server = RemoteServer(id="lab", title="Lab", address="https://lab.org/v1", models=("big",))
    tasks = TaskService()
    served = lambda: remote_models([server])  # noqa: E731
    service = ModelService(paths, tasks, lambda: last_used[0], served=served)
    assert refresh(service, qtbot) == ["starter", "remote:lab/big"]
    assert getattr(service.default_model(), "name", "") == "starter"
    last_used[0] = "remote:lab/big"
    assert getattr(service.default_model(), "name", "") == "remote:lab/big"
    service.shut_down()
    tasks.shut_down()
