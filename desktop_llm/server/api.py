"""The routes. None of them takes a path, an address or a template, or loads a model."""

from __future__ import annotations

import array
import asyncio
import base64
import json
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi import Request as HttpRequest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse

from desktop_llm.core.errors import ExpectedError
from desktop_llm.core.generation import (
    GenerationEvent,
    GenerationRequest,
    GenerationResult,
    TextChunk,
)
from desktop_llm.engine.protocol import Engine
from desktop_llm.server.asking import chat_request, completion_requests, served_name
from desktop_llm.server.description import ERRORS, STREAM, describe
from desktop_llm.server.desk import Desk
from desktop_llm.server.failures import Refusal, of_error, of_validation
from desktop_llm.server.replies import Reply, model_entry
from desktop_llm.server.schema import ChatRequest, CompletionRequest, EmbeddingRequest

T = TypeVar("T")

TEXTS_AT_ONCE = 8
"""Of embeddings: then others have their turn."""


def make_api(desk: Desk) -> FastAPI:
    """The API over `desk`. Who may ask is decided before it (`server.guard`)."""
    app = FastAPI(
        title="Desktop LLM",
        version="1",
        docs_url=None,  # these pages load scripts from the internet
        redoc_url=None,
        redirect_slashes=False,
    )
    app.include_router(_models(desk), prefix="/v1", responses=ERRORS)
    app.include_router(_writing(desk), prefix="/v1", responses=ERRORS)
    app.include_router(_embeddings(desk), prefix="/v1", responses=ERRORS)
    app.exception_handler(RequestValidationError)(_on_invalid)
    app.exception_handler(HTTPException)(_on_http)
    for kind in (Refusal, ExpectedError, Exception):
        app.exception_handler(kind)(_on_error)
    describe(app)
    return app


def _models(desk: Desk) -> APIRouter:
    routes = APIRouter()
    since = int(time.time())

    @routes.get("/models", summary="The model that is loaded")
    async def models() -> dict[str, Any]:
        model = desk.model
        return {"object": "list", "data": [model_entry(model, since)] if model else []}

    @routes.get("/models/{name:path}", summary="What is known of the model")
    async def model(name: str) -> dict[str, Any]:
        return model_entry(desk.loaded(name), since)

    return routes


def _writing(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.post("/chat/completions", summary="Answer a conversation", responses=STREAM)
    async def chat(http: HttpRequest, asked: ChatRequest) -> Response:
        loaded = desk.loaded(asked.model)
        request = chat_request(asked, loaded)
        extras = asked.stream_options.include_usage if asked.stream_options else False
        reply = Reply("chat", served_name(loaded.source), bool(asked.logprobs), extras)
        events = _events(desk, [request], asked.model)
        return await _respond(http, events, reply, request.num_samples, bool(asked.stream))

    @routes.post("/completions", summary="Go on with a text", responses=STREAM)
    async def completions(http: HttpRequest, asked: CompletionRequest) -> Response:
        loaded = desk.loaded(asked.model)
        requests = completion_requests(asked, loaded)
        extras = asked.stream_options.include_usage if asked.stream_options else False
        reply = Reply("text", served_name(loaded.source), asked.logprobs is not None, extras)
        events = _events(desk, requests, asked.model)
        count = sum(request.num_samples for request in requests)
        return await _respond(http, events, reply, count, bool(asked.stream))

    return routes


def _embeddings(desk: Desk) -> APIRouter:
    routes = APIRouter()

    @routes.post("/embeddings", summary="Vectors of texts")
    async def embeddings(http: HttpRequest, asked: EmbeddingRequest) -> Response:
        loaded = desk.loaded(asked.model)
        if not loaded.capabilities.embed:
            raise Refusal(400, "The engine of this model makes no embeddings.", "unsupported")
        texts = [asked.input] if isinstance(asked.input, str) else asked.input
        vectors = await _unless_gone(http, _embed(desk, texts, asked.model))
        counts = await asyncio.to_thread(desk.engine.count_texts, texts)
        plain = asked.encoding_format != "base64"
        entries = [
            {"object": "embedding", "index": i, "embedding": v if plain else _packed(v)}
            for i, v in enumerate(vectors)
        ]
        read = sum(counts.texts)
        body = {"object": "list", "data": entries, "model": served_name(loaded.source)}
        return JSONResponse(body | {"usage": {"prompt_tokens": read, "total_tokens": read}})

    return routes


async def _embed(desk: Desk, texts: Sequence[str], asked: str) -> list[list[float]]:
    vectors: list[list[float]] = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        some = texts[start : start + TEXTS_AT_ONCE]
        vectors += await desk.in_turn(partial(_vectors, some), asked, goes_on=start > 0)
    return vectors


def _vectors(texts: Sequence[str], engine: Engine) -> list[list[float]]:
    return engine.embed(texts)


def _packed(vector: Sequence[float]) -> str:
    """Numbers of 4 bytes, little-endian, in base64: what the `openai` package asks for."""
    numbers = array.array("f", vector)
    if sys.byteorder == "big":
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()


Numbered = tuple[int, GenerationEvent | GenerationResult]


async def _events(
    desk: Desk, requests: Sequence[GenerationRequest], asked: str
) -> AsyncIterator[Numbered]:
    """The events of all `requests`, each with the number of the first choice of its request."""
    first = 0
    for request in requests:
        async for event in desk.generate(request, asked, goes_on=first > 0):
            yield first, event
        first += request.num_samples


async def _respond(
    http: HttpRequest, events: AsyncIterator[Numbered], reply: Reply, count: int, stream: bool
) -> Response:
    if not stream:
        results = await _unless_gone(http, _results(events))
        return JSONResponse(reply.whole(results))
    # Nothing is sent before something has come: until then an error has a status of its own.
    first = await _unless_gone(http, _next(events))
    lines = _lines(first, events, reply, count)
    return StreamingResponse(lines, media_type="text/event-stream", headers=NO_STORE)


NO_STORE = {"Cache-Control": "no-store"}


async def _next(events: AsyncIterator[Numbered]) -> Numbered:
    return await anext(events)


async def _results(events: AsyncIterator[Numbered]) -> list[GenerationResult]:
    return [event async for _, event in events if isinstance(event, GenerationResult)]


async def _lines(
    first: Numbered, events: AsyncIterator[Numbered], reply: Reply, count: int
) -> AsyncIterator[bytes]:
    """A stream of server-sent events; an error in the middle is one of them."""
    for chunk in reply.opening(count):
        yield _line(chunk)
    results: list[GenerationResult] = []
    try:
        async for number, event in _from(first, events):
            if isinstance(event, GenerationResult):
                results.append(event)
            elif isinstance(event, TextChunk) and (
                news := reply.chunk(number + event.sample, event)
            ):
                yield _line(news)
        for last in reply.closing(results):
            yield _line(last)
        yield b"data: [DONE]\n\n"
    except Exception as error:
        yield _line(of_error(error).body)


async def _from(first: Numbered, rest: AsyncIterator[Numbered]) -> AsyncIterator[Numbered]:
    yield first
    async for event in rest:
        yield event


def _line(data: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode(errors="replace") + b"\n\n"


async def _unless_gone(http: HttpRequest, work: Coroutine[Any, Any, T]) -> T:
    """What `work` comes to; it is cancelled when the client hangs up."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_hung_up(http))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Refusal(400, "The client has hung up.", "gone")  # nobody reads this
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def _hung_up(http: HttpRequest) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        pass


async def _on_invalid(http: HttpRequest, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return answer(of_validation(error.errors()))


async def _on_http(http: HttpRequest, error: Exception) -> Response:
    """Of the framework itself: an unknown route, a wrong method, an unreadable body."""
    assert isinstance(error, HTTPException)
    messages = {404: "There is no such route.", 405: "This route does not know this method."}
    refusal = Refusal(error.status_code, messages.get(error.status_code, "Unreadable request."))
    return answer(refusal, dict(error.headers or {}))


async def _on_error(http: HttpRequest, error: Exception) -> Response:
    return answer(of_error(error))


def answer(refusal: Refusal, headers: dict[str, str] | None = None) -> Response:
    """`refusal` as a response."""
    return Response(
        refusal.data,
        refusal.status,
        headers={**refusal.headers, **(headers or {})},
        media_type="application/json",
    )
