"""One wheel, by pip in a child process: pip knows this machine's mirror, proxy and certificates."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import SplitResult, urlsplit

from desktop_llm.library.errors import NoNetwork, StarterDamaged, StarterUnavailable

POLL_S = 0.1
CONNECT_S = 3.0
DEFAULT_INDEX = "https://pypi.org/simple"
OPTIONS = (
    "--no-deps",
    "--only-binary=:all:",  # nothing of the package is run
    "--no-cache-dir",
    "--no-input",
    "--disable-pip-version-check",
    "--progress-bar=off",
    "--retries=2",
)


def download(
    requirement: str, folder: Path, on_bytes: Callable[[int], None], stop: threading.Event
) -> Path | None:
    """Download the wheel of `requirement` into `folder`; None if `stop` was set meanwhile.

    `on_bytes` hears how much has arrived. Raises StarterUnavailable or NoNetwork.
    """
    if importlib.util.find_spec("pip") is None:
        raise StarterUnavailable("pip")
    said = folder / "pip.log"
    with said.open("wb") as output:
        process = subprocess.Popen(
            _command("download", *OPTIONS, "--dest", str(folder), requirement),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder)),
        )
        try:
            _watch(process, folder, on_bytes, stop)
        finally:
            process.kill()
            process.wait()
    if stop.is_set():
        return None
    wheel = next(folder.glob("*.whl"), None)
    if process.returncode or wheel is None:
        raise _reason(said)
    return wheel


@contextmanager
def open_member(wheel: Path, member: str) -> Iterator[IO[bytes]]:
    """The file `member` of a wheel, for reading. Raises StarterDamaged."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member) as packed:
            yield packed
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise StarterDamaged from error


def _watch(
    process: subprocess.Popen[bytes],
    folder: Path,
    on_bytes: Callable[[int], None],
    stop: threading.Event,
) -> None:
    """Wait for the process, telling how many bytes there are, until it ends or `stop` is set."""
    while process.poll() is None and not stop.wait(POLL_S):
        on_bytes(_size_of(folder))


def _size_of(folder: Path) -> int:
    """Bytes below `folder`, while another process writes there."""
    total = 0
    for root, _folders, files in os.walk(folder):
        for name in files:
            try:
                total += (Path(root) / name).stat().st_size
            except FileNotFoundError:
                continue  # moved between listing and looking
    return total


def _reason(said: Path) -> NoNetwork | StarterUnavailable:
    """Why pip failed: its exit code is the same for everything, so the network is tried."""
    index = _index()
    if index.hostname and not _answers(index):
        return NoNetwork(index.hostname)
    lines = said.read_text(errors="replace").split("\n")
    return StarterUnavailable(next((line.strip() for line in lines[::-1] if line.strip()), "pip"))


def _index() -> SplitResult:
    """The address of the package index that pip uses here; without a host for one on this disk."""
    configured = os.environ.get("PIP_INDEX_URL")
    if not configured:
        asked = subprocess.run(
            _command("config", "get", "global.index-url"), capture_output=True, text=True
        )
        configured = asked.stdout.strip() if asked.returncode == 0 else ""
    return urlsplit(configured or DEFAULT_INDEX)


def _answers(index: SplitResult) -> bool:
    port = index.port or (80 if index.scheme == "http" else 443)
    try:
        with socket.create_connection((index.hostname, port), CONNECT_S):
            return True
    except OSError:
        return False


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pip", *arguments]
