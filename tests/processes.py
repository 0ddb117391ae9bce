"""The end of processes that others have started, whose exit code is not ours to collect."""

from __future__ import annotations

import time

import psutil

PATIENCE_S = 60.0


def is_gone(pid: int) -> bool:
    """Whether it is dead; nobody may collect an orphan's exit code, so that a zombie is dead."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_gone(pid):
        assert time.monotonic() < end, f"process {pid} is still alive"
        time.sleep(0.01)
