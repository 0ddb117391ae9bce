"""A connection to one server: requests that end within 0.2 s of a stop, whatever the server does.

The `openai` client is used asynchronously, since only a task can be given up while it waits for a
connection, for an answer or for the rest of one; the loop runs on the caller's thread, and only
during a call.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

import httpx2
from openai import AsyncOpenAI, AsyncStream

from desktop_llm.engine.remote.errors import KeyUnusable, ServerTooSlow
from desktop_llm.engine.remote.failures import as_expected
from desktop_llm.engine.remote.transport import STREAM, GuardedTransport, new_transport

T = TypeVar("T")

CONNECT_S = 10.0
SILENCE_S = 120.0
"""Between two pieces of an answer, and before the first: a long prompt takes a busy server long."""
POLL_S = 0.05
GRACE_S = 0.1
"""For a request that was given up to close its connection."""

KEY_OF_NO_USE = "the transport adds the key"


class Stopped(Exception):
    """The person has stopped the request."""


class Connection:
    """To `address` with `key`, which nothing shows. `close` gives its sockets back."""

    def __init__(self, address: str, key: str, silence_s: float = SILENCE_S) -> None:
        """Connects to nothing yet. Raises KeyUnusable or ServerUnreachable."""
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise KeyUnusable  # as a header it would end up, readable, in an error of httpx
        self.address = address
        self._key = key
        self._silence_s = silence_s
        transport = GuardedTransport(new_transport(address), address, key)
        self._loop = asyncio.new_event_loop()
        self._http = httpx2.AsyncClient(
            transport=transport,
            timeout=httpx2.Timeout(silence_s, connect=CONNECT_S),
            follow_redirects=False,
            trust_env=False,
        )
        self._client = AsyncOpenAI(
            base_url=address, api_key=KEY_OF_NO_USE, http_client=self._http, max_retries=0
        )

    def get(self, path: str, limit_s: float) -> Any:
        """The JSON at `path`. Raises ExpectedError; ServerTooSlow after `limit_s`."""
        work = self._client.get(path, cast_to=object)
        return self.run(work, threading.Event(), limit_s)

    def post(self, path: str, body: dict[str, Any], limit_s: float) -> Any:
        """The JSON that answers `body`. Raises ExpectedError."""
        work = self._client.post(path, cast_to=object, body=body)
        return self.run(work, threading.Event(), limit_s)

    async def events(self, path: str, body: dict[str, Any]) -> AsyncIterator[Any]:
        """What the server streams as answer to `body`: JSON, one object after the other."""
        stream = await self._client.post(
            path,
            cast_to=object,
            body=body,
            options={"headers": {"Accept": STREAM}},
            stream=True,
            stream_cls=AsyncStream[object],
        )
        async with stream:
            async for data in stream:
                yield data

    def run(
        self, work: Coroutine[Any, Any, T], stop: threading.Event, limit_s: float | None = None
    ) -> T:
        """Do `work` on this thread. Raises Stopped, or ExpectedError for all that goes wrong."""
        try:
            return self._loop.run_until_complete(self._watched(work, stop, limit_s))
        except Exception as error:
            told = as_expected(error, self.address, self._key, self._silence_s)
            if told is None:
                raise
            raise told from None  # what is behind it has the request in it

    async def _watched(
        self, work: Coroutine[Any, Any, T], stop: threading.Event, limit_s: float | None
    ) -> T:
        task = asyncio.ensure_future(work)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        begun = time.monotonic()
        while not task.done():
            await asyncio.wait({task}, timeout=POLL_S)
            late = limit_s is not None and time.monotonic() - begun > limit_s
            if not task.done() and (stop.is_set() or late):
                task.cancel()
                await asyncio.wait({task}, timeout=GRACE_S)
                if stop.is_set():
                    raise Stopped
                raise ServerTooSlow(self.address, limit_s or 0.0)
        return task.result()

    def close(self) -> None:
        """Give up all connections; harmless if there are none."""
        if self._loop.is_closed():
            return
        self._loop.run_until_complete(asyncio.wait_for(self._http.aclose(), 2 * GRACE_S))
        self._loop.close()  # does not wait for a name that is being looked up
