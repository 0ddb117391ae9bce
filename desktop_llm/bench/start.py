"""Time from starting the app until its window is painted, and the memory of the window process.

The app is started as a process of its own, through the same code as from the icon; it tells when
its first paint is done, when the engine has said hello and when the model is loaded.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop_llm.bench.report import Report
from desktop_llm.bench.window import own_data_folder
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.paths import Paths
from desktop_llm.library import starter

WARM_S, COLD_S = 1.0, 2.0
RAISED_S = 1.0
MEMORY_MB = 170
PATIENCE_S = 300.0
PROGRAM = (sys.executable, "-m", "desktop_llm.bench.window_process")


def measure(paths: Paths, runs: int, tell: Callable[[str], None]) -> Report:
    """Start the app `runs` times with a warm disk and once with its files thrown out of memory."""
    model = starter.locate(paths) if starter.is_available(paths) else None
    report = Report("start", {"runs": runs, "model": model.name if model else "none"}, tell)
    with own_data_folder(paths, model):
        _start(until="painted")  # everything is read and compiled once
        for platform, variables in _platforms():
            tell(f"starting the window, {platform}")
            warm = [_start("painted", variables) for _ in range(runs)]
            report.add(f"window on screen, {platform}, warm", _times(warm), "s", WARM_S)
            spent = [start["painted"]["cpu_s"] for start in warm]
            report.add(f"processor time until then, {platform}", spent, "s")
            evicted = _throw_out(warm[-1]["files"])
            cold = [_start("painted", variables)]
            report.add(f"window on screen, {platform}, cold", _times(cold), "s", COLD_S)
            report.settings["cold"] = f"{evicted} files thrown out of the page cache"
        tell("starting a second time")
        report.add("second start raises the window", _second_starts(runs), "s", RAISED_S)
        tell("loading the model")
        _add_memory(report, model)
    return report


def _second_starts(runs: int) -> list[float]:
    """Seconds until a second start has handed over and ended, while a window is open."""
    command = [sys.executable, "-m", "desktop_llm"]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    seconds = []
    with _process("never", {}) as first:
        assert first.stdout
        first.stdout.readline()  # it is painted
        for _ in range(runs):
            began = time.monotonic()
            subprocess.run(command, check=True, timeout=PATIENCE_S, env=environment)
            seconds.append(time.monotonic() - began)
    return seconds


def _add_memory(report: Report, model: ModelSource | None) -> None:
    seen = _start(until="ready" if model else "idle")
    report.add("memory of the window process, idle", seen["idle"]["rss_mb"], "MB", MEMORY_MB)
    if model:
        loaded = seen["ready"]["rss_mb"]
        report.add("memory of the window process, model loaded", loaded, "MB", MEMORY_MB)
    last = seen["ready" if model else "idle"]
    report.add("torch imported in the window process", float(last["torch"]), "times", 0)


def _times(starts: list[dict[str, Any]]) -> list[float]:
    return [start["painted"]["time"] - start["began"] for start in starts]


def _start(until: str, variables: dict[str, str] | None = None) -> dict[str, Any]:
    """Start the app, and end it when it has told `until`; what it told, by name."""
    told: dict[str, Any] = {"began": time.monotonic()}
    with _process(until, variables or {}) as process:
        assert process.stdout
        for line in process.stdout:
            told |= json.loads(line)
        process.wait(PATIENCE_S)
    if until not in told:
        raise RuntimeError(f"the window ended with {process.returncode} before it was {until}")
    return told


@contextmanager
def _process(until: str, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*PROGRAM, until],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"} | variables,
    )
    assert process.stdout
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _platforms() -> Iterator[tuple[str, dict[str, str]]]:
    """Without a screen, and on an X server of our own where there is one to start."""
    yield "offscreen", {"QT_QPA_PLATFORM": "offscreen"}
    if sys.platform == "linux" and shutil.which("Xvfb"):
        with _x_server() as display:
            yield "xcb", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}


@contextmanager
def _x_server() -> Iterator[str]:
    """An X server that nobody sees; the display that it chose."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def _throw_out(files: list[str]) -> int:
    """Let the system forget the contents of `files`; needs no rights. How many it was asked for.

    What another process has mapped stays in memory, so that this is as cold as it gets without
    starting the computer anew.
    """
    if not hasattr(os, "posix_fadvise"):
        return 0
    for name in files:
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
    return len(files)


def files_in_use() -> list[str]:
    """The files that this process has mapped or imported."""
    names = {getattr(module, "__cached__", None) for module in sys.modules.values()}
    maps = Path("/proc/self/maps")
    if maps.exists():
        names |= {line.partition("/")[1] + line.partition("/")[2] for line in maps.open()}
    found = {str(name).strip() for name in names if name}
    return sorted(name for name in found if Path(name).is_file())
