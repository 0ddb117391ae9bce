"""`bench generate`: our engine by itself, or beside others (`--against`)."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

import typer

from desktop_llm.cli_options import Model, Runs, command
from desktop_llm.cli_output import Session, write
from desktop_llm.core.errors import ExpectedError, to_wire
from desktop_llm.core.generation import ModelSource, Weights

if TYPE_CHECKING:
    from desktop_llm.bench.compare import Plan
    from desktop_llm.bench.race import Step

Isa = Literal["native", "avx2"]
Rival = Literal["stock", "llamacpp", "none"]
GIVEN_UP = 130


NewTokens = Annotated[
    int, typer.Option("--new-tokens", "--tokens", min=8, help="New tokens of each run.")
]
Against = Annotated[
    str | None, typer.Option("--against", help="Beside stock, llamacpp, both (a,b) or none.")
]
OurSettings = Annotated[str, typer.Option("--settings", help="Of ours: exact, 8-bit, 4-bit, auto.")]
Lengths = Annotated[str, typer.Option("--prompt-tokens", help="Lengths of the prompts.")]
IsaName = Annotated[str, typer.Option("--isa", help="native, or avx2: as on most laptops.")]
Guessing = Annotated[bool, typer.Option("--speculation", help="Let ours guess tokens.")]
Judged = Annotated[
    int, typer.Option("--perplexity-tokens", min=0, help="Of held-out text; 0: none.")
]
FollowUp = Annotated[
    bool, typer.Option(help="Also the next turn of a conversation of 4,000 tokens.")
]
Progress = Annotated[
    bool, typer.Option("--progress", hidden=True, help="Tell each step as a line.")
]


def add_commands(bench: typer.Typer) -> None:
    """Add `bench generate`."""
    command(bench, "generate")(bench_generate)


def bench_generate(
    session: Session,
    model: Model = None,
    runs: Runs = 5,
    tokens: NewTokens = 128,
    against: Against = None,
    weights: OurSettings = "exact,8-bit,4-bit",
    lengths: Lengths = "64,512,2048,4096",
    isa: IsaName = "native",
    speculation: Guessing = False,
    judged: Judged = 2048,
    follow_up: FollowUp = True,
    progress: Progress = False,
) -> None:
    """Speed of the engine alone, in its process, and seen through the window.

    With --against: the engine beside others, with the same weights and prompts.
    """
    from desktop_llm.cli_chat import choose_model

    if progress:
        end_with_stdin(session)
    source = choose_model(session, model)
    if against is None:
        from desktop_llm.bench.generate import measure

        report(session, lambda tell: measure(session.paths, source, runs, tokens, tell))
        return
    from desktop_llm.bench.compare import Plan

    rivals = _names(against, get_args(Rival), "--against")
    kept = cast(tuple[Weights, ...], _names(weights, get_args(Weights), "--settings"))
    held = cast(Isa, _names(isa, get_args(Isa), "--isa")[0])
    shape = _lengths(lengths), tokens, runs, held, speculation, judged, follow_up
    _compare(session, source, Plan(rivals, kept, *shape), progress)


def _compare(session: Session, source: ModelSource, plan: Plan, progress: bool) -> None:
    from desktop_llm.bench import compare

    def told(tell: Callable[[str], None]) -> Any:
        def on_step(step: Step) -> None:
            if progress:
                _write_line(step=vars(step))
            tell(f"{step} ({step.fraction:.0%})")

        return compare.measure(session.paths, source, plan, on_step)

    try:
        report(session, told)
    except ExpectedError as error:
        if progress:
            _write_line(error=to_wire(error), words=str(error))
        raise


def _write_line(**fields: Any) -> None:
    write(json.dumps(fields) + "\n")


def report(session: Session, measure: Callable[[Callable[[str], None]], Any]) -> None:
    """Measure, which takes minutes, and answer with the figures."""
    with session.status("Measuring …") as shown:
        found = measure(lambda words: shown.update(f"Measuring: {words} …") if shown else None)
    session.answer(found.as_json(), str(found))


def end_with_stdin(session: Session) -> None:
    """Whoever reads the steps ends the measurement by closing our stdin, or by its own death."""
    from desktop_llm.bench.compare import scratch_place

    def wait() -> None:
        while os.read(0, 4096):  # not by way of sys.stdin, which Python wants for itself at its end
            pass
        shutil.rmtree(scratch_place(session.paths), ignore_errors=True)
        os._exit(GIVEN_UP)  # the engines' processes end with their pipes

    threading.Thread(target=wait, name="Stdin", daemon=True).start()


def _names(text: str, known: Sequence[str], option: str) -> tuple[str, ...]:
    """Names with commas between them, each one of `known`."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if unknown := [name for name in found if name not in known]:
        raise typer.BadParameter(
            f"“{unknown[0]}” is none of: {', '.join(known)}.", param_hint=option
        )
    if not found:
        raise typer.BadParameter(f"Give some of: {', '.join(known)}.", param_hint=option)
    return found


def _lengths(text: str) -> tuple[int, ...]:
    from desktop_llm.bench.compare import lengths_of

    try:
        return lengths_of(text)
    except ValueError:
        raise typer.BadParameter(
            f"“{text}” is no list of numbers such as 64,512.", param_hint="--prompt-tokens"
        ) from None
