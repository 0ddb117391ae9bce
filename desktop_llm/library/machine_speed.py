"""What this machine has for a model: free memory, free disk, and how fast its memory is.

Writing a token reads every weight once, so that the memory's bandwidth decides the speed. It is
measured by copying on all cores, and remembered with the processor's name; later again, since
another program may have kept the memory busy: the best counts.

`tokens_per_second` reckons with all weights and twice the cache (read, and written again as it
grows) per token, and some time for each layer whatever its size. LAYER_S and EFFICIENCY come from
measurements of this project's engine on 2 cores that copied with 9 to 12 GB/s: the starter (135
million parameters, 30 layers, bfloat16) writes 24 tokens a second after 64 tokens, 20 after 2,048
and 16.5 after 4,096; a model of 1.54 billion parameters and 28 layers 4.0 after 1,024. Reading
alone is somewhat quicker than copying, which is why the better share is more than the whole.
"""

from __future__ import annotations

import ctypes
import json
import logging
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from desktop_llm.core.dtype_speeds import measured_dtype
from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import DeviceChoice, DtypeName
from desktop_llm.core.machine import processor_name, usable_cores
from desktop_llm.core.memory_fit import free_memory
from desktop_llm.core.memory_record import MemoryRecord, read_record
from desktop_llm.core.paths import Paths
from desktop_llm.core.settings import load_settings
from desktop_llm.library.cache_layout import cache_folder

log = logging.getLogger(__name__)

CACHE_NAME = "memory-speed.json"
COPIED = 64 << 20
"""Bytes: more than most caches hold, and copied within a hundredth of a second."""

COPIES = 6
MOST_THREADS = 8
LAYER_S = (0.0006, 0.0002)
EFFICIENCY = (0.65, 1.2)
"""At worst and at best: seconds per layer and token, share of the bandwidth that is reached."""

GRAPHICS_BANDWIDTH = 200e9
"""Bytes a second that even the slower ones of the cards with enough memory move; not measured."""

DRIVER_S = 5.0
"""How long the driver's program may take to answer."""

FRESH_S = 600.0
"""After this long it is measured again, and the best is kept: a machine that is busy looks slow."""

SLOWEST, FASTEST = 1e8, 1e13
"""Bytes a second that a cache file may claim."""


@dataclass(frozen=True)
class Machine:
    """Sizes are bytes; `bandwidth` is bytes a second, read and written ones together."""

    memory_free: int
    memory_total: int
    disk_free: int
    """Where downloads go."""
    bandwidth: float
    cores: int
    dtype: DtypeName = "bfloat16"
    """The format that weights have in memory here."""
    seen: MemoryRecord = field(default_factory=MemoryRecord)
    """What models that were loaded here took of memory."""
    graphics: bool = False
    """Memory is the graphics card's, and its bandwidth is assumed."""


def measure_machine(paths: Paths, device: DeviceChoice | None = None) -> Machine:
    """This machine now; the first call takes a tenth of a second, so make it on a worker thread.

    `device` is what the engine chose, where it is known: without it, the processor is meant.
    """
    machine = _processor(paths)
    if device is None:
        return machine
    machine = replace(machine, dtype=device.dtype)
    memory = _graphics_memory() if device.kind == "cuda" else None
    if memory is None:
        return machine
    free, total = memory
    return replace(
        machine,
        memory_free=free,
        memory_total=total,
        bandwidth=GRAPHICS_BANDWIDTH,
        seen=MemoryRecord(),
        graphics=True,
    )


def _graphics_memory() -> tuple[int, int] | None:
    """Free and total bytes of the first NVIDIA card, as its driver's own program tells."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--query-gpu=memory.free,memory.total", "--format=csv,noheader,nounits"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DRIVER_S,
            check=True,
            creationflags=flags,
        )
        free, total = (int(part) << 20 for part in answer.stdout.splitlines()[0].split(b","))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        log.warning("the graphics card's memory is not known: %s", type(error).__name__)
        return None
    return free, total


def _processor(paths: Paths) -> Machine:
    return Machine(
        memory_free=free_memory(),
        memory_total=int(psutil.virtual_memory().total),
        disk_free=shutil.disk_usage(_existing(cache_folder())).free,
        bandwidth=bandwidth(paths.cache / CACHE_NAME),
        cores=usable_cores(),
        dtype=_dtype(paths),
        seen=read_record(paths.cache),
    )


def _dtype(paths: Paths) -> DtypeName:
    """The format of the settings, else what the engine measured to be the faster one here."""
    chosen = load_settings(paths.settings).dtype
    if chosen != "auto":
        return chosen
    return measured_dtype(paths.cache) or "bfloat16"


def tokens_per_second(
    machine: Machine, weights: int, cache: int, layers: int
) -> tuple[float, float]:
    """How fast a model writes here, at least and at most, with `cache` bytes of conversation."""
    moved = (weights + 2 * cache) / machine.bandwidth
    slow, fast = (
        1 / max(moved / share + layers * layer_s, 1e-6)
        for share, layer_s in zip(EFFICIENCY, LAYER_S, strict=True)
    )
    return slow, fast


def bandwidth(file: Path) -> float:
    """Bytes that this machine's memory moves in a second, from `file` if it was measured lately."""
    key = f"{processor_name()} | {usable_cores()}"
    known = _read(file)
    if key in known and _is_fresh(file):
        return known[key]
    speed = max(measure_bandwidth(), known.get(key, 0.0))
    try:
        write_atomically(file, json.dumps({**known, key: speed}, indent=1))
    except OSError as error:  # a full disk: measured again next time
        log.warning("the memory's speed cannot be kept: %s", type(error).__name__)
    return speed


def _is_fresh(file: Path) -> bool:
    try:
        return 0 <= time.time() - file.stat().st_mtime < FRESH_S
    except OSError:
        return False


def measure_bandwidth() -> float:
    """Copy COPIED bytes on all cores, and take the best of several times.

    `ctypes.memmove` lets other Python threads go on, so that a window keeps drawing.
    """
    threads = min(usable_cores(), MOST_THREADS)
    part = COPIED // threads
    source, target = (ctypes.create_string_buffer(COPIED) for _ in range(2))
    ctypes.memset(source, 1, COPIED)
    begin, end = ctypes.addressof(source), ctypes.addressof(target)

    def copy(number: int) -> None:
        ctypes.memmove(end + number * part, begin + number * part, part)

    best = float("inf")
    with ThreadPoolExecutor(threads, thread_name_prefix="memory-speed") as pool:
        for _ in range(COPIES):
            start = time.perf_counter()
            list(pool.map(copy, range(threads)))
            best = min(best, time.perf_counter() - start)
    return 2 * part * threads / best


def _read(file: Path) -> dict[str, float]:
    """What was measured before; nothing if the file is missing, damaged or senseless."""
    try:
        data = json.loads(file.read_bytes())
        return {
            str(key): float(speed)
            for key, speed in data.items()
            if SLOWEST < float(speed) < FASTEST
        }
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _existing(folder: Path) -> Path:
    """The nearest folder above that is there: a disk is known before its folders are made."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
