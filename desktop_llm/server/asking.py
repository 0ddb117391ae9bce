"""From what a client asks to requests for the engine, within what the model can."""

from __future__ import annotations

import json
from pathlib import Path

from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import (
    ChatMessage,
    GenerationRequest,
    LoadedModel,
    ModelSource,
    Sampling,
)
from desktop_llm.core.json_schema import read_schema
from desktop_llm.server.failures import Refusal
from desktop_llm.server.schema import (
    ChatRequest,
    CompletionRequest,
    JsonSchemaFormat,
    Message,
    PlainFormat,
    Request,
)

ANY_MODEL = "default"
"""A name for whatever model is loaded, beside its own."""

ANY_OBJECT = '{"type": "object"}'
SEEDS = 2**62
"""Samples count up from their seed, and random generators take 64 bits."""

USUAL_COMPLETION = 16
"""New tokens of a completion that says nothing about it; a chat may use all of the context."""


def served_name(source: ModelSource) -> str:
    """What clients call a model: its name, but never the path of a folder or file."""
    name = Path(source.name)
    file = source.convert_from or source.path
    typed = name.is_absolute() or source.name[:1] in "./~\\"
    if typed or (len(name.parts) > 1 and file.parts[-len(name.parts) :] == name.parts):
        return name.name
    return source.name


def check_model(asked: str, loaded: LoadedModel) -> None:
    """Raise a Refusal unless `asked` is what is loaded: another model would answer otherwise."""
    here = served_name(loaded.source)
    if asked not in (here, ANY_MODEL):
        raise Refusal(
            404, f"The model that is loaded is “{here}”; no other one answers.", "model_not_found"
        )


def chat_request(asked: ChatRequest, loaded: LoadedModel) -> GenerationRequest:
    """The request of a chat. Raises a Refusal for what the model or its engine cannot do.

    And SchemaUnusable for a schema that nothing can be held to.
    """
    _check_stream(asked)
    if asked.top_logprobs is not None and not asked.logprobs:
        raise Refusal(400, "“top_logprobs” needs “logprobs”.", "invalid_value", "top_logprobs")
    top = (asked.top_logprobs or 0) if asked.logprobs else None
    if asked.max_tokens and asked.max_completion_tokens:
        message = "Give “max_tokens” or “max_completion_tokens”, not both."
        raise Refusal(400, message, "invalid_value", "max_tokens")
    limit = asked.max_completion_tokens or asked.max_tokens or loaded.context_length
    thinks = asked.reasoning_effort not in ("none", "minimal") if asked.reasoning_effort else None
    return GenerationRequest(
        id=new_id(),
        messages=tuple(_turn(message) for message in asked.messages),
        sampling=_sampling(asked, loaded, limit),
        num_samples=asked.n or 1,
        top_logprobs=_logprobs(top, loaded),
        thinking=thinks,
        json_schema=_json_schema(asked.response_format, loaded),
    )


def completion_requests(asked: CompletionRequest, loaded: LoadedModel) -> list[GenerationRequest]:
    """A request for each prompt. Raises a Refusal for what the engine cannot do."""
    _check_stream(asked)
    prompts = [asked.prompt] if isinstance(asked.prompt, str) else asked.prompt
    return [
        GenerationRequest(
            id=new_id(),
            prompt=prompt,
            sampling=_sampling(asked, loaded, asked.max_tokens or USUAL_COMPLETION),
            num_samples=asked.n or 1,
            top_logprobs=_logprobs(asked.logprobs, loaded),
        )
        for prompt in prompts
    ]


def _check_stream(asked: Request) -> None:
    if asked.stream_options and not asked.stream:
        message = "“stream_options” is only for streams."
        raise Refusal(400, message, "invalid_value", "stream_options")


def _turn(message: Message) -> ChatMessage:
    role = "system" if message.role == "developer" else message.role
    return ChatMessage(role, message.text, message.reasoning_content or "")


def _sampling(asked: Request, loaded: LoadedModel, limit: int) -> Sampling:
    """OpenAI's defaults, which change nothing of what the model says."""
    stops = [asked.stop] if isinstance(asked.stop, str) else asked.stop or []
    return Sampling(
        temperature=1.0 if asked.temperature is None else asked.temperature,
        top_p=1.0 if asked.top_p is None else asked.top_p,
        top_k=asked.top_k or 0,
        min_p=asked.min_p or 0.0,
        repetition_penalty=asked.repetition_penalty or 1.0,
        max_new_tokens=min(limit, loaded.context_length),
        stop_strings=tuple(stops),
        seed=None if asked.seed is None else asked.seed % SEEDS,
    )


def _logprobs(top: int | None, loaded: LoadedModel) -> int | None:
    if top is not None and not loaded.capabilities.logprobs:
        message = "The engine of this model gives no log-probabilities."
        raise Refusal(400, message, "unsupported", "logprobs")
    return top


def _json_schema(asked: PlainFormat | JsonSchemaFormat | None, loaded: LoadedModel) -> str:
    if asked is None or asked.type == "text":
        return ""
    if not loaded.capabilities.json_schema:
        message = "The engine of this model cannot hold answers to JSON or a JSON schema."
        raise Refusal(400, message, "unsupported", "response_format")
    if isinstance(asked, JsonSchemaFormat):
        schema = json.dumps(asked.json_schema.schema_, ensure_ascii=False)
        schema = schema.encode(errors="replace").decode()
        read_schema(schema)
        return schema
    return ANY_OBJECT
