"""What has to be in the environment of the trainer before it starts. Knows no torch."""

from __future__ import annotations

import os
import platform
import sys

from desktop_llm.core.process.setup import SAFE_ENVIRONMENT

KEPT_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": "4000000000",
    "MALLOC_TRIM_THRESHOLD_": "8000000000",
}
"""Activations of one step are freed and taken again in the next. By default the C library gives
them back to the system, which has to clear every page anew: measured, a sixth of the time."""

HUGE_PAGES = "glibc.malloc.hugetlb=1"


def trainer_environment() -> dict[str, str]:
    """Variables to be added to the trainer's environment; what the person has set stays."""
    variables = dict(SAFE_ENVIRONMENT)
    if sys.platform == "linux" and platform.libc_ver()[0] == "glibc":
        variables |= {name: os.environ.get(name, value) for name, value in KEPT_MEMORY.items()}
        tunables = os.environ.get("GLIBC_TUNABLES", "")
        if "glibc.malloc.hugetlb" not in tunables:
            tunables = f"{tunables}:{HUGE_PAGES}".removeprefix(":")
        variables["GLIBC_TUNABLES"] = tunables
    return variables
