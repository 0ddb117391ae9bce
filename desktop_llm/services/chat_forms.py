"""What a prompt form makes of the request for an answer to its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from desktop_llm.core.conversation import Message
from desktop_llm.core.generation import GenerationRequest
from desktop_llm.forms import forms
from desktop_llm.forms.form import Form


def form_of(path: Sequence[Message]) -> Form | None:
    """The form by which the last question of `path` was written."""
    question = _question(path)
    return forms.find(question.form.form) if question and question.form else None


def as_form_wants(request: GenerationRequest, path: Sequence[Message]) -> GenerationRequest:
    """`request` for an answer to the last question of `path`."""
    form, question = form_of(path), _question(path)
    if form is None or question is None or question.form is None:
        return request
    shaped = forms.shaped(request, form, question.form.inputs, raw_prompt(path))
    return replace(shaped, continue_last=request.continue_last and not form.raw)


def raw_prompt(path: Sequence[Message]) -> str:
    """The beginning of a text that the model goes on with: the last question and its answer."""
    question = _question(path)
    begin = path.index(question) if question else 0
    return "".join(message.content for message in path[begin:])


def _question(path: Sequence[Message]) -> Message | None:
    return next((message for message in reversed(path) if message.role == "user"), None)
