"""Our engine beside plain Transformers and llama.cpp: the same weights, prompts and lengths.

All of them are in memory at the same time where there is room, and take turns with every prompt, so
that what else the computer does meets them alike. Else one after another is loaded, and the report
says so.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import psutil

from desktop_llm.bench.contenders import Contender, LlamaProcess, Ours, RivalProcess
from desktop_llm.bench.follow_up import measure_follow_up
from desktop_llm.bench.gguf_files import KINDS, why_not
from desktop_llm.bench.prompts import Prompts
from desktop_llm.bench.race import Race, Step
from desktop_llm.bench.rivals import StockTransformers
from desktop_llm.bench.speed_report import AGAIN_FROM, SpeedReport
from desktop_llm.bench.unloading import measure_unloading
from desktop_llm.core.files import make_private_folder
from desktop_llm.core.generation import LoadedModel, LoadOptions, ModelSource, Weights
from desktop_llm.core.paths import Paths
from desktop_llm.core.settings import load_settings
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.services.errors import NothingToMeasure

Isa = Literal["native", "avx2"]
HELD_TO: dict[Isa, dict[str, str]] = {
    "native": {},
    "avx2": {
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "NUMBA_CPU_NAME": "haswell",
        "NUMBA_CPU_FEATURES": "+avx2,+fma,+f16c,+bmi,+bmi2",
    },
}
"""What keeps torch and our kernels to the instructions that most laptops have."""

NOT_HELD = "llama.cpp uses whatever its package was built for"
ADAPTED = "a fine-tuning lies over it"
STOCK = ("bfloat16", "float32")
SIDE = 64
"""Tokens of context beside prompt and answer: prompts come out a little longer or shorter."""

PROCESS_BYTES = 500_000_000
"""Of an engine's process, beside the weights."""

UNLOADS = 3
START_S = 60.0
ROOM = 0.7
"""Of the free memory, for all engines at once."""


@dataclass(frozen=True)
class Plan:
    """What is compared, and how long."""

    against: tuple[str, ...] = ("stock", "llamacpp")
    settings: tuple[Weights, ...] = ("exact", "8-bit", "4-bit")
    prompt_tokens: tuple[int, ...] = (64, 512, 2048, 4096)
    new_tokens: int = 128
    runs: int = 5
    isa: Isa = "native"
    speculation: bool = False
    perplexity_tokens: int = 2048
    follow_up: bool = True


def measure(
    paths: Paths, model: ModelSource, plan: Plan, on_step: Callable[[Step], None]
) -> SpeedReport:
    """Run everything; takes minutes. Raises ExpectedError."""
    if model.remote is not None:
        raise NothingToMeasure(model=model.title or model.name)
    report = SpeedReport("speed", {}, lambda words: None)
    with _held(plan.isa), scratch_folder(paths) as scratch:
        options = _options(paths, plan)
        facts = _look(model, options, on_step)
        lengths = [n for n in plan.prompt_tokens if n + plan.new_tokens <= facts.context_length]
        if not lengths:
            raise NothingToMeasure(model=model.title or model.name)
        prompts = Prompts(model.path)
        race = Race(
            *(prompts, lengths, plan.new_tokens, plan.runs, plan.perplexity_tokens, on_step)
        )
        contenders = _contenders(model, plan, options, facts.threads, scratch, race)
        together = _fits(model.path, len(contenders))
        race.run(contenders, together)
        if not race.measured:
            raise NothingToMeasure(model=model.title or model.name)
        longest = max(lengths)
        if plan.follow_up and longest + 2 * plan.new_tokens <= facts.context_length:
            measure_follow_up(race, model, options, longest, AGAIN_FROM)
    with _started(options) as engine:
        runs = min(plan.runs, UNLOADS)
        chosen = replace(options, weights=plan.settings[0])
        measure_unloading(report, engine, model, chosen, runs)
    report.measured, report.skipped = race.measured, race.skipped
    report.settings |= _describe(model, plan, facts, together)
    report.conclude()
    return report


def _look(model: ModelSource, options: LoadOptions, on_step: Callable[[Step], None]) -> LoadedModel:
    """Load once with our engine: it makes the folder of a packed model, and knows the limits."""
    first = Ours(model, "exact", replace(options, weights="exact"))
    on_step(Step("loading", first.name))
    try:
        first.open()
        assert first.loaded is not None
        return first.loaded
    finally:
        first.close()


def _contenders(
    model: ModelSource, plan: Plan, options: LoadOptions, threads: int, scratch: Path, race: Race
) -> list[Contender]:
    """Who takes part; the reasons of those who cannot go to `race.skipped`."""
    alone = replace(options, cache_bytes=1)  # no prompt is read twice: nothing is to be kept
    found: list[Contender] = [
        Ours(model, setting, replace(alone, weights=setting)) for setting in plan.settings
    ]
    if "stock" in plan.against:
        for dtype in STOCK:
            found.append(
                RivalProcess("stock", dtype, StockTransformers, model.path, dtype, threads)
            )
    if "llamacpp" in plan.against:
        context = max(race.lengths) + plan.new_tokens + SIDE
        reason = why_not(model.path) if model.adapter is None else ADAPTED
        if reason:
            race.skipped["llamacpp"] = reason
        else:
            for kind in KINDS:
                file = scratch / f"{kind}.gguf"
                found.append(LlamaProcess(model.path, file, kind, threads, context))
    return found


def _options(paths: Paths, plan: Plan) -> LoadOptions:
    chosen = load_settings(paths.settings)
    return LoadOptions(
        "cpu",
        chosen.dtype,
        chosen.threads,
        # what was measured of the whole processor does not hold for a part of it
        paths.cache if plan.isa == "native" else make_private_folder(paths.cache / plan.isa),
        engine="transformers",
        speculation=plan.speculation,
    )


def _fits(folder: Path, contenders: int) -> bool:
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    needed = contenders * (2 * weights + PROCESS_BYTES)
    return bool(needed <= ROOM * psutil.virtual_memory().available)


@contextmanager
def _started(options: LoadOptions) -> Iterator[ProcessEngine]:
    """An engine process whose libraries are in memory, and no model."""
    ready = threading.Event()
    engine = ProcessEngine(on_hello=lambda device: ready.set())
    try:
        engine.start(options)
        ready.wait(START_S)
        yield engine
    finally:
        engine.shut_down()


@contextmanager
def _held(isa: Isa) -> Iterator[None]:
    """All processes that are started meanwhile keep to `isa`."""
    before = {name: os.environ.get(name) for name in HELD_TO[isa]}
    os.environ.update(HELD_TO[isa])
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def scratch_place(paths: Paths) -> Path:
    """Where this process puts files that are as large as models."""
    return paths.cache / "bench" / str(os.getpid())


@contextmanager
def scratch_folder(paths: Paths) -> Iterator[Path]:
    """`scratch_place`, gone at the end; what a process that was killed left is removed, too."""
    folder = scratch_place(paths)
    place = make_private_folder(folder.parent)
    for old in place.iterdir():
        if not (old.name.isdecimal() and psutil.pid_exists(int(old.name))):
            shutil.rmtree(old, ignore_errors=True)
    try:
        yield make_private_folder(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _describe(
    model: ModelSource, plan: Plan, facts: LoadedModel, together: bool
) -> dict[str, str | int | float]:
    held = plan.isa if plan.isa == "native" else f"held to {plan.isa}; {NOT_HELD}"
    return {
        "model": model.title or model.name,
        "parameters": facts.parameters,
        "ours exact is": facts.device.dtype,
        "threads": facts.threads,
        "new tokens": plan.new_tokens,
        "runs": plan.runs,
        "processor": held,
        "speculation": "on" if plan.speculation else "off",
        "perplexity": f"of {plan.perplexity_tokens} held-out tokens, in windows of 512",
        "measured": "in turns" if together else "one engine after another",
        "python": sys.version.split()[0],
    }


def lengths_of(text: str) -> tuple[int, ...]:
    """Such as 64,512. Raises ValueError."""
    found = [int(part) for part in text.split(",") if part.strip()]
    if not found or min(found) < 1:
        raise ValueError(text)
    return tuple(sorted(set(found)))
