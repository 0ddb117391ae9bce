"""How functions are compiled for this processor, and kept for the next start.

What is compiled is found again by the time and size of its function's file alone: functions that
call each other stand in one file (`kernels`), or an old one would be called by a new one.
"""

from __future__ import annotations

import logging
from typing import Any

import numba
import torch
from numba import njit
from numba.core.caching import FunctionCache

log = logging.getLogger(__name__)

EXACT = {"reassoc", "contract", "nsz", "arcp"}
"""What the compiler may assume: sums in any order, but numbers that are none stay none."""

_config: Any = numba.config
_config.THREADING_LAYER_PRIORITY = ["omp", "tbb", "workqueue"]  # the first is torch's own pool


class _Kept(FunctionCache):
    """What was compiled, kept on the disk; a disk that is full only costs the next start time."""

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            log.warning("what was compiled is not kept: %s", type(error).__name__)


def compiled(function: Any, **options: Any) -> Any:
    """`function`, compiled for its arguments' types at its first call on this machine."""
    made = njit(function, nogil=True, **{"fastmath": EXACT, **options})
    try:
        made._cache = _Kept(function)  # type: ignore[no-untyped-call]
    except RuntimeError as error:  # numba's only way to say that no folder can be written to
        log.warning("what is compiled cannot be kept: %s", type(error).__name__)
    return made


def parallel(function: Any) -> Any:
    """The same; its `prange` loops are shared among threads."""
    return compiled(function, parallel=True)


def use_threads() -> None:
    """Compute with as many threads as torch does."""
    numba.set_num_threads(min(torch.get_num_threads(), _config.NUMBA_NUM_THREADS))
