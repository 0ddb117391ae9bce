"""The command line: commands, options and exit codes. Importing it imports no Qt and no torch.

Exit codes: 0; 1 with one plain line on stderr that says what is wrong, what is safe and what to do;
2 for wrong usage; 130 if Ctrl+C came before there was anything to keep.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from desktop_llm import __version__
from desktop_llm.cli_ask import add_commands as add_ask_commands
from desktop_llm.cli_bench import add_commands as add_bench_generate
from desktop_llm.cli_bench import report
from desktop_llm.cli_models import add_commands as add_model_commands
from desktop_llm.cli_options import (
    COMPLETION,
    DEFAULT,
    NOTHING,
    SETTINGS,
    Adapter,
    DataDir,
    Loading,
    Model,
    Offline,
    Runs,
    command,
    piped,
    readable,
)
from desktop_llm.cli_output import (
    Session,
    be_printable,
    watched,
)
from desktop_llm.cli_remote import KeyStdin, Server, key_on_stdin, served_model
from desktop_llm.cli_training import Fill, TaskName
from desktop_llm.cli_training import add_commands as add_training_commands
from desktop_llm.core.conversation import new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import ChatMessage, GenerationRequest, ModelSource, Sampling
from desktop_llm.core.serving import DEFAULT_PORT
from desktop_llm.core.text import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from desktop_llm.cli_chat import Preset

app = typer.Typer(name="desktop-llm", help="Language models on your own computer.", **SETTINGS)
bench = typer.Typer(help="Measure this app on this computer.", no_args_is_help=True, **SETTINGS)
app.add_typer(bench, name="bench")


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    be_printable()
    try:
        app(args=arguments, prog_name="desktop-llm")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


@app.callback(invoke_without_command=True)
def _main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    data_dir: DataDir = None,
    offline: Offline = False,
) -> None:
    if version:
        sys.stdout.write(f"desktop-llm {__version__}\n")
        raise typer.Exit
    session = Session.open(data_dir, as_json=False, offline=offline)
    if context.invoked_subcommand is None:
        with session.told_errors():
            raise typer.Exit(_open_window([]))


class NoDisplay(ExpectedError):
    """Qt would end the process, with words about its plugins."""

    happened = QT_TRANSLATE_NOOP("core", "There is no display here to show a window on.")
    safe = QT_TRANSLATE_NOOP("core", "Nothing was started.")
    todo = QT_TRANSLATE_NOOP("core", "Chat in the terminal: desktop-llm chat")


def _open_window(files: list[str]) -> int:
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform == "linux" and not any(map(os.environ.get, displays)):
        raise NoDisplay
    from desktop_llm.app import run as open_window

    return open_window(files)


@command(app, "gui")
def gui(
    session: Session, files: Annotated[list[Path] | None, typer.Argument(metavar="[FILES]")] = None
) -> None:
    """Open the window, with FILES if given."""
    raise typer.Exit(_open_window([str(file.absolute()) for file in files or []]))


@command(app, "chat")
def chat(
    session: Session,
    prompt: Annotated[
        str | None,
        typer.Argument(help="The question; “-” reads it from stdin. Without: a conversation."),
    ] = None,
    model: Model = None,
    adapter: Adapter = None,
    server: Server = None,
    key_stdin: KeyStdin = False,
    system: Annotated[str, typer.Option("--system", help="The system prompt.")] = "",
    json_schema: Annotated[
        Path | None, typer.Option("--json-schema", help="A file: the answer is JSON that fits.")
    ] = None,
    loading: Loading = NOTHING,
    sampling: Sampling = DEFAULT,
) -> None:
    """Ask a model, or talk with it when no PROMPT is given.

    desktop-llm chat --server http://127.0.0.1:8000/v1 --model NAME "Hello"
    """
    from desktop_llm import cli_chat

    key = key_on_stdin(key_stdin, prompt)
    said = _prompt(session, prompt)
    system = readable(system)
    if said is not None and not said.strip():
        raise typer.BadParameter("The prompt is empty.", param_hint="PROMPT")
    if json_schema and said is None:
        raise typer.BadParameter("Give a PROMPT, too.", param_hint="--json-schema")
    schema = cli_chat.read_schema_file(json_schema) if json_schema else ""
    with cli_chat.Talk(session, _writer(session, server, model, adapter), key, loading) as talk:
        if said is None:
            cli_chat.chat_loop(session, talk, system, sampling)
            return
        opening = (ChatMessage("system", system),) if system else ()
        messages = (*opening, ChatMessage("user", said))
        request = GenerationRequest(new_id(), messages, sampling=sampling, json_schema=schema)
        cli_chat.chat_once(session, talk, request)


@command(app, "generate")
def generate(
    session: Session,
    prompt: Annotated[
        str | None, typer.Argument(help="The text to go on with; “-” reads it from stdin.")
    ] = None,
    preset: Annotated[
        str | None, typer.Option("--preset", help="hello: 5 samples of 50 tokens; story: 1 of 100.")
    ] = None,
    num_samples: Annotated[int | None, typer.Option("--num-samples", "-n", min=1, max=64)] = None,
    max_length: Annotated[
        int | None, typer.Option("--max-length", min=1, help="Tokens of prompt and text together.")
    ] = None,
    model: Model = None,
    adapter: Adapter = None,
    server: Server = None,
    key_stdin: KeyStdin = False,
    loading: Loading = NOTHING,
    sampling: Sampling = COMPLETION,
) -> None:
    """Let a model go on with a text, without a chat around it."""
    from desktop_llm import cli_chat

    if preset is not None:
        chosen = _preset(preset)
        prompt = prompt if prompt is not None else chosen.prompt
        num_samples = num_samples or chosen.num_samples
        max_length = max_length or chosen.max_length
    if max_length and sampling.max_new_tokens == COMPLETION.max_new_tokens:
        sampling = replace(sampling, max_new_tokens=max_length)  # it is the only limit then
    key = key_on_stdin(key_stdin, prompt)
    said = _prompt(session, prompt)
    if said is None or (prompt is None and not said):
        raise typer.BadParameter("Give a text to go on with.", param_hint="PROMPT")
    samples = num_samples or 1
    request = GenerationRequest(
        new_id(), prompt=said, sampling=sampling, num_samples=samples, max_length=max_length
    )
    with cli_chat.Talk(session, _writer(session, server, model, adapter), key, loading) as talk:
        cli_chat.complete(session, talk, request)


def _writer(
    session: Session, server: str | None, model: str | None, adapter: Path | None
) -> ModelSource:
    """Who answers: one of the models here, or of a server."""
    from desktop_llm.cli_runs import choose_writer

    if server is None:
        return choose_writer(session, model, adapter)
    if adapter is not None:
        raise typer.BadParameter("A server gets no adapter.", param_hint="--adapter")
    return served_model(server, model)


def _preset(name: str) -> Preset:
    from desktop_llm.cli_chat import PRESETS

    if name not in PRESETS:
        known = ", ".join(PRESETS)
        raise typer.BadParameter(f"“{name}” is none of: {known}.", param_hint="--preset")
    return PRESETS[name]


def _prompt(session: Session, given: str | None) -> str | None:
    """The prompt, from stdin where that is meant; None for a conversation in the terminal."""
    if given is None and watched(sys.stdin):
        if session.json or not watched(sys.stdout):
            raise typer.BadParameter("Give a prompt, or “-” for stdin.", param_hint="PROMPT")
        return None
    if given not in (None, "-"):
        return readable(str(given))
    return piped()


add_ask_commands(app)
add_training_commands(app)  # the help shows commands in this order
add_model_commands(app)


@command(app, "serve")
def serve(
    session: Session,
    model: Model = None,
    adapter: Adapter = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")
    ] = DEFAULT_PORT,
    origin: Annotated[
        list[str] | None,
        typer.Option("--origin", help="A page in a browser that may ask; repeatable."),
    ] = None,
    key_file: Annotated[
        Path | None, typer.Option("--key-file", help="Holds the key; made if it is not there.")
    ] = None,
    print_key: Annotated[bool, typer.Option("--print-key", help="Print the key.")] = False,
    loading: Loading = NOTHING,
) -> None:
    """Let other programs on this computer use a model, by OpenAI's protocol, until Ctrl+C."""
    from desktop_llm import cli_runs, cli_serving

    source = cli_runs.choose_writer(session, model, adapter)
    cli_serving.serve(session, source, port, tuple(origin or ()), key_file, print_key, loading)


@command(app, "doctor")
def doctor(session: Session) -> None:
    """Check this installation and say what is missing."""
    from desktop_llm.doctor import examine

    findings = examine(session)
    session.answer(findings.as_json(), str(findings))


@command(app, "launcher")
def launcher(
    session: Session,
    remove: Annotated[bool, typer.Option("--remove", help="Take it away.")] = False,
) -> None:
    """Put an icon to double-click where the system expects it."""
    from desktop_llm.core.launcher import install_launcher, remove_launcher

    if remove:
        gone = [str(path) for path in remove_launcher()]
        session.answer(
            {"removed": gone}, "The launcher was removed." if gone else "There was none."
        )
        return
    made = install_launcher()
    session.answer(
        {"path": str(made)}, f"Double-click {made}, or look for Desktop LLM in the menu."
    )


@command(bench, "start")
def bench_start(session: Session, runs: Runs = 7) -> None:
    """Time until the window is on screen, and its memory."""
    from desktop_llm.bench.start import measure

    report(session, lambda tell: measure(session.paths, runs, tell))


@command(bench, "ui")
def bench_ui(session: Session, model: Model = None) -> None:
    """Pauses of the window while the engine loads and writes; long conversations."""
    from desktop_llm.bench.ui import measure
    from desktop_llm.cli_chat import choose_model

    source = choose_model(session, model)
    report(session, lambda tell: measure(session.paths, source, tell))


add_bench_generate(bench)


@command(bench, "models")
def bench_models(session: Session, model: Model = None) -> None:
    """A thousand models listed, files hashed, and results of a search scrolled."""
    from desktop_llm.bench.models import measure
    from desktop_llm.cli_chat import choose_model

    source = choose_model(session, model)
    report(session, lambda tell: measure(session.paths, source, tell))


@command(bench, "train")
def bench_train(
    session: Session,
    task: Annotated[TaskName, typer.Option("--task", help="What is learned.")] = "sft",
    model: Model = None,
    data: Annotated[Path | None, typer.Option("--data", help="Without: the sample.")] = None,
    fill: Fill = None,
    rows: Annotated[int, typer.Option("--rows", min=0, help="The first so many; 0: all.")] = 0,
    steps: Annotated[int, typer.Option("--steps", min=0, help="0: what the task needs.")] = 0,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Repetitions.")] = 3,
) -> None:
    """Time of training until it is as good as a plain script gets, which runs beside it."""
    from desktop_llm.bench.train import job_for, measure
    from desktop_llm.cli_chat import choose_model
    from desktop_llm.cli_runs import data_spec
    from desktop_llm.core.paths import resource

    source = choose_model(session, model)
    spec = data_spec([data or resource("sample_data") / "pip_of_the_lighthouse.jsonl"], fill=fill)
    job = job_for(task, source, spec, rows, steps)
    report(session, lambda tell: measure(job, seeds, tell))


@command(app, "engine-worker", hidden=True)
def engine_worker(session: Session) -> None:
    """The engine process; started by the app itself."""
    from desktop_llm.server.process import main

    main()
