"""The app started twice, as by a second double-click."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_llm.core.paths import Paths

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "desktop_llm"]
PATIENCE_S = 60.0


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until_it_is_the_window(paths: Paths, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not (paths.lock.exists() and paths.lock.read_text().startswith(f"{process.pid}\n")):
        assert process.poll() is None, "the window ended"
        assert time.monotonic() < deadline, "the window has no lock"
        time.sleep(0.02)


def start_again(*files: str) -> int:
    """Only a window that has come to work takes the files and lets this end."""
    return subprocess.run([*COMMAND, "gui", *files], cwd=ROOT, timeout=PATIENCE_S).returncode


@pytest.fixture
def first(paths: Paths) -> Iterator[subprocess.Popen[bytes]]:
    process = start()
    wait_until_it_is_the_window(paths, process)
    yield process
    process.kill()
    process.wait()


def test_a_second_start_hands_over_and_ends(first: subprocess.Popen[bytes]) -> None:
    assert start_again("model.gguf") == 0
    assert first.poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_after_a_kill_the_next_start_is_a_window_again(
    first: subprocess.Popen[bytes], paths: Paths
) -> None:
    first.kill()
    first.wait()
    third = start()
    try:
        wait_until_it_is_the_window(paths, third)
        assert start_again() == 0
        third.send_signal(signal.SIGTERM)
        assert third.wait(PATIENCE_S) == 0
        assert not paths.lock.exists()
    finally:
        third.kill()
        third.wait()
