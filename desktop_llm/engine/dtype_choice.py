"""Which number format is faster on this processor: measured in about a second, then remembered.

No table could say: bfloat16 halves the bytes that each token reads, but without instructions for
it a long prompt takes several times as long as in float32. What counts is a typical turn.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import torch

from desktop_llm.core.dtype_speeds import (
    CACHE_NAME,
    DTYPES,
    DtypeSpeeds,
    add_speeds,
    read_speeds,
)
from desktop_llm.core.generation import DtypeName
from desktop_llm.core.machine import processor_name

log = logging.getLogger(__name__)

WIDTH = 1536
LAYERS = 8
"""Together 75 MB in float32, more than the caches hold, as the weights of a real model are."""

PROMPT_ROWS = 256
"""Tokens of a typical turn's prompt, read at once."""


def cpu_speeds(threads: int, cache_dir: Path | None) -> DtypeSpeeds:
    """The speeds of this machine with `threads`, from `cache_dir` if they were measured before."""
    key = _machine_key(threads)
    file = cache_dir / CACHE_NAME if cache_dir else None
    if file is not None and (found := read_speeds(file).get(key)):
        return found
    speeds = measure(threads)
    if file is not None:
        try:
            add_speeds(file, key, speeds)
        except OSError as error:  # a full disk must not keep anybody from chatting
            log.warning("the measured speeds cannot be kept: %s", type(error).__name__)
    return speeds


@torch.inference_mode()
def measure(threads: int) -> DtypeSpeeds:
    """Time both formats, in turns and taking the best of each, so that a busy machine matters less.

    The caller's number of threads is restored.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        weights = {dtype: _weights(dtype) for dtype in DTYPES}
        return DtypeSpeeds(
            one_row=_time(weights, rows=1, layers=LAYERS, repeats=24),
            many_rows=_time(weights, rows=PROMPT_ROWS, layers=2, repeats=4),
        )
    finally:
        torch.set_num_threads(before)


def _weights(dtype: DtypeName) -> list[torch.Tensor]:
    # Zeros would share one page of memory; the values do not matter otherwise.
    kind = getattr(torch, dtype)
    return [torch.full((WIDTH, WIDTH), 1 / WIDTH, dtype=kind) for _ in range(LAYERS)]


def _time(
    weights: dict[DtypeName, list[torch.Tensor]], rows: int, layers: int, repeats: int
) -> dict[str, float]:
    """Seconds for all LAYERS, from timing the first `layers` of them."""
    best = dict.fromkeys((str(dtype) for dtype in DTYPES), float("inf"))
    for _ in range(repeats):
        for dtype, matrices in weights.items():
            hidden = torch.ones(rows, WIDTH, dtype=matrices[0].dtype)
            start = time.perf_counter()
            for matrix in matrices[:layers]:
                hidden = torch.nn.functional.linear(hidden, matrix)
            best[dtype] = min(best[dtype], (time.perf_counter() - start) * LAYERS / layers)
    return best


def _machine_key(threads: int) -> str:
    limits = [os.environ.get(name, "") for name in ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA")]
    capability = torch.backends.cpu.get_cpu_capability()
    return " | ".join([processor_name(), torch.__version__, f"{threads}", capability, *limits])
