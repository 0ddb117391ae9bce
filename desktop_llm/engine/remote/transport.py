"""What goes over the wire to a server, and how much of what comes back is taken.

Below the `openai` package, so that nothing it adds or believes gets past: it reads keys, addresses
and headers from the environment, tells the server about this computer, follows redirects, and
keeps whatever it is sent in memory.
"""

from __future__ import annotations

import urllib.request
from collections.abc import AsyncIterator

import h11
import httpx2

from desktop_llm.core.remote_server import host_of, is_here
from desktop_llm.engine.remote.errors import NotThatProtocol, ServerUnreachable

MOST_BYTES = 8_000_000
"""Of one event of a stream, or of a whole other answer."""

SENT = ("host", "accept", "content-type", "content-length", "transfer-encoding")
STREAM = "text/event-stream"
JSON = "application/json"
ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")
"""Of an event, by the specification of server-sent events."""


def new_transport(address: str) -> httpx2.AsyncHTTPTransport:
    """Connections to `address`, by the system's proxy unless it is on this computer.

    A connection that does not come about is tried a second time: nothing was sent yet. Later
    nothing is ever tried again, since the server may have begun to work, and to charge for it.
    """
    proxy = None if is_here(address) else _system_proxy(address)
    if proxy and httpx2.URL(proxy).scheme not in ("http", "https"):
        raise ServerUnreachable(address)  # SOCKS and the like need packages that are not here
    secure = address.startswith("https")
    # Each request has a connection of its own: a server may close one that was kept at the moment
    # in which it is used again, and then nobody knows whether it has read the request.
    limits = httpx2.Limits(max_keepalive_connections=0)
    return httpx2.AsyncHTTPTransport(verify=secure, proxy=proxy, retries=1, limits=limits)


def _system_proxy(address: str) -> str | None:
    if urllib.request.proxy_bypass(host_of(address)):
        return None
    return urllib.request.getproxies().get(address.partition(":")[0])


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Sends to `address` alone, with `key` and without what nobody asked for; bounds answers."""

    def __init__(self, inner: httpx2.AsyncBaseTransport, address: str, key: str) -> None:
        self._inner = inner
        self._address = address
        self._key = key

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        there, chosen = request.url, httpx2.URL(self._address)
        if (there.scheme, there.host, there.port) != (chosen.scheme, chosen.host, chosen.port):
            raise AssertionError("a request to an address that nobody chose")
        wanted = request.headers.get("accept", JSON)
        own = {name: request.headers[name] for name in SENT if name in request.headers}
        own |= {"user-agent": "desktop-llm", "accept-encoding": "identity", "connection": "close"}
        if self._key:
            own["authorization"] = f"Bearer {self._key}"
        request.headers = httpx2.Headers(own)
        response = await self._answer(request)
        try:
            self._check(response, wanted)
        except NotThatProtocol:
            await response.aclose()
            raise
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        # What a refusal says is kept whole, even by who asked for a stream.
        events = wanted == STREAM and response.is_success
        response.stream = _Bounded(response.stream, self._address, events)
        return response

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return await self._inner.handle_async_request(request)
        except httpx2.RemoteProtocolError as error:
            behind = error.__cause__ and error.__cause__.__context__
            if isinstance(behind, h11.RemoteProtocolError):  # not just a connection that was closed
                raise NotThatProtocol(self._address, "no HTTP") from error
            raise

    def _check(self, response: httpx2.Response, wanted: str) -> None:
        if 300 <= response.status_code < 400:
            raise NotThatProtocol(self._address, "it points to another address")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise NotThatProtocol(self._address, "it sends packed answers")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.is_success and kind != wanted:
            raise NotThatProtocol(self._address, f"{kind[:80] or 'nothing'} in place of {wanted}")

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx2.AsyncByteStream):
    """Passes bytes on until there are too many in one event, or in all."""

    def __init__(self, inner: httpx2.AsyncByteStream, address: str, events: bool) -> None:
        self._inner = inner
        self._address = address
        self._events = events

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count, end = 0, b""
        async for part in self._inner:
            count += len(part)
            seen = end + part
            last = max(seen.rfind(sign) for sign in ENDS) if self._events else -1
            if last >= 0:
                count = len(seen) - last
            if count > MOST_BYTES:
                raise NotThatProtocol(self._address, f"more than {MOST_BYTES // 10**6} MB at once")
            end = seen[-3:]
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()
