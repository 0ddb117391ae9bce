from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_llm.core.errors import to_wire
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.text import Text
from desktop_llm.engine.errors import ModelMissing
from desktop_llm.training.errors import (
    AlreadyRunning,
    RunDamaged,
    RunDiskFull,
    RunFolderGone,
    TrainingFailed,
)
from desktop_llm.training.events import (
    AdviceEvent,
    ErrorEvent,
    LossEvent,
    ProgressEvent,
    RunEvent,
    RunState,
    StateEvent,
)
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob
from desktop_llm.training.run_folder import RunFolder, list_runs, trainer_command

JOB = TrainingJob(
    "sft",
    ModelSource("m", Path("/models/m")),
    DataSpec((DataFile(Path("/data/x.jsonl"), {"prompt": "q"}),)),
    name="My tutor/1",
    created=5.0,
)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return RunFolder.create(tmp_path / "runs", JOB)


def at(time: float, state: RunState) -> StateEvent:
    return StateEvent(time, 0, state)


def test_a_run_is_named_for_its_job_and_counted(run: RunFolder) -> None:
    second = RunFolder.create(run.path.parent, JOB)
    nameless = RunFolder.create(run.path.parent, replace(JOB, name="/.."))
    assert [run.id, second.id, nameless.id] == ["my-tutor-1-1", "my-tutor-1-2", "sft-1"]
    assert run.job() == JOB
    if os.name != "nt":
        assert run.path.stat().st_mode & 0o077 == 0


def test_events_come_back_as_they_were_written(run: RunFolder) -> None:
    written: list[RunEvent] = [
        StateEvent(1.0, 0, "preparing", Text("so {why}", {"why": "ß"})),
        LossEvent(2.0, 1, math.inf, 1e-4, 0.5),
        AdviceEvent(3.0, 1, Text("half \ud800 a character")),
    ]
    for event in written:
        run.append(event)
    found, end = run.read_events()
    assert found[:2] == written[:2]
    assert isinstance(found[2], AdviceEvent)
    assert run.read_events(end) == ([], end)


def test_a_line_that_is_still_being_written_is_not_there_yet(run: RunFolder) -> None:
    run.append(at(1, "preparing"))
    _, end = run.read_events()
    append(run, b'{"kind": "state", "time": 2.0, ')
    assert run.read_events(end) == ([], end)
    append(run, b'"step": 0, "state": "running"}\n')
    assert run.read_events(end)[0] == [at(2.0, "running")]


def test_after_a_kill_in_the_middle_of_a_line_the_next_event_is_whole(run: RunFolder) -> None:
    run.append(at(1, "preparing"))
    append(run, b'{"kind": "lo')
    run.append(at(2, "running"))
    assert run.read_events()[0] == [at(1, "preparing"), at(2, "running")]


def test_damaged_lines_are_skipped(run: RunFolder) -> None:
    append(run, b'\x00\xff\n[]\n\n{"kind": "later", "time": 1, "step": 1}\n')
    run.append(at(2, "running"))
    assert run.read_events()[0] == [at(2, "running")]


def test_a_run_that_nobody_started_waits(run: RunFolder) -> None:
    assert run.state() == "waiting"
    assert not run.is_alive()


@pytest.mark.parametrize("state", ["preparing", "running", "paused"])
def test_a_run_whose_process_is_gone_is_interrupted(run: RunFolder, state: RunState) -> None:
    run.append(at(1, state))
    run.record_process(os.getpid())
    assert run.state() == state
    trained_by_a_process_that_ended(run)
    assert run.state() == "interrupted"


@pytest.mark.parametrize("state", ["finished", "stopped", "discarded", "failed"])
def test_a_run_that_ended_stays_so(run: RunFolder, state: RunState) -> None:
    run.append(at(1, state))
    assert run.state() == state


def test_a_trainer_that_died_before_its_first_event_was_interrupted(run: RunFolder) -> None:
    trained_by_a_process_that_ended(run)
    assert run.state() == "interrupted"


def test_another_process_with_the_same_number_is_not_the_trainer(run: RunFolder) -> None:
    run.record_process(os.getpid())
    file = run.path / "process.json"
    file.write_text(f'{{"pid": {os.getpid()}, "created": 1.0}}')
    assert not run.is_alive()


def test_a_run_is_not_started_twice(run: RunFolder) -> None:
    run.record_process(os.getpid())
    with pytest.raises(AlreadyRunning):
        run.start_trainer()


def test_commands_are_read_as_given_and_nonsense_means_go_on(run: RunFolder) -> None:
    assert run.read_command() == "run"
    run.command("stop_keep")
    assert run.read_command() == "stop_keep"
    for nonsense in ("{", "[]", '{"command": "explode"}'):
        (run.path / "control.json").write_text(nonsense)
        assert run.read_command() == "run"


def test_a_deleted_folder_is_told_and_not_brought_back(run: RunFolder) -> None:
    moved = run.path.rename(run.path.with_name("elsewhere"))
    for change in (lambda: run.command("pause"), lambda: run.append(at(1, "running"))):
        with pytest.raises(RunFolderGone):
            change()
    assert not run.path.exists()
    assert moved.exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the disk that is always full")
def test_a_full_disk_is_told(run: RunFolder) -> None:
    (run.path / "events.jsonl").symlink_to("/dev/full")
    with pytest.raises(RunDiskFull) as raised:
        run.append(at(1, "running"))
    assert "GB" in str(raised.value)


def test_seconds_are_those_of_work(run: RunFolder) -> None:
    times = [(10, "preparing"), (13, "running"), (20, "paused"), (80, "running"), (85, "running")]
    times += [(1000, "preparing"), (1001, "finished")]
    for time, state in times:
        run.append(StateEvent(time, 0, state))  # type: ignore[arg-type]
    assert run.summary().seconds == 3 + 7 + 5 + 1


def test_a_summary_counts_steps_of_training_only(run: RunFolder) -> None:
    run.append(ProgressEvent(1.0, 7, 80, 0.1, 100.0, 5.0, 1, "training"))
    run.append(ProgressEvent(2.0, 400, 4000, 0.0, 0.0, None, 1, "evaluating"))
    summary = run.summary()
    assert (summary.step, summary.total) == (7, 80)


def test_the_error_of_a_failed_run_comes_back_with_its_sentences(run: RunFolder) -> None:
    run.append(ErrorEvent(1.0, 0, to_wire(ModelMissing("/models/m"))))
    run.append(at(2, "failed"))
    assert isinstance(run.summary().error, ModelMissing)
    run.append(ErrorEvent(3.0, 0, {"type": "FromTheFuture", "facts": {}}))
    assert isinstance(run.summary().error, TrainingFailed)


def test_the_list_is_newest_first_and_survives_strange_folders(run: RunFolder) -> None:
    runs = run.path.parent
    newer = RunFolder.create(runs, replace(JOB, created=9.0))
    (runs / "empty").mkdir()
    (runs / "damaged").mkdir()
    (runs / "damaged" / "job.json").write_text('{"task": "fly"}')
    (runs / "file").write_text("")
    (runs / ".trash").mkdir()
    assert [found.id for found in list_runs(runs)] == [newer.id, run.id]
    assert list_runs(runs / "nowhere") == []
    with pytest.raises(RunDamaged):
        RunFolder(runs / "damaged").job()


def test_a_new_name_is_the_results_and_not_the_folders(run: RunFolder) -> None:
    run.rename("Better")
    assert (run.job().name, run.id) == ("Better", "my-tutor-1-1")


def test_a_result_card_that_cannot_be_read_is_none(run: RunFolder) -> None:
    assert run.card() is None
    run.result.mkdir()
    (run.result / "card.json").write_text("{")
    assert run.card() is None


def test_the_trainer_is_this_program_again() -> None:
    assert trainer_command(Path("/r"))[-2:] == ["trainer", str(Path("/r"))]


def test_the_window_can_use_run_folders_without_torch() -> None:
    code = "import desktop_llm.training.run_folder, sys; print('torch' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def append(run: RunFolder, data: bytes) -> None:
    with (run.path / "events.jsonl").open("ab") as file:
        file.write(data)


def trained_by_a_process_that_ended(run: RunFolder) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run.record_process(process.pid)
    process.communicate()
