"""How soon the memory of a model is there for other programs again, and how much of it."""

from __future__ import annotations

import time
from typing import Protocol

import psutil

from desktop_llm.bench.report import Report
from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import GenerationRequest, LoadOptions, ModelSource, Sampling
from desktop_llm.engine.protocol import Engine

WITHIN_S = 3.0
KEPT_MB = 90.0
"""May stay: code that came with the first model, and is used by the next one."""

LOOK_S = 0.01
MEGABYTE = 1_000_000
TOKENS = 16


class HasProcess(Engine, Protocol):
    """An engine in a process of its own, as `ProcessEngine` is."""

    @property
    def pid(self) -> int | None: ...


def measure_unloading(
    report: Report, engine: HasProcess, model: ModelSource, options: LoadOptions, runs: int
) -> None:
    """Load, write a little, unload, `runs` times; `engine` has started and holds no model."""
    seconds, taken, kept = [], [], []
    sampling = Sampling(temperature=0.0, max_new_tokens=TOKENS)
    before = _held(engine)
    for number in range(runs):
        report.tell(f"unloading, {number + 1} of {runs}")
        engine.load(model, None, options, lambda progress: None)
        request = GenerationRequest(new_id(), prompt="Once upon a time", sampling=sampling)
        engine.generate(request, lambda event: None)
        taken.append((_held(engine) - before) / MEGABYTE)
        start = time.perf_counter()
        engine.unload()
        while _held(engine) - before > KEPT_MB * MEGABYTE:
            if time.perf_counter() - start > WITHIN_S:
                break
            time.sleep(LOOK_S)
        seconds.append(time.perf_counter() - start)
        kept.append((_held(engine) - before) / MEGABYTE)
    report.add("unloading", seconds, "s", WITHIN_S)
    report.add("memory with the model", taken, "MB")
    report.add("memory kept after unloading", kept, "MB", KEPT_MB)


def _held(engine: HasProcess) -> int:
    assert engine.pid is not None, "it has started"
    return int(psutil.Process(engine.pid).memory_info().rss)
