"""What a worker process does to itself first: streams, environment, parent's death, priority."""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import gc
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

PARENT_VARIABLE = "DESKTOP_LLM_PARENT"
"""The process id of the window, so that a worker that starts too late notices its death."""

SAFE_ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",
    "USE_HUB_KERNELS": "0",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Nothing is fetched, sent or converted behind our back. Read by the libraries at their import."""

SPINNING = ("GOMP_SPINCOUNT", "10000")
"""How long one of torch's threads spins for the other. Measured on two cores: alone as fast as by
default; with a second process that computes, 2.8 tokens a second each in place of 0.3.
"""

NICENESS = 10
"""Measured: 5 to 10 keeps the window smooth, and more costs the engine speed."""

OOM_SCORE = 500
"""When memory runs out the system ends this process, not the window (Linux; -1000 to 1000)."""

PR_SET_PDEATHSIG = 1


def set_up_process(online: bool = False) -> tuple[BinaryIO, BinaryIO]:
    """Make this process a worker; returns the streams on which it speaks with its parent.

    To be called before torch, transformers or huggingface_hub are imported. Only the worker that
    downloads is `online`.
    """
    streams = take_streams()
    os.environ.update(SAFE_ENVIRONMENT)
    if online:
        del os.environ["HF_HUB_OFFLINE"]
    os.environ.setdefault(*SPINNING)
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent to decide
    die_with_parent()
    yield_to_the_window()
    return streams


def take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for the protocol: what libraries print goes to stderr instead."""
    lines_in = os.fdopen(os.dup(0), "rb")
    lines_out = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return lines_in, lines_out


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Around the import of torch and what builds on it: nothing of it is garbage.

    Looking for some again and again took a sixth of the time (measured: 4.3 s in place of 5.1).
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def die_with_parent() -> None:
    """Let the kernel end this process with its parent, however deaf native code makes it (Linux).

    On Windows the parent's job object does this; elsewhere the end of stdin has to do.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        parent = os.environ.get(PARENT_VARIABLE)
        if parent is not None and int(parent) != os.getppid():
            os._exit(1)  # it died before the signal was asked for


def yield_to_the_window() -> None:
    """Lower this process's claim to the processor and to memory."""
    if sys.platform != "win32":  # there the parent starts it with a lower priority class
        os.nice(NICENESS)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE))
