"""Training runs in a terminal: start, resume, watch, list, compare, export."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import typer

from desktop_llm.cli_chat import choose_model
from desktop_llm.cli_options import readable
from desktop_llm.cli_output import Session, clean, write
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ModelSource
from desktop_llm.core.text import QT_TRANSLATE_NOOP, columns
from desktop_llm.core.wire import to_plain
from desktop_llm.training.data.types import DataReport
from desktop_llm.training.errors import NoResult, TrainingFailed
from desktop_llm.training.events import (
    ENDED,
    AdviceEvent,
    EvalEvent,
    LossEvent,
    ProgressEvent,
    RunEvent,
    SampleEvent,
    StateEvent,
)
from desktop_llm.training.job import DataFile, DataSpec, PresetName, TaskName, TrainingJob
from desktop_llm.training.presets import preset
from desktop_llm.training.result import ResultCard, Scores
from desktop_llm.training.results import result_of
from desktop_llm.training.run_folder import RunFolder, RunSummary

POLL_S = 0.1


class DataUnusable(ExpectedError):
    """Training was asked for on data that has problems; they are the message."""

    happened = QT_TRANSLATE_NOOP("core", "This data cannot be trained on: {problem}")
    safe = QT_TRANSLATE_NOOP("core", "Your files were not changed.")
    todo = QT_TRANSLATE_NOOP("core", "Look at it with “desktop-llm data check”, or name a task.")

    def __init__(self, problem: str) -> None:
        super().__init__(problem=problem)


class RunNotFound(ExpectedError):
    """The command line named a run that is not there."""

    happened = QT_TRANSLATE_NOOP("core", "There is no training run “{name}”.")
    todo = QT_TRANSLATE_NOOP("core", "List the runs with “desktop-llm runs list”.")

    def __init__(self, name: str) -> None:
        super().__init__(name=name)


def data_spec(
    files: Sequence[Path],
    eval_files: Sequence[Path] | None = None,
    fill: Sequence[str] | None = None,
    mapping: Sequence[str] | None = None,
) -> DataSpec:
    """What the options of a command say about the data."""
    roles = _pairs(mapping, "--map")
    return DataSpec(
        files=_data_files(files, roles),
        eval_files=_data_files(eval_files or (), roles),
        fill=_pairs(fill, "--fill"),
    )


def _data_files(files: Sequence[Path], roles: dict[str, str]) -> tuple[DataFile, ...]:
    return tuple(DataFile(path.expanduser().absolute(), roles) for path in files)


def _pairs(words: Sequence[str] | None, option: str) -> dict[str, str]:
    """`key=value` words as a dictionary."""
    pairs = [readable(word).partition("=") for word in words or ()]
    if any(not key or not sign for key, sign, _ in pairs):
        raise typer.BadParameter("Write it as key=value.", param_hint=option)
    return {key: value for key, _, value in pairs}


def make_job(
    session: Session,
    report: DataReport,
    data: DataSpec,
    task: TaskName | None,
    model: str | None,
    preset_name: PresetName,
    name: str | None,
    chosen: dict[str, Any],
) -> tuple[TrainingJob, tuple[str, ...]]:
    """The job for `data`, which was judged in `report`, and what should be said about it."""
    task = task or report.task
    if report.problems or task is None:
        raise DataUnusable(problem=" ".join(str(problem) for problem in report.problems))
    settings, notes = preset(preset_name, task, report.train_rows)
    chosen = {key: tuple(v) if isinstance(v, list) else v for key, v in chosen.items()}
    job = TrainingJob(
        task=task,
        model=choose_model(session, model),
        data=data,
        settings=replace(settings, **chosen),
        preset="custom" if chosen else preset_name,
        name=name or data.files[0].path.stem,
        created=time.time(),
    )
    return job, tuple(str(note) for note in (*report.notes, *notes))


def train(session: Session, run: RunFolder) -> None:
    """Start or resume `run` and tell what happens until it ends. Ctrl+C stops and keeps."""
    offset = run.path.joinpath("events.jsonl").stat().st_size if _has_events(run) else 0
    process = run.start_trainer()
    with session.status("Preparing …") as shown:
        teller = _Teller(session, shown.update if shown else lambda words: None)
        for event in _events(run, offset, process.poll):
            teller.tell(event)
    process.wait()
    summary = run.summary()
    if summary.error is not None:
        raise summary.error
    if summary.state not in ENDED:
        raise TrainingFailed(last_line(run))
    if not session.json:
        write(card_words(summary) + "\n")


def _has_events(run: RunFolder) -> bool:
    return run.path.joinpath("events.jsonl").exists()


def _events(run: RunFolder, offset: int, ended: Callable[[], int | None]) -> Iterator[RunEvent]:
    """The events of `run` from `offset` on, as they are written, until the process has ended."""
    over = False
    while True:
        try:
            over = ended() is not None
            found, offset = run.read_events(offset)
            yield from found
            if over:
                return
            time.sleep(POLL_S)
        except KeyboardInterrupt:
            sys.stderr.write("desktop-llm: stopping, and keeping what was learned …\n")
            run.command("stop_keep")


def last_line(run: RunFolder) -> str:
    """The last thing that the trainer process said."""
    try:
        lines = run.log.read_text(errors="replace").splitlines()
    except OSError:
        return "?"
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "?")


class _Teller:
    """Events as JSON lines for a program, or as words for a person."""

    def __init__(self, session: Session, show: Callable[[str], None]) -> None:
        self._session = session
        self._show = show
        self._loss = ""

    def tell(self, event: RunEvent) -> None:
        if self._session.json:
            self._session.answer(to_plain(event), "")
            return
        match event:
            case ProgressEvent():
                self._show(progress_words(event) + self._loss)
            case LossEvent():
                self._loss = f", loss {event.loss:.3f}"
            case EvalEvent():
                extra = "".join(f", {name} {value:.3f}" for name, value in event.metrics.items())
                best = " (best so far)" if event.best else ""
                self._say(f"step {event.step}: held-out loss {event.loss:.3f}{extra}{best}")
            case SampleEvent():
                self._say(f"  “{event.prompt[:60]}” → {' '.join(event.text.split())[:160]}")
            case AdviceEvent():
                self._say(str(event.text))
            case StateEvent(note=note) if note is not None:
                self._say(str(note))
            case _:
                pass

    def _say(self, words: str) -> None:
        sys.stderr.write(clean(words) + "\n")


def progress_words(event: ProgressEvent) -> str:
    """Where a run is, in one line."""
    if event.stage != "training":
        return f"{event.stage.capitalize()} …"
    left = f", {event.seconds_left / 60:.1f} min left" if event.seconds_left is not None else ""
    speed = f", {event.tokens_per_s:.0f} tokens/s" if event.tokens_per_s else ""
    return f"Training: step {event.step} of {event.total}{speed}{left}"


def score_words(scores: Scores) -> str:
    """The scores that there are, in one line."""
    return ", ".join(
        f"{name.replace('_', ' ').replace('f1', 'F1')} {value:.4g}"
        for name, value in asdict(scores).items()
        if value is not None
    )


def card_words(run: RunSummary) -> str:
    """The end of a run for a person."""
    if run.card is None:
        return f"{run.job.name}: {run.state}, no result. Folder: {run.path}"
    card: ResultCard = run.card
    verdict = " ".join(map(str, card.problems)) or "Better than the base on rows it has not seen."
    return "\n".join(
        (
            f"{run.job.name}: {run.state} after {card.steps} steps, {card.seconds / 60:.1f} min",
            f"base:  {score_words(card.base)}",
            f"tuned: {score_words(card.tuned)}",
            verdict,
            f"Chat with it: desktop-llm chat --adapter {run.path}",
        )
    )


def new_run(session: Session, job: TrainingJob, out: Path | None) -> RunFolder:
    """The folder of a new run: `out`, or one among the others. Raises `ExpectedError`."""
    if out is None:
        return RunFolder.create(session.paths.runs, job)
    return RunFolder.create_at(out.expanduser().absolute(), job)


def say(notes: Sequence[str]) -> None:
    """Tell what should be known before a run begins."""
    for note in notes:
        sys.stderr.write(clean(note) + "\n")


def choose_result(session: Session, model: str | None, adapter: Path | None) -> ModelSource:
    """A model or the result of a run, as `--model` and `--adapter` say. Raises `ExpectedError`."""
    if adapter is not None:
        if model is None and (adapter / "job.json").is_file():
            return _result_of(RunFolder(adapter))
        return replace(choose_model(session, model), adapter=adapter.expanduser().absolute())
    if model is not None:
        name = model.removeprefix("run:")
        with suppress(RunNotFound):
            return _result_of(find_run(session, name))
    return choose_model(session, model)


def _result_of(run: RunFolder) -> ModelSource:
    result = result_of(run)
    if result is None:
        raise NoResult(run.id)
    return result


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
        "settings": to_plain(run.job.settings),
        "card": to_plain(run.card) | {"success": run.card.success} if run.card else None,
    }


def run_table(found: Sequence[RunSummary]) -> str:
    """Runs for a person."""
    rows = [("NAME", "STATE", "TASK", "MODEL", "STEP", "RESULT")]
    for run in found:
        result = score_words(run.card.tuned) if run.card else ""
        step = f"{run.step}/{run.total}" if run.total else ""
        rows.append((run.id, run.state, run.job.task, run.job.model.name, step, result))
    return columns(rows)


def comparison(left: RunSummary, right: RunSummary) -> list[tuple[str, str, str]]:
    """What two runs do not have in common: settings, data, scores."""
    both = [_flat(run_facts(run)) for run in (left, right)]
    skip = ("id", "path", "seconds")
    names = [key for key in both[0] | both[1] if key not in skip]
    rows = [(key, both[0].get(key, ""), both[1].get(key, "")) for key in names]
    return [row for row in rows if row[1] != row[2]]


def _flat(data: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = str(value)
    return flat


def find_run(session: Session, name: str) -> RunFolder:
    """The run with the folder or the id `name`. Raises RunNotFound."""
    for path in (Path(name).expanduser(), session.paths.runs / name):
        if (path / "job.json").is_file():
            return RunFolder(path)
    raise RunNotFound(name)
