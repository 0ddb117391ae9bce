"""All prompt forms, and the request that one makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from desktop_llm.core.generation import ChatMessage, GenerationRequest
from desktop_llm.forms.form import (
    Choice,
    Form,
    Input,
    completed,
    problems,
    prompt,
)
from desktop_llm.forms.reading_forms import (
    EXTRACT,
    QUESTION,
    REWRITE,
    SENTIMENT,
    SUMMARISE,
    TRANSLATE,
)
from desktop_llm.forms.writing_forms import COMPLETE, PROGRAM, WRITE

__all__ = [
    "Choice",
    "Form",
    "Input",
    "completed",
    "find",
    "forms",
    "problems",
    "prompt",
    "samples",
    "shaped",
]

_FORMS = (
    *(TRANSLATE, SUMMARISE, QUESTION, SENTIMENT, REWRITE, EXTRACT),
    *(WRITE, PROGRAM, COMPLETE),
)


def forms() -> tuple[Form, ...]:
    """In the order in which they are shown."""
    return _FORMS


def find(form_id: str) -> Form | None:
    """The form with this id; None if it is of another version of the app."""
    return next((form for form in _FORMS if form.id == form_id), None)


def samples(form: Form, inputs: Mapping[str, str]) -> int:
    """How many answers are wanted at once."""
    return int(completed(form, inputs).get("sequences", 1))


def shaped(
    request: GenerationRequest, form: Form, inputs: Mapping[str, str], prompt: str
) -> GenerationRequest:
    """`request` as `form` wants it: with its sampling and, if it is raw, without a chat.

    `prompt` is what the person sent, whose edits count. The seed and the stop strings of `request`
    stay: a person chose them.
    """
    chosen = request.sampling
    sampling = replace(form.sampling, seed=chosen.seed, stop_strings=chosen.stop_strings)
    if not form.raw:
        return replace(request, sampling=sampling, messages=_told(form, request.messages))
    values = completed(form, inputs)
    length = int(values["length"])
    return replace(
        request,
        messages=(),
        prompt=prompt,
        sampling=replace(sampling, max_new_tokens=length),
        max_length=length,
    )


def _told(form: Form, messages: tuple[ChatMessage, ...]) -> tuple[ChatMessage, ...]:
    if not form.system or (messages and messages[0].role == "system"):
        return messages
    return (ChatMessage("system", form.system), *messages)
