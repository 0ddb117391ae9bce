"""A server on loopback that answers what a test scripts: bytes, and waits between them."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Step = bytes | threading.Event
"""What is sent next, or what is waited for before."""
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


Answer = Callable[[Asked], Iterable[Step]]


@dataclass
class FakeOpenAI:
    """`answers` by path; the connection is closed after each. `close` releases what waits."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client went away before its answer was whole."""
    address: str = ""

    def says(self, *pieces: str, **facts: Any) -> None:
        """Answer every chat with `pieces`, as servers do."""
        self.answers["/v1/chat/completions"] = lambda asked: stream(*chat(*pieces, **facts))

    @property
    def last(self) -> Asked:
        return self.asked[-1]


def reply(body: bytes, kind: str = "application/json", status: str = "200 OK") -> bytes:
    """A whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def listing(*models: str | dict[str, Any]) -> bytes:
    """A list of models."""
    cards = [{"id": each, "object": "model"} if isinstance(each, str) else each for each in models]
    return reply(json.dumps({"object": "list", "data": cards}).encode())


STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"


def stream(*steps: Step) -> Iterator[Step]:
    """An answer that ends with the connection."""
    yield STREAM
    yield from steps


def event(data: Any) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def delta(**fields: Any) -> bytes:
    """A piece of a chat."""
    return event({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def end(reason: str = "stop", **usage: Any) -> bytes:
    """The end of an answer, with its figures."""
    last = event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
    return last + (event({"choices": [], "usage": usage}) if usage else b"") + b"data: [DONE]\n\n"


def chat(*pieces: str, reason: str = "stop", **usage: Any) -> Iterator[bytes]:
    """A whole chat answer."""
    yield delta(role="assistant", content="")
    yield from (delta(content=piece) for piece in pieces)
    yield end(reason, **usage)


class Handler(socketserver.StreamRequestHandler):
    """One connection, which is one request."""

    server: Server

    def handle(self) -> None:
        try:
            self._answer(self.server.fake)
        except OSError:
            self.server.fake.left.set()

    def _answer(self, fake: FakeOpenAI) -> None:
        method, path, _ = self.rfile.readline().decode().split(" ", 2)
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        fake.asked.append(Asked(method, path, headers, json.loads(body) if body else None))
        answer = fake.answers.get(path, unknown)
        for step in answer(fake.last):
            if isinstance(step, bytes):
                self.wfile.write(step)
            elif self._left(fake, step):
                return

    def _left(self, fake: FakeOpenAI, awaited: threading.Event) -> bool:
        """Wait; whether the client went away meanwhile, or the test is over."""
        self.connection.settimeout(0.01)
        for _ in range(int(PATIENCE_S / 0.01)):
            if awaited.is_set() or fake.closing.is_set():
                return fake.closing.is_set()
            try:
                if not self.connection.recv(1):
                    fake.left.set()
                    return True
            except TimeoutError:
                continue
        raise TimeoutError("nobody released the server")


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback."""

    allow_reuse_address = True

    def __init__(self, fake: FakeOpenAI) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.fake = fake
        fake.address = f"http://127.0.0.1:{self.server_address[1]}/v1"


def unknown(asked: Asked) -> list[Step]:
    """There is nothing at that path."""
    return [reply(b"{}", status="404 Not Found")]


@contextmanager
def fake_openai(*models: str | dict[str, Any]) -> Iterator[FakeOpenAI]:
    """A server with these models."""
    fake = FakeOpenAI()
    fake.answers["/v1/models"] = lambda asked: [listing(*models)]
    with Server(fake) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(0.02), name="FakeOpenAI")
        thread.start()
        try:
            yield fake
        finally:
            fake.closing.set()
            server.shutdown()
            thread.join()
