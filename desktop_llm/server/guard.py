"""Who may ask, and how much: decided for every request before any route is looked up.

A page in a browser can send requests to this computer. It cannot give them a Host of its choice
(an exact one keeps off names that are bound to 127.0.0.1 by somebody else's DNS), cannot hide its
Origin, and does not know the key.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from desktop_llm.server.failures import Refusal, of_error

MAX_BODY_BYTES = 4_000_000
DRAINED_BYTES = 4 * MAX_BODY_BYTES
BODY_S = 30.0
"""A body that takes longer is given up."""

UNREAD = (408, 413)
"""After these the rest of the body may still come: the connection is of no more use."""

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


class Guard:
    """An ASGI application around another one."""

    def __init__(
        self, app: App, key: str, port: int, origins: tuple[str, ...], body_s: float = BODY_S
    ) -> None:
        self._app = app
        self._key = key.encode()
        names = (b"127.0.0.1", b"localhost", b"[::1]")
        self._hosts = {host for name in names for host in (name, b"%s:%d" % (name, port))}
        self._origins = {origin.encode() for origin in origins}
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        sending = _Sending(send)
        try:
            sending.headers = self._admit(scope["headers"])
            if sending.headers and _is_preflight(scope):
                await sending.all(204, PREFLIGHT, b"")
                return
            self._check_key(scope["headers"])
            if scope["method"] == "POST":
                receive = await self._read_body(scope["headers"], receive)
            await self._app(scope, receive, sending)
        except Exception as error:
            if sending.begun:
                raise  # the connection is closed; whoever answered has logged it
            refusal = of_error(error)
            headers = [(n.lower().encode(), v.encode()) for n, v in refusal.headers.items()]
            if refusal.status in UNREAD:
                headers.append((b"connection", b"close"))
            await sending.all(refusal.status, [*JSON, *headers], refusal.data)

    def _admit(self, headers: Headers) -> Headers:
        """Check Host and Origin; the headers by which a browser lets a listed page read."""
        hosts, origins = _values(headers, b"host"), _values(headers, b"origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            raise Refusal(403, "This Host is not allowed.", "host_not_allowed")
        if not origins:
            return []
        if len(origins) != 1 or origins[0] not in self._origins:
            raise Refusal(403, "This Origin is not allowed.", "origin_not_allowed")
        return [(b"access-control-allow-origin", origins[0]), (b"vary", b"Origin")]

    def _check_key(self, headers: Headers) -> None:
        shown = _values(headers, b"authorization")
        scheme, _, key = (shown[0] if len(shown) == 1 else b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(key.strip(), self._key):
            raise Refusal(401, "The key is missing or wrong.", "invalid_api_key")

    async def _read_body(self, headers: Headers, receive: Receive) -> Receive:
        """Take the whole body, within limits; a `receive` that hands it out."""
        kinds = _values(headers, b"content-type")
        if len(kinds) != 1 or kinds[0].split(b";")[0].strip().lower() != b"application/json":
            raise Refusal(415, "The body has to be application/json.", "unsupported_media_type")
        length = _values(headers, b"content-length")
        if length and int(length[0]) > DRAINED_BYTES:
            raise _too_large()
        try:
            async with asyncio.timeout(self._body_s):
                body = await _whole(receive)
        except TimeoutError:
            raise Refusal(408, "The body came too slowly.", "timeout") from None
        waiting = [{"type": "http.request", "body": body, "more_body": False}]

        async def hand_out() -> Message:
            return waiting.pop() if waiting else await receive()

        return hand_out


JSON: Headers = [(b"content-type", b"application/json")]
PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"600"),
]


class _Sending:
    """Adds headers to the response, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.headers: Headers = []
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message["headers"] = [*message.get("headers", []), *self.headers]
        await self._send(message)

    async def all(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole response."""
        if body:
            headers = [*headers, (b"content-length", str(len(body)).encode())]
        await self({"type": "http.response.start", "status": status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


async def _whole(receive: Receive) -> bytes:
    """The body; what is too large is read on a little, so that its sender hears why it is refused.

    A connection that is closed on somebody who still sends tells nothing but that.
    """
    pieces: list[bytes] = []
    size, more = 0, True
    while more and size <= DRAINED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "The client has hung up.", "gone")  # nobody reads this
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
        size += len(pieces[-1])
        if size > MAX_BODY_BYTES:
            pieces.clear()
    if size > MAX_BODY_BYTES:
        raise _too_large()
    return b"".join(pieces)


def _too_large() -> Refusal:
    return Refusal(413, f"The body is larger than {MAX_BODY_BYTES} bytes.", "body_too_large")


def _values(headers: Headers, name: bytes) -> list[bytes]:
    return [value for key, value in headers if key == name]


def _is_preflight(scope: Scope) -> bool:
    asked = _values(scope["headers"], b"access-control-request-method")
    return scope["method"] == "OPTIONS" and bool(asked)
