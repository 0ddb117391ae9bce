"""Which number format is faster on this processor: measured in about a second, then remembered.

No table could say: bfloat16 halves the bytes that each token reads, but without instructions for
it a long prompt takes several times as long as in float32. What counts is a typical turn.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from desktop_llm.core.files import write_atomically
from desktop_llm.core.generation import DtypeName
from desktop_llm.core.machine import processor_name

log = logging.getLogger(__name__)

CACHE_NAME = "cpu-dtype.json"
DTYPES: tuple[DtypeName, ...] = ("float32", "bfloat16")
WIDTH = 1536
LAYERS = 8
"""Together 75 MB in float32, more than the caches hold, as the weights of a real model are."""

PROMPT_ROWS = 256
NEW_TOKENS = 128
"""A typical turn: a prompt of 256 tokens, read at once, and 128 tokens written one by one."""


@dataclass(frozen=True)
class DtypeSpeeds:
    """Seconds that the matrix products take, by the name of the format."""

    one_row: dict[str, float]
    many_rows: dict[str, float]

    def turn(self, dtype: DtypeName) -> float:
        """Seconds of a typical turn's products."""
        return self.many_rows[dtype] + NEW_TOKENS * self.one_row[dtype]

    def faster(self) -> DtypeName:
        """The format in which a typical turn ends first; bfloat16 if equal, for its memory."""
        return "bfloat16" if self.turn("bfloat16") <= self.turn("float32") else "float32"

    def ratio(self) -> float:
        """How many times as fast the faster format is."""
        slow, fast = sorted((self.turn("float32"), self.turn("bfloat16")), reverse=True)
        return slow / fast


def cpu_speeds(threads: int, cache_dir: Path | None) -> DtypeSpeeds:
    """The speeds of this machine with `threads`, from `cache_dir` if they were measured before."""
    key = _machine_key(threads)
    file = cache_dir / CACHE_NAME if cache_dir else None
    known = _read(file)
    if (found := _parse(known.get(key))) is not None:
        return found
    speeds = measure(threads)
    if file is not None:
        try:
            write_atomically(file, json.dumps({**known, key: asdict(speeds)}, indent=1))
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


def _read(file: Path | None) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes()) if file else {}
    except (OSError, ValueError):
        return {}  # missing or damaged: measured again
    return data if isinstance(data, dict) else {}


def _parse(data: Any) -> DtypeSpeeds | None:
    try:
        speeds = DtypeSpeeds(**data)
        times = [part[dtype] for part in (speeds.one_row, speeds.many_rows) for dtype in DTYPES]
    except (TypeError, KeyError):
        return None
    return speeds if all(isinstance(t, float) and 0 < t < 1000 for t in times) else None
