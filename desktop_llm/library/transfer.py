"""One GET whose waiting can be ended: a thread of its own reads, and the caller takes.

A read cannot be given up from outside, and a short read timeout would end slow lines that live.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from types import TracebackType

import httpx2

from desktop_llm.core.process.server import GivenUp

TIMEOUT = httpx2.Timeout(10.0, read=20.0)
"""A line on which nothing comes for so many seconds is taken for broken."""
POLL_S = 0.2
LEAVE_S = 0.3
QUEUED = 64
MAX_REDIRECTS = 10


class Transfer:
    """The answer to a GET of `url`, over redirects (the client keeps the token from other hosts).

    Everything that is taken from it raises httpx2's errors, and GivenUp soon after `stop` is set.
    """

    def __init__(
        self, client: httpx2.Client, url: str, headers: dict[str, str], stop: threading.Event
    ) -> None:
        self._client, self._url, self._headers = client, httpx2.URL(url), headers
        self._stop = stop
        self._over = threading.Event()
        self._queue: queue.Queue[httpx2.Response | bytes | Exception | None] = queue.Queue(QUEUED)
        self._response: httpx2.Response | None = None
        self._thread = threading.Thread(target=self._run, name="Transfer", daemon=True)

    def __enter__(self) -> Transfer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._response is not None and not self._response.is_closed:
            _break(self._response)
        self._thread.join(LEAVE_S)  # one that waits for an answer ends by its timeout

    def answer(self) -> httpx2.Response:
        """Status and headers; the body comes from `parts`."""
        while not isinstance(item := self._take(), httpx2.Response):
            assert item == b"", "the answer comes first"
        return item

    def parts(self) -> Iterator[bytes]:
        """The body as it comes, not decoded; b"" now and then while nothing comes."""
        while (item := self._take()) is not None:
            assert isinstance(item, bytes)
            yield item

    def _take(self) -> httpx2.Response | bytes | None:
        if self._stop.is_set():
            raise GivenUp
        try:
            item = self._queue.get(timeout=POLL_S)
        except queue.Empty:
            return b""
        if isinstance(item, Exception):
            raise item
        return item

    def _run(self) -> None:
        try:
            self._response = self._open()
            with closing(self._response) as response:
                self._put(response)
                for part in response.iter_raw():
                    self._put(part)
            self._put(None)
        except GivenUp:
            pass
        except Exception as error:  # the caller's to tell or to pass on
            with suppress(GivenUp):
                self._put(error)

    def _put(self, item: httpx2.Response | bytes | Exception | None) -> None:
        while not self._over.is_set():
            with suppress(queue.Full):
                return self._queue.put(item, timeout=POLL_S)
        raise GivenUp

    def _open(self) -> httpx2.Response:
        url = self._url
        for _ in range(MAX_REDIRECTS):
            response = self._ask(url)
            if not response.has_redirect_location:
                return response
            response.close()
            url = _target(url, response.headers["location"])
        raise httpx2.TooManyRedirects("too many redirects")

    def _ask(self, url: httpx2.URL) -> httpx2.Response:
        request = self._client.build_request("GET", url, headers=self._headers, timeout=TIMEOUT)
        try:
            return self._client.send(request, stream=True, follow_redirects=False)
        except UnicodeError as error:  # from the system, for a host that cannot be one
            raise httpx2.UnsupportedProtocol("no name of a host") from error


def _target(url: httpx2.URL, location: str) -> httpx2.URL:
    try:
        target = url.join(location)
    except (ValueError, httpx2.InvalidURL) as error:
        raise httpx2.UnsupportedProtocol("sent on to what is no address") from error
    if target.scheme not in ("https", url.scheme) or not target.host:
        raise httpx2.UnsupportedProtocol("sent on to an open line, or to no host")
    return target


def _break(response: httpx2.Response) -> None:
    """End a read that another thread waits in."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
