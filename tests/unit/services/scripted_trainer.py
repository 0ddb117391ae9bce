"""A trainer that learns nothing and does what the name of its job says; run as a script."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from desktop_llm.core.wire import to_plain
from desktop_llm.training.events import (
    CheckpointEvent,
    DoneEvent,
    LossEvent,
    ProgressEvent,
    RunState,
    StateEvent,
)
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.run_folder import RunFolder


def trainer_command(run: Path) -> list[str]:
    """What `run_folder.trainer_command` gives in a test."""
    code = f"import runpy; runpy.run_path({__file__!r}, run_name='__main__')"
    return [sys.executable, "-c", code, str(run)]


class Trainer:
    """The names of the methods that take no argument are the names of jobs."""

    def __init__(self, run: RunFolder) -> None:
        self.run = run
        self.step = 0

    def state(self, state: RunState) -> None:
        self.run.append(StateEvent(time.time(), self.step, state))

    def learn(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.step += 1
            now = time.time()
            self.run.append(ProgressEvent(now, self.step, 100, 0.1, 1000.0, 1.0, 10**8))
            self.run.append(LossEvent(now, self.step, 1.0 / self.step, 1e-4))

    def finish(self, state: RunState) -> None:
        self.run.result.mkdir()
        scores = Scores(1.0)
        card = ResultCard("sft", scores, scores, 1, True, 0.1, 1, 1, 1.0, "")
        # not atomically: a test needs no more
        handle = os.open(self.run.result / "card.json", os.O_WRONLY | os.O_CREAT)
        os.write(handle, json.dumps(to_plain(card)).encode())
        os.close(handle)
        self.run.append(DoneEvent(time.time(), self.step, True))
        self.state(state)

    def quick(self) -> None:
        self.learn(5)
        self.finish("finished")

    def long(self) -> None:
        """Goes on until it is told to end; then it takes half a second to save."""
        self.learn()
        while True:
            command = self.run.read_command()
            if command == "pause":
                self.state("paused")
                self.until(lambda: self.run.read_command() != "pause")
                self.state("running")
            elif command == "stop_keep":
                time.sleep(0.5)
                return self.finish("stopped")
            elif command == "stop_discard":
                return self.state("discarded")
            self.learn()
            time.sleep(0.05)

    def unready(self) -> None:
        """Is told to stop before there is anything to keep."""
        self.until(lambda: self.run.read_command() == "stop_keep")
        self.state("discarded")

    def deaf(self) -> None:
        self.until(lambda: False)

    def dying(self) -> None:
        self.learn(3)
        self.run.append(CheckpointEvent(time.time(), self.step, "step-000003"))
        os.write(2, b"the library said goodbye\n")
        os._exit(9)

    def many(self) -> None:
        self.learn(400)
        self.finish("finished")

    @staticmethod
    def until(condition: Callable[[], bool]) -> None:
        while not condition():
            time.sleep(0.02)


def main() -> None:
    trainer = Trainer(RunFolder(Path(sys.argv[-1])))
    trainer.state("preparing")
    trainer.state("running")
    getattr(trainer, trainer.run.job().name)()


if __name__ == "__main__":
    main()
