"""The commands around fine-tuning: `data check`, `train`, `runs`, `eval` and `predict`."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from desktop_llm.cli_options import SETTINGS, Adapter, Model, command, readable
from desktop_llm.cli_output import Session

if TYPE_CHECKING:
    from desktop_llm.training.run_folder import RunFolder

SHARE = 0.1
TaskName = Literal["sft", "pretrain", "classify"]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Data files or folders.")]
Task = Annotated[
    TaskName | None,
    typer.Option(
        "--task",
        help="sft: questions with answers; pretrain: plain texts; classify: texts with labels. "
        "Without: what the data suggests.",
    ),
]
Data = Annotated[
    list[Path] | None, typer.Option("--data", help="A data file or folder. Repeatable.")
]
Fill = Annotated[
    list[str] | None,
    typer.Option("--fill", help="name=Aria puts “Aria” in place of {{name}}. Repeatable."),
]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        help="ROLE=COLUMN, such as prompt=question. Roles: prompt completion input system messages "
        "text label. Repeatable.",
    ),
]
RunDir = Annotated[
    list[Path] | None,
    typer.Argument(metavar="RUN_DIR", help="A run to resume; or, behind --data, more files."),
]
EvalData = Annotated[
    list[Path] | None,
    typer.Option("--eval-data", help="Rows to judge by, in place of a share. Repeatable."),
]
EvalFraction = Annotated[
    float | None,
    typer.Option(min=0.01, max=0.9, help=f"The share of the rows that is held out.  [{SHARE}]"),
]
MaxRows = Annotated[int | None, typer.Option(min=2, help="Use so many rows only, drawn at random.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="A new folder for the run. Without: among the app's own runs."),
]
Name = Annotated[str | None, typer.Option("--name", help="What to call the result.")]
Preset = Annotated[
    Literal["quick", "balanced", "thorough", "article"] | None,
    typer.Option("--preset", help="Where the settings begin.  [balanced]"),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="The name of a run, or its folder.")]

data = typer.Typer(help="Data sets.", no_args_is_help=True, **SETTINGS)
runs = typer.Typer(help="Training runs.", no_args_is_help=True, **SETTINGS)


def add_commands(app: typer.Typer) -> None:
    """Make everything here part of `app`."""
    app.add_typer(data, name="data")
    app.add_typer(runs, name="runs")
    command(app, "train")(train)
    command(app, "eval")(evaluate)
    command(app, "predict")(predict)


@command(data, "check")
def check_data(
    session: Session,
    files: Files,
    task: Task = None,
    model: Model = None,
    fill: Fill = None,
    mapping: Mapping = None,
) -> None:
    """What is in data files, what of it can be used, and how long it is for MODEL."""
    from desktop_llm import cli_data, cli_runs

    spec = cli_runs.data_spec(files, fill, mapping)
    facts, words = cli_data.checked(session, spec, task, model)
    session.answer(facts, words)


def train(
    session: Session,
    run_dir: RunDir = None,
    task: Task = None,
    model: Model = None,
    files: Data = None,
    eval_files: EvalData = None,
    eval_fraction: EvalFraction = None,
    max_rows: MaxRows = None,
    out: Out = None,
    name: Name = None,
    preset: Preset = None,
    fill: Fill = None,
    mapping: Mapping = None,
    settings: dict[str, Any] = {},  # noqa: B006 - never changed; it asks for the options
) -> None:
    """Fine-tune a model on data files, or resume the run in RUN_DIR.

    desktop-llm train --data questions.jsonl

    desktop-llm train --data reviews.csv --task classify --model FOLDER --epochs 3

    desktop-llm train RUN_DIR

    Ctrl+C stops it and keeps what was learned. Settings that are not given are the preset's.
    """
    from desktop_llm import cli_data, cli_runs

    chosen = cli_runs.Chosen(task, model, preset, name, settings)
    if not files:
        others = (eval_files, eval_fraction, max_rows, out, fill, mapping)
        changed = any(others) or chosen != cli_runs.Chosen()
        cli_runs.train(session, _run_to_resume(session, run_dir or [], changed))
        return
    spec = cli_runs.data_spec([*files, *(run_dir or [])], fill, mapping, eval_files)
    spec = replace(spec, eval_fraction=eval_fraction or SHARE, max_rows=max_rows or 0)
    job, notes = cli_runs.make_job(session, cli_data.check(session, spec, task), spec, chosen)
    cli_runs.say(notes)
    cli_runs.train(session, cli_runs.new_run(session, job, out))


def _run_to_resume(session: Session, named: list[Path], changed: bool) -> RunFolder:
    """The run that is named. Wrong usage without one, with a data file, or with settings."""
    from desktop_llm import cli_runs

    if len(named) != 1:
        raise typer.BadParameter("Give data with --data, or one run's folder.", param_hint="--data")
    if named[0].is_file():
        raise typer.BadParameter(
            f"{named[0]} is a file: put --data before it.", param_hint="--data"
        )
    if changed:
        raise typer.BadParameter(
            "A run keeps its settings. Begin a new one with --data.", param_hint="RUN_DIR"
        )
    return cli_runs.find_run(session, str(named[0]))


@command(runs, "list")
def list_runs(session: Session) -> None:
    """All training runs, newest first."""
    from desktop_llm import cli_run_words
    from desktop_llm.training.run_folder import list_runs as runs_in

    found = runs_in(session.paths.runs)
    none = "There is no run yet. Begin one with “desktop-llm train --data FILE”."
    words = cli_run_words.run_table(found) if found else none
    session.answer({"runs": [cli_run_words.run_facts(run) for run in found]}, words)


@command(runs, "show")
def show_run(session: Session, run: RunName) -> None:
    """One run: its settings, and what came of it."""
    from desktop_llm import cli_run_words, cli_runs

    summary = cli_runs.find_run(session, run).summary()
    session.answer(cli_run_words.run_facts(summary), cli_run_words.all_words(summary))


@command(runs, "compare")
def compare_runs(session: Session, first: RunName, second: RunName) -> None:
    """What is different between two runs."""
    from desktop_llm import cli_run_words, cli_runs

    left, right = (cli_runs.find_run(session, name).summary() for name in (first, second))
    found = cli_run_words.differences(left, right)
    data = {"differences": [{"name": n, "first": a, "second": b} for n, a, b in found]}
    session.answer(data, cli_run_words.difference_table(left, right))


@command(runs, "export")
def export_run(
    session: Session, run: RunName, out: Annotated[Path, typer.Argument(help="A new folder.")]
) -> None:
    """Write a run's result as a plain folder that other tools load, with a model card."""
    from desktop_llm import cli_data, cli_runs

    folder = cli_runs.find_run(session, run)
    made = cli_data.export(session, folder, out.expanduser().absolute())
    session.answer({"path": str(made)}, f"Exported to {made}")


def evaluate(
    session: Session,
    files: Data = None,
    task: Task = None,
    model: Model = None,
    adapter: Adapter = None,
    fill: Fill = None,
    mapping: Mapping = None,
) -> None:
    """Score a model, with or without an adapter, on data files."""
    from desktop_llm import cli_data, cli_run_words, cli_runs

    if not files:
        raise typer.BadParameter("Give data with --data.", param_hint="--data")
    spec = cli_runs.data_spec(files, fill, mapping)
    source = cli_runs.choose_result(session, model, adapter)
    task = task or cli_data.check(session, spec, None).task
    if task is None:
        raise typer.BadParameter("Say which task this is for.", param_hint="--task")
    scores = cli_data.evaluate(session, source, spec, task)
    session.answer(asdict(scores) | {"task": task}, cli_run_words.score_words(scores))


def predict(
    session: Session,
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT…", help="“-” reads lines from stdin.")
    ],
    model: Model = None,
    adapter: Adapter = None,
) -> None:
    """Let a classifier of yours (a run, or its folder) say what TEXT is."""
    from desktop_llm import cli_data, cli_runs

    if texts == ["-"]:
        texts = sys.stdin.read().splitlines()
    source = cli_runs.choose_result(session, model, adapter)
    found = cli_data.predict(session, source, [readable(text) for text in texts])
    pairs = list(zip(texts, found, strict=True))
    facts = [{"text": text} | asdict(each) for text, each in pairs]
    words = [f"{each.label}  {each.probabilities[each.label]:.0%}  {text}" for text, each in pairs]
    session.answer({"predictions": facts}, "\n".join(words))
