"""This computer and the versions on it, for reports: no import of what is only named."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path

from desktop_llm import __version__

PACKAGES = (
    "PySide6-Essentials",
    "torch",
    "transformers",
    "accelerate",
    "huggingface_hub",
    "safetensors",
    "gguf",
)


def versions() -> dict[str, str]:
    """The versions that matter when something goes wrong or a speed is compared."""
    found = {"desktop-llm": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def describe() -> dict[str, str | int]:
    """System, processor, usable cores, and memory in bytes."""
    import psutil

    return {
        "system": platform.platform(),
        "machine": platform.machine(),
        "processor": processor_name(),
        "cores": usable_cores(),
        "memory_bytes": int(psutil.virtual_memory().total),
        "frozen": int(getattr(sys, "frozen", False)),
    }


def usable_cores() -> int:
    """Logical cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name() -> str:
    """The processor as its maker calls it, where the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
