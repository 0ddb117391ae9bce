"""What servers answer, as far as it is read: checked on arrival, everything else is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from desktop_llm.core.generation import StopReason, TokenLogprob

NO_ID = -1
"""Of a token whose number in the vocabulary the server does not tell."""

REASONS: dict[str, StopReason] = {"length": "length"}
"""Everything else is an end: that of the text, or one that the server set."""


@dataclass(frozen=True)
class Likely:
    """A token with its log-probability; llama.cpp tells its number, too."""

    token: str
    logprob: float
    id: int | None = None

    @property
    def number(self) -> int:
        return NO_ID if self.id is None else self.id


@dataclass(frozen=True)
class Chosen(Likely):
    """The token that was sampled, and what else was likely."""

    top_logprobs: tuple[Likely, ...] | None = None


@dataclass(frozen=True)
class Logprobs:
    """`content` of a chat; the others, token by token, of a completion."""

    content: tuple[Chosen, ...] | None = None
    tokens: tuple[str, ...] | None = None
    token_logprobs: tuple[float | None, ...] | None = None
    top_logprobs: tuple[dict[str, float] | None, ...] | None = None

    def values(self) -> tuple[TokenLogprob, ...]:
        """As the app has them."""
        if self.content is not None:
            return tuple(_of_chat(each) for each in self.content)
        tokens, chosen = self.tokens or (), self.token_logprobs or ()
        tops = self.top_logprobs or (None,) * len(tokens)
        return tuple(
            TokenLogprob(NO_ID, text, value, _ranked(top))
            for text, value, top in zip(tokens, chosen, tops, strict=False)
            if value is not None
        )


def _of_chat(chosen: Chosen) -> TokenLogprob:
    top = tuple((each.number, each.token, each.logprob) for each in chosen.top_logprobs or ())
    return TokenLogprob(chosen.number, chosen.token, chosen.logprob, top)


def _ranked(top: dict[str, float] | None) -> tuple[tuple[int, str, float], ...]:
    pairs = sorted((top or {}).items(), key=lambda pair: -pair[1])
    return tuple((NO_ID, text, value) for text, value in pairs)


@dataclass(frozen=True)
class Delta:
    """A piece of a chat. Servers that tell thinking apart call it one of two names."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


@dataclass(frozen=True)
class Choice:
    """A piece of one sample: `delta` of a chat, `text` of a completion."""

    delta: Delta = field(default_factory=Delta)
    text: str | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None


@dataclass(frozen=True)
class PromptDetails:
    """Of the prompt's tokens, those that the server had read before."""

    cached_tokens: int | None = None


@dataclass(frozen=True)
class Usage:
    """Lengths in tokens, which come with the last piece, or with each."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: PromptDetails | None = None


@dataclass(frozen=True)
class Piece:
    """One event of a stream."""

    choices: tuple[Choice, ...] = ()
    usage: Usage | None = None


@dataclass(frozen=True)
class ModelMeta:
    """What llama.cpp tells of a model."""

    n_ctx: int | None = None
    n_params: int | None = None


@dataclass(frozen=True)
class ModelCard:
    """A model in a server's list; `max_model_len` is vLLM's and SGLang's."""

    id: str
    owned_by: str | None = None
    max_model_len: int | None = None
    meta: ModelMeta | None = None
    capabilities: Any = None
    """Our own server says what the model can; others have other things of that name."""


@dataclass(frozen=True)
class ModelCards:
    """The answer to /models."""

    data: tuple[ModelCard, ...]


@dataclass(frozen=True)
class Vector:
    """A text as the server's model sees it."""

    embedding: tuple[float, ...]
    index: int


@dataclass(frozen=True)
class Vectors:
    """The answer to /embeddings."""

    data: tuple[Vector, ...]
