"""The fake hub's two servers: the hub itself and, under another host name, its CDN."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fake_hub.answers import Answer, redirect, spoilt
from tests.fake_hub.faults import Fault, Faults
from tests.fake_hub.repos import FakeRepo
from tests.fake_hub.routes import answer_to

PART = 1 << 16
Host = Literal["hub", "cdn"]


@dataclass
class Seen:
    """A request, and how much of the answer's body was sent."""

    method: str
    path: str
    """Decoded, without the query."""
    segments: list[str]
    """Of the path, each decoded: a branch may have a slash in its name."""
    query: list[tuple[str, str]]
    headers: dict[str, str]
    """Names in small letters."""
    host: Host
    status: int = 0
    sent: int = 0


class FakeHub:
    """A hub with the repositories that were added, on free ports of the loopback interface.

    `tokens` are those that are known, each with the gated and private repositories it may read.
    With `cdn`, large files are answered by a redirect to the second host. Redirects use up no
    fault: what goes wrong with a file does so where it is sent. `bytes_per_s` slows files down (0:
    as fast as it goes). `page` and `tree_page` are the most entries of one answer.
    """

    def __init__(self, repos: Iterable[FakeRepo] = (), port: int = 0) -> None:
        self.repos = {repo.id: repo for repo in repos}
        self.tokens: dict[str, set[str]] = {}
        self.faults = Faults()
        self.requests: list[Seen] = []
        self.cdn = False
        self.bytes_per_s = 0
        self.page, self.tree_page = 1000, 1000
        self.closing = threading.Event()
        self._ports: dict[Host, int] = {"hub": port, "cdn": 0}
        self._servers: list[_Server] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._ports['hub']}"

    @property
    def cdn_endpoint(self) -> str:
        """A host of another name, so that clients see that it is not the hub."""
        return f"http://localhost:{self._ports['cdn']}"

    def add_repo(self, repo: FakeRepo) -> FakeRepo:
        """Add a repository, or replace the one of that name."""
        self.repos[repo.id] = repo
        return repo

    def seen(self, part_of_path: str = "", method: str = "", host: str = "") -> list[Seen]:
        """The requests so far that fit."""
        return [
            seen
            for seen in list(self.requests)
            if part_of_path in seen.path and method in ("", seen.method) and host in ("", seen.host)
        ]

    def bytes_sent(self, part_of_path: str = "") -> int:
        """Bytes of bodies that were sent in answer to GET."""
        return sum(seen.sent for seen in self.seen(part_of_path, "GET"))

    def start(self) -> FakeHub:
        """Answer from now on; after `stop`, at the same ports as before."""
        self.closing.clear()
        for host, port in self._ports.items():
            server = _Server(self, host, port)
            self._ports[host] = server.server_port
            self._servers.append(server)
        return self

    def stop(self) -> None:
        """Break all connections and answer no more."""
        self.closing.set()
        while self._servers:
            self._servers.pop().stop()

    def __enter__(self) -> FakeHub:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, hub: FakeHub, host: Host, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.hub, self.host = hub, host
        self.connections: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
        for connection in list(self.connections):
            _break(connection)

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that go away are what is tested."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        hub = self.server.hub
        address = urlsplit(self.path)
        seen = Seen(
            self.command,
            unquote(address.path),
            [unquote(segment) for segment in address.path.strip("/").split("/")],
            parse_qsl(address.query, keep_blank_values=True),
            {name.lower(): value for name, value in self.headers.items()},
            self.server.host,
        )
        hub.requests.append(seen)
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = answer_to(hub, seen, asked)
        fault = Fault() if "Location" in answer.headers else hub.faults.take(seen.method, seen.path)
        if fault.to_cdn:
            answer = redirect(302, f"{hub.cdn_endpoint}{self.path}", answer.headers)
        hub.closing.wait(fault.delay_s)
        self._send(spoilt(answer, self.headers.get("Range", ""), fault), fault, seen)

    do_HEAD = do_POST = do_GET  # noqa: N815

    def _send(self, answer: Answer, fault: Fault, seen: Seen) -> None:
        seen.status = answer.status
        self.send_response(answer.status)
        length = str(len(answer.body) + fault.claims_more)
        for name, value in {"Content-Length": length, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        ends = [n for n in (fault.cut_after, fault.stall_after) if n is not None]
        self._send_body(answer.body[: min(ends, default=None)], seen, answer.file)
        if fault.stall_after is not None:
            self.server.hub.closing.wait(fault.stall_s)
        if ends or fault.claims_more:
            self.close_connection = True
            _break(self.connection, rudely=fault.reset)

    def _send_body(self, body: bytes, seen: Seen, slow: bool) -> None:
        hub = self.server.hub
        for start in range(0, len(body), PART):
            part = body[start : start + PART]
            self.wfile.write(part)
            seen.sent += len(part)
            if slow and hub.bytes_per_s:
                hub.closing.wait(len(part) / hub.bytes_per_s)

    def log_message(self, *message: object) -> None:
        """Nothing: the requests are kept in `FakeHub.requests`."""


def _break(connection: socket.socket, rudely: bool = False) -> None:
    """End a connection; `rudely`, what was sent last may be lost, as on a broken line."""
    with contextlib.suppress(OSError):
        if rudely:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            socket.close(connection.detach())
        else:
            connection.shutdown(socket.SHUT_RDWR)
