"""Chatting and completing in a terminal: one engine process for one command."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import typer

from desktop_llm.cli_output import Session, error_console, watched, write
from desktop_llm.cli_remote import with_key
from desktop_llm.core.conversation import new_id
from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    ChatMessage,
    Completion,
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    Sampling,
    TextChunk,
)
from desktop_llm.core.json_schema import LONGEST as LONGEST_SCHEMA
from desktop_llm.core.json_schema import read_schema
from desktop_llm.core.remote_server import PREFIX
from desktop_llm.core.settings import load_settings
from desktop_llm.engine.engine_choice import choose_engine
from desktop_llm.engine.errors import NotPossibleHere
from desktop_llm.engine.process_engine import ProcessEngine
from desktop_llm.engine.remote.errors import NotForServers
from desktop_llm.library.errors import ModelNotFound
from desktop_llm.library.models import resolve
from desktop_llm.library.registry import Registry
from desktop_llm.library.starter import NAME as STARTER

STAGES = {
    "starting": "Starting the engine",
    "checking": "Checking the model",
    "converting": "Preparing the model (once)",
    "reading": "Loading the model",
    "measuring": "Measuring this computer (once)",
    "compiling": "Preparing to write (the first time this may take half a minute)",
    "connecting": "Asking the server",
}
LOOP_HELP = "/new starts a new conversation, /quit or Ctrl+D ends. Ctrl+C stops an answer."


@dataclass(frozen=True)
class Preset:
    """What to complete, as in a well-known introduction to language models."""

    prompt: str
    num_samples: int
    max_length: int


PRESETS = {
    "hello": Preset("Hello, how are you?", 5, 50),
    "story": Preset("Once upon a time", 1, 100),
}


def new_engine() -> ProcessEngine:
    """The engine of a command; tests put another one here."""
    return ProcessEngine()


def load_options(session: Session, model: ModelSource | None = None) -> LoadOptions:
    """What the settings say about the device, and what was set for `model`."""
    settings = load_settings(session.paths.settings)
    options = settings.load_options(session.paths.cache)
    if model is None:
        return options
    return Registry.of(session.paths).get(model.name).choices.applied_to(options)


def choose_model(session: Session, name: str | None, served: bool = False) -> ModelSource:
    """The model `name`; without one the default, the last used, or the starter.

    One on a server only if `served`: it can answer, and nothing else. Raises ExpectedError.
    """
    if name:
        source = resolve(name, session.paths)
        if source.remote and not served:
            raise NotForServers
        return source
    settings = load_settings(session.paths.settings)
    for name in filter(None, (settings.default_model, settings.last_model)):
        if name.startswith(PREFIX) and not served:
            continue
        try:
            return resolve(name, session.paths)
        except ModelNotFound:
            continue  # it was removed since; the answer says which model spoke
    return resolve(STARTER, session.paths)


class Talk:
    """A model in an engine process of its own, which ends with this block."""

    def __init__(
        self,
        session: Session,
        source: ModelSource,
        key: str = "",
        loading: Mapping[str, Any] | None = None,
    ) -> None:
        """`key` is for the server of a remote model, `loading` is LoadOptions for this run."""
        self._session = session
        self._loading = loading or {}
        self._key = key
        self._source = source
        self._engine = new_engine()
        self.model: LoadedModel | None = None

    def __enter__(self) -> Talk:
        try:
            self.load()
        except BaseException:
            self._engine.kill()
            self._engine.shut_down()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._engine.shut_down()

    @property
    def engine(self) -> ProcessEngine:
        """Whom to ask about tokens."""
        return self._engine

    def load(self) -> None:
        """Load the model, showing the steps to whoever watches."""
        with self._session.status(STAGES["starting"] + " …") as shown:

            def on_progress(progress: LoadProgress) -> None:
                if shown:
                    done = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
                    shown.update(STAGES[progress.stage] + " …" + done)

            options = load_options(self._session, self._source)
            options = replace(options, **self._loading)
            _check_loading(self._source, options, self._loading)
            options = with_key(self._session, self._source, options, self._key)
            self.model = self._engine.load(self._source, self._source.adapter, options, on_progress)

    def ask(self, request: GenerationRequest, printer: Printer | None) -> GenerationResult:
        """Run `request`, streaming its text to `printer`. Ctrl+C stops it like the stop button."""
        with stopped_by(request.stop, signal.SIGINT):
            try:
                return self._engine.generate(request, printer.on_event if printer else _ignore)
            finally:
                if printer:
                    printer.end()


def _check_loading(source: ModelSource, options: LoadOptions, said: Mapping[str, Any]) -> None:
    """Raise a usage error for what was `said` without effect on this model."""
    engine = choose_engine(source, options).name
    if said.get("engine", "auto") not in ("auto", engine):
        raise typer.BadParameter(
            f"It is for .gguf files; {engine} runs this model.", param_hint="--engine"
        )
    if said.get("weights", "auto") == "auto" or engine == "transformers":
        return
    words = (
        "The server decides." if source.remote else "Add --engine transformers for a .gguf file."
    )
    raise typer.BadParameter(words, param_hint="--weights")


class Printer:
    """Streams text to stdout as it comes; the thinking before it is for people only, dimmed."""

    def __init__(self, beginning: str = "") -> None:
        self._dim = watched(sys.stdout) and watched(sys.stderr)
        self._last = beginning
        self._was_thinking = False
        if beginning:
            write(beginning)

    def on_event(self, event: GenerationEvent) -> None:
        if not isinstance(event, TextChunk) or not event.text:
            return
        if event.thinking:
            if self._dim:
                error_console().print(event.text, style="dim", end="")
                self._was_thinking = True
            return
        if self._was_thinking:
            error_console().print("\n")
            self._was_thinking = False
        write(event.text)
        self._last = event.text

    def end(self) -> None:
        """Leave the cursor at the beginning of a line."""
        if self._last and not self._last.endswith("\n"):
            write("\n")


def figures(completion: Completion) -> dict[str, Any]:
    """What `--json` tells of one completion."""
    record = completion.record
    facts: dict[str, Any] = {
        "text": completion.text,
        "model": record.model,
        "engine": record.engine,
        "device": record.device,
        "dtype": record.dtype,
        "prompt_tokens": record.prompt_tokens,
        "new_tokens": record.new_tokens,
        "ttft_s": round(record.ttft_s, 4),
        "tokens_per_s": round(record.tokens_per_s, 2),
        "stop_reason": record.stop_reason,
        "seed": record.seed,
    }
    return facts | ({"thinking": completion.thinking} if completion.thinking else {})


def read_schema_file(path: Path) -> str:
    """The JSON schema in the file at `path`. Raises SchemaUnusable or a usage error."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LONGEST_SCHEMA + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path} cannot be read.", param_hint="--json-schema") from error
    read_schema(text)
    return text


def chat_once(session: Session, talk: Talk, request: GenerationRequest) -> None:
    """One question, one answer."""
    if request.json_schema and talk.model and not talk.model.capabilities.json_schema:
        raise NotPossibleHere(talk.model.engine)
    result = talk.ask(request, None if session.json else Printer())
    if session.json:
        session.answer(figures(result.completions[0]), "")
    else:
        _tell_speed(result)


def chat_loop(session: Session, talk: Talk, system: str, sampling: Sampling) -> None:
    """A conversation in the terminal, until the person ends it."""
    if os.name != "nt":
        import readline  # noqa: F401 - line editing and history for input()
    console = error_console()
    console.print(f"{talk.model.source.title if talk.model else ''} — {LOOP_HELP}", style="dim")
    opening = [ChatMessage("system", system)] if system else []
    messages = list(opening)
    while (said := _next_line()) is not None:
        if said == "/new":
            messages = list(opening)
            console.print("A new conversation.", style="dim")
        elif said.startswith("/"):
            console.print(LOOP_HELP, style="dim")
        elif said:
            messages = _turn(talk, [*messages, ChatMessage("user", said)], sampling)


def _turn(talk: Talk, messages: list[ChatMessage], sampling: Sampling) -> list[ChatMessage]:
    """The conversation after the answer; without the question if there was none."""
    request = GenerationRequest(new_id(), messages=tuple(messages), sampling=sampling)
    try:
        result = talk.ask(request, Printer())
    except ExpectedError as error:
        error_console().print(str(error), style="yellow")
        return messages[:-1]
    _tell_speed(result)
    answer = result.completions[0].text
    return [*messages, ChatMessage("assistant", answer)] if answer else messages[:-1]


def _next_line() -> str | None:
    """What the person types next; None at the end."""
    while True:
        try:
            said = input("> ").strip()
        except EOFError:
            write("\n")
            return None
        except KeyboardInterrupt:
            write("\n")
            error_console().print(LOOP_HELP, style="dim")
            continue
        return None if said in ("/quit", "/exit") else said


def complete(session: Session, talk: Talk, request: GenerationRequest) -> None:
    """Raw completion: one sample is streamed, several are printed numbered when all are done."""
    prompt = request.prompt or ""
    streamed = not session.json and request.num_samples == 1
    result = talk.ask(request, Printer(prompt) if streamed else None)
    samples = result.completions
    numbered = "\n".join(f"{n}: {prompt}{s.text}" for n, s in enumerate(samples, 1))
    if not streamed:
        shared = {"prompt": prompt, "samples": [figures(sample) for sample in samples]}
        session.answer(shared, numbered)


def _tell_speed(result: GenerationResult) -> None:
    if not (watched(sys.stdout) and watched(sys.stderr)) or not result.completions:
        return
    record = result.completions[0].record
    words = f"{record.new_tokens} tokens, {record.tokens_per_s:.1f} per second, on {record.device}"
    error_console().print(words, style="dim")


def _ignore(event: GenerationEvent) -> None:
    """Nobody reads along."""


@contextmanager
def stopped_by(stop: threading.Event, *signals: signal.Signals) -> Iterator[None]:
    """The first of `signals` sets `stop`, so that what there is can be kept; the second ends all.

    On the main thread only.
    """

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
