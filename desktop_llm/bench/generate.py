"""How fast a model writes: the engine alone, in its process, and as seen in the window.

The same prompt, greedily, the same number of new tokens; the three take turns, so that what else
the computer does meets all of them alike.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import replace

from desktop_llm.bench.alone import AloneEngine
from desktop_llm.bench.observed import observe
from desktop_llm.bench.report import Report
from desktop_llm.bench.unloading import measure_unloading
from desktop_llm.bench.window import BenchWindow, describe_window, own_data_folder
from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import (
    GenerationEvent,
    GenerationRequest,
    ModelSource,
    PromptProgress,
    Sampling,
    TextChunk,
)
from desktop_llm.core.paths import Paths
from desktop_llm.core.settings import load_settings
from desktop_llm.engine.process_engine import ProcessEngine

QUESTION = "Write a long story about a lighthouse keeper who finds a map in a bottle."
CONTEXTS = (64, 512, 2048, 4096)
LONG_PROMPT = 4096
UNLOADS = 3
RATIO = 0.92
STOP_S = 0.1
DECODED = 32
STOPS = 4


def measure(
    paths: Paths, model: ModelSource, runs: int, tokens: int, tell: Callable[[str], None]
) -> Report:
    """Run everything; takes minutes."""
    chosen = load_settings(paths.settings)
    options = replace(chosen.load_options(paths.cache), speculation=False)
    report = Report("generate", {"runs": runs, "new tokens": tokens}, tell)
    sampling = Sampling(temperature=0.0, repetition_penalty=1.0, max_new_tokens=tokens)
    child = ProcessEngine()
    tell("loading the model three times")
    try:
        with AloneEngine(model, options) as alone:
            loaded = child.load(model, None, options, lambda progress: None)
            with own_data_folder(paths, model), BenchWindow(model) as window:
                window.wait_for_model()
                report.settings |= describe_window(window.window)
                _compare(report, alone, child, window, sampling, runs)
                _measure_stop(report, window, loaded.context_length)
        _measure_contexts(report, child, loaded.context_length, runs)
        child.unload()
        measure_unloading(report, child, model, options, min(runs, UNLOADS))
    finally:
        child.shut_down()
    return report


def _compare(
    report: Report,
    alone: AloneEngine,
    child: ProcessEngine,
    window: BenchWindow,
    sampling: Sampling,
    runs: int,
) -> None:
    """Interleaved, after one run of each that does not count."""
    speeds: dict[str, list[float]] = {"engine alone": [], "in its process": [], "in the window": []}
    first: dict[str, list[float]] = {name: [] for name in speeds}
    for number in range(runs + 1):
        report.tell(f"speed, round {number} of {runs}")
        for name, seen in (
            ("engine alone", alone.ask(QUESTION, sampling)),
            ("in its process", observe(child.generate, QUESTION, sampling)),
            ("in the window", window.ask(QUESTION, sampling)),
        ):
            if number:
                speeds[name].append(seen.tokens_per_s)
                first[name].append(seen.first_text_s)
    for name, values in speeds.items():
        report.add(f"decoding, {name}", values, "tokens/s")
    for name, values in first.items():
        report.add(f"first token, {name}", values, "s")
    for name in ("in its process", "in the window"):
        ratios = [a / b for a, b in zip(speeds[name], speeds["engine alone"], strict=True)]
        budget = RATIO if name == "in the window" else None
        report.add(f"ratio {name} ÷ alone", ratios, "", budget, at_least=True)


def _measure_stop(report: Report, window: BenchWindow, context: int) -> None:
    """From the stop button to the end of the answer: while writing, and while reading a prompt."""
    pressed = 0.0

    def press(event: GenerationEvent) -> None:
        nonlocal pressed
        writing = isinstance(event, TextChunk) and event.new_tokens >= 8
        reading = isinstance(event, PromptProgress) and 0 < event.done < event.total
        if not pressed and (reading or writing):
            pressed = time.perf_counter()
            window.window.services.chat.stop()

    long_prompt = filler(min(LONG_PROMPT, context // 2))
    latencies: dict[str, list[float]] = {"while writing": [], "in a long prompt": []}
    sampling = Sampling(temperature=0.0, max_new_tokens=1024)
    one_token = 0.0
    for number in range(STOPS):
        report.tell(f"stopping, {number + 1} of {STOPS}")
        for name, prompt in (
            ("while writing", QUESTION),
            ("in a long prompt", f"{number} {long_prompt}"),
        ):
            pressed = 0.0
            seen = window.ask(prompt, sampling, press)
            latencies[name].append(seen.ended - pressed)
            if name == "while writing" and seen.tokens_per_s:
                one_token = max(one_token, 1 / seen.tokens_per_s)
    report.add("stop while writing", latencies["while writing"], "s", STOP_S + one_token)
    report.add("stop in a long prompt", latencies["in a long prompt"], "s")


def _measure_contexts(report: Report, engine: ProcessEngine, limit: int, runs: int) -> None:
    """Reading and writing speed with more and more text in front."""
    sampling = Sampling(temperature=0.0, max_new_tokens=DECODED)
    for context in CONTEXTS:
        if context + DECODED > limit:
            continue
        report.tell(f"{context} tokens of context")
        reading, writing = [], []
        for number in range(min(runs, 3)):
            # Each prompt begins differently, so that nothing kept from before helps.
            request = GenerationRequest(
                new_id(), prompt=f"{number} {context} {filler(context)}", sampling=sampling
            )
            result = engine.generate(request, lambda event: None)
            record = result.completions[0].record
            reading.append(record.prompt_tokens / record.ttft_s)
            writing.append(record.tokens_per_s)
        report.add(f"reading a prompt of {context}", reading, "tokens/s")
        report.add(f"writing after {context}", writing, "tokens/s")


def filler(tokens: int) -> str:
    """Text of about `tokens` tokens: common short words, which are one token each."""
    words = itertools.cycle(("the", "sea", "was", "calm", "and", "the", "light", "went", "round"))
    return " ".join(itertools.islice(words, tokens))
