"""How functions are compiled for this processor, and kept for the next start."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numba
import torch
from filelock import FileLock
from numba import njit
from numba.core.caching import FunctionCache

log = logging.getLogger(__name__)

EXACT = {"reassoc", "contract", "nsz", "arcp"}
"""What the compiler may assume: sums in any order, but numbers that are none stay none."""

LOCK_S = 10
"""As long a process waits for another one that keeps what it compiled."""

_MODULES = sorted(Path(__file__).parent.glob("*.py"))

_config: Any = numba.config
_config.THREADING_LAYER_PRIORITY = ["omp", "tbb", "workqueue"]  # the first is torch's own pool


class _Kept(FunctionCache):
    """What was compiled, kept on the disk; a disk that is full only costs the next start time.

    It holds while all modules of this folder stay what they were: numba looks at a function's own
    file alone, and what is compiled contains what it calls.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file._source_stamp = [
            (path.name, path.stat().st_mtime, path.stat().st_size) for path in _MODULES
        ]

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            with FileLock(
                Path(self.cache_path) / "lock", timeout=LOCK_S
            ):  # of two processes at once
                super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            log.warning("what was compiled is not kept: %s", type(error).__name__)


def compiled(function: Any, **options: Any) -> Any:
    """`function`, compiled for its arguments' types at its first call on this machine."""
    made = njit(function, nogil=True, **{"fastmath": EXACT, **options})
    try:
        made._cache = _Kept(function)
    except RuntimeError as error:  # numba's only way to say that no folder can be written to
        log.warning("what is compiled cannot be kept: %s", type(error).__name__)
    return made


def parallel(function: Any) -> Any:
    """The same; its `prange` loops are shared among threads."""
    return compiled(function, parallel=True)


def use_threads() -> int:
    """Compute with as many threads as torch does; returns how many these are."""
    threads = min(torch.get_num_threads(), _config.NUMBA_NUM_THREADS)
    numba.set_num_threads(threads)
    return int(threads)
