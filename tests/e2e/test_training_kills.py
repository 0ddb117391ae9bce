"""Kill -9 of the trainer process at random moments: the run can always be resumed, and ends as an
uninterrupted one would.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_llm.training.events import CheckpointEvent, LossEvent, StateEvent
from desktop_llm.training.run_folder import RunFolder
from tests.unit.training.trainer.tiny_runs import events, losses, tiny_run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(3600)]

INTERVAL = 5
LONGEST_START_S = 240
"""Until the first step, on a very busy machine."""


def last_step(run: RunFolder) -> int:
    return max((event.step for event in events(run, LossEvent)), default=0)


def last_checkpoint(run: RunFolder) -> int:
    return max((event.step for event in events(run, CheckpointEvent)), default=0)


def started(run: RunFolder) -> subprocess.Popen[bytes]:
    process = run.start_trainer()
    assert run.is_alive()
    return process


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[bytes]) -> bool:
    """Whether it came true before the process ended."""
    deadline = time.monotonic() + LONGEST_START_S
    while not condition():
        assert time.monotonic() < deadline, "the trainer does not get on"
        if process.poll() is not None:
            return condition()
        time.sleep(0.002)
    return True


def steps_since(run: RunFolder, start: int) -> list[int]:
    return [event.step for event in run.read_events(start)[0] if isinstance(event, LossEvent)]


def killed(run: RunFolder, chance: random.Random) -> bool:
    """Go on with the run and kill it at a random step, and a random moment in it."""
    before, offset = last_checkpoint(run), run.read_events()[1]
    process = started(run)
    target = before + chance.randint(1, 2 * INTERVAL)
    reached = wait_for(lambda: max(steps_since(run, offset), default=0) >= target, process)
    if reached:
        time.sleep(chance.random() * 0.1)  # a moment in the step, not a wait for anything
    process.kill()
    ended = process.wait() == 0
    if ended:
        return False
    assert run.state() == "interrupted"
    resumed = steps_since(run, offset)
    assert not resumed or resumed[0] > before - INTERVAL, "more than one interval was lost"
    return True


def check(folder: Path, kills: int, steps: int, seed: int) -> None:
    print(f"seed {seed}")
    settings: dict[str, Any] = {
        "eval_every": INTERVAL,
        "max_steps": steps,
        "epochs": 1e6,
        "early_stopping": 0,
    }
    settings |= {"learning_rate": 1e-4, "lora_dropout": 0.1}
    whole, run = tiny_run(folder, **settings), tiny_run(folder, **settings)
    assert started(whole).wait() == 0
    chance = random.Random(seed)
    done = 0
    while done < kills and killed(run, chance):
        done += 1
    assert done == kills, "the run was over before all kills were done"
    assert started(run).wait() == 0
    assert run.state() == "finished"
    assert [e.state for e in events(run, StateEvent)].count("preparing") <= kills + 1
    assert losses(run).keys() == losses(whole).keys()
    for step, loss in losses(whole).items():
        assert losses(run)[step] == pytest.approx(loss, abs=1e-5)
    card, expected = run.card(), whole.card()
    assert card is not None
    assert expected is not None
    assert card.tuned.loss == pytest.approx(expected.tuned.loss, abs=1e-5)


def test_a_run_survives_two_kills(tmp_path: Path) -> None:
    check(tmp_path, kills=2, steps=45, seed=random.randrange(1_000_000))


@pytest.mark.soak
def test_a_run_survives_fifty_kills(tmp_path: Path) -> None:
    check(tmp_path, kills=50, steps=1500, seed=random.randrange(1_000_000))
