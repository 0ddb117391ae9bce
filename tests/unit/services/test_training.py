"""TrainingService over real trainer processes, which learn nothing but keep to the folder."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QThread, QTimer
from shiboken6 import isValid

from desktop_llm.services import training as training_service
from desktop_llm.services import training_worker
from desktop_llm.services.training import EVENTS_AT_ONCE, TrainingService
from desktop_llm.services.training_worker import (
    AnotherRunTrains,
    RunGoesOn,
    TrainerNotStarted,
    TrainingInterrupted,
)
from desktop_llm.training import run_folder
from desktop_llm.training.errors import RunFolderGone
from desktop_llm.training.events import LossEvent, ProgressEvent, StateEvent
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob
from desktop_llm.training.run_folder import RunFolder
from tests.unit.services import scripted_trainer
from tests.values import a_source

PATIENCE_MS = 60_000


def a_job(name: str) -> TrainingJob:
    return TrainingJob("sft", a_source(), DataSpec((DataFile(Path("/data/x.jsonl")),)), name=name)


class Exports:
    """The part of DataService that is used here."""

    def __init__(self):
        self.asked: list[Any] = []

    def export(self, run, out, on_done, on_failed):
        self.asked.append((run, out))
        on_done(out)


class Training:
    """The service, and all that it said."""

    def __init__(self, qtbot, paths):
        self.qtbot = qtbot
        self.exports = Exports()
        self.service = TrainingService(paths, self.exports)  # type: ignore[arg-type]
        self.heard: list[tuple[Any, ...]] = []
        for name in ("runs_changed", "event_received", "run_changed", "failed"):
            getattr(self.service, name).connect(
                lambda *facts, name=name: self.heard.append((name, *facts))
            )
        self.service.start()
        self.wait(lambda: bool(self.said("runs_changed")))

    def said(self, name):
        return [facts[0] if len(facts) == 1 else facts for n, *facts in self.heard if n == name]

    def events(self, run_id, kind=object):
        return [
            e for key, e in self.said("event_received") if key == run_id and isinstance(e, kind)
        ]

    def wait(self, condition):
        self.qtbot.waitUntil(condition, timeout=PATIENCE_MS)

    def run(self, run_id):
        return next(run for run in self.service.runs if run.id == run_id)

    def begin(self, name):
        """Start a run and wait until its trainer is at work; its id."""
        before = {run.id for run in self.service.runs}
        self.service.begin(a_job(name))
        self.wait(lambda: len(self.service.runs) > len(before))
        return next(run.id for run in self.service.runs if run.id not in before)

    def wait_for_state(self, run_id, state):
        self.wait(lambda: self.run(run_id).state == state)

    def wait_for_end(self, run_id):
        self.wait(lambda: not self.run(run_id).alive)

    def wait_for_failure(self):
        self.wait(lambda: bool(self.said("failed")))
        return self.said("failed")[-1]

    def process(self, run_id):
        pid = RunFolder(self.run(run_id).path).process_id()
        assert pid is not None  # psutil would take this process
        return psutil.Process(pid)


@pytest.fixture(autouse=True)
def scripted(monkeypatch, paths):
    monkeypatch.setattr(run_folder, "trainer_command", scripted_trainer.trainer_command)
    monkeypatch.setattr(training_service, "LOOK_MS", 20)
    yield
    for path in paths.runs.iterdir() if paths.runs.is_dir() else ():
        if pid := RunFolder(path).process_id():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()
    for trainer in training_worker._trainers:
        trainer.wait(30)


@pytest.fixture
def open_training(qtbot, paths):
    made: list[Training] = []

    def start():
        made.append(Training(qtbot, paths))
        return made[-1]

    yield start
    for each in made:
        each.service.shut_down(leave_running=True)


@pytest.fixture
def training(open_training):
    return open_training()


def test_a_run_is_told_from_its_beginning_to_its_result(training):
    run_id = training.begin("quick")
    training.wait_for_end(run_id)
    states = [event.state for event in training.events(run_id, StateEvent)]
    assert states == ["preparing", "running", "finished"]
    assert [e.step for e in training.events(run_id, LossEvent)] == [1, 2, 3, 4, 5]
    assert training.run(run_id).card is not None
    assert training.service.active is None
    assert training.said("run_changed")[-1] == training.run(run_id)
    assert training.said("failed") == []


def test_events_come_before_the_change_that_they_cause(training):
    run_id = training.begin("quick")
    training.wait_for_end(run_id)
    finished = [
        index
        for index, (name, *facts) in enumerate(training.heard)
        if name == "run_changed" and facts[0].state == "finished"
    ]
    last_event = max(i for i, said in enumerate(training.heard) if said[0] == "event_received")
    assert last_event < finished[0]


def test_while_a_run_goes_on_its_thread_does_and_its_trainer_has_its_own_session(training):
    run_id = training.begin("long")
    things = gc.get_objects()  # among them references to what is gone, which must not be followed
    threads = [thing for thing in things if issubclass(type(thing), QThread) and isValid(thing)]
    assert "TrainingThread" in {thread.objectName() for thread in threads if thread.isRunning()}
    assert training.service.active == training.run(run_id)
    if os.name != "nt":
        assert os.getsid(training.process(run_id).pid) == training.process(run_id).pid


def test_a_run_is_paused_and_goes_on(training):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    training.service.pause(run_id)
    training.wait_for_state(run_id, "paused")
    pid = training.process(run_id).pid
    training.service.resume(run_id)
    training.wait_for_state(run_id, "running")
    assert training.process(run_id).pid == pid


@pytest.mark.parametrize(("keep", "state"), [(True, "stopped"), (False, "discarded")])
def test_a_run_is_stopped(training, keep, state):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    training.service.stop(run_id, keep)
    training.wait_for_end(run_id)
    assert training.run(run_id).state == state
    assert (training.run(run_id).card is not None) is keep


def test_a_trainer_that_dies_leaves_an_interrupted_run_and_its_last_words(training):
    run_id = training.begin("dying")
    training.wait_for_end(run_id)
    run = training.run(run_id)
    assert run.state == "interrupted"
    assert isinstance(run.error, TrainingInterrupted)
    assert "the library said goodbye" in "".join(run.error.__notes__)
    assert [e.step for e in training.events(run_id, LossEvent)] == [1, 2, 3]


def test_an_interrupted_run_is_resumed_and_only_its_new_events_are_told(training):
    run_id = training.begin("dying")
    training.wait_for_end(run_id)
    folder = RunFolder(training.run(run_id).path)
    folder.rename("quick")
    training.heard.clear()
    training.service.resume(run_id)
    training.wait(lambda: training.run(run_id).state == "finished")
    assert [e.step for e in training.events(run_id, LossEvent)] == [1, 2, 3, 4, 5]
    assert training.run(run_id).error is None


@pytest.mark.skipif(os.name == "nt", reason="no such signal")
def test_a_killed_trainer_leaves_no_zombie(training):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    process = training.process(run_id)
    process.send_signal(signal.SIGKILL)
    training.wait_for_state(run_id, "interrupted")
    training.service.refresh()
    training.begin("quick")  # a later look
    training.wait(lambda: not psutil.pid_exists(process.pid))


def test_a_second_run_is_refused_while_one_goes_on(training):
    first = training.begin("long")
    training.service.begin(a_job("quick"))
    assert isinstance(training.wait_for_failure(), AnotherRunTrains)
    assert [run.id for run in training.service.runs] == [first]


def test_an_interrupted_run_is_not_resumed_beside_another(training):
    dead = training.begin("dying")
    training.wait_for_end(dead)
    training.begin("long")
    training.service.resume(dead)
    assert isinstance(training.wait_for_failure(), AnotherRunTrains)


def test_a_trainer_that_cannot_be_started_is_told_and_its_run_is_kept(training, monkeypatch):
    monkeypatch.setattr(run_folder, "trainer_command", lambda run: [str(run / "nothing")])
    training.service.begin(a_job("quick"))
    assert isinstance(training.wait_for_failure(), TrainerNotStarted)
    training.wait(lambda: [run.state for run in training.service.runs] == ["waiting"])
    assert training.service.active is None


def test_opening_tells_everything_from_the_first_event_on(training, open_training):
    run_id = training.begin("many")
    training.wait_for_end(run_id)
    later = open_training()
    later.service.open(run_id)
    later.wait(lambda: any(e.state == "finished" for e in later.events(run_id, StateEvent)))
    assert [e.step for e in later.events(run_id, LossEvent)] == list(range(1, 401))
    assert [e.step for e in later.events(run_id, ProgressEvent)] == [400]


def test_opening_a_living_run_again_and_again_loses_and_doubles_nothing(training):
    run_id = training.begin("many")
    for _ in range(5):
        training.heard.clear()
        training.service.open(run_id)
    training.wait_for_end(run_id)
    training.wait(lambda: not training.service._to_tell)
    assert [e.step for e in training.events(run_id, LossEvent)] == list(range(1, 401))


def test_the_window_gets_turns_between_many_events(training):
    run_id = training.begin("many")
    training.wait_for_end(run_id)
    told_by_turn: list[int] = []
    ticks = QTimer()
    ticks.timeout.connect(lambda: told_by_turn.append(len(training.events(run_id))))
    training.heard.clear()
    ticks.start(0)
    training.service.open(run_id)
    training.wait(lambda: len(training.events(run_id, LossEvent)) == 400)
    ticks.stop()
    steps = [after - before for before, after in pairwise(told_by_turn)]
    assert max(steps) <= 2 * EVENTS_AT_ONCE


def test_a_run_goes_on_without_the_window_and_is_found_again(training, open_training):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    pid = training.process(run_id).pid
    training.service.shut_down(leave_running=True)
    assert psutil.pid_exists(pid)

    later = open_training()
    assert later.service.active is not None
    assert later.service.active.id == run_id
    later.wait(lambda: len(later.events(run_id, LossEvent)) >= 2)
    later.service.stop(run_id, keep=True)
    later.wait_for_end(run_id)
    assert later.run(run_id).state == "stopped"


def test_a_run_that_may_not_go_on_is_stopped_with_its_result(training, paths):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    training.service.shut_down(leave_running=False)
    deadline = time.monotonic() + 60
    folder = RunFolder(paths.runs / run_id)
    while folder.is_alive():  # a slow machine may take longer than the window waits
        assert time.monotonic() < deadline
    assert folder.state() == "stopped"


def test_the_end_of_the_app_does_not_wait_for_a_run_that_does_not_listen(
    training, paths, monkeypatch
):
    monkeypatch.setattr(training_service, "LAST_WAIT_S", 0.2)
    run_id = training.begin("deaf")
    training.wait_for_state(run_id, "running")
    began = time.monotonic()
    training.service.shut_down(leave_running=False)
    assert time.monotonic() - began < 20
    assert RunFolder(paths.runs / run_id).is_alive()


def test_a_deleted_run_comes_back(training, paths):
    run_id = training.begin("quick")
    training.wait_for_end(run_id)
    training.service.delete(run_id)
    training.wait(lambda: training.service.runs == [])
    assert not (paths.runs / run_id).exists()
    training.service.undo_delete()
    training.wait(lambda: [run.id for run in training.service.runs] == [run_id])
    assert training.run(run_id).card is not None


def test_a_run_comes_back_beside_another_that_has_taken_its_name(training, paths):
    first = training.begin("quick")
    training.wait_for_end(first)
    training.service.delete(first)
    training.wait(lambda: training.service.runs == [])
    second = training.begin("quick")
    assert second == first
    training.service.undo_delete()
    training.wait(lambda: len(training.service.runs) == 2)


def test_a_living_run_is_not_deleted(training, paths):
    run_id = training.begin("long")
    training.service.delete(run_id)
    assert isinstance(training.wait_for_failure(), RunGoesOn)
    assert (paths.runs / run_id).is_dir()


def test_only_what_was_deleted_long_ago_is_removed_at_the_start(training, open_training, paths):
    old, new = training.begin("quick"), ""
    training.wait_for_end(old)
    new = training.begin("quick")
    training.wait_for_end(new)
    for run_id in (old, new):
        training.service.delete(run_id)
    training.wait(lambda: training.service.runs == [])
    trash = paths.data / "runs-trash"
    long_ago = time.time() - 31 * 86_400
    os.utime(trash / old, (long_ago, long_ago))
    open_training()
    assert [path.name for path in trash.iterdir()] == [new]


def test_a_run_whose_folder_is_lost_is_told_and_leaves_the_list(training, paths):
    run_id = training.begin("long")
    training.wait_for_state(run_id, "running")
    (paths.runs / run_id).rename(paths.data / "elsewhere")
    assert isinstance(training.wait_for_failure(), RunFolderGone)
    training.wait(lambda: training.service.runs == [])
    assert training.service.active is None


def test_asking_for_a_run_that_is_gone_corrects_the_list(training, paths):
    run_id = training.begin("quick")
    training.wait_for_end(run_id)
    (paths.runs / run_id).rename(paths.data / "elsewhere")
    training.service.resume(run_id)
    assert isinstance(training.wait_for_failure(), RunFolderGone)
    training.wait(lambda: training.service.runs == [])


def test_a_run_gets_another_name(training):
    run_id = training.begin("quick")
    training.wait_for_end(run_id)
    training.service.rename(run_id, "Tutor")
    training.wait(lambda: training.run(run_id).job.name == "Tutor")


def test_the_same_again_is_the_same_recipe(training):
    run_id = training.begin("quick")
    again = training.service.run_again(run_id)
    assert replace(again, created=1.0) == replace(a_job("quick"), created=1.0)
    assert training.run(run_id).job.created > 0


def test_a_result_is_exported_by_the_task_process(training, tmp_path):
    run_id = training.begin("quick")
    done: list[Path] = []
    training.service.export(run_id, tmp_path / "out", done.append)
    assert training.exports.asked == [(training.run(run_id).path, tmp_path / "out")]
    assert done == [tmp_path / "out"]
