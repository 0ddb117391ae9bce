"""The prompt forms as commands: `desktop-llm ask translate --to French "Good morning"`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop_llm.cli_options import (
    NOTHING,
    SETTINGS,
    Adapter,
    Loading,
    Model,
    command,
    piped,
    readable,
)
from desktop_llm.cli_output import Session, watched
from desktop_llm.core.generation import Sampling
from desktop_llm.core.text import columns
from desktop_llm.forms.fitting import Fit
from desktop_llm.forms.forms import Form, Input, forms, problems

ask = typer.Typer(help="Translate, summarise, extract …: a prompt for each.", **SETTINGS)


def add_commands(app: typer.Typer) -> None:
    """Make everything here part of `app`."""
    app.add_typer(ask, name="ask", no_args_is_help=True)


@command(ask, "list")
def list_forms(session: Session) -> None:
    """All of them, with what can be entered."""
    facts = [
        {
            "id": form.id,
            "title": str(form.title),
            "help": str(form.help),
            "output": form.output,
            "inputs": [_input_facts(each) for each in form.inputs],
        }
        for form in forms()
    ]
    rows = [(form.id, " ".join(_usage(form)), str(form.help)) for form in forms()]
    session.answer({"forms": facts}, columns([("FORM", "INPUTS", ""), *rows]))


def _input_facts(each: Input) -> dict[str, Any]:
    return {
        "name": each.name,
        "title": str(each.title),
        "kind": each.kind,
        "choices": [choice.value for choice in each.choices],
        "own_words": each.free or each.kind in ("text", "long"),
        "default": each.default,
    }


def _usage(form: Form) -> list[str]:
    main = _main_input(form)
    options = [f"--{each.name}" for each in form.inputs if each is not main]
    return [*options, main.name.upper()]


def _main_input(form: Form) -> Input:
    """What is given without an option: the text, or what to write about."""
    return form.text_input or form.inputs[-1]


def _register(form: Form) -> None:
    """Make `form` a command with an option for each of its inputs."""
    main = _main_input(form)

    def body(session: Session, sampling: Sampling, **said: Any) -> None:
        inputs = {
            each.name: readable(str(said.pop(f"input_{each.name}") or ""))
            for each in form.inputs
            if each is not main
        }
        shown = said.pop("show_prompt")
        source = said.pop("model"), said.pop("adapter"), said.pop("loading")
        inputs[main.name] = _text(session, said.pop("text"), said.pop("file"))
        edited = readable(said.pop("prompt") or "")
        _check(form, main, inputs)
        from desktop_llm import cli_asking

        asked = cli_asking.Ask(form, inputs, sampling, edited, **said)
        if shown:
            cli_asking.show_prompt(session, asked)
        else:
            cli_asking.run(session, asked, *source)

    body.__doc__ = str(form.help)
    body.__signature__ = inspect.Signature(_parameters(form, main))  # type: ignore[attr-defined]
    command(ask, form.id)(body)


def _parameters(form: Form, main: Input) -> list[inspect.Parameter]:
    options: dict[str, tuple[Any, Any]] = {
        "session": (Session, inspect.Parameter.empty),
        "text": (
            Annotated[
                str | None,
                typer.Argument(metavar=main.name.upper(), help="“-” reads it from stdin."),
            ],
            None,
        ),
        "file": (
            Annotated[Path | None, typer.Option("--file", help="Read it from this file.")],
            None,
        ),
    }
    for each in form.inputs:
        if each is not main:
            option = typer.Option(f"--{each.name}", help=_help(each), show_default=True)
            options[f"input_{each.name}"] = (Annotated[str | None, option], each.default or None)
    options |= _PROMPT
    if not form.raw and form.text_input:
        options |= _FITTING
    options |= {"model": (Model, None), "adapter": (Adapter, None)}
    options["loading"] = (Loading, NOTHING)
    options["sampling"] = (Sampling, form.sampling)
    kind = inspect.Parameter.KEYWORD_ONLY
    return [
        inspect.Parameter(name, kind, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    ]


_PROMPT: dict[str, tuple[Any, Any]] = {
    "prompt": (
        Annotated[
            str | None,
            typer.Option("--prompt", help="Your own prompt; the text goes where {text} is."),
        ],
        None,
    ),
    "show_prompt": (
        Annotated[bool, typer.Option("--show-prompt", help="Print it and ask nobody.")],
        False,
    ),
}
_FITTING: dict[str, tuple[Any, Any]] = {
    "fit": (
        Annotated[
            Fit,
            typer.Option(
                "--fit",
                help="A text that is too long: only its start or its end, or windows over it.",
            ),
        ],
        "whole",
    ),
    "window": (
        Annotated[int, typer.Option("--window", min=0, help="Tokens; 0: as large as fits.")],
        0,
    ),
    "overlap": (
        Annotated[int | None, typer.Option("--overlap", min=0, help="Tokens; else an eighth.")],
        None,
    ),
}


def _help(each: Input) -> str:
    names = ", ".join(choice.value for choice in each.choices)
    parts = [str(each.help) if each.help else f"{each.title}."]
    parts += [f"One of: {names}{', or your own words' if each.free else ''}."] if names else []
    return " ".join(parts)


def _text(session: Session, given: str | None, file: Path | None) -> str:
    """The text from the command, a file, or standard input."""
    if file is not None:
        if given is not None:
            raise typer.BadParameter("Give a text or a file, not both.", param_hint="--file")
        from desktop_llm.documents.reading import read_document

        return read_document(file.expanduser()).text
    if given is None and watched(sys.stdin):
        raise typer.BadParameter("Give it, or --file, or “-” for stdin.", param_hint="TEXT")
    return piped() if given in (None, "-") else readable(str(given))


def _check(form: Form, main: Input, inputs: Mapping[str, str]) -> None:
    """Raises BadParameter for the first input that cannot be used."""
    for name, problem in problems(form, inputs).items():
        hint = name.upper() if name == main.name else f"--{name}"
        raise typer.BadParameter(str(problem), param_hint=hint)


for _form in forms():
    _register(_form)
