"""The window's own work: pauses while the engine is busy, and long conversations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from desktop_llm.bench.gap_probe import GapProbe, add_gaps
from desktop_llm.bench.long_chats import (
    measure_conversation,
    measure_formulas,
    measure_streaming,
)
from desktop_llm.bench.made_up import Amount, fill
from desktop_llm.bench.many_chats import measure_list, measure_search
from desktop_llm.bench.report import Report
from desktop_llm.bench.window import BenchWindow, describe_window, own_data_folder, resident_mb
from desktop_llm.core.generation import ModelSource, Sampling
from desktop_llm.core.paths import Paths, resource
from desktop_llm.training.events import ENDED
from desktop_llm.training.job import DataFile, DataSpec, TrainingJob, TrainingSettings

QUESTION = "Write a long story about a lighthouse keeper, with a list and a table in it."
REST_MS = 3000
TRAINING_STEPS = 8
AMOUNT = Amount(10_000, 10, (1_000, 10_000))
"""Conversations in the list, messages to search, and those that are opened."""


def measure(
    paths: Paths, model: ModelSource, tell: Callable[[str], None], tokens: int = 256
) -> Report:
    """Gaps while the model works; then long conversations, the list, and the search in it."""
    report = Report("ui", {"tokens": tokens} | asdict(AMOUNT), tell)
    with own_data_folder(paths, model) as own:
        report.tell("making up conversations")
        long = fill(own.database, AMOUNT)
        with BenchWindow(model) as window:
            _measure_gaps(report, window, tokens)
            _measure_training(report, window, model)
            report.settings |= describe_window(window.window)
            for length, conversation_id in long.items():
                measure_conversation(report, window, f"{length} messages", conversation_id)
            measure_streaming(report, window, long[min(long)], tokens)
            measure_formulas(report, window)
            measure_list(report, window)
            measure_search(report, window)
            report.add("memory of this process at the end", resident_mb(), "MB")
    return report


def _measure_gaps(report: Report, window: BenchWindow, tokens: int) -> None:
    probe = GapProbe()
    report.tell("loading the model")
    probe.start()
    window.wait_for_model()
    add_gaps(report, "while loading", probe.stop())
    sampling = Sampling(temperature=0.0, max_new_tokens=tokens)
    report.tell("streaming an answer")
    probe.start()
    seen = window.ask(QUESTION, sampling)
    add_gaps(report, "while streaming", probe.stop())
    report.add("tokens per second in the window", seen.tokens_per_s, "tokens/s")
    probe.start()
    window.rest(REST_MS)
    add_gaps(report, "at rest", probe.stop())


def _measure_training(report: Report, window: BenchWindow, model: ModelSource) -> None:
    """Pauses while the sample data is trained on, with the live view of the run on the screen."""
    training = window.window.services.training
    files = (DataFile(path) for path in sorted(resource("sample_data").glob("*.jsonl")))
    settings = TrainingSettings(max_steps=TRAINING_STEPS)
    report.tell("training")
    probe = GapProbe()
    probe.start()
    training.begin(TrainingJob("sft", model, DataSpec(tuple(files)), settings, name="bench"))
    window.wait(lambda: bool(training.runs), "the run")
    window.window.places.open_run(training.runs[0].id)
    window.wait(lambda: training.runs[0].state in ENDED, "the end of the run")
    add_gaps(report, "while training", probe.stop())
    report.add("memory of this process with the live plot", resident_mb(), "MB")
    if training.runs[0].error:
        raise training.runs[0].error
    window.window.places.turn_to("navChat")
