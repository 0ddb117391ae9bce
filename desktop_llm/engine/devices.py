"""Where a model runs and in which number format: CUDA, then MPS, then the processor, with a reason.

What torch says of the machine is behind `Probe`, so that tests can pretend to have any hardware. A
device counts only if a small product on it comes out right: a driver that is listed may be broken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import psutil
import torch

from desktop_llm.core.dtype_speeds import DtypeSpeeds
from desktop_llm.core.generation import DeviceChoice, DeviceKind, DtypeName, LoadOptions
from desktop_llm.core.machine import processor_name, usable_cores
from desktop_llm.core.memory_fit import free_memory
from desktop_llm.core.text import QT_TRANSLATE_NOOP, Text
from desktop_llm.engine.dtype_choice import cpu_speeds
from desktop_llm.engine.first_calls import settle_first_calls

KINDS: tuple[DeviceKind, ...] = ("cuda", "mps", "cpu")
LABELS: dict[DeviceKind, str] = {"cuda": "CUDA", "mps": "Apple GPU", "cpu": "CPU"}

CpuSpeeds = Callable[[], DtypeSpeeds]


class Probe(Protocol):
    """What has to be known about the machine."""

    def works(self, kind: DeviceKind, dtype: DtypeName) -> bool:
        """Whether a small computation in `dtype` on the device comes out right."""

    def name(self, kind: DeviceKind) -> str:
        """What the maker calls the device; asked only of one that works."""

    def cuda_has_bfloat16(self) -> bool:
        """Whether the first CUDA device computes bfloat16 in hardware."""


class TorchProbe:
    """The machine as the installed torch sees it."""

    def works(self, kind: DeviceKind, dtype: DtypeName) -> bool:
        if kind == "cuda" and not torch.cuda.is_available():
            return False
        if kind == "mps" and not torch.backends.mps.is_available():
            return False
        try:
            ones = torch.ones(8, 8, device=kind, dtype=getattr(torch, dtype))
            return bool((ones @ ones).sum().item() == 512)
        except (RuntimeError, TypeError, AssertionError):
            return False  # what torch raises for a broken driver or a format the device lacks

    def name(self, kind: DeviceKind) -> str:
        if kind == "cuda":
            return str(torch.cuda.get_device_name(0))
        return processor_name()

    def cuda_has_bfloat16(self) -> bool:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))


def real_cores() -> int:
    """Real cores that this process may use: a second thread on one core only disturbs a matmul."""
    return min(psutil.cpu_count(logical=False) or usable_cores(), usable_cores())


def choose_device(
    options: LoadOptions, probe: Probe | None = None, speeds: CpuSpeeds | None = None
) -> DeviceChoice:
    """The device and format for `options`, and why.

    On the processor the first call of a machine measures for about a second; `speeds` replaces
    that. A wish in `options` that cannot be met is replaced and said (`fell_back`). Whatever
    computes comes through here first, so that torch's first calls are settled here.
    """
    settle_first_calls()
    probe = probe or TorchProbe()
    threads = options.threads or real_cores()
    measured = speeds or (lambda: cpu_speeds(threads, options.cache_dir))
    kind = _choose_kind(options, probe)
    lost_device = options.device not in ("auto", kind)
    if options.dtype == "auto" or not probe.works(kind, options.dtype):
        dtype, reason = _best_dtype(kind, probe, measured)
    else:
        dtype, reason = options.dtype, _chosen(kind, probe)
    lost_dtype = options.dtype not in ("auto", dtype)
    if lost_device or lost_dtype:
        wish = LABELS[options.device] if lost_device and options.device != "auto" else options.dtype
        reason = _fallen_back(wish, kind, dtype, probe)
    return DeviceChoice(kind, probe.name(kind), dtype, reason, lost_device or lost_dtype)


def _choose_kind(options: LoadOptions, probe: Probe) -> DeviceKind:
    if options.device != "auto" and probe.works(options.device, "float32"):
        return options.device
    return next((kind for kind in KINDS if probe.works(kind, "float32")), "cpu")


def _best_dtype(kind: DeviceKind, probe: Probe, measured: CpuSpeeds) -> tuple[DtypeName, Text]:
    facts: dict[str, str | int | float | None] = {"name": probe.name(kind)}
    if kind == "cuda":
        if probe.cuda_has_bfloat16() and probe.works("cuda", "bfloat16"):
            return "bfloat16", Text(CUDA_BFLOAT16, facts)
        return "float16", Text(CUDA_FLOAT16, facts)
    if kind == "mps":
        # Writing a token reads every weight once, so half the bytes are twice the speed, and the
        # GPU shares its memory with everything else. bfloat16 is emulated on the first
        # generations. Models that overflow float16 are found at loading and moved to float32.
        if probe.works("mps", "float16"):
            return "float16", Text(MPS_FLOAT16, facts)
        return "float32", Text(MPS_FLOAT32, facts)
    speeds = measured()
    dtype = speeds.faster()
    facts |= {"ratio": f"{speeds.ratio():.1f}"}
    if speeds.ratio() < NOTICEABLE:
        return dtype, Text(CPU_EQUAL, {**facts, "dtype": dtype})
    return dtype, Text(CPU_BFLOAT16 if dtype == "bfloat16" else CPU_FLOAT32, facts)


def _chosen(kind: DeviceKind, probe: Probe) -> Text:
    return Text(CHOSEN, {"name": probe.name(kind)})


def _fallen_back(wish: str, kind: DeviceKind, dtype: DtypeName, probe: Probe) -> Text:
    facts = {"wish": wish, "device": LABELS[kind], "name": probe.name(kind), "dtype": dtype}
    return Text(FALLEN_BACK, {**facts})


CUDA_BFLOAT16 = QT_TRANSLATE_NOOP(
    "core", "An NVIDIA GPU was found ({name}); bfloat16 is the fast format that is safe on it."
)
CUDA_FLOAT16 = QT_TRANSLATE_NOOP(
    "core", "An NVIDIA GPU was found ({name}); it has no bfloat16, so float16 is used."
)
MPS_FLOAT16 = QT_TRANSLATE_NOOP(
    "core", "An Apple GPU was found ({name}); float16 halves the memory that is read per token."
)
MPS_FLOAT32 = QT_TRANSLATE_NOOP(
    "core", "An Apple GPU was found ({name}); it does not compute float16, so float32 is used."
)
NOTICEABLE = 1.1
CPU_EQUAL = QT_TRANSLATE_NOOP(
    "core",
    "No usable GPU was found; {dtype} is used, bfloat16 and float32 being about equally fast here.",
)
CPU_BFLOAT16 = QT_TRANSLATE_NOOP(
    "core",
    "No usable GPU was found; on this processor bfloat16 is {ratio} times as fast as float32.",
)
CPU_FLOAT32 = QT_TRANSLATE_NOOP(
    "core",
    "No usable GPU was found; on this processor float32 is {ratio} times as fast as bfloat16.",
)
CHOSEN = QT_TRANSLATE_NOOP("core", "Chosen in the settings ({name}).")
FALLEN_BACK = QT_TRANSLATE_NOOP(
    "core",
    "{wish} was chosen in the settings but does not work here; {device} ({name}), {dtype} is used.",
)


def free_memory_of(kind: DeviceKind) -> int:
    """Bytes that are free on a device; the processor's memory where the device has none."""
    return int(torch.cuda.mem_get_info()[0]) if kind == "cuda" else free_memory()
