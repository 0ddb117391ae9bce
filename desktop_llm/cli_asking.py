"""Runs a prompt form in a terminal: whole, cut, or in windows; the answer is read and printed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desktop_llm import cli_chat
from desktop_llm.cli_output import Session, write
from desktop_llm.cli_runs import choose_writer, say
from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import ChatMessage, Completion, GenerationRequest, Sampling
from desktop_llm.forms.fitting import Fit, Room
from desktop_llm.forms.form import completed, instruction, prompt_language, with_text
from desktop_llm.forms.forms import Form, samples, shaped
from desktop_llm.forms.parsing import Parsed, parse
from desktop_llm.forms.windows import Partial, WindowTask


@dataclass(frozen=True)
class Ask:
    """What one command was told."""

    form: Form
    inputs: dict[str, str]
    sampling: Sampling
    edited: str = ""
    """The prompt in the person's own words, with the place for the text."""
    fit: Fit = "whole"
    window: int = 0
    overlap: int | None = None


@dataclass(frozen=True)
class Answered:
    """What came of it; `completion` is the last one."""

    text: str
    completion: Completion
    windows: int = 1
    partials: tuple[Partial, ...] = ()
    stopped: bool = False


def show_prompt(session: Session, asked: Ask) -> None:
    """The prompt, without asking anybody."""
    said = with_text(asked.form, _instruction(asked), _text(asked))
    session.answer({"form": asked.form.id, "prompt": said}, said)


def run(
    session: Session,
    asked: Ask,
    model: str | None,
    adapter: Path | None,
    loading: Mapping[str, Any],
) -> None:
    """Ask the model, and print what was read from its answer."""
    source = choose_writer(session, model, adapter)
    with cli_chat.Talk(session, source, loading=loading) as talk:
        if asked.form.raw:
            said = with_text(asked.form, _instruction(asked), _text(asked))
            cli_chat.complete(session, talk, _request(asked, said))
            return
        room = Room(
            talk.engine,
            talk.model.context_length if talk.model else 0,
            asked.sampling.max_new_tokens,
        )
        if asked.fit == "windows":
            _tell(session, asked, _by_windows(session, talk, asked, room))
            return
        counts = talk.model is None or talk.model.capabilities.counts_tokens
        text = _fitting(asked, room) if counts else _text(asked)  # else the server judges
        said = with_text(asked.form, _instruction(asked), text)
        streamed = not session.json and asked.form.output_of(asked.inputs) == "text"
        result = talk.ask(_request(asked, said), cli_chat.Printer() if streamed else None)
        completion = result.completions[0]
        stopped = completion.record.stop_reason == "stopped"
        _tell(session, asked, Answered(completion.text, completion, stopped=stopped), streamed)


def _instruction(asked: Ask) -> str:
    language = prompt_language(asked.form, asked.inputs)
    return asked.edited or instruction(asked.form, asked.inputs, language)


def _text(asked: Ask) -> str:
    place = asked.form.text_input
    return completed(asked.form, asked.inputs)[place.name] if place else ""


def _fitting(asked: Ask, room: Room) -> str:
    """The text, or as much of it as was wanted. Raises TextTooLong if it does not fit."""
    written, text = _instruction(asked), _text(asked)
    if asked.fit == "start":
        return room.start(written, text)
    if asked.fit == "end":
        return room.end(written, text)
    room.check(with_text(asked.form, written, text))
    return text


def _request(asked: Ask, said: str) -> GenerationRequest:
    form = replace(asked.form, sampling=asked.sampling)
    messages = (ChatMessage("user", said),)
    request = GenerationRequest(
        new_id(),
        messages=messages,
        sampling=asked.sampling,
        num_samples=samples(form, asked.inputs),
    )
    return shaped(request, form, asked.inputs, said)


def _by_windows(session: Session, talk: cli_chat.Talk, asked: Ask, room: Room) -> Answered:
    """One window after the other, until the end or Ctrl+C."""
    task = WindowTask.of(asked.form, asked.inputs, edited=asked.edited)
    machine = room.windows(task, _text(asked), asked.window, asked.overlap)
    stop, completion = threading.Event(), None
    with cli_chat.stopped_by(stop, signal.SIGINT), session.status("Reading …") as shown:
        step = machine.next()
        while step and not stop.is_set():
            if shown:
                shown.update(f"{step.title} …")
            sampling = replace(asked.sampling, max_new_tokens=step.max_new_tokens)
            request = GenerationRequest(
                new_id(), messages=step.messages, sampling=sampling, stop=stop
            )
            completion = talk.ask(request, None).completions[0]
            step = machine.next(completion.text)
    if completion is None:
        raise KeyboardInterrupt
    text = "" if stop.is_set() else machine.result or ""
    return Answered(text, completion, machine.windows, machine.partials, stop.is_set())


def _tell(session: Session, asked: Ask, answered: Answered, streamed: bool = False) -> None:
    """For a program all of it, for a person what was asked for, or as far as it came."""
    parsed = parse(asked.form, asked.inputs, answered.text)
    problem = "" if parsed.problem is None else str(parsed.problem)
    if answered.stopped:
        problem = "You stopped it; this is what there is."
    if session.json:
        session.answer(_facts(asked, answered, parsed, problem), "")
        return
    if answered.stopped and answered.partials:
        write("\n".join(f"[{each.title}]\n{each.text.strip()}\n" for each in answered.partials))
    elif not streamed:
        write(_words(parsed) + "\n")
    if problem:
        say([problem])


def _facts(asked: Ask, answered: Answered, parsed: Parsed, problem: str) -> dict[str, Any]:
    return {
        "form": asked.form.id,
        **cli_chat.figures(answered.completion),
        "text": answered.text,
        "value": parsed.value,
        "complies": not problem,
        "problem": problem,
        "windows": answered.windows,
        "partials": [{"step": str(each.title), "text": each.text} for each in answered.partials],
    }


def _words(parsed: Parsed) -> str:
    """What was asked for; the answer as it is, if it was not given."""
    if not parsed.complies:
        return parsed.answer.strip()
    if isinstance(parsed.value, dict):
        return f"{parsed.value['label']} {parsed.value['score']:.2f}"
    if isinstance(parsed.value, list):
        return "\n".join(f"- {item}" for item in parsed.value) or "Nothing was found."
    return str(parsed.value)
