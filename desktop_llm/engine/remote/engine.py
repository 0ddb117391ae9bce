"""The engine for models that somebody else runs: any server that speaks the OpenAI protocol."""

from __future__ import annotations

import json
import math
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from desktop_llm.core.generation import (
    Capabilities,
    ChatMessage,
    Completion,
    DeviceChoice,
    GenerationEvent,
    GenerationRecord,
    GenerationRequest,
    GenerationResult,
    LoadedModel,
    LoadOptions,
    LoadProgress,
    ModelSource,
    PromptToken,
    TokenCounts,
    TokenLogprob,
)
from desktop_llm.core.remote_server import ListedModel, host_of
from desktop_llm.core.text import Text
from desktop_llm.core.wire import from_plain
from desktop_llm.engine.engine_choice import REMOTE
from desktop_llm.engine.errors import NoModelLoaded
from desktop_llm.engine.remote.answers import Piece, Vectors
from desktop_llm.engine.remote.connection import SILENCE_S, Connection, Stopped
from desktop_llm.engine.remote.dialect import Dialect, dialect_of
from desktop_llm.engine.remote.errors import (
    CannotGoOn,
    ModelNotServed,
    NotForServers,
    NotThatProtocol,
    ServerClosed,
)
from desktop_llm.engine.remote.listing import models_of
from desktop_llm.engine.remote.reply import Reply

SEED_LIMIT = 2**31 - 1
"""Drawn seeds stay below this: servers keep them in integers of different sizes."""


@dataclass(frozen=True)
class _Served:
    """The model that was chosen, and how it is asked."""

    connection: Connection
    facts: LoadedModel
    model: str
    dialect: Dialect


class RemoteEngine:
    """Nothing is computed here. See `engine.protocol.Engine`.

    "Loading" asks the server whether it has the model; what is only about tokens is not known.
    """

    def __init__(self, silence_s: float = SILENCE_S) -> None:
        """`silence_s`: a server that says nothing for so long is given up."""
        self._silence_s = silence_s
        self._served: _Served | None = None

    @property
    def capabilities(self) -> Capabilities:
        return (
            self._served.facts.capabilities
            if self._served
            else Dialect().capabilities(ListedModel(""))
        )

    def load(
        self,
        model: ModelSource,
        adapter: Path | None,
        options: LoadOptions,
        on_progress: Callable[[LoadProgress], None],
    ) -> LoadedModel:
        """See that the server answers, within 10 seconds, and has the model."""
        self.unload()
        assert model.remote is not None
        start = time.perf_counter()
        on_progress(LoadProgress("connecting"))
        address, name = model.remote.address, model.remote.model
        connection = Connection(address, options.api_key, self._silence_s)
        try:
            listed = next((each for each in models_of(connection) if each.id == name), None)
            if listed is None:
                raise ModelNotServed(address, name)
        except BaseException:
            connection.close()
            raise
        facts = _facts(model, listed, options, round(time.perf_counter() - start, 3))
        self._served = _Served(connection, facts, name, dialect_of(listed.owned_by))
        return facts

    def generate(
        self, request: GenerationRequest, on_event: Callable[[GenerationEvent], None]
    ) -> GenerationResult:
        """Run `request` until it ends or `request.stop` is set. Raises `ExpectedError`.

        The samples are asked for one after the other: servers do not agree on more at once.
        """
        served = self._require()
        if request.continue_last and served.dialect.continuing is None:
            raise CannotGoOn(served.connection.address)
        seed = request.sampling.seed
        seed = secrets.randbelow(SEED_LIMIT) if seed is None else seed
        done: list[Completion] = []
        for number in range(request.num_samples):
            record = _record(served.facts, request, seed + number)
            done.append(_sample(served, request, Reply(request, number, record, on_event), record))
            if request.stop.is_set():
                break
        return GenerationResult(request.id, tuple(done))

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text as the server makes them, brought to length 1."""
        served = self._require()
        body = {"model": served.model, "input": list(texts)}
        answer = served.connection.post("/embeddings", body, self._silence_s)
        try:
            data = sorted(from_plain(Vectors, answer).data, key=lambda vector: vector.index)
        except ValueError as error:
            raise NotThatProtocol(served.connection.address, "no vectors") from error
        return [_of_length_one(vector.embedding) for vector in data]

    def score(self, text: str) -> list[TokenLogprob]:
        self._unknown()

    def count_tokens(
        self,
        messages: Sequence[ChatMessage],
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> int:
        self._unknown()

    def count_texts(self, texts: Sequence[str]) -> TokenCounts:
        self._unknown()

    def explain(
        self,
        messages: Sequence[ChatMessage],
        template: str | None = None,
        thinking: bool | None = None,
        continue_last: bool = False,
    ) -> list[PromptToken]:
        self._unknown()

    def split_text(self, text: str, window: int, overlap: int) -> list[tuple[int, int]]:
        self._unknown()

    def template(self) -> str:
        self._unknown()

    def unload(self) -> None:
        """Close the connection; harmless when there is none."""
        served, self._served = self._served, None
        if served is not None:
            served.connection.close()

    def _require(self) -> _Served:
        if self._served is None:
            raise NoModelLoaded
        return self._served

    def _unknown(self) -> NoReturn:
        self._require()
        raise NotForServers


def _sample(
    served: _Served, request: GenerationRequest, reply: Reply, record: GenerationRecord
) -> Completion:
    """Ask for one sample; an answer that is cut off is an error, and what came of it was told."""
    path = "/completions" if request.messages == () else "/chat/completions"
    body = _body(served, request, record.seed)

    async def read() -> None:
        async for data in served.connection.events(path, body):
            reply.take(from_plain(Piece, data))
            if reply.ended == "stop_string":
                return

    try:
        served.connection.run(read(), request.stop)
    except Stopped:
        return reply.completion("stopped")
    if reply.ended is None:
        raise ServerClosed(served.connection.address)
    return reply.completion(reply.ended)


def _body(served: _Served, request: GenerationRequest, seed: int) -> dict[str, Any]:
    """What is asked, as JSON."""
    sampling, top = request.sampling, request.top_logprobs
    body: dict[str, Any] = {
        "model": served.model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "seed": seed,
        "max_tokens": min(sampling.max_new_tokens, request.max_length or sys.maxsize),
        **served.dialect.sampling(sampling),
    }
    if request.json_schema and served.facts.capabilities.json_schema:
        schema = {"name": "answer", "schema": json.loads(request.json_schema), "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.prompt is not None:
        return body | {"prompt": request.prompt} | ({} if top is None else {"logprobs": top})
    turns = [{"role": turn.role, "content": turn.content} for turn in request.messages]
    body |= {"messages": turns} | (served.dialect.continuing or {} if request.continue_last else {})
    return body | ({} if top is None else {"logprobs": True, "top_logprobs": top})


def _facts(
    model: ModelSource, listed: ListedModel, options: LoadOptions, load_s: float
) -> LoadedModel:
    assert model.remote is not None
    limits = [length for length in (listed.context_length, options.context_length) if length]
    address = model.remote.address
    reason = Text(REMOTE, {"address": address})
    return LoadedModel(
        source=model,
        architecture="",
        device=DeviceChoice("remote", host_of(address), "float32", reason),
        context_length=min(limits, default=0),
        has_chat_template=True,
        parameters=listed.parameters,
        memory_bytes=0,
        load_s=load_s,
        versions={"server": listed.owned_by} if listed.owned_by else {},
        engine="remote",
        capabilities=dialect_of(listed.owned_by).capabilities(listed),
    )


def _record(facts: LoadedModel, request: GenerationRequest, seed: int) -> GenerationRecord:
    """What is known of a reply before it comes."""
    return GenerationRecord(
        model=facts.source.name,
        engine="remote",
        device="remote",
        dtype="",
        sampling=request.sampling,
        seed=seed,
        prompt_tokens=0,
        new_tokens=0,
        ttft_s=0.0,
        tokens_per_s=0.0,
        stop_reason="stopped",
        versions=facts.versions,
        thinking=request.thinking,
        json_schema=request.json_schema,
    )


def _of_length_one(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(math.fsum(each * each for each in vector)) or 1.0
    return [each / length for each in vector]
