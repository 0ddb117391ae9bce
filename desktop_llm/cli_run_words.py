"""Training runs in words for a person, and in facts for a program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from desktop_llm.core.text import columns
from desktop_llm.core.wire import to_plain
from desktop_llm.training.events import (
    AdviceEvent,
    EvalEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    StateEvent,
)
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.run_folder import RunSummary

LONGEST_PROMPT, LONGEST_ANSWER = 60, 160
"""Characters of a sample that are shown."""

ALWAYS_DIFFERENT = ("id", "path", "card.seconds", "card.task", "card.steps", "card.versions")
"""Facts that say nothing, or nothing new, about the difference between two runs."""


def event_words(event: RunEvent) -> str:
    """What a person wants to read of an event; empty if nothing."""
    match event:
        case EvalEvent():
            scores = "".join(f", {_title(name)} {x:.3f}" for name, x in event.metrics.items())
            best = " (best so far)" if event.best else ""
            return f"step {event.step}: held-out loss {event.loss:.3f}{scores}{best}"
        case SampleEvent():
            prompt, text = _shortened(event.prompt, LONGEST_PROMPT), " ".join(event.text.split())
            return f"  “{prompt}” → {_shortened(text, LONGEST_ANSWER)}"
        case AdviceEvent():
            return str(event.text)
        case StateEvent(note=note) if note is not None:
            return str(note)
    return ""


def progress_words(event: ProgressEvent) -> str:
    """Where a run is, in one line."""
    if event.stage != "training":
        return f"{event.stage.capitalize()} …"
    left = f", {event.seconds_left / 60:.1f} min left" if event.seconds_left is not None else ""
    speed = f", {event.tokens_per_s:.0f} tokens/s" if event.tokens_per_s else ""
    return f"Training: step {event.step} of {event.total}{speed}{left}"


def score_words(scores: Scores) -> str:
    """The scores that there are, in one line."""
    found = asdict(scores).items()
    return ", ".join(f"{_title(name)} {value:.4g}" for name, value in found if value is not None)


def run_words(run: RunSummary) -> str:
    """How a run stands or ended, and what can be done next."""
    error = [str(run.error)] if run.error else []
    if run.card is None:
        on = [] if run.alive else [f"Go on with: desktop-llm train {run.path}"]
        return "\n".join((f"{run.job.name}: {run.state}, no result yet", *error, *on))
    card: ResultCard = run.card
    verdict = " ".join(map(str, card.problems)) or "Better than the base on rows it has not seen."
    use = "predict --model {} TEXT" if run.job.task == "classify" else "chat --adapter {}"
    steps = f"{card.steps} step" + "s" * (card.steps != 1)
    return "\n".join(
        (
            f"{run.job.name}: {run.state} after {steps}, {card.seconds / 60:.1f} min",
            *error,
            f"base:  {score_words(card.base)}",
            f"tuned: {score_words(card.tuned)}",
            verdict,
            "Try it: desktop-llm " + use.format(run.path),
        )
    )


def all_words(run: RunSummary) -> str:
    """The same, and the recipe."""
    job = run.job
    recipe = {
        "task": job.task,
        "model": job.model.title or job.model.name,
        "data": [str(file.path) for file in job.data.files],
        **to_plain(job.settings),
    }
    rows = [(name.replace("_", " "), _cell(value)) for name, value in recipe.items()]
    return run_words(run) + "\n\n" + columns(rows)


def run_facts(run: RunSummary) -> dict[str, Any]:
    """A run for a program."""
    return {
        "id": run.id,
        "name": run.job.name,
        "state": run.state,
        "task": run.job.task,
        "model": run.job.model.name,
        "data": [str(file.path) for file in run.job.data.files],
        "step": run.step,
        "total": run.total,
        "seconds": round(run.seconds, 1),
        "path": str(run.path),
        "error": str(run.error) if run.error else None,
        "settings": to_plain(run.job.settings),
        "card": to_plain(run.card) | {"success": run.card.success} if run.card else None,
    }


def run_table(found: Sequence[RunSummary]) -> str:
    """Runs for a person."""
    rows = [("RUN", "STATE", "TASK", "MODEL", "STEP", "RESULT")]
    for run in found:
        result = score_words(run.card.tuned) if run.card else ""
        step = f"{run.step}/{run.total}" if run.total else ""
        model = run.job.model.title or run.job.model.name
        rows.append((run.id, run.state, run.job.task, model, step, result))
    return columns(rows)


def differences(left: RunSummary, right: RunSummary) -> list[tuple[str, Any, Any]]:
    """What two runs do not have in common: settings, data, scores. None: it has no such thing."""
    first, second = (_flat(run_facts(run)) for run in (left, right))
    pairs = [(name, first.get(name), second.get(name)) for name in first | second]
    return [
        (name, a, b) for name, a, b in pairs if a != b and not name.startswith(ALWAYS_DIFFERENT)
    ]


def difference_table(left: RunSummary, right: RunSummary) -> str:
    """The same for a person."""
    found = [(name, _cell(a), _cell(b)) for name, a, b in differences(left, right)]
    return columns([("", left.id, right.id), *found])


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in data.items():
        flat |= (
            _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
        )
    return flat


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    return "" if value is None else str(value)


def _title(score: str) -> str:
    return score.replace("_", " ").replace("f1", "F1")


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
