"""The command line as its own process: run to its end, or read while it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from desktop_llm.training.run_folder import RunFolder

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 240
QUICK = ("--threads", "1", "--dtype", "float32", "--batch-size", "4", "--learning-rate", "1e-2")
"""Settings with which a tiny model learns in a second."""

Word = str | Path


@dataclass(frozen=True)
class Ended:
    """A command that has ended. `peak_bytes`: memory of its largest process."""

    code: int
    out: str
    err: str
    seconds: float
    peak_bytes: int

    def answer(self) -> dict[str, Any]:
        """The one JSON object on stdout."""
        assert self.code == 0, self.err
        (line,) = self.out.splitlines()
        data = json.loads(line)
        assert isinstance(data, dict)
        return data

    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def assert_told(self, *words: str) -> None:
        """An expected error: the last line of stderr says what, and nothing is on stdout."""
        assert self.code == 1, self.err
        assert self.out == ""
        last = self.err.splitlines()[-1]
        assert last.startswith("desktop-llm: ")
        assert "made a mistake" not in last
        assert "Traceback" not in self.err
        for word in words:
            assert word in last


def command(*words: Word, **variables: str) -> Ended:
    """Run one command to its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = _start(words, out, err, variables)
        peak = 0
        while process.poll() is None:
            assert time.monotonic() - began < PATIENCE_S
            peak = max(peak, _memory(process.pid))
            time.sleep(0.01)  # the end is waited for; this is how often the memory is looked at
        seconds = time.monotonic() - began
        texts = [_text(file) for file in (out, err)]
    return Ended(process.returncode, texts[0], texts[1], seconds, peak)


class Running:
    """A command that goes on; with `--json` its lines are events."""

    def __init__(self, process: subprocess.Popen[bytes], err: Any) -> None:
        self.process, self._err = process, err
        self.seen: list[dict[str, Any]] = []

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next event that is wanted."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen.append(json.loads(line))
            if wanted(self.seen[-1]):
                return self.seen[-1]
        raise AssertionError(f"it ended without: {_text(self._err)}")

    def end(self) -> Ended:
        """Wait for the end; `out` is what had not been read."""
        assert self.process.stdout is not None
        out = self.process.stdout.read().decode()
        return Ended(self.process.wait(PATIENCE_S), out, _text(self._err), 0, 0)


@contextmanager
def running(*words: Word, module: str = "desktop_llm", **variables: str) -> Iterator[Running]:
    """A command that is killed at the end of the block if it goes on; `module` runs it."""
    with tempfile.TemporaryFile() as err:
        process = _start(words, subprocess.PIPE, err, variables, module)
        try:
            yield Running(process, err)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


@contextmanager
def a_run(path: Path) -> Iterator[RunFolder]:
    """The run at `path`, whose trainer does not outlive the block."""
    run = RunFolder(path)
    try:
        yield run
    finally:
        if (pid := run.process_id()) is not None:
            psutil.Process(pid).kill()


def _start(
    words: tuple[Word, ...],
    out: Any,
    err: Any,
    variables: dict[str, str],
    module: str = "desktop_llm",
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | variables,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
    )


def _memory(pid: int) -> int:
    """Bytes that the largest of the process `pid` and its descendants holds now."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        return max(int(each.memory_info().rss) for each in family)
    except psutil.Error:  # one of them has just ended
        return 0


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode())
