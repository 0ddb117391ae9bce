"""Answers in OpenAI's shapes: whole, and as the chunks of a stream."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_llm.core.conversation import new_id
from desktop_llm.core.generation import (
    Completion,
    GenerationRecord,
    GenerationResult,
    LoadedModel,
    TextChunk,
    TokenLogprob,
)
from desktop_llm.server.asking import served_name

Kind = Literal["chat", "text"]
IMPOSSIBLE = -9999.0
"""The log-probability of what cannot be: JSON has no infinity."""

PREFIXES: dict[Kind, str] = {"chat": "chatcmpl-", "text": "cmpl-"}
OBJECTS: dict[Kind, str] = {"chat": "chat.completion", "text": "text_completion"}


def model_entry(loaded: LoadedModel, since: int) -> dict[str, Any]:
    """An entry of /v1/models. `max_model_len` is as vLLM tells it, `meta` as llama-server does."""
    able = loaded.capabilities
    return {
        "id": served_name(loaded.source),
        "object": "model",
        "created": since,
        "owned_by": "desktop-llm",
        "max_model_len": loaded.context_length,
        "meta": {
            "n_ctx_train": loaded.context_length,
            "n_params": loaded.parameters,
            "size": loaded.memory_bytes,
        },
        "capabilities": {
            "chat": loaded.has_chat_template,
            "embeddings": able.embed,
            "logprobs": able.logprobs,
            "json_schema": able.json_schema,
        },
    }


@dataclass
class Reply:
    """One answer in the making; `kind` says in which of the two shapes."""

    kind: Kind
    model: str
    logprobs: bool = False
    include_usage: bool = False
    id: str = ""
    created: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self) -> None:
        self.id = self.id or PREFIXES[self.kind] + new_id()
        self._written: dict[int, int] = {}
        """Characters of each choice so far: a completion's tokens tell where they stand."""

    def whole(self, results: Sequence[GenerationResult]) -> dict[str, Any]:
        """The answer, with one choice for each completion of `results`."""
        choices = [self._choice(number, each) for number, each in enumerate(_all(results))]
        return self._frame(OBJECTS[self.kind], choices) | {"usage": usage(results)}

    def opening(self, count: int) -> list[dict[str, Any]]:
        """The chunks before any text, one for each choice: a chat says who speaks."""
        if self.kind == "text":
            return []
        delta = {"role": "assistant", "content": "", "refusal": None}
        return [self._chunk(number, {"delta": delta}) for number in range(count)]

    def chunk(self, number: int, news: TextChunk) -> dict[str, Any] | None:
        """What came for choice `number`; None if none of it is for clients."""
        tokens = () if news.thinking or not self.logprobs else news.tokens
        if not news.text and not tokens:
            return None
        words = self._logprobs(number, tokens) if self.logprobs else None
        if self.kind == "text":
            if news.thinking:
                return None
            return self._chunk(number, {"text": news.text}, words)
        name = "reasoning_content" if news.thinking else "content"
        return self._chunk(number, {"delta": {name: news.text}}, words)

    def closing(self, results: Sequence[GenerationResult]) -> Iterable[dict[str, Any]]:
        """The chunks after all text: why each choice ended, and the usage if it was asked for."""
        for number, each in enumerate(_all(results)):
            empty: dict[str, Any] = {"delta": {}} if self.kind == "chat" else {"text": ""}
            yield self._chunk(number, empty, None, _reason(each.record))
        if self.include_usage:
            yield self._stream_frame([]) | {"usage": usage(results)}

    def _choice(self, number: int, each: Completion) -> dict[str, Any]:
        words = self._logprobs(number, answer_tokens(each)) if self.logprobs else None
        ended = {"index": number, "logprobs": words, "finish_reason": _reason(each.record)}
        if self.kind == "text":
            return ended | {"text": each.text}
        message = {"role": "assistant", "content": each.text, "refusal": None}
        if each.thinking:
            message["reasoning_content"] = each.thinking
        return ended | {"message": message}

    def _chunk(
        self,
        number: int,
        said: dict[str, Any],
        logprobs: dict[str, Any] | None = None,
        reason: str | None = None,
    ) -> dict[str, Any]:
        choice = {"index": number, **said, "logprobs": logprobs, "finish_reason": reason}
        return self._stream_frame([choice])

    def _stream_frame(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        name = "chat.completion.chunk" if self.kind == "chat" else "text_completion"
        return self._frame(name, choices) | ({"usage": None} if self.include_usage else {})

    def _frame(self, name: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": name,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": None,
            "choices": choices,
        }

    def _logprobs(self, number: int, tokens: Sequence[TokenLogprob]) -> dict[str, Any]:
        if self.kind == "chat":
            return {"content": [_chat_token(token) for token in tokens], "refusal": None}
        offsets = []
        for token in tokens:
            offsets.append(self._written.get(number, 0))
            self._written[number] = offsets[-1] + len(token.text)
        return {
            "tokens": [token.text for token in tokens],
            "token_logprobs": [_finite(token.logprob) for token in tokens],
            "top_logprobs": [
                {text: _finite(value) for _, text, value in token.top} for token in tokens
            ],
            "text_offset": offsets,
        }


def answer_tokens(each: Completion) -> Sequence[TokenLogprob]:
    """The tokens of the answer itself: without those of the thinking and the one that ends it."""
    end = len(each.tokens) - (each.record.stop_reason == "end" and _has_end(each))
    return each.tokens[each.record.thinking_tokens : end]


def _has_end(each: Completion) -> bool:
    """Whether the last token is one that ends answers, and no text."""
    return bool(each.tokens) and not each.text.endswith(each.tokens[-1].text)


def usage(results: Sequence[GenerationResult]) -> dict[str, Any]:
    """Tokens read and written; the samples of a prompt have read it once."""
    prompts = [result.completions[0].record for result in results]
    records = [each.record for each in _all(results)]
    read = sum(record.prompt_tokens for record in prompts)
    written = sum(record.new_tokens for record in records)
    cached = sum(record.cached_tokens for record in prompts)
    thought = sum(record.thinking_tokens for record in records)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }


def _all(results: Sequence[GenerationResult]) -> Iterator[Completion]:
    return (each for result in results for each in result.completions)


def _reason(record: GenerationRecord) -> str:
    return "length" if record.stop_reason == "length" else "stop"


def _chat_token(token: TokenLogprob) -> dict[str, Any]:
    top = [_token(text, value) for _, text, value in token.top]
    return _token(token.text, token.logprob) | {"top_logprobs": top}


def _token(text: str, logprob: float) -> dict[str, Any]:
    return {"token": text, "logprob": _finite(logprob), "bytes": list(text.encode())}


def _finite(logprob: float) -> float:
    return logprob if logprob > IMPOSSIBLE else IMPOSSIBLE
