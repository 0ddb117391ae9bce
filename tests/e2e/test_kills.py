"""Kill -9 while an answer is written: what was shown as saved is there, no process is left."""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.conversation import Message
from desktop_llm.core.paths import user_paths
from tests.e2e.killing import (
    LONGEST_LOSS_S,
    SLACK_S,
    Screen,
    all_messages,
    assert_kept,
    reopened,
    running,
    seeded,
)
from tests.processes import wait_until_gone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]


def driver(environment: dict[str, str], enough: Path) -> AbstractContextManager[Screen]:
    return running("tests.e2e.window_driver", enough, environment=environment)


def messages(folder: Path) -> dict[str, Message]:
    with reopened(user_paths(folder).database) as (database, store):
        return all_messages(database, store)


def kill_window(environment: dict[str, str], folder: Path, moment: float) -> None:
    with driver(environment, folder / "enough") as screen:
        engine = int(screen.wait_for("ENGINE")[1])
        screen.wait_for("STREAM")
        time.sleep(moment)
        screen.process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
    wait_until_gone(engine)
    kept = messages(folder)
    assert_kept(screen, kept)
    if screen.said("END"):
        return  # the answer was short
    shown = [line for line in screen.said("STREAM") if line[0] < killed - LONGEST_LOSS_S - SLACK_S]
    reply = kept[screen.said("STREAM")[-1][1][1]]
    assert reply.state == "interrupted"
    assert len(reply.content) >= int(shown[-1][1][2]) if shown else True


def kill_engine(environment: dict[str, str], folder: Path, moments: list[float]) -> None:
    """The window lives on: each reply keeps its text, and the next question is answered."""
    enough = folder / "enough"
    with driver(environment, enough) as screen:
        for number, moment in enumerate(moments, start=1):
            pid = int(screen.wait_for_new("ENGINE", number)[1])
            time.sleep(moment)
            psutil.Process(pid).kill()
        enough.touch()
        screen.wait_for("DONE")
    assert screen.said("END")[-1][1][2] == "complete"
    kept = messages(folder)
    assert_kept(screen, kept)
    for _, (_, message_id, state) in screen.said("END"):
        assert kept[message_id].state == state
    states = {state for _, (_, _, state) in screen.said("END")[:-1]}
    assert states <= {"interrupted", "failed", "complete"}


def moments(count: int, longest: float) -> list[float]:
    chance = seeded()
    return [chance.uniform(0, longest) for _ in range(count)]


def test_nothing_shown_as_saved_is_lost_when_the_window_is_killed(
    app_environment: dict[str, str], ready_folder: Path
) -> None:
    (moment,) = moments(1, 4.0)
    kill_window(app_environment, ready_folder, moment)


def test_the_window_outlives_its_engine(
    app_environment: dict[str, str], ready_folder: Path
) -> None:
    kill_engine(app_environment, ready_folder, moments(1, 2.0))


@pytest.mark.soak
def test_fifty_kills_of_the_window(app_environment: dict[str, str], ready_folder: Path) -> None:
    for moment in moments(50, 6.0):
        kill_window(app_environment, ready_folder, moment)


@pytest.mark.soak
def test_twenty_kills_of_the_engine(app_environment: dict[str, str], ready_folder: Path) -> None:
    kill_engine(app_environment, ready_folder, moments(20, 4.0))
