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
from desktop_llm.ui.single_instance import server_name

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "desktop_llm"]
PATIENCE_S = 60.0


def start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until_it_listens(paths: Paths, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not Path(server_name(paths.data)).exists():
        assert process.poll() is None, "the window ended"
        assert time.monotonic() < deadline, "the window does not listen"
        time.sleep(0.02)


@pytest.fixture
def first(paths: Paths) -> Iterator[subprocess.Popen[bytes]]:
    process = start()
    wait_until_it_listens(paths, process)
    yield process
    process.kill()
    process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a socket file")
def test_a_second_start_hands_over_and_ends(first: subprocess.Popen[bytes], paths: Paths) -> None:
    second = subprocess.run([*COMMAND, "gui", "model.gguf"], cwd=ROOT, timeout=PATIENCE_S)
    assert second.returncode == 0
    assert first.poll() is None


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a socket file")
def test_after_a_kill_the_next_start_is_a_window_again(
    first: subprocess.Popen[bytes], paths: Paths
) -> None:
    first.kill()
    first.wait()
    socket = Path(server_name(paths.data))
    before = socket.stat().st_ino
    third = start()
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not socket.exists() or socket.stat().st_ino == before:
            assert third.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        third.send_signal(signal.SIGTERM)
        assert third.wait(PATIENCE_S) == 0
    assert not paths.lock.exists()
