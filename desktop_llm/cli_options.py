"""Options that commands share, and the decorator that adds them to a command."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer

from desktop_llm.cli_output import Session
from desktop_llm.core.generation import Sampling, Weights

DEFAULT = Sampling()
COMPLETION = Sampling(max_new_tokens=200)
MAX_SEED = 2**63 - 1

SETTINGS: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,  # plain text: an error is one line, whatever the terminal's width
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""What all groups of commands have in common."""

Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A model's name, its folder, a .gguf file, “starter”, or remote:SERVER/MODEL.",
    ),
]
Adapter = Annotated[Path | None, typer.Option("--adapter", help="A PEFT folder or a run folder.")]
WeightsOption = Annotated[
    Weights | None, typer.Option("--weights", help="Exact, or rounded to fewer bits.")
]
EngineOption = Annotated[
    Literal["auto", "transformers", "llama.cpp"] | None,
    typer.Option("--engine", help="What runs a .gguf file."),
]
Runs = Annotated[int, typer.Option("--runs", min=1, help="Repetitions; the median counts.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Use no network.")]

Loading = dict[str, Any]
"""What was said of `LoadOptions`, by field."""
NOTHING: Loading = {}

Options = dict[str, tuple[Any, Any]]
"""The type of an option with its annotation, and its default, by parameter."""

_COMMON: Options = {
    "as_json": (
        Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")],
        False,
    ),
    "data_dir": (DataDir, None),
    "offline": (Offline, False),
}
_LOADING: Options = {"weights": (WeightsOption, None), "engine": (EngineOption, None)}
_SAMPLING: Options = {
    "temperature": (
        Annotated[float, typer.Option(min=0, max=100, help="0 is greedy.")],
        DEFAULT.temperature,
    ),
    "top_p": (Annotated[float, typer.Option(min=0, max=1)], DEFAULT.top_p),
    "top_k": (Annotated[int, typer.Option(min=0, help="0 switches it off.")], DEFAULT.top_k),
    "min_p": (Annotated[float, typer.Option(min=0, max=1)], DEFAULT.min_p),
    "repetition_penalty": (
        Annotated[float, typer.Option(min=0.01, max=10)],
        DEFAULT.repetition_penalty,
    ),
    "max_new_tokens": (
        Annotated[int, typer.Option("--max-tokens", min=1, help="New tokens at most.")],
        DEFAULT.max_new_tokens,
    ),
    "stop_strings": (
        Annotated[list[str] | None, typer.Option("--stop", help="End at this text; repeatable.")],
        None,
    ),
    "seed": (
        Annotated[int | None, typer.Option(min=0, max=MAX_SEED, help="Same seed, same text.")],
        None,
    ),
}


def training_options() -> Options:
    """An option for every hyper-parameter; without it the preset's value holds."""
    from desktop_llm.training.job import TrainingSettings
    from desktop_llm.training.presets import FIELDS

    kinds = get_type_hints(TrainingSettings)
    options: Options = {}
    for field in FIELDS:
        if field.name == "sample_prompts":
            option = typer.Option("--sample-prompt", help="Answered while it learns; repeatable.")
            options[field.name] = (Annotated[list[str] | None, option], None)
            continue
        words = f"{field.title} ({field.unit})" if field.unit else str(field.title)
        words += f". 0: {str(field.zero).lower()}" if field.zero else ""
        option = typer.Option(min=field.minimum, max=field.maximum, help=words + ".")
        options[field.name] = (Annotated[kinds[field.name] | None, option], None)
    return options


def command(
    group: typer.Typer, name: str, hidden: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a command: adds the options that all commands have, and tells errors.

    The function gets a `Session` first, made of those options; one with a parameter `sampling` gets
    the options of sampling, too, with the values of its default. One with a parameter `settings`
    gets those of training, and one with `loading` those of loading a model for this run: a dict of
    what was said.
    """

    def register(body: Callable[..., None]) -> Callable[..., None]:
        def run(as_json: bool, data_dir: Path | None, offline: bool, **own: Any) -> None:
            session = Session.open(data_dir, as_json, offline)
            if samples:
                own["sampling"] = _sampling({key: own.pop(key) for key in _SAMPLING})
            for name, options in said.items():
                given = {key: own.pop(key) for key in options}
                own[name] = {key: value for key, value in given.items() if value is not None}
            with session.told_errors():
                body(session, **own)

        own = dict(list(inspect.signature(body, eval_str=True).parameters.items())[1:])
        samples = own.pop("sampling", None)
        said = {"settings": training_options()} if own.pop("settings", None) else {}
        said |= {"loading": _LOADING} if own.pop("loading", None) else {}
        options = {key: each for some in said.values() for key, each in some.items()} | _COMMON
        if samples:
            usual = vars(samples.default) | {"stop_strings": None}
            options = {name: (_SAMPLING[name][0], usual[name]) for name in _SAMPLING} | options
        run.__signature__ = _signature(own, options)  # type: ignore[attr-defined]
        run.__annotations__ = {}
        group.command(name, help=body.__doc__, hidden=hidden)(run)
        return body

    return register


def _signature(own: dict[str, inspect.Parameter], options: Options) -> inspect.Signature:
    """The parameters of a command's own, then an option for each of `options`."""
    kind = inspect.Parameter.KEYWORD_ONLY
    added = (
        inspect.Parameter(name, kind, default=default, annotation=annotation)
        for name, (annotation, default) in options.items()
    )
    return inspect.Signature([*(each.replace(kind=kind) for each in own.values()), *added])


def _sampling(chosen: dict[str, Any]) -> Sampling:
    stops = tuple(readable(text) for text in chosen.pop("stop_strings") or () if text)
    return Sampling(**chosen, stop_strings=stops)


def piped() -> str:
    """All of standard input, without the line end that `echo` adds."""
    try:
        said = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise typer.BadParameter("Standard input is not UTF-8 text.", param_hint="-") from error
    return said.removesuffix("\n").removesuffix("\r")


def readable(text: str) -> str:
    """An argument as text that can be sent on: bytes that were no characters are replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
