"""The commands around fine-tuning: `data check`, `train`, `runs`, `eval` and `predict`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from desktop_llm.cli_options import SETTINGS, Adapter, Model, command, readable
from desktop_llm.cli_output import Session

TaskName = Literal["sft", "pretrain", "classify"]
Preset = Literal["quick", "balanced", "thorough", "article"]
Files = Annotated[list[Path], typer.Argument(metavar="FILE…", help="Data files or folders.")]
Task = Annotated[TaskName | None, typer.Option("--task", help="Without: what the data suggests.")]
Data = Annotated[
    list[Path] | None, typer.Option("--data", help="A data file or folder; repeatable.")
]
Fill = Annotated[
    list[str] | None,
    typer.Option("--fill", help="name=Aria puts “Aria” in place of {{name}}; repeatable."),
]
Mapping = Annotated[
    list[str] | None, typer.Option("--map", help="role=column, as prompt=question; repeatable.")
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

    spec = cli_runs.data_spec(files, None, fill, mapping)
    facts, words = cli_data.checked(session, spec, task, model)
    session.answer(facts, words)


def train(
    session: Session,
    run_dir: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[RUN_DIR]", help="A run to start or resume; or more data files."),
    ] = None,
    task: Task = None,
    model: Model = None,
    files: Data = None,
    eval_data: Annotated[
        list[Path] | None, typer.Option("--eval-data", help="Held-out rows of your own.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The folder of the run.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What to call the result.")] = None,
    preset: Annotated[Preset, typer.Option("--preset", help="Where the settings begin.")] = (
        "balanced"
    ),
    fill: Fill = None,
    mapping: Mapping = None,
    settings: dict[str, Any] = {},  # noqa: B006 - never changed; it asks for the options
) -> None:
    """Fine-tune a model on data files, or start or resume the run in RUN_DIR."""
    from desktop_llm import cli_data, cli_runs

    if not files:
        if not run_dir or len(run_dir) > 1:
            raise typer.BadParameter("Give a run's folder, or data with --data.", param_hint="RUN")
        cli_runs.train(session, cli_runs.find_run(session, str(run_dir[0])))
        return
    spec = cli_runs.data_spec([*files, *(run_dir or [])], eval_data, fill, mapping)
    report = cli_data.check(session, spec, task)
    job, notes = cli_runs.make_job(session, report, spec, task, model, preset, name, settings)
    cli_runs.say(notes)
    cli_runs.train(session, cli_runs.new_run(session, job, out))


@command(runs, "list")
def list_runs(session: Session) -> None:
    """All training runs, newest first."""
    from desktop_llm import cli_runs
    from desktop_llm.training.run_folder import list_runs as runs_in

    found = runs_in(session.paths.runs)
    none = "There is no run yet. Begin one with “desktop-llm train --data FILE”."
    words = cli_runs.run_table(found) if found else none
    session.answer({"runs": [cli_runs.run_facts(run) for run in found]}, words)


@command(runs, "show")
def show_run(session: Session, run: RunName) -> None:
    """One run: its settings, and what came of it."""
    from desktop_llm import cli_runs

    summary = cli_runs.find_run(session, run).summary()
    session.answer(cli_runs.run_facts(summary), cli_runs.card_words(summary))


@command(runs, "compare")
def compare_runs(session: Session, first: RunName, second: RunName) -> None:
    """What is different between two runs."""
    from desktop_llm import cli_runs
    from desktop_llm.core.text import columns

    left, right = (cli_runs.find_run(session, name).summary() for name in (first, second))
    rows = cli_runs.comparison(left, right)
    data = {"differences": [{"name": n, "first": a, "second": b} for n, a, b in rows]}
    session.answer(data, columns([("", left.id, right.id), *rows]))


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
    from desktop_llm import cli_data, cli_runs

    if not files:
        raise typer.BadParameter("Give data with --data.", param_hint="--data")
    spec = cli_runs.data_spec(files, None, fill, mapping)
    source = cli_runs.choose_result(session, model, adapter)
    task = task or cli_data.check(session, spec, None).task
    if task is None:
        raise typer.BadParameter("Say which task this is for.", param_hint="--task")
    scores = cli_data.evaluate(session, source, spec, task)
    session.answer(asdict(scores) | {"task": task}, cli_runs.score_words(scores))


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
