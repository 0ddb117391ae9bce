"""Looks at this installation: what it has, what it lacks, and what to do about it."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_llm.cli_chat import load_options, new_engine
from desktop_llm.cli_output import Session, megabytes
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import DeviceChoice
from desktop_llm.core.machine import describe, versions
from desktop_llm.library import starter

HELLO_S = 180.0
"""A cold disk may take minutes to read torch."""

QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What Qt's platform plugins need from the system on Linux, and the Debian package of each."""


@dataclass
class Findings:
    """`facts` for a program; `lines` and `problems` for a person."""

    facts: dict[str, Any] = field(default_factory=dict)
    lines: list[tuple[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def note(self, name: str, fact: Any, words: str, problem: str = "") -> None:
        """Record one finding; `problem` says what to do if something is wrong."""
        self.facts[name] = fact
        self.lines.append((name, words))
        if problem:
            self.problems.append(problem)

    def as_json(self) -> dict[str, Any]:
        return {**self.facts, "problems": self.problems}

    def __str__(self) -> str:
        width = max(len(name) for name, _ in self.lines)
        lines = [f"{name.replace('_', ' '):<{width}}  {words}" for name, words in self.lines]
        lines += ["", *(f"! {problem}" for problem in self.problems)]
        return "\n".join(lines if self.problems else [*lines, "No problems found."])


def examine(session: Session) -> Findings:
    """Run every check; the engine process is asked last, since it takes seconds."""
    found = Findings()
    names = versions()
    found.note("versions", names, ", ".join(f"{name} {number}" for name, number in names.items()))
    machine = describe()
    words = f"{machine['processor']}, {machine['cores']} cores, {machine['system']}"
    found.note("machine", machine, words)
    _memory(found)
    _data_folder(found, session)
    _starter(found, session)
    _qt(found)
    _display(found)
    _device(found, session)
    return found


def _memory(found: Findings) -> None:
    import psutil

    memory = psutil.virtual_memory()
    facts = {"total_bytes": memory.total, "available_bytes": memory.available}
    words = f"{megabytes(memory.available)} of {megabytes(memory.total)} free"
    little = memory.available < 1e9
    problem = "Less than 1 GB of memory is free: close other programs." if little else ""
    found.note("memory", facts, words, problem)


def _data_folder(found: Findings, session: Session) -> None:
    folder = session.paths.data
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    writable = _is_writable(there)
    facts = {"path": str(folder), "writable": writable, "free_bytes": free}
    words = f"{folder}, {'writable' if writable else 'NOT writable'}, {megabytes(free)} free"
    problem = ""
    if not writable:
        problem = f"{folder} cannot be written: make it writable, or choose one with --data-dir."
    elif free < 1e9:
        problem = f"Less than 1 GB is free on the disk of {folder}: free some space."
    found.note("data_dir", facts, words, problem)


def _is_writable(folder: Path) -> bool:
    """Trying is the only way to know: permissions do not tell of read-only disks."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _starter(found: Findings, session: Session) -> None:
    source = starter.locate(session.paths)
    present = starter.is_available(session.paths)
    verified: bool | None = None
    if source.convert_from and source.convert_from.is_file():
        with source.convert_from.open("rb") as file:
            verified = hashlib.file_digest(file, "sha256").hexdigest() == source.sha256
    words = f"{source.title}: " + ("present" if present else "not downloaded")
    words += {True: ", verified", False: ", DAMAGED", None: ""}[verified]
    problem = ""
    if not present or verified is False:
        problem = "Get the starter model with “desktop-llm models download starter”."
    found.note("starter", {"present": present, "verified": verified}, words, problem)


def _qt(found: Findings) -> None:
    missing = missing_libraries() if sys.platform == "linux" else []
    facts = {"missing_libraries": missing}
    packages = " ".join(sorted({QT_LIBRARIES[name] for name in missing}))
    problem = f"The window lacks {', '.join(missing)}: sudo apt install {packages}"
    words = "all system libraries found" if not missing else f"missing: {', '.join(missing)}"
    found.note("qt", facts, words, problem if missing else "")


def missing_libraries() -> list[str]:
    """System libraries that Qt needs and the loader does not find (Linux)."""
    missing = []
    for name in QT_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def _display(found: Findings) -> None:
    display: str | None = sys.platform
    if sys.platform == "linux":
        names = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
        display = next((f"{name}={os.environ[name]}" for name in names if os.environ.get(name)), "")
    problem = "" if display else "There is no display here: “desktop-llm chat” works in a terminal."
    found.note("display", display or None, display or "none", problem)


def _device(found: Findings, session: Session) -> None:
    """Ask the engine process, which alone may import torch."""
    answered = threading.Event()
    heard: list[DeviceChoice | ExpectedError] = []

    def on_answer(answer: DeviceChoice | ExpectedError) -> None:
        heard.append(answer)
        answered.set()

    engine = new_engine()
    engine.on_hello = engine.on_lost = on_answer
    with session.status("Starting the engine …"):
        try:
            engine.start(load_options(session))
            answered.wait(HELLO_S)
        finally:
            engine.shut_down()
    answer = heard[0] if heard else None
    if not isinstance(answer, DeviceChoice):
        trouble = str(answer) if answer else f"The engine did not answer in {HELLO_S:.0f} s."
        found.note("device", None, "unknown", trouble)
        return
    facts = {
        "kind": answer.kind,
        "name": answer.name,
        "dtype": answer.dtype,
        "reason": str(answer.reason),
        "fell_back": answer.fell_back,
    }
    found.note("device", facts, f"{answer.kind} ({answer.dtype}): {answer.reason}")
