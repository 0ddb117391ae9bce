from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_llm.core.generation import ModelSource
from desktop_llm.training.__main__ import main
from desktop_llm.training.errors import RunFolderGone
from desktop_llm.training.events import ProgressEvent, StateEvent
from desktop_llm.training.job import DataSpec, TrainingJob
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.trainer import control as control_module
from desktop_llm.training.trainer.control import Control, Discarded
from desktop_llm.training.trainer.journal import Journal


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    job = TrainingJob("sft", ModelSource("m", tmp_path), DataSpec(()))
    return RunFolder.create(tmp_path / "runs", job)


def in_the_pause(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    monkeypatch.setattr(control_module, "time", FakeTime(act))


class FakeTime:
    """A clock that moves while somebody sleeps."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.now, self._act = 0.0, act

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += 100
        self._act()


def test_without_a_command_the_run_goes_on(run: RunFolder) -> None:
    assert not Control(run, Journal(run)).obey()


def test_stop_and_keep_is_for_the_caller_to_do(run: RunFolder) -> None:
    run.command("stop_keep")
    assert Control(run, Journal(run)).obey()


def test_stop_and_discard_ends_it_at_once(run: RunFolder) -> None:
    run.command("stop_discard")
    with pytest.raises(Discarded):
        Control(run, Journal(run)).obey()


def test_the_clock_stands_still_in_a_pause(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(run)
    in_the_pause(monkeypatch, lambda: run.command("run"))
    run.command("pause")
    before = journal.seconds()
    control = Control(run, journal)
    control.state = "running"
    assert not control.obey()
    assert journal.seconds() - before < -90  # the hundred seconds that passed elsewhere
    states = [e.state for e in run.read_events()[0] if isinstance(e, StateEvent)]
    assert states == ["paused", "running"]


def test_a_paused_run_can_be_stopped(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_pause(monkeypatch, lambda: run.command("stop_keep"))
    run.command("pause")
    assert Control(run, Journal(run)).obey()


def test_a_folder_that_is_deleted_in_a_pause_ends_it(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_pause(monkeypatch, lambda: shutil.rmtree(run.path))
    run.command("pause")
    with pytest.raises(RunFolderGone):
        Control(run, Journal(run)).obey()


def test_progress_is_told_seldom_but_the_last_step_always(run: RunFolder) -> None:
    journal = Journal(run)
    for step in range(1, 101):
        journal.step = step
        journal.step_done(total=100, epoch=1.0, seconds=0.5, tokens=50, later=7.0)
    found = [e for e in run.read_events()[0] if isinstance(e, ProgressEvent)]
    assert len(found) < 20
    assert (found[0].step, found[-1].step) == (1, 100)
    assert found[0].tokens_per_s == 100
    assert found[0].seconds_left == 99 * 0.5 + 7
    assert found[-1].memory_bytes > 0


def test_the_command_line_of_the_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 2
    assert main([str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err
