"""A child process that speaks JSON lines. Its pipes are served by threads, so no call blocks.

The thread that starts the child is the one that reads from it and lives exactly as long: on Linux
the parent-death signal is sent when the *thread* that started a process ends.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

from desktop_llm.core.process.setup import PARENT_VARIABLE

TAIL_BYTES = 8192
"""How much of what the child said on stderr is kept."""

MAX_LINE_BYTES = 64_000_000
"""A child that read a hostile file must not fill the window's memory."""

PACKAGE_ROOT = Path(__file__).resolve().parents[3]

Message = dict[str, Any]


def worker_command(name: str) -> list[str]:
    """The command line of the worker `name`: in a frozen app, this executable again."""
    if getattr(sys, "frozen", False):
        return [sys.executable, name]
    return [sys.executable, "-m", "desktop_llm", name]


def start_process(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start `command` with three pipes; it ends with us. Raises OSError."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=PACKAGE_ROOT,  # `python -m` looks here first: never in a folder the person chose
        env=os.environ | {PARENT_VARIABLE: str(os.getpid())},
        creationflags=flags,
    )
    if sys.platform == "win32":
        from desktop_llm.core.process.windows_job import end_with_us

        end_with_us(int(cast(Any, process)._handle))
    return process


class ChildProcess:
    """One life of a child. `on_message` and `on_end` run on the reading thread.

    `on_end` gets one line on how the child ended; `tail` is what it said last on stderr.
    """

    def __init__(
        self,
        command: Sequence[str],
        on_message: Callable[[Message], None],
        on_end: Callable[[str], None],
    ) -> None:
        self._command = command
        self._on_message = on_message
        self._on_end = on_end
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._tail = b""
        self._thread = threading.Thread(target=self._live, name="WorkerReader", daemon=True)

    def start(self) -> None:
        """Start the child; returns at once."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process id; waits for the start, which takes milliseconds. None if it failed."""
        self._started.wait()
        return self._process.pid if self._process else None

    @property
    def tail(self) -> str:
        return self._tail.decode(errors="replace").strip()

    def send(self, line: bytes) -> None:
        """Queue `line` for the child; never blocks, never fails (see `on_end`)."""
        self._outbox.put(line)

    def kill(self) -> None:
        """End the child at once; `on_end` follows."""
        self._started.wait()
        if self._process:
            self._process.kill()

    def close(self, grace_s: float = 1.0) -> None:
        """Close the child's stdin, at which it ends; kill it after `grace_s` seconds."""
        self._outbox.put(None)
        self._thread.join(grace_s)
        if self._thread.is_alive():
            self.kill()
            self._thread.join()

    def _live(self) -> None:
        try:
            self._process = start_process(self._command)
        except OSError as error:
            self._started.set()
            self._on_end(str(error))
            return
        self._started.set()
        process = self._process
        helpers = [
            threading.Thread(target=self._write, args=(process.stdin,), name="WorkerWriter"),
            threading.Thread(target=self._drain, args=(process.stderr,), name="WorkerStderr"),
        ]
        for helper in helpers:
            helper.daemon = True
            helper.start()
        try:
            self._read(cast(BinaryIO, process.stdout))
        finally:
            process.kill()  # it may have closed its end only
            status = process.wait()
            self._outbox.put(None)
            for helper in helpers:
                helper.join(1.0)  # a grandchild may hold stderr open
            self._on_end(self._last_words(status))

    def _read(self, lines: BinaryIO) -> None:
        with lines:
            while line := lines.readline(MAX_LINE_BYTES):
                try:
                    message = json.loads(line)
                except (ValueError, RecursionError):
                    message = None
                if isinstance(message, dict):
                    self._on_message(message)
                elif len(line) == MAX_LINE_BYTES:
                    return
                else:
                    self._keep(line)

    def _write(self, pipe: BinaryIO) -> None:
        try:
            with pipe:
                while (line := self._outbox.get()) is not None:
                    pipe.write(line)
                    pipe.flush()
        except OSError:
            return  # the child is gone: the reading thread tells

    def _drain(self, pipe: BinaryIO) -> None:
        with pipe:
            while chunk := cast(Any, pipe).read1(65536):
                self._keep(chunk)

    def _keep(self, chunk: bytes) -> None:
        self._tail = (self._tail + chunk)[-TAIL_BYTES:]

    def _last_words(self, status: int) -> str:
        if status < 0:
            known = {int(number): number.name for number in signal.Signals}
            return known.get(-status, f"signal {-status}")
        last = self.tail.rpartition("\n")[2].strip()[:300]
        return last or f"exit code {status}"
