"""Which number format is faster on this processor: measured in two seconds, then remembered.

No table could say: bfloat16 halves the bytes that each token reads, but without instructions for
it a long prompt takes several times as long as in float32. What counts is a typical turn.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numba
import torch

from desktop_llm.core.dtype_speeds import (
    CACHE_NAME,
    DTYPES,
    EIGHT_BITS,
    KEPT_16,
    DtypeSpeeds,
    add_speeds,
    read_speeds,
)
from desktop_llm.core.machine import processor_name
from desktop_llm.engine.fast.packed_linear import PackedLinear

log = logging.getLogger(__name__)

WIDTH = 1536
LAYERS = 8
"""Together 75 MB in float32, more than the caches hold, as the weights of a real model are."""

PACKED_LAYERS = 16
"""75 MB in 16 bits, for the same reason."""

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
    """Time all formats, in turns and taking the best of each, so that a busy machine matters less.

    The caller's number of threads is restored.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        layers = _layers()
        return DtypeSpeeds(
            one_row=_time(layers, rows=1, repeats=24),
            many_rows=_time({name: some[:2] for name, some in layers.items()}, PROMPT_ROWS, 4),
        )
    finally:
        torch.set_num_threads(before)


Product = Callable[[torch.Tensor], torch.Tensor]


def _layers() -> dict[str, list[tuple[torch.dtype, Product]]]:
    """The format of the inputs and the product of some layers, for every way to keep weights."""
    found: dict[str, list[tuple[torch.dtype, Product]]] = {}
    for dtype in DTYPES:
        # Zeros would share one page of memory; the values do not matter otherwise.
        kind = getattr(torch, dtype)
        weights = [torch.full((WIDTH, WIDTH), 1 / WIDTH, dtype=kind) for _ in range(LAYERS)]
        found[dtype] = [
            (kind, partial(torch.nn.functional.linear, weight=weight)) for weight in weights
        ]
    weight = torch.full((WIDTH, WIDTH), 1 / WIDTH, dtype=torch.bfloat16)
    for name, bits in ((KEPT_16, 16), (EIGHT_BITS, 8)):
        packed = [PackedLinear.pack(weight.clone(), bits) for _ in range(PACKED_LAYERS)]
        found[name] = [(torch.float32, layer) for layer in packed]
    return found


def _time(
    ways: dict[str, list[tuple[torch.dtype, Product]]], rows: int, repeats: int
) -> dict[str, float]:
    """Seconds for LAYERS layers, from timing those that are given."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, layers in ways.items():
            hidden = torch.ones(rows, WIDTH, dtype=layers[0][0])
            start = time.perf_counter()
            for _, product in layers:
                hidden = product(hidden)
            taken = (time.perf_counter() - start) * LAYERS / len(layers)
            best[name] = min(best[name], taken)
    return best


def _machine_key(threads: int) -> str:
    names = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "NUMBA_CPU_NAME")
    limits = [os.environ.get(name, "") for name in names]
    capability = torch.backends.cpu.get_cpu_capability()
    facts = [processor_name(), torch.__version__, f"{threads}", capability, *limits]
    return " | ".join([*facts, f"numba {numba.__version__}"])
