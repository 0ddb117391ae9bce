from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

from desktop_llm.core import memory_fit
from desktop_llm.core.training_fit import NotEnoughMemoryToTrain
from desktop_llm.engine.errors import ModelMissing
from desktop_llm.training.errors import AlreadyRunning, RunDamaged, TrainingDiverged
from desktop_llm.training.events import (
    AdviceEvent,
    CheckpointEvent,
    DoneEvent,
    ErrorEvent,
    EvalEvent,
    LossEvent,
    SampleEvent,
    StateEvent,
)
from desktop_llm.training.run_folder import RunFolder
from desktop_llm.training.trainer import callbacks, main
from desktop_llm.training.trainer.batches import Batches
from desktop_llm.training.trainer.checkpoints import Checkpoints
from desktop_llm.training.trainer.lock import held
from tests.unit.training.trainer.tiny_runs import events, losses, tiny_run

pytestmark = pytest.mark.usefixtures("in_this_process")


def states(run: RunFolder) -> list[str]:
    return [event.state for event in events(run, StateEvent)]


def at_step(monkeypatch: pytest.MonkeyPatch, step: int, act: Callable[[], None]) -> None:
    """Do `act` once, when the training has done `step` steps."""
    original = callbacks.Watch.on_step_end

    def on_step_end(self: Any, args: Any, state: Any, control: Any, **rest: Any) -> None:
        if state.global_step == step:
            act()
        original(self, args, state, control, **rest)

    monkeypatch.setattr(callbacks.Watch, "on_step_end", on_step_end)


class Killed(BaseException):
    """Ends the training as a kill would: nothing gets to say anything more."""


def kill() -> None:
    raise Killed


def run_killed_at(run: RunFolder, step: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_step(patch, step, kill)
        with pytest.raises(Killed):
            main.run(run.path)


@pytest.mark.parametrize("task", ["sft", "pretrain", "classify"])
@pytest.mark.parametrize("method", ["lora", "full"])
def test_every_task_and_method_gives_a_result_that_others_can_load(
    tmp_path: Path, task: Any, method: Any
) -> None:
    run = tiny_run(tmp_path, task, method=method)
    assert main.run(run.path) == 0
    assert states(run) == ["preparing", "running", "finished"]
    evaluations = events(run, EvalEvent)
    assert evaluations[0].step == 0
    assert evaluations[-1].loss < evaluations[0].loss
    card = run.card()
    assert card is not None
    assert card.success == events(run, DoneEvent)[-1].success
    assert len(events(run, SampleEvent)) == 2 * len(evaluations)
    kind = AutoModelForSequenceClassification if task == "classify" else AutoModelForCausalLM
    whole = task == "classify" or method == "full"
    path = run.result if whole else run.job().model.path
    model = kind.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    if not whole:
        PeftModel.from_pretrained(model, run.result, local_files_only=True)
    assert model.config.use_cache


def test_the_best_checkpoint_is_the_result(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, eval_every=1, epochs=4.0, early_stopping=0)
    assert main.run(run.path) == 0
    best = min(events(run, EvalEvent), key=lambda event: event.loss)
    weights = load_file(
        Checkpoints(run.checkpoints, 1).path(best.step) / "adapter_model.safetensors"
    )
    result = load_file(run.result / "adapter_model.safetensors")
    assert all(torch.equal(result[name], value) for name, value in weights.items())
    card = run.card()
    assert card is not None
    assert card.best_step == best.step
    assert card.tuned.loss == pytest.approx(best.loss, rel=1e-4)


@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_resumed_run_gives_the_losses_of_an_uninterrupted_one(
    tmp_path: Path, method: Any
) -> None:
    settings = {"method": method, "eval_every": 2, "epochs": 3.0, "lora_dropout": 0.2}
    whole = tiny_run(tmp_path, **settings)
    main.run(whole.path)
    broken = tiny_run(tmp_path, **settings)
    for step in (1, 5, 8, 9):  # before the first checkpoint, in an epoch, at its end, soon again
        run_killed_at(broken, step)
        assert broken.state() == "interrupted" or broken.is_alive()
    assert main.run(broken.path) == 0
    assert losses(broken).keys() == losses(whole).keys()
    for step, loss in losses(whole).items():
        assert losses(broken)[step] == pytest.approx(loss, abs=1e-5)
    assert broken.card().tuned == whole.card().tuned  # type: ignore[union-attr]


def test_a_resume_needs_the_data_no_more(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, eval_every=2)
    run_killed_at(run, 3)
    (tmp_path / "rows.jsonl").unlink()
    assert main.run(run.path) == 0


def test_a_damaged_checkpoint_is_told_and_the_one_before_taken(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, eval_every=2)
    run_killed_at(run, 5)
    (run.checkpoints / "step-000004" / "optimizer.pt").write_bytes(b"cut")
    assert main.run(run.path) == 0
    advice = [str(event.text) for event in events(run, AdviceEvent)]
    assert any("step-000004" in text for text in advice)
    resumed = [event.step for event in events(run, LossEvent)]
    assert resumed.count(3) == 2


def test_a_run_that_was_killed_after_its_last_step_still_gets_its_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_llm.training.trainer import session

    run = tiny_run(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "make_result", lambda *_: kill())
        with pytest.raises(Killed):
            main.run(run.path)
    steps = len(events(run, LossEvent))
    assert main.run(run.path) == 0
    assert len(events(run, LossEvent)) == steps
    assert run.card() is not None


def test_a_learning_rate_of_ten_is_told_as_what_it_is(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=10.0, epochs=20.0, method="full", warmup_steps=0)
    assert main.run(run.path) == 1
    assert states(run)[-1] == "failed"
    error = run.summary().error
    assert isinstance(error, TrainingDiverged)
    assert "10" in str(error)
    assert not events(run, ErrorEvent)[-1].details


def test_after_a_divergence_the_best_weights_before_it_are_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path, eval_every=2, epochs=4.0)
    original = callbacks.Watch.saw_loss

    def saw_loss(self: Any, loss: float, tokens: int) -> None:
        original(self, math.nan if self.journal.step == 7 else loss, tokens)

    monkeypatch.setattr(callbacks.Watch, "saw_loss", saw_loss)
    assert main.run(run.path) == 1
    assert states(run)[-1] == "failed"
    assert isinstance(run.summary().error, TrainingDiverged)
    card = run.card()
    assert card is not None
    assert card.best_step == 6
    assert card.finite


def test_a_run_without_progress_ends_early_and_says_so(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, learning_rate=1e-12, eval_every=1, epochs=9.0, early_stopping=2)
    assert main.run(run.path) == 0
    assert len(losses(run)) < 45
    assert states(run)[-1] == "finished"
    assert "2 evaluations" in str(events(run, StateEvent)[-1].note)


def test_stop_and_keep_gives_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tiny_run(tmp_path, eval_every=9, epochs=9.0)
    at_step(monkeypatch, 3, lambda: run.command("stop_keep"))
    assert main.run(run.path) == 0
    assert states(run)[-1] == "stopped"
    assert run.card() is not None
    assert max(losses(run)) == 3
    assert [event.name for event in events(run, CheckpointEvent)] == ["step-000003"]


def test_a_stopped_run_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path, eval_every=4)
    with pytest.MonkeyPatch.context() as patch:
        at_step(patch, 3, lambda: run.command("stop_keep"))
        main.run(run.path)
    run.command("run")
    assert main.run(run.path) == 0
    assert [event.step for event in events(run, LossEvent)] == sorted(losses(run))
    assert states(run)[-1] == "finished"


def test_stop_and_discard_leaves_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tiny_run(tmp_path)
    at_step(monkeypatch, 3, lambda: run.command("stop_discard"))
    assert main.run(run.path) == 0
    assert states(run)[-1] == "discarded"
    assert run.card() is None


@pytest.mark.parametrize("command", ["stop_keep", "stop_discard"])
def test_a_run_that_is_stopped_before_its_first_step_is_discarded(
    tmp_path: Path, command: Any
) -> None:
    run = tiny_run(tmp_path)
    run.command(command)
    assert main.run(run.path) == 0
    assert states(run)[-1] == "discarded"
    assert not losses(run)


def test_a_paused_run_waits_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tiny_run(tmp_path)
    at_step(monkeypatch, 3, lambda: run.command("pause"))
    waits = iter([None, None])

    def wait(seconds: float) -> None:
        if next(waits, "over") == "over":
            run.command("run")

    monkeypatch.setattr("desktop_llm.training.trainer.control.time.sleep", wait)
    assert main.run(run.path) == 0
    assert states(run) == ["preparing", "running", "paused", "running", "finished"]


def test_when_memory_runs_out_the_step_is_repeated_in_smaller_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = tiny_run(tmp_path)
    main.run(calm.path)
    original = Batches.loss

    def loss(self: Batches, model: Any, rows: Any) -> Any:
        for number, pair in enumerate(original(self, model, rows)):
            if self.limit > 100 and number == 0:
                raise torch.OutOfMemoryError
            yield pair

    monkeypatch.setattr(Batches, "loss", loss)
    scarce = tiny_run(tmp_path)
    assert main.run(scarce.path) == 0
    assert any("smaller pieces" in str(event.text) for event in events(scarce, AdviceEvent))
    for step, value in losses(calm).items():
        assert losses(scarce)[step] == pytest.approx(value, abs=1e-4)


def test_when_memory_runs_out_for_good_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loss(self: Batches, model: Any, rows: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(Batches, "loss", loss)
    run = tiny_run(tmp_path)
    assert main.run(run.path) == 1
    assert "memory ran out" in str(run.summary().error)


def test_what_cannot_fit_is_refused_with_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from desktop_llm.training.trainer import model

    monkeypatch.setattr(model, "free_memory", lambda: 200_000_000)
    run = tiny_run(tmp_path)
    assert main.run(run.path) == 1
    error = run.summary().error
    assert isinstance(error, NotEnoughMemoryToTrain)
    assert "0.2 GB" in str(error)
    assert memory_fit.gigabytes(200_000_000) == "0.2 GB"


def test_a_base_model_that_is_gone_is_told(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, model=False)
    assert main.run(run.path) == 1
    assert isinstance(run.summary().error, ModelMissing)


def test_a_run_folder_that_is_deleted_during_training_ends_it_quietly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_run(tmp_path)
    at_step(monkeypatch, 3, lambda: shutil.rmtree(run.path))
    assert main.run(run.path) == 1
    assert not run.path.exists()


def test_a_second_trainer_leaves_the_first_alone(tmp_path: Path) -> None:
    run = tiny_run(tmp_path)
    with held(run.path / "lock"), pytest.raises(AlreadyRunning):
        main.run(run.path)
    assert run.read_events() == ([], 0)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged):
        main.run(tmp_path)


def test_a_bug_is_written_down_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode() -> None:
        raise ZeroDivisionError

    run = tiny_run(tmp_path)
    at_step(monkeypatch, 2, explode)
    assert main.run(run.path) == 1
    assert "explode" in events(run, ErrorEvent)[-1].details
    assert "ZeroDivisionError" in str(run.summary().error)


def test_a_run_without_an_evaluation_part_has_a_result_from_its_end(tmp_path: Path) -> None:
    run = tiny_run(tmp_path, rows=1)
    assert main.run(run.path) == 0
    assert not events(run, EvalEvent)
    card = run.card()
    assert card is not None
    assert not card.success
