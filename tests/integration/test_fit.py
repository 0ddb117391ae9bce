"""What a model is said to need and to write, against what the engine process is seen to do."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from desktop_llm.core.generation import (
    DtypeName,
    GenerationRequest,
    LoadOptions,
    ModelSource,
    Sampling,
    Weights,
)
from desktop_llm.core.memory_fit import MemoryEstimate, estimate
from desktop_llm.core.memory_record import form_of, read_record
from desktop_llm.core.model_folder import inspect_model_folder
from desktop_llm.core.text import columns
from desktop_llm.engine.process_engine import ProcessEngine
from tests.integration.random_models import make_random_model

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak"),
]

PATIENCE_S = 120.0
WITHIN = 0.15
TOO_MUCH = 0.5
"""By which the estimate may exceed what small random models take; too little is what hurts."""
COMPILED: set[tuple[DtypeName, int]] = set()
"""The formats whose kernels are on the disk."""
NEW_TOKENS = 16
CONTEXTS = (512, 2048)
KEPT = 90_000_000
"""Bytes that may stay after unloading: code that was loaded with the first model."""

FORMS: tuple[tuple[DtypeName, int], ...] = (
    ("float32", 0), ("bfloat16", 0), ("bfloat16", 8), ("float32", 4),
)  # fmt: skip
WEIGHTS: dict[int, Weights] = {0: "exact", 8: "8-bit", 4: "4-bit"}
LLAMA, QWEN = (49152, "llama"), (151936, "qwen2")

SMALL = {
    "llama 0.10 B": (*LLAMA, 576, 1536, 20, 9, 3),
    "qwen2 0.12 B": (*QWEN, 512, 2048, 14, 8, 2),
}
LARGE = {
    "llama 0.13 B": (*LLAMA, 576, 1536, 30, 9, 3),
    "qwen2 0.24 B": (*QWEN, 768, 3072, 16, 12, 4),
    "llama 0.36 B": (*LLAMA, 960, 2560, 32, 15, 5),
    "qwen2 0.49 B": (*QWEN, 896, 4864, 24, 14, 2),
    "llama 0.67 B": (*LLAMA, 1536, 4096, 22, 24, 8),
    "llama 1.08 B": (*LLAMA, 2048, 5632, 24, 32, 4),
    "qwen2 1.54 B": (*QWEN, 1536, 8960, 28, 12, 2),
}
"""Vocabulary, architecture, hidden and inner size, layers, heads, heads of keys and values."""


@dataclass(frozen=True)
class Seen:
    """One measurement; `peak` is what the process took at most, in bytes, beyond its libraries."""

    context: int
    needed: MemoryEstimate
    peak: int
    tokens_per_s: float

    @property
    def error(self) -> float:
        return self.needed.total / self.peak - 1


def memory(pid: int, what: str) -> int:
    """Bytes of the process: `VmRSS` is what it holds, `VmHWM` the most since it was reset."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def make(folder: Path, shape: tuple[int, str, int, int, int, int, int]) -> Path:
    vocabulary, architecture, hidden, inner, layers, heads, key_heads = shape
    return make_random_model(
        folder,
        architecture,
        vocab_size=vocabulary,
        hidden_size=hidden,
        intermediate_size=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=key_heads,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
    )


def observe(
    folder: Path, dtype: DtypeName, bits: int = 0, contexts: Sequence[int] = CONTEXTS
) -> list[Seen]:
    """Load the model in a new process, and have it read and write with each context in turn."""
    if (dtype, bits) not in COMPILED:
        COMPILED.add((dtype, bits))
        compile_kernels(folder, dtype, bits)
    facts, greeted = inspect_model_folder(folder), threading.Event()
    options = LoadOptions("cpu", dtype, cache_dir=folder.parent, weights=WEIGHTS[bits])
    engine = ProcessEngine(on_hello=lambda device: greeted.set())
    try:
        engine.start(options)
        assert greeted.wait(PATIENCE_S)
        pid = engine.pid
        assert pid
        before = memory(pid, "VmRSS")
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        engine.load(ModelSource("m", folder), None, options, lambda step: None)
        seen = []
        for context in contexts:
            speed = write(engine, context)
            peak = memory(pid, "VmHWM") - before
            seen.append(Seen(context, estimate(facts, dtype, context, bits=bits), peak, speed))
        engine.unload()
        assert memory(pid, "VmRSS") - before < KEPT
        return seen
    finally:
        engine.shut_down()


def compile_kernels(folder: Path, dtype: DtypeName, bits: int) -> None:
    """In a process of its own: the compiler holds memory that later starts do without."""
    engine = ProcessEngine()
    options = LoadOptions("cpu", dtype, weights=WEIGHTS[bits])
    engine.load(ModelSource("m", folder), None, options, lambda step: None)
    write(engine, 64)
    engine.shut_down()


def write(engine: ProcessEngine, context: int) -> float:
    """Fill `context`; the speed is in tokens a second."""
    sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_new_tokens=NEW_TOKENS)
    prompt = "Z" * (context - NEW_TOKENS)
    request = GenerationRequest("1", prompt=prompt, sampling=sampling)
    return engine.generate(request, lambda event: None).completions[0].record.tokens_per_s


@pytest.mark.parametrize(
    ("name", "dtype", "bits", "context"),
    [("llama 0.10 B", "float32", 0, 1024), ("llama 0.10 B", "bfloat16", 8, 512)],
)
def test_the_estimate_is_near_the_real_peak_and_learns_from_it(
    tmp_path: Path, name: str, dtype: DtypeName, bits: int, context: int
) -> None:
    """Random models have a tokenizer without merges: of them the estimate expects too much."""
    folder = make(tmp_path / "model", SMALL[name])
    (seen,) = observe(folder, dtype, bits, [context])
    assert -WITHIN < seen.error < TOO_MUCH, seen
    form = form_of("transformers", dtype, bits)
    needed = estimate(inspect_model_folder(folder), dtype, context, "m", bits)
    learned = read_record(tmp_path).correct(needed, form, context).total
    assert abs(learned - seen.peak) < WITHIN * seen.peak


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_so_it_is_up_to_one_and_a_half_billion_parameters(tmp_path: Path) -> None:
    rows: list[tuple[str, ...]] = [
        ("model", "format", "context", "estimate", "peak", "error", "tokens/s")
    ]
    errors = []
    for name, shape in (SMALL | LARGE).items():
        folder = make(tmp_path / "model", shape)
        for dtype, bits in FORMS:
            for seen in observe(folder, dtype, bits):
                errors.append(seen.error)
                sizes = (f"{size / 1e6:.0f} MB" for size in (seen.needed.total, seen.peak))
                error = f"{100 * seen.error:+.1f} %"
                rows.append(
                    (
                        name,
                        f"{dtype}/{bits}",
                        str(seen.context),
                        *sizes,
                        error,
                        f"{seen.tokens_per_s:.1f}",
                    )
                )
        shutil.rmtree(folder)
    print("\n" + columns(rows))
    assert min(errors) > -WITHIN
    assert max(errors) < TOO_MUCH
