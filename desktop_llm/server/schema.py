"""What clients may ask for, after OpenAI's API reference; anything else is refused by name.

What this server cannot do is no field here, so that it is refused and not ignored. Clients spell
out defaults, though: such a field may come with a value that changes nothing (`NEUTRAL`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

MAX_CHOICES = 4
MAX_STOPS = 16
MAX_PROMPTS = 8
MAX_TEXTS = 2048
MAX_TOKENS = 10_000_000
MAX_RIVALS = 20

UNSUPPORTED = frozenset(
    {"tools", "tool_choice", "tool_calls", "tool_call_id", "functions", "function_call"}
    | {"parallel_tool_calls", "modalities", "audio", "prediction", "web_search_options"}
    | {"logit_bias", "presence_penalty", "frequency_penalty", "best_of", "echo", "suffix"}
    | {"store", "dimensions", "annotations", "refusal", "name"}
)
HARMLESS = frozenset(
    {"user", "metadata", "service_tier", "safety_identifier"}
    | {"prompt_cache_key", "prompt_cache_retention"}
)
"""Of interest to a service with accounts only."""

NEUTRAL: tuple[Any, ...] = (None, False, 0, [], {}, "none")


def _whole_characters(text: str) -> str:
    """JSON can spell half characters, which no tokenizer takes."""
    return text.encode(errors="replace").decode()


Words = Annotated[str, AfterValidator(_whole_characters)]
StopText = Annotated[Words, StringConstraints(min_length=1, max_length=256)]
Stop = StopText | Annotated[list[StopText], Field(max_length=MAX_STOPS)]


class Strict(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_changes_nothing(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {name: value for name, value in data.items() if not _changes_nothing(name, value)}


def _changes_nothing(name: str, value: Any) -> bool:
    if name in HARMLESS or (name == "best_of" and value == 1):
        return True
    return name in UNSUPPORTED and any(value == neutral for neutral in NEUTRAL)


class TextPart(Strict):
    """A piece of a message; pictures and sound are not understood."""

    type: Literal["text"]
    text: Words


class Message(Strict):
    """A turn. A developer's is the system's; what an assistant thought is its template's matter."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Words | list[TextPart] | None = None
    reasoning_content: Words | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(Strict):
    """What a stream tells beside the text."""

    include_usage: bool = False
    include_obfuscation: bool | None = None
    """Ignored: it hides the lengths of words from those who watch a network; there is none."""


class SchemaFormat(Strict):
    """A JSON schema by name."""

    name: str = ""
    description: str | None = None
    schema_: Annotated[dict[str, Any], Field(alias="schema")]
    strict: bool | None = None


class PlainFormat(Strict):
    """Text, or any JSON object."""

    type: Literal["text", "json_object"]


class JsonSchemaFormat(Strict):
    """JSON that is held to a schema."""

    type: Literal["json_schema"]
    json_schema: SchemaFormat


class Request(Strict):
    """What both ways of writing have in common; `top_k` and what follows are our additions."""

    model: str
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Annotated[int, Field(ge=1, le=MAX_CHOICES)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=MAX_TOKENS)] | None = None
    stop: Stop | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    top_k: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    min_p: Annotated[float, Field(ge=0, le=1)] | None = None
    repetition_penalty: Annotated[float, Field(ge=0.01, le=10)] | None = None


class ChatRequest(Request):
    """POST /v1/chat/completions."""

    messages: Annotated[list[Message], Field(min_length=1, max_length=10_000)]
    max_completion_tokens: Annotated[int, Field(ge=1, le=MAX_TOKENS)] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MAX_RIVALS)] | None = None
    response_format: PlainFormat | JsonSchemaFormat | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    """Whether a model that can be told so thinks first: not with “none” and “minimal”."""


class CompletionRequest(Request):
    """POST /v1/completions: a text to go on with, or several; token ids are not taken."""

    prompt: Words | Annotated[list[Words], Field(min_length=1, max_length=MAX_PROMPTS)]
    logprobs: Annotated[int, Field(ge=0, le=MAX_RIVALS)] | None = None


class EmbeddingRequest(Strict):
    """POST /v1/embeddings."""

    model: str
    input: Words | Annotated[list[Words], Field(min_length=1, max_length=MAX_TEXTS)]
    encoding_format: Literal["float", "base64"] | None = None
