from __future__ import annotations

import ctypes
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from desktop_llm.core.process import setup, windows_job
from desktop_llm.core.process.child import TAIL_BYTES, ChildProcess, Message, worker_command
from desktop_llm.core.wire import line
from tests.processes import wait_until_gone
from tests.unit.engine.scripted_child import COMMAND

LINUX_ONLY = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
PATIENCE_S = 60.0


class Child:
    """A `ChildProcess` that remembers what it was told."""

    def __init__(self, *command: str) -> None:
        self.messages: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.ends: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.process = ChildProcess(command, self.messages.put, self.ends.put)
        self.process.start()

    def end(self) -> str:
        how = self.ends.get(timeout=PATIENCE_S)
        self.process.close()
        return how


def python(program: str) -> Child:
    return Child(sys.executable, "-c", program)


def test_lines_come_back_as_objects_and_noise_is_kept_as_words() -> None:
    child = python("print('noise'); print('[1]'); print('{\"kind\": \"a\"}')")
    assert child.messages.get(timeout=PATIENCE_S) == {"kind": "a"}
    assert child.end() == "[1]"
    assert child.process.tail == "noise\n[1]"


def test_sending_never_blocks_even_to_a_child_that_does_not_read() -> None:
    child = python("import time; time.sleep(3600)")
    before = time.monotonic()
    for _ in range(100):
        child.process.send(b"x" * 100_000 + b"\n")
    assert time.monotonic() - before < PATIENCE_S
    child.process.kill()
    assert child.end() == "SIGKILL" or sys.platform == "win32"


def test_closing_ends_a_child_that_does_not_listen() -> None:
    child = python("import time; time.sleep(3600)")
    child.process.close(grace_s=0.1)
    assert child.process.pid is not None
    assert not psutil.pid_exists(child.process.pid)


def test_how_a_child_ended_is_its_last_line_or_its_exit_code() -> None:
    assert python("import sys; sys.exit('one\\ntwo')").end() == "two"
    assert python("import sys; sys.exit(7)").end() == "exit code 7"


def test_only_the_end_of_stderr_is_kept() -> None:
    child = python("import sys; sys.stderr.write('a' * 100_000 + 'z')")
    child.end()
    assert child.process.tail == "a" * (TAIL_BYTES - 1) + "z"


def test_a_program_that_is_not_there_is_an_end_like_any_other() -> None:
    child = Child("/no/such/program")
    assert "/no/such/program" in child.end()
    assert child.process.pid is None


def test_a_line_without_end_ends_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_llm.core.process.child.MAX_LINE_BYTES", 1000)
    child = python("import sys; sys.stdout.write('x' * 10**6); sys.stdin.read()")
    child.end()
    assert child.messages.empty()


def test_no_thread_outlives_the_child() -> None:
    before = set(threading.enumerate())
    child = python("print('{}')")
    child.end()
    assert set(threading.enumerate()) <= before


def test_the_command_of_a_frozen_app_is_the_app_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert worker_command("engine-worker") == [sys.executable, "-m", "desktop_llm", "engine-worker"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command("engine-worker") == [sys.executable, "engine-worker"]


@LINUX_ONLY
def test_a_worker_claims_less_of_the_machine_than_the_window() -> None:
    child = Child(*COMMAND)
    child.process.send(line("ping", id=1))
    assert child.messages.get(timeout=PATIENCE_S)["id"] == 1
    pid = child.process.pid
    assert pid is not None
    expected = min(19, os.nice(0) + setup.NICENESS)
    assert psutil.Process(pid).nice() == expected
    assert Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "500"
    child.process.close()


DEAF = """
import ctypes, sys
from desktop_llm.core.process.setup import set_up_process
lines_in, lines_out = set_up_process()
lines_out.write(b'{"kind": "ready"}\\n')
lines_out.flush()
ctypes.PyDLL(None).sleep(3600)  # keeps the interpreter lock, as native loading may
"""

PARENT = """
import sys, threading
from desktop_llm.core.process import setup, windows_job
from desktop_llm.core.process.child import ChildProcess
command = [sys.executable, "-c", {program!r}]
child = ChildProcess(command, lambda message: print(child.pid, flush=True), print)
child.start()
threading.Event().wait()
"""


@LINUX_ONLY
def test_a_deaf_worker_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(program=DEAF)], stdout=subprocess.PIPE
    )
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until_gone(worker)


@LINUX_ONLY
def test_a_worker_whose_parent_died_before_it_could_ask_ends_itself() -> None:
    program = "from desktop_llm.core.process.setup import *; die_with_parent(); print('alive')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {setup.PARENT_VARIABLE: "1"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_job_limits_have_the_size_that_windows_expects() -> None:
    if ctypes.sizeof(ctypes.c_void_p) == 8:
        assert ctypes.sizeof(windows_job.BasicLimits) == 64
        assert ctypes.sizeof(windows_job.ExtendedLimits) == 144
    assert windows_job.BasicLimits.LimitFlags.offset == 16
